"""What the light shows while the rule is watched. Pure: time is the frames', seconds."""

import math

from appliance.light.states import State
from appliance.pipeline.decide.company import Verdict
from appliance.records.decision import Showing

PHOTO_LIGHT_SECONDS = 0.9
"""How long the light says that a photo was taken: its burst takes 0.8 s, and nothing is said into it."""
WAVERING_SECONDS = 0.5
"""For so long the light goes on saying that all show it when somebody falls a little short: a score that
flickers must not make it flicker, and one that stays short must not have everybody hold still for nothing."""


class LightState:
    """Chooses the state that the light shows with each frame."""

    def __init__(self) -> None:
        self._photo_until = self._plainly_at = -math.inf

    def start_over(self, time_went_back: bool) -> None:
        """Forget what was seen before frames were missing, and the photo if it is in the future now."""
        self._plainly_at = -math.inf
        if time_went_back:
            self._photo_until = -math.inf

    def photo(self, now: float) -> None:
        """Show the photo state for :data:`PHOTO_LIGHT_SECONDS`: a photo was taken."""
        self._photo_until = now + PHOTO_LIGHT_SECONDS

    def update(
        self, people: tuple[Showing, ...], verdict: Verdict, *, armed: bool, coming: bool, now: float
    ) -> State:
        """Take in one more frame; returns the state to show.

        ``coming``: there will be a photo if everybody goes on. Nobody need hold still for one that is there
        already, or that cannot come yet.
        """
        if verdict.keepable:
            self._plainly_at = now
        if not armed:
            self._photo_until = -math.inf  # not shown again where somebody arms at once
            return State.DISARMED
        if now < self._photo_until:
            return State.PHOTO
        if not any(showing.person.counts for showing in people):
            return State.ARMED
        wavers = now - self._plainly_at > WAVERING_SECONDS
        if verdict.waiting_for is not None or wavers:
            return State.WAITING
        return State.ALL if coming else State.ARMED
