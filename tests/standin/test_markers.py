"""The markers in a question: what they mean, and which are refused."""

import re
from pathlib import Path

import pytest

import chatsite.standin
from chatsite.standin.markers import MARKER_NAMES, BadMarker, parse_markers, remove_markers

PARSED = {
    "Hello.": {},
    "[[endless]]": {"endless": ()},
    "[[rate:2.5]][[chars:10]]": {"rate": (2.5,), "chars": (10,)},
    "[[echo:Is it 10:30?]]": {"text": ("Is it 10:30?",)},
    "[[text]]a [[b]][[/text]]": {"text": ("a [[b]]",)},
    "[[thinking]]": {"thinking": ()},
    "[[thinking:Hm: yes.]]": {"thinking": ("Hm: yes.",)},
    "[[header:retry-after:3]]": {"header": ("retry-after", "3")},
    "[[status:529]]": {"status": (529, None)},
    "[[status:429:3]]": {"status": (429, "3")},
    "[[status:529:0.1:times:2]]": {"status": (529, "0.1"), "times": (2,)},
    "[[status:529:times:2]]": {"status": (529, None), "times": (2,)},
    "[[stall:3]]": {"stall": (3,)},
    "[[stall:3:ping]]": {"stall": (3, "ping")},
    "[[pause_turn]]": {"pause_turn": ()},
    "[[pause_turn:2]]": {"pause_turn": (2,)},
    '[[tool:clock:{"zone": "a:b"}]][[tool]]': {"tool": (("clock", '{"zone": "a:b"}'), ("", ""))},
    "[[title:hang]]": {},
    "Is [[1, 2], [3, 4]] a [[wiki link]] or a [[text]]?": {},
}


@pytest.mark.parametrize(("question", "markers"), PARSED.items())
def test_a_question_is_searched_for_markers(question, markers):
    assert parse_markers(question) == markers


def test_a_title_request_obeys_only_the_markers_for_titles():
    question = "[[echo:Yes.]][[title:status:500]][[text]]No.[[/text]]"
    assert parse_markers(question, purpose="title") == {"status": (500, None)}


INVALID = {
    "[[status:900]]": "marker [[status]] cannot be '900'",
    "[[rate:fast]]": "marker [[rate]] cannot take 'fast' as a number",
    "[[truncate:-1]]": "marker [[truncate]] cannot take '-1' as a count",
    "[[chars:0]]": "marker [[chars]] must be at least 1",
    "[[pause_turn:0]]": "marker [[pause_turn]] must be at least 1",
    "[[kind:poem]]": "marker [[kind]] must be one of prose, list, fence, table",
    "[[stall]]": "marker [[stall]] takes 1 to 2 arguments",
    "[[burst:1]]": "marker [[burst]] takes 0 to 0 arguments",
    "[[echo]]": "marker [[echo]] is empty",
    "[[text]][[/text]]": "marker [[text]] is empty",
    "[[header:x]]": "marker [[header]] takes a name and a value",
}


@pytest.mark.parametrize(("question", "message"), INVALID.items())
def test_a_marker_with_invalid_arguments_is_named(question, message):
    with pytest.raises(BadMarker, match=f"^{re.escape(message)}$"):
        parse_markers(question)


@pytest.mark.parametrize("marker", ["[[endless]]", "[[clock:1]]"])
def test_a_turn_with_a_text_that_is_not_known_in_advance_cannot_pause(marker):
    with pytest.raises(BadMarker, match="pause_turn"):
        parse_markers(f"[[pause_turn]]{marker}")


def test_a_question_without_its_markers_is_what_a_person_would_write():
    assert remove_markers("[[rate:0]]How are you?[[text]][x][[/text]] ") == "How are you?"


def test_the_readme_explains_every_marker():
    readme = Path(chatsite.standin.__file__).with_name("README.md").read_text()
    assert set(re.findall(r"\[\[([a-z0-9_]+)", readme)) == MARKER_NAMES | {"text", "title", "summary"}
