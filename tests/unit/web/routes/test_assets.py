"""The files of the page: weight, elements, and that they ask nobody else for anything."""

import re
from pathlib import Path


def test_the_page_weighs_less_than_200_kb() -> None:
    static = Path(__file__).parents[4] / "appliance" / "web" / "static"
    assert sum(path.stat().st_size for path in static.iterdir()) <= 200_000


def test_every_element_that_the_scripts_ask_for_stands_in_the_page() -> None:
    static = Path(__file__).parents[4] / "appliance" / "web" / "static"
    there = set(re.findall(r'\bid="([^"]+)"', (static / "index.html").read_text()))
    wanted = {
        name for path in static.glob("*.js") for name in re.findall(r'\$\("([^"]+)"\)', path.read_text())
    }
    assert len(wanted) > 40
    assert wanted <= there


def test_the_page_asks_nobody_else_for_anything() -> None:
    static = Path(__file__).parents[4] / "appliance" / "web" / "static"
    for path in static.iterdir():
        text = path.read_text().replace("http://www.w3.org/", "")
        assert "//" not in "\n".join(line for line in text.splitlines() if "http" in line), path.name
