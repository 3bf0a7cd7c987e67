"""What people read of inputs and results: text, and images that load nothing from elsewhere."""

import pytest

from conversations.models.content import text_content
from conversations.presentation.tool_values import MAX_DEPTH, fold, list_values, show_result, write_value
from conversations.tools import running
from conversations.tools.results import text_result

FILE = "7f0e3a52-8a4f-4a55-9a4f-2f3f1a6f0c11"


def image(**source):
    return {"type": "image", "source": source}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "nothing"),
        (True, "yes"),
        (1.50, "1.5"),
        ("", "(empty)"),
        ([], "(empty)"),
        (["Kiel", "two\nlines"], "– Kiel\n–\n  two\n  lines"),
        ({"a_day": {"of": "week"}, "n": 1}, "a day:\n  of: week\nn: 1"),
    ],
)
def test_a_value_is_written_as_text(value, text):
    assert write_value(value) == text


def test_values_in_values_without_end_are_cut():
    value: object = "deep"
    for _ in range(500):
        value = [value]
    assert "deep" not in write_value(value)
    assert len(write_value(value).splitlines()) <= MAX_DEPTH + 2


def test_an_input_is_whole_however_long_it_is():
    [shown] = list_values({"text": "x" * 50_000})
    assert (len(shown.value.text), shown.value.left_out) == (50_000, 0)
    assert len(shown.value.beginning) < 1_000


def test_many_short_lines_are_folded_too():
    assert fold("\n" * 20 + "rm -rf /").beginning == "\n" * 11


def test_people_do_not_read_what_delimits_a_result_for_claude():
    delimited = running.delimit("Ferries at nine.\n\nAnd at ten.")
    shown = show_result(text_result(delimited).content).text
    assert shown is not None
    assert shown.text == "Ferries at nine.\n\nAnd at ten."


def test_an_image_of_a_result_is_shown_and_a_file_has_a_link():
    content = [image(type="base64", media_type="image/png", data="aGk="), image(type="file", file_id=FILE)]
    embedded, file = show_result(content).images
    assert (embedded.source, embedded.url) == ("data:image/png;base64,aGk=", "")
    assert (file.source, file.url) == (f"/files/{FILE}/thumbnail/", f"/files/{FILE}/")


@pytest.mark.parametrize(
    "source",
    [
        {"type": "url", "url": "https://evil.example/x.png"},
        {"type": "base64", "media_type": "image/svg+xml", "data": "aGk="},
        {"type": "base64", "media_type": "image/png", "data": "x" * 1_000_000},
        {"type": "file", "file_id": "file_of_the_api"},
    ],
)
def test_other_images_are_named_and_not_loaded(source):
    [shown] = show_result([image(**source)]).images
    assert (shown.source, shown.url) == ("", "")


def test_a_result_may_be_a_text_or_blocks_of_other_types():
    assert show_result("At nine.").text == show_result(text_content("At nine.")).text
    found = {"type": "search_result", "title": "Ferries", "source": "https://f.example/"}
    shown = show_result([found]).text
    assert shown is not None
    assert shown.text == "title: Ferries\nsource: https://f.example/"
