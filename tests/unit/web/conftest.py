"""The page as it is served, with and without a password."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.page_server import Page, serving
from tests.support.passwords import HASHED


@pytest.fixture(scope="module")
def open_page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    with serving(tmp_path_factory.mktemp("open")) as page:
        page.enter()
        yield page


@pytest.fixture
def locked_page(tmp_path: Path) -> Iterator[Page]:
    with serving(tmp_path, password=HASHED) as page:
        yield page
