"""What readers saw in faces: tables refused by file and line, one side for a scene, and the bench."""

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from appliance.pipeline.decide.sensitivity import THRESHOLDS
from models.training.errors import BadDataError
from models.training.expression import people, people_bench, readings
from models.training.expression.labels import HAPPY, LABELS, NOT_A_FACE

HEADER = "file,x,y,w,h,expression,eyes,expression2,eyes2\n"


def folder_of(tmp_path: Path, *rows: str, header: str = HEADER) -> Path:
    """A folder with such a table, and every photo that it names, 120x100 pixels."""
    rng = np.random.default_rng(0)
    for row in rows:
        photo = tmp_path / row.split(",")[0]
        if not photo.exists() and photo != tmp_path:
            cv2.imwrite(str(photo), rng.integers(0, 256, (100, 120), np.uint8))
    (tmp_path / readings.FILE).write_text(header + "".join(f"{row}\n" for row in rows))
    return tmp_path


def test_a_row_holds_what_one_or_both_readers_saw(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, "a.png,10,10,40.5,50,S,o,,", "a.png,60,10,40,50,f,c,S,h")
    one, two = readings.read(folder)
    assert one.box == (10, 10, 40.5, 50)
    assert (one.expressions, one.eyes) == ("S", "o")
    assert (two.expressions, two.eyes) == ("fS", "ch")
    assert one.says("S")
    assert not two.says("S")
    assert two.says("Sf")
    assert readings.shares([one.expressions, two.expressions], "Sfn").tolist() == [[1, 0, 0], [0.5, 0.5, 0]]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("a.png,10,10,40,50,Q,o,,", "line 2: expression is 'Q'; one of S, f, n, a, u, x"),
        ("a.png,10,10,40,50,S,z,,", "line 2: eyes is 'z'; one of o, c, h"),
        ("a.png,10,10,40,50,S,o,Sf,o", "line 2: expression2 is 'Sf'"),
        ("a.png,10,10,40,50,,o,,", "line 2: expression is ''"),
        ("a.png,10,ten,40,50,S,o,,", "line 2: x, y, w, h must be numbers"),
        ("a.png,10,10,0,50,S,o,,", "line 2: box 10, 10, 0, 50; width and height must be above 0"),
        ("a.png,10,10,nan,50,S,o,,", "line 2: box"),
        ("a.png,10,10,40,50,S", "line 2: fewer values than columns"),
        ("a.png,10,10,40,50,S,o,,,,", "line 2: more values than columns"),
    ],
)
def test_a_wrong_row_is_refused_by_file_and_line(tmp_path: Path, row: str, words: str) -> None:
    with pytest.raises(BadDataError) as refused:
        readings.read(folder_of(tmp_path, row))
    assert str(tmp_path / readings.FILE) in str(refused.value)
    assert words in str(refused.value)


def test_a_table_with_other_columns_says_which_are_missing(tmp_path: Path) -> None:
    with pytest.raises(BadDataError, match="column w, h, eyes is missing; expected file, x, y, w, h"):
        readings.read(folder_of(tmp_path, header="file,x,y,expression\n"))
    with pytest.raises(BadDataError, match="of expression2 and eyes2 one is missing"):
        readings.read(folder_of(tmp_path, header="file,x,y,w,h,expression,eyes,eyes2\n"))
    with pytest.raises(BadDataError, match="no rows"):
        readings.read(folder_of(tmp_path))
    (tmp_path / readings.FILE).unlink()
    with pytest.raises(BadDataError, match=r"expressions\.csv: No such file"):
        readings.read(tmp_path)


def test_photos_that_are_gone_are_counted_and_the_first_is_named(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, "a.png,10,10,40,50,S,o,,", "b.png,10,10,40,50,n,o,,")
    (folder / "b.png").unlink()
    with pytest.raises(BadDataError, match=r"1 of its photos are gone, the first one is b\.png"):
        readings.read(folder)


def test_a_photo_that_cannot_be_read_and_a_box_outside_are_named(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, "a.png,10,10,40,50,S,o,,")
    outside = r"a\.png: the face at 130, 10, 40, 50 lies outside of its 120x100"
    with pytest.raises(BadDataError, match=outside):
        people.cut_all(folder, [("a.png", (130, 10, 40, 50))], 48)
    (folder / "a.png").write_bytes(b"no picture")
    with pytest.raises(BadDataError, match=r"a\.png: gone, or not readable as a picture"):
        people.cut_all(folder, [("a.png", (10, 10, 40, 50))], 48)


def test_all_photos_of_one_scene_or_person_are_on_one_side() -> None:
    scenes = readings.scenes()
    assert scenes
    for mates in set(scenes.values()):
        assert len({readings.split_of(mate) for mate in mates}) == 1, mates


def test_nobody_in_the_groups_of_the_moments_bench_is_learned_from() -> None:
    assert readings.bench_groups()
    assert {readings.split_of(file) for file in readings.bench_groups()} == {"test"}
    assert not any(readings.may_teach(file) for file in readings.bench_groups())


def person(file: str, expressions: str, eyes: str = "o", size: float = 60) -> readings.Reading:
    return readings.Reading(file, (0, 0, size, size), expressions, eyes)


def judged(faces: list[readings.Reading], happy: list[float]) -> dict[str, Any]:
    """The bench's figures for a network that gives those scores, and says of all eyes that they are open."""
    probabilities = np.full((len(faces), len(LABELS)), 1e-6)
    probabilities[:, HAPPY] = happy
    probabilities[:, LABELS.index("neutral")] = 1 - np.array(happy)
    probabilities[:, NOT_A_FACE] = 1e-9
    eyes = np.tile(np.array([0.9, 0.08, 0.02], np.float32), (len(faces), 1))
    crops, wide = (np.full((len(faces), side, side), 120, np.uint8) for side in (48, 72))
    return people_bench.figures(
        lambda _: np.log(probabilities), lambda _: eyes, 1.0, people_bench.People(faces, crops, wide)
    )


def test_a_group_is_taken_where_every_clear_smile_passes() -> None:
    sure, missed, faint = THRESHOLDS["happy"]["normal"] + 0.05, 0.2, 0.3
    faces = [
        *(person("all.png", "SS"), person("all.png", "S")),
        *(person("missed.png", "S"), person("missed.png", "S")),
        *(person("one.png", "S"), person("one.png", "nn"), person("one.png", "x")),
        *(person("faint.png", "S"), person("faint.png", "f")),
        person("alone.png", "S"),
    ]
    scores = [sure, sure, sure, missed, sure, 0.01, 0.99, sure, faint, sure]
    groups = judged(faces, scores)["groups"]
    assert (groups["all_smile"]["share"], groups["all_smile"]["of"]) == (0.5, 2)
    assert (groups["one_does_not"]["share"], groups["one_does_not"]["of"]) == (0.0, 1)


def test_faces_on_which_the_readers_differ_are_no_clear_case() -> None:
    faces = [person("a.png", "S"), person("b.png", "Sf"), person("c.png", "n"), person("d.png", "nf")]
    figures = judged(faces, [0.9, 0.1, 0.1, 0.9])
    assert (figures["clear_smiles"], figures["clear_none"]) == (1, 1)
    assert figures["happy"]["recall"]["share"] == 1.0
    assert figures["happy"]["false"]["share"] == 0.0


def test_eyes_are_counted_apart_for_open_closed_and_hidden_ones() -> None:
    faces = [person("a.png", "S", "o"), person("b.png", "S", "c"), person("c.png", "n", "h")]
    eyes = judged(faces, [0.9, 0.9, 0.1])["eyes"]
    assert eyes["open_called_open"]["share"] == 1.0
    assert eyes["closed_called_open"]["share"] == 1.0
    assert eyes["hidden_told"]["of"] == 1


def test_an_interval_holds_the_share_and_narrows_with_more_faces() -> None:
    few, many = (people_bench.share(np.arange(count) % 10 != 0) for count in (20, 2000))
    for one in (few, many):
        assert one["interval_95"][0] < one["share"] == 0.9 < one["interval_95"][1]
    assert many["interval_95"][1] - many["interval_95"][0] < few["interval_95"][1] - few["interval_95"][0]
    assert people_bench.share(np.array([], bool)) == {"of": 0}


def test_smiles_are_counted_by_what_is_seen_of_the_eyes() -> None:
    faces = [person("a.png", "S", "o"), person("b.png", "S", "h"), person("c.png", "n", "h")]
    eyes = judged(faces, [0.9, 0.1, 0.1])["by_eyes"]
    assert (eyes["open"]["recall"]["share"], eyes["hidden"]["recall"]["share"]) == (1.0, 0.0)
    assert eyes["hidden"]["false"] == people_bench.share(np.array([False]))


def test_a_face_is_turned_around_its_middle_and_shows_what_was_beside_it() -> None:
    wide = np.full((2, 72, 72), 50, np.uint8)
    wide[:, :, :12] = 200  # beside what the network sees
    upright, tilted = (people_bench.turned(wide, degrees) for degrees in (0, 30))
    assert upright.shape == (2, 48, 48)
    assert (upright == 50).all()
    first, second = tilted
    assert (first[-1, 0], first[0, 0]) == (50, 200)
    assert (second[0, 0], second[-1, 0]) == (50, 200)
    assert tilted[0, 24, 24] == tilted[1, 24, 24] == 50
