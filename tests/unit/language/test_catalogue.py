"""Catalogues: every sentence that people read has its German counterpart, whatever values stand in it."""

import re
from pathlib import Path

import pytest

from appliance.language.catalogue import Catalogue, Entry, catalogue, languages, read_po
from tests.support import readable

NOT_WORDS = {
    "12px system-ui, sans-serif", "field kind-{}", "strong + span", "Content-Type", "X-Page-Proof",
    "CPU", "CSV", "ABCD-2345", "Smart selfie", "Smart selfie {}",
    "journalctl -u smart-selfie", "sudo ./setup.sh", "sudo chown {}: {}", "sudo systemctl enable {}",
    "sudo touch {}", "sudo apt install network-manager", "sudo systemctl enable --now NetworkManager",
    "--set {}{}{}: {}",
}  # fmt: skip
"""Read by programs, names, and commands to be copied."""
PARTS = {
    "1 min", "5 min", "10 min", "1 photo",
    ", also as {}", "mode {}", "of {}", "waiting for {}", "waiting for {}, {} are needed", "{} more",
    "{} of {} show it", "{} or {}", "{}, or {}", "{} {} in view", "pin {} is used twice{}",
    "delivers to the running appliance{}", "up to {} per second{}",
    "unknown expression {}; {}choose one of {}",
    "Close it: fuser -v", "The Wi-Fi radio {} is {}", "Webcam {} not found: {}", "{} (hardware.{}) {}",
    "{} delivers {}{}, not colour pictures", "{}, or set hardware.{} to another pin or none",
    "{}={} gives no pins: {}",
    "^Field required", "^String should have at least 1 character", "^String should have at most",
    "^String should match pattern", "a valid boolean", "a valid string", "a valid tuple",
    "^Tuple should have at most (\\d+) items after validation, not (\\d+)",
    "a list, such as [1920, 1080] for a size", "has \\2 entries, and \\1 are the most", "must have at most",
    "must match the pattern", "text; put it in quotes",
    "Value error,", "must be", "should be", "a valid integer", "a valid number",
}  # fmt: skip
"""Of which whole sentences are made, which stand in the catalogue as they are read."""
WHOLE = [
    "1 photo", "3 photos", "1 person in view", "4 people in view", "of 28.6 GB", "mode 2304x1296",
    "waiting for 1 more", "Waiting for 3 more, 5 are needed", "2 of 3 smile", "0 of 1 smiles", "All 4 smile",
    "2 of at least 3 look sad or afraid", "3 smile or look surprised",
    "pin 17 is used twice, also as button_pin",
    "delivers to the running appliance: imx708", "up to 30 per second, 40 requested: the limit of this mode",
    "unknown expression 'smile'; did you mean happy? choose one of angry, happy", "must be 1 or more",
    "unknown expression 'x'; choose one of angry, happy", "must be a whole number", "must be a number",
    "unknown key; did you mean rule.expression?", "Too many attempts. Wait 12 seconds",
    "Close it: fuser -v /dev/video0", "The Wi-Fi radio wlan0 is unavailable", "MOCK=x gives no pins: y",
    "Webcam 1 not found: there are 1, counted from 0", "Webcam 0 not found: no webcam is connected",
    "GPIO17 (hardware.led_pin) is in use by another program or overlay",
    "Stop that program, see `gpioinfo`, or set hardware.led_pin to another pin or none",
    "must have at most 63 characters", "must match the pattern '^a$'", "has 3 entries, and 2 are the most",
    "must be text; put it in quotes", "must be a list, such as [1920, 1080] for a size",
    "must be 'arm' or 'shoot'", "must be 'slight', 'normal' or 'big'",
]  # fmt: skip
FOREIGN = [language for language in languages() if language != "en"]


def test_german_is_there() -> None:
    assert "de" in languages()


@pytest.mark.parametrize("language", FOREIGN)
def test_every_sentence_that_people_read_has_its_counterpart(language: str) -> None:
    entries = catalogue(language).entries
    there = {readable.shape(template) for entry in entries for template in (entry.singular, entry.plural)}
    there |= {text[:1].lower() + text[1:] for text in there} | {text[:1].upper() + text[1:] for text in there}
    read = readable.everything() - NOT_WORDS - PARTS
    assert len(read) > 450
    assert sorted(text for text in read if text.strip(" ,;") not in there) == []


@pytest.mark.parametrize("language", FOREIGN)
def test_browsers_are_sent_all_that_the_page_says_and_less_than_there_is(language: str) -> None:
    entries = catalogue(language).messages()["entries"]
    sent = {readable.shape(text) for one, _, *more in entries for text in (one, *more)}
    sent |= {text[:1].lower() + text[1:] for text in sent} | {text[:1].upper() + text[1:] for text in sent}
    parts = (readable.of_html(), readable.of_scripts(), readable.of_tables(), readable.of_routes())
    read = {readable.shape(text) for part in parts for text in part if re.search("[A-Za-z]", text)}
    assert sorted(text for text in read - NOT_WORDS - PARTS if text.strip(" ,;") not in sent) == []
    assert len(entries) < len(catalogue(language).entries)


@pytest.mark.parametrize("language", FOREIGN)
@pytest.mark.parametrize("sentence", WHOLE)
def test_sentences_made_of_parts_are_translated_as_they_are_read(language: str, sentence: str) -> None:
    said = catalogue(language).translate(sentence)
    assert said != sentence
    for number in re.findall(r"\d+", sentence):
        assert number in said


@pytest.mark.parametrize("language", FOREIGN)
def test_no_translation_lacks_a_value_or_has_one_that_is_not_there(language: str) -> None:
    for entry in catalogue(language).entries:
        for form in entry.forms:
            assert set(re.findall(r"{(\w+)}", form)) == set(re.findall(r"{(\w+)}", entry.singular)), (
                entry.singular
            )


@pytest.mark.parametrize("language", FOREIGN)
def test_a_catalogue_holds_nothing_twice(language: str) -> None:
    ones = [entry.singular for entry in catalogue(language).entries]
    assert sorted(ones) == sorted(set(ones))


def test_values_are_put_in_and_translated_too() -> None:
    german = catalogue("de")
    assert german.translate("2 of 3 look surprised") == "2 von 3 sehen überrascht aus"
    assert german.translate("/srv/photos is missing") == "/srv/photos fehlt"
    assert german.translate("Hold it") == "So bleiben", "a capital only because it stands first"
    assert german.translate("512 MB, ring of frames 30, its buffers take 64") == (
        "512 MB, Ring der Bilder 30, ihre Puffer nehmen 64"
    )


def test_what_is_not_in_the_catalogue_stays_as_it_is() -> None:
    german = catalogue("de")
    for text in (
        "",
        "42",
        "–",
        "/srv/a, b; c/photos",
        "selfie-000001-20260102-150405.jpg",
        "no such words {x}",
    ):
        assert german.translate(text) == text
    assert catalogue("en").translate("1 photo") == "1 photo"


def test_a_language_with_more_than_two_plurals_takes_the_right_one() -> None:
    rule, entries = read_po(
        'msgid ""\nmsgstr ""\n"Plural-Forms: nplurals=3; plural=(n==1 ? 0 : n%10>=2 && n%10<=4 && '
        '(n%100<10 || n%100>=20) ? 1 : 2);\\n"\n\n'
        'msgid "{number} photo"\nmsgid_plural "{number} photos"\n'
        'msgstr[0] "{number} zdjęcie"\nmsgstr[1] "{number} zdjęcia"\nmsgstr[2] "{number} zdjęć"\n'
    )
    polish = Catalogue("pl", entries, rule)
    said = [polish.translate(f"{number} photo{'s' * (number != 1)}") for number in (1, 3, 5, 12, 22, 112)]
    assert [text.partition(" ")[2] for text in said] == [
        "zdjęcie",
        "zdjęcia",
        "zdjęć",
        "zdjęć",
        "zdjęcia",
        "zdjęć",
    ]
    assert polish.messages()["plural"][112] == 2


def test_untranslated_entries_and_comments_of_a_file_are_left_out() -> None:
    _, entries = read_po('# mine\nmsgid "a"\nmsgstr ""\n\n#, fuzzy\nmsgid "b"\nmsgstr "c "\n"d"\n')
    assert entries == [Entry("b", "b", ("c d",))]


def test_what_is_not_on_the_page_is_said_and_not_sent() -> None:
    _, entries = read_po(
        '#. The page\nmsgid "a"\nmsgstr "x"\n\n#. Not on the page: doctor\nmsgid "b"\nmsgstr "y"\n'
    )
    assert [entry.on_page for entry in entries] == [True, False]
    both = Catalogue("xx", entries)
    assert both.translate("b") == "y"
    assert both.messages()["entries"] == [["a", ["x"]]]


def test_a_language_is_added_by_a_file() -> None:
    files = Path(__file__).parents[3] / "appliance" / "language"
    assert {path.stem for path in files.glob("*.po")} == set(languages()) - {"en"}
