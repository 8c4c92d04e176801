"""The list of the verified photos on a stick."""

from pathlib import Path

from appliance.export import export
from appliance.export.manifest import NAME
from tests.support.sticks import check_sums


def test_a_list_made_up_by_somebody_else_says_nothing(card: Path, stick: Path) -> None:
    (stick / NAME).write_text(
        f"{'0' * 64}  selfie-000001-20261121-120001.jpg\n../../etc/passwd\n" + "x" * 1000
    )
    outcome = export(card, stick)
    assert outcome.copied == 6
    assert check_sums(stick) == 6
