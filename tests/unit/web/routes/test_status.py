"""What machines ask the page: metrics, and its address as a code."""

from tests.support.page_server import Page


def test_the_qr_code_is_the_pages_address(page: Page) -> None:
    answer = page.ask("/qr.svg")
    assert answer.headers["content-type"] == "image/svg+xml"
    assert b"<svg" in answer.body
