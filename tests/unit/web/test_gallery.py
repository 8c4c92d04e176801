"""The gallery: by day, small and whole, deletion, everything as a zip."""

import contextlib
import http.client
import io
import os
import random
import socket
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from appliance.web.gallery import Gallery
from tests.support.page_server import Page, write_photo


def test_the_gallery_is_by_day_and_newest_first(page: Page) -> None:
    old = write_photo(page.photos, 1, "20251231", "235900")
    first = write_photo(page.photos, 2, "20260101", "100000")
    second = write_photo(page.photos, 3, "20260101", "110000")
    (page.photos / "holiday.jpg").write_bytes(b"not ours")
    answer = page.ask("/api/photos").json()
    assert answer["total"] == 3
    assert [day["day"] for day in answer["days"]] == ["20260101", "20251231"]
    assert [one["name"] for day in answer["days"] for one in day["photos"]] == [second, first, old]
    pages = [page.ask(f"/api/photos?start={start}&count=1").json() for start in range(3)]
    assert [one["days"][0]["photos"][0]["name"] for one in pages] == [second, first, old]
    assert [one["next"] for one in pages] == [1, 2, None]


def test_the_newest_photo_is_first_though_the_clock_went_back(page: Page) -> None:
    before = [write_photo(page.photos, number, "20261025", f"0259{number:02d}") for number in (1, 2)]
    after = [write_photo(page.photos, number, "20261025", f"0200{number:02d}") for number in (3, 4)]
    years_ago = write_photo(page.photos, 5, "19700101", "000000")
    days = page.ask("/api/photos").json()["days"]
    assert [one["name"] for day in days for one in day["photos"]] == [years_ago, *reversed(before + after)]
    following = page.ask(f"/api/photos?after={after[0]}").json()["days"]
    assert [one["name"] for day in following for one in day["photos"]] == [*reversed(before)]


def test_what_follows_a_photo_is_asked_for_by_its_name_though_it_and_others_have_gone(page: Page) -> None:
    names = [write_photo(page.photos, number) for number in range(1, 7)]
    for gone in (names[3], names[5]):
        (page.photos / gone).unlink()
    answer = page.ask(f"/api/photos?count=2&after={names[3]}").json()
    assert [one["name"] for one in answer["days"][0]["photos"]] == [names[2], names[1]]
    assert (answer["total"], answer["next"]) == (4, 3)
    assert page.ask(f"/api/photos?after={names[0]}").json()["days"] == []
    assert page.ask("/api/photos?after=holiday.jpg").status == 400


def test_a_photo_comes_whole_and_small(page: Page) -> None:
    name = write_photo(page.photos, 1)
    whole = page.ask(f"/photos/{name}")
    assert whole.body == (page.photos / name).read_bytes()
    assert "content-disposition" not in whole.headers
    assert f'filename="{name}"' in page.ask(f"/photos/{name}?download").headers["content-disposition"]
    small = page.ask(f"/thumbnails/{name}")
    assert max(Image.open(io.BytesIO(small.body)).size) == 400


def test_a_thumbnail_is_made_once(tmp_path: Path) -> None:
    photos, cache = tmp_path / "photos", tmp_path / "cache"
    photos.mkdir()
    name = write_photo(photos, 1)
    gallery = Gallery(photos, cache)
    made = gallery.thumbnail(name)
    assert made is not None
    (kept,) = cache.iterdir()
    kept.write_bytes(b"kept")
    assert gallery.thumbnail(name) == b"kept"


@pytest.mark.parametrize("content", [b"", b"\xff\xd8\xff\xe0 torn", b"GIF89a", b"\x00" * 1000])
def test_a_file_that_is_not_a_picture_has_no_thumbnail(page: Page, content: bytes) -> None:
    (page.photos / "selfie-000001-20260102-150405.jpg").write_bytes(content)
    assert page.ask("/thumbnails/selfie-000001-20260102-150405.jpg").status == 404
    assert page.ask("/healthz").status == 200


def test_deleting_is_done_by_the_appliance_and_twice_is_reported(page: Page) -> None:
    name = write_photo(page.photos, 1)
    assert page.ask(f"/photos/{name}", "DELETE").status == 200
    assert not (page.photos / name).exists()
    again = page.ask(f"/photos/{name}", "DELETE")
    assert again.status == 409
    assert "already gone" in again.json()["error"]
    assert page.ask(f"/photos/{name}").status == 404


def test_photos_are_listed_with_their_size_as_they_are_shown(page: Page) -> None:
    names = [write_photo(page.photos, number) for number in (1, 2, 3)]
    with Image.open(page.photos / names[1]) as photo:
        exif = photo.getexif()
        exif[0x0112] = 6  # turned by a quarter
        photo.save(page.photos / names[1], exif=exif)
    (page.photos / names[2]).write_bytes(b"torn")
    listed = page.ask("/api/photos").json()["days"][0]["photos"]
    assert [(one["name"], one["width"], one["height"]) for one in listed] == [
        (names[2], None, None),
        (names[1], 360, 640),
        (names[0], 640, 360),
    ]


def test_a_deleted_photo_is_listed_nowhere_and_comes_back_whole(page: Page) -> None:
    name = write_photo(page.photos, 1)
    whole = (page.photos / name).read_bytes()
    assert page.ask(f"/photos/{name}", "DELETE").json() == {"undo_seconds": 60}
    assert page.ask("/api/photos").json()["total"] == 0
    assert page.ask(f"/thumbnails/{name}").status == 404
    assert zipfile.ZipFile(io.BytesIO(page.ask("/photos.zip").body)).namelist() == []
    assert page.ask(f"/photos/{name}/restore", "POST").json() == {}
    assert page.ask(f"/photos/{name}").body == whole
    again = page.ask(f"/photos/{name}/restore", "POST")
    assert again.status == 409
    assert "no longer in the bin" in again.json()["error"]


def test_nothing_but_photos_can_be_deleted_or_restored(page: Page) -> None:
    for name in (".smart-selfie-counter", "..%2fconfig.yaml", "selfie-1.jpg", ".smart-selfie-bin"):
        assert page.ask(f"/photos/{name}", "DELETE").status == 404
        assert page.ask(f"/photos/{name}/restore", "POST").status == 404


def test_all_photos_as_a_zip_and_those_of_a_day(page: Page) -> None:
    names = [write_photo(page.photos, 1, "20260101"), write_photo(page.photos, 2, "20260102")]
    archive = zipfile.ZipFile(io.BytesIO(page.ask("/photos.zip").body))
    assert archive.testzip() is None
    assert sorted(archive.namelist()) == [f"20260101/{names[0]}", f"20260102/{names[1]}"]
    assert archive.read(f"20260101/{names[0]}") == (page.photos / names[0]).read_bytes()
    day = zipfile.ZipFile(io.BytesIO(page.ask("/photos.zip?day=20260101").body))
    assert day.namelist() == [f"20260101/{names[0]}"]
    assert page.ask("/photos.zip?day=../..").status == 400


def test_photos_deleted_while_they_are_downloaded_spoil_nothing(tmp_path: Path) -> None:
    names = [write_photo(tmp_path, number, clock=f"1504{number:02}") for number in (1, 2, 3)]
    gallery = Gallery(tmp_path, tmp_path / "cache")
    pieces = gallery.archive(None)
    data = next(pieces)  # the newest, number 3, is being read
    for name in (names[2], names[0]):
        (tmp_path / name).unlink()
    archive = zipfile.ZipFile(io.BytesIO(data + b"".join(pieces)))
    assert archive.testzip() is None
    assert [name.partition("/")[2] for name in archive.namelist()] == [names[2], names[1]]


def taken_slowly(page: Page, path: str, meanwhile: Callable[[], None]) -> bytes:
    """What is downloaded by somebody who has taken a little of it when ``meanwhile`` happens."""
    connection = http.client.HTTPConnection("127.0.0.1", page.port, timeout=20)
    connection.request("GET", path)
    with contextlib.closing(connection), connection.getresponse() as answer:
        assert answer.status == 200
        begin = answer.read(1000)
        meanwhile()
        return begin + answer.read()


def test_a_photo_deleted_in_the_middle_of_its_download_comes_to_its_end(page: Page) -> None:
    name = "selfie-000001-20260102-150405.jpg"
    content = random.Random(1).randbytes(20_000_000)  # more than any buffer on the way holds
    (page.photos / name).write_bytes(content)

    def delete() -> None:
        page.appliance.delete_photo(name)

    assert taken_slowly(page, f"/photos/{name}", delete) == content
    assert page.ask(f"/photos/{name}").status == 404


def test_photos_deleted_in_the_middle_of_the_download_of_all_leave_a_whole_zip(page: Page) -> None:
    names = [f"selfie-00000{number}-20260102-15040{number}.jpg" for number in range(1, 5)]
    for name in names:
        (page.photos / name).write_bytes(random.Random(name).randbytes(8_000_000))

    def delete() -> None:
        for name in names[1:]:
            page.appliance.delete_photo(name)

    archive = zipfile.ZipFile(io.BytesIO(taken_slowly(page, "/photos.zip", delete)))
    assert archive.testzip() is None
    kept = [name.partition("/")[2] for name in archive.namelist()]
    assert kept[0] == names[3], "it had begun"
    assert names[0] in kept
    assert len(kept) < 4


def test_the_zip_is_never_whole_in_memory(tmp_path: Path) -> None:
    for number in range(1, 9):
        write_photo(tmp_path, number)
    total = sum(path.stat().st_size for path in tmp_path.iterdir())
    assert max(map(len, Gallery(tmp_path, tmp_path / "cache").archive(None))) < total / 4


@pytest.mark.parametrize("kind", ["pipe", "folder", "link", "socket"])
def test_what_is_called_like_a_photo_and_is_none_costs_nothing(open_page: Page, kind: str) -> None:
    real = write_photo(open_page.photos, 901)
    odd = open_page.photos / "selfie-000900-20260101-000000.jpg"
    with contextlib.ExitStack() as cleaning:
        cleaning.callback((open_page.photos / real).unlink)
        cleaning.callback(odd.rmdir if kind == "folder" else odd.unlink)
        if kind == "pipe":
            os.mkfifo(odd)
        elif kind == "folder":
            odd.mkdir()
        elif kind == "link":
            odd.symlink_to(open_page.config)
        else:
            cleaning.enter_context(socket.socket(socket.AF_UNIX)).bind(str(odd))
        before = len(list(Path("/proc/self/fd").iterdir()))
        for _ in range(60):  # more than there are threads
            for path in (f"/thumbnails/{odd.name}", f"/photos/{odd.name}"):
                assert open_page.ask(path).status == 404
        assert open_page.ask(f"/thumbnails/{real}").status == 200
        listed = open_page.ask("/api/photos").json()
        assert [one["name"] for day in listed["days"] for one in day["photos"]] == [real]
        with zipfile.ZipFile(io.BytesIO(open_page.ask("/photos.zip").body)) as archive:
            assert [Path(name).name for name in archive.namelist()] == [real]
        assert len(list(Path("/proc/self/fd").iterdir())) <= before + 5
