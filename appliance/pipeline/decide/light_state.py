"""State of the light for each decision. Pure: time is the frames', seconds."""

import math

from appliance.light.states import State
from appliance.pipeline.decide.company import Verdict
from appliance.records.decision import ReasonKind, Showing

PHOTO_LIGHT_SECONDS = 0.9
"""Seconds for which the light shows that a photo was taken: its burst takes 0.8 s, without interruption."""
WAVERING_SECONDS = 0.5
"""Seconds for which the light still shows "hold still" when a score falls slightly short: a flickering score
must not make the light flicker, and one that stays short must not keep everybody still for nothing."""


class LightState:
    """Chooses the state that the light shows with each frame."""

    def __init__(self) -> None:
        self._photo_until = self._plainly_at = -math.inf

    def start_over(self, time_went_back: bool) -> None:
        """Forget the frames before a gap, and the photo if it is now in the future."""
        self._plainly_at = -math.inf
        if time_went_back:
            self._photo_until = -math.inf

    def photo(self, now: float) -> None:
        """Show the photo state for :data:`PHOTO_LIGHT_SECONDS`: a photo was taken."""
        self._photo_until = now + PHOTO_LIGHT_SECONDS

    def update(
        self, people: tuple[Showing, ...], verdict: Verdict, *, armed: bool, coming: bool, now: float
    ) -> State:
        """Process one more frame; return the state to show.

        ``coming``: continuing leads to a photo. Nobody needs to hold still for a photo that is already taken,
        or that cannot come yet.
        """
        if verdict.keepable:
            self._plainly_at = now
        if not armed:
            self._photo_until = -math.inf  # not shown again if somebody arms at once
            return State.DISARMED
        if now < self._photo_until:
            return State.PHOTO
        if not any(showing.person.counts for showing in people):
            return State.ARMED
        if verdict.waiting_for is not None and verdict.waiting_for.kind is ReasonKind.TOO_FAR:
            return State.TOO_FAR
        wavers = now - self._plainly_at > WAVERING_SECONDS
        if verdict.waiting_for is not None or wavers:
            return State.WAITING
        return State.ALL if coming else State.ARMED
