"""A stage, and what wraps one: nothing of it gets lost."""

from collections.abc import Iterable

from appliance.line.stage import Replaceable, Stage


class HoldsBack(Stage[int, str]):
    """Holds every number back until it is flushed; odd ones are precious."""

    name = "holds back"
    capacity = 7

    def __init__(self) -> None:
        self.held: list[str] = []

    def process(self, number: int) -> Iterable[str]:
        self.held.append(str(number))
        return ()

    def flush(self) -> Iterable[str]:
        held, self.held = self.held, []
        return held

    def is_precious(self, number: int) -> bool:
        return number % 2 == 1


class Spells(Stage[int, str]):
    name = "spells"

    def process(self, number: int) -> Iterable[str]:
        yield f"number {number}"


def test_a_replaceable_stage_is_in_every_way_like_the_one_inside() -> None:
    stage = Replaceable(HoldsBack())
    assert (stage.name, stage.capacity) == ("holds back", 7)
    assert [stage.is_precious(number) for number in (1, 2)] == [True, False]
    assert list(stage.process(3)) == []
    assert list(stage.flush()) == ["3"]


def test_a_stage_that_was_replaced_gets_no_further_item() -> None:
    stage = Replaceable(HoldsBack())
    stage.replace(Spells())
    assert list(stage.process(3)) == ["number 3"]
    assert (list(stage.flush()), stage.is_precious(3)) == ([], False)
