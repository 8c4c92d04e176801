"""The frames of a moment in which nobody blinks: everybody against their own best of the moment."""

import dataclasses

from appliance.pipeline.choose.eyes import all_open
from appliance.records.decision import Decision
from appliance.records.faces import Person
from tests.support.strategies import decision_on, face, frame, showing_of


def looking(time: float, **eyes: float | None) -> Decision:
    """A decision on a frame with people whose eyes are open with these probabilities."""
    people = []
    for number, opened in enumerate(eyes.values()):
        judged = dataclasses.replace(face(0.9), eyes_open=opened)
        people.append(showing_of(Person(number=number, face=judged, seen=True)))
    return decision_on(frame(time), people=tuple(people))


def test_a_frame_in_which_somebody_blinks_is_told_from_the_others() -> None:
    moment = [
        looking(0.0, anna=0.9, ben=0.95),
        looking(0.1, anna=0.1, ben=0.9),
        looking(0.2, anna=0.8, ben=0.9),
    ]
    assert all_open(moment) == [True, False, True]


def test_a_person_who_narrows_the_eyes_in_laughing_all_along_does_not_blink() -> None:
    assert all_open([looking(0.0, anna=0.3), looking(0.1, anna=0.25), looking(0.2, anna=0.28)]) == [True] * 3


def test_eyes_that_cannot_be_told_are_held_against_nobody() -> None:
    behind_glasses = [looking(0.0, anna=None, ben=0.9), looking(0.1, anna=None, ben=0.2)]
    assert all_open(behind_glasses) == [True, False]
    assert all_open([looking(0.0, anna=0.9), looking(0.1, anna=None)]) == [True, True]


def test_passers_by_and_missed_faces_do_not_count() -> None:
    awake, asleep = looking(0.0, anna=0.9), looking(0.1, anna=0.1)
    (showing,) = asleep.people
    for person in (
        dataclasses.replace(showing.person, counts=False),
        dataclasses.replace(showing.person, seen=False),
    ):
        other = dataclasses.replace(asleep, people=(dataclasses.replace(showing, person=person),))
        assert all_open([awake, other]) == [True, True]


def test_a_moment_without_frames_has_no_answer() -> None:
    assert all_open([]) == []
