"""Memory of what is at the remote."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from appliance.sync.ledger import Ledger

NAMES = [f"selfie-{number:06d}-20261130-120000.jpg" for number in range(1, 6)]


def test_it_remembers_through_a_new_start(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "there", "cloud:a")
    ledger.keep(set())
    ledger.add(NAMES[:2])
    ledger.add(NAMES[1:3])
    again = Ledger(tmp_path / "there", "cloud:a")
    assert [name in again for name in NAMES] == [True, True, True, False, False]
    assert len(again) == 3


def test_at_another_remote_nothing_is_there_yet(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "there", "cloud:a")
    ledger.keep(set())
    ledger.add(NAMES)
    assert len(Ledger(tmp_path / "there", "cloud:b")) == 0


def test_photos_that_left_the_card_are_forgotten(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "there", "cloud:a")
    ledger.keep(set())
    ledger.add(NAMES)
    ledger.keep(set(NAMES[:1]))
    assert len(Ledger(tmp_path / "there", "cloud:a")) == 1


@given(st.integers(min_value=0, max_value=200), st.binary(max_size=40))
def test_a_power_cut_anywhere_costs_a_second_look_never_a_photo(cut: int, junk: bytes) -> None:
    import tempfile  # noqa: PLC0415  (hypothesis and tmp_path do not go together)

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "there")
        ledger = Ledger(path, "cloud:a")
        ledger.keep(set())
        ledger.add(NAMES)
        path.write_bytes(path.read_bytes()[:cut] + junk)
        again = Ledger(path, "cloud:a")
        assert len(again) <= len(NAMES)
        again.keep(set(NAMES))
        again.add(NAMES)
        assert len(Ledger(path, "cloud:a")) == len(NAMES)
