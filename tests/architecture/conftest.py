"""Trees of all files take 100 MB, which the tests of other rooms need not carry along."""

from collections.abc import Iterator

import pytest

from tests.support.sources import sources


@pytest.fixture(scope="package", autouse=True)
def trees() -> Iterator[None]:
    yield
    sources.cache_clear()
