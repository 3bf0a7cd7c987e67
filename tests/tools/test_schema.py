"""What Claude reads of a tool comes from the signature and the docstring of its function."""

import pytest

from conversations.tools.functions import tool
from tests.tools.samples import book, find_rooms


def test_name_title_and_description_come_from_the_function():
    assert (find_rooms.name, find_rooms.title) == ("find_rooms", "Find rooms")
    assert find_rooms.description == "Find free rooms.\n\nOnly those of this house."
    assert (find_rooms.acts, find_rooms.is_untrusted, find_rooms.timeout) == (False, False, 30)


def test_what_is_given_takes_their_place():
    assert (book.name, book.title, book.description) == ("book-room", "Book", "Books a room.")
    assert (book.acts, book.is_untrusted, book.timeout) == (True, True, 5)


def test_the_schema_has_the_parameters_with_their_descriptions():
    assert find_rooms.signature.schema == {
        "type": "object",
        "properties": {
            "people": {"type": "integer", "description": "How many people\nthere must be room for."},
            "json": {"type": "string", "default": ""},
            "model_size": {"type": "string", "default": "big", "description": "The size."},
        },
        "required": ["people"],
        "additionalProperties": False,
    }


def test_the_schema_does_not_have_the_context():
    assert book.signature.schema == {
        "type": "object",
        "properties": {"kind": {"type": "string", "enum": ["small", "big"], "default": "big"}},
        "additionalProperties": False,
    }


def test_a_tool_is_still_a_function():
    assert find_rooms(4)[0].name == "big room for 4"


def without_type(x):
    """Do."""


def with_many(*names: str):
    """Do."""


def only_by_position(name: str, /):
    """Do."""


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (without_type, "the parameter x needs a type"),
        (with_many, "takes parameters by their names"),
        (only_by_position, "takes parameters by their names"),
    ],
)
def test_a_parameter_that_claude_cannot_fill_in_is_an_error(function, words):
    with pytest.raises(TypeError, match=words):
        tool(acts=False)(function)


@pytest.mark.parametrize("name", ["with space", "ä", "n" * 65])
def test_a_name_that_claude_does_not_take_is_an_error(name):
    with pytest.raises(TypeError, match="cannot be the name of a tool"):
        tool(acts=False, name=name, description="Do.")(lambda: "")


def test_a_title_that_the_database_does_not_take_is_an_error():
    with pytest.raises(TypeError, match="its title has more than 100 characters"):
        tool(acts=False, name="do", title="t" * 101, description="Do.")(lambda: "")


def test_only_a_function_is_a_tool():
    with pytest.raises(TypeError, match="a tool is made of a function, not of <class 'int'>"):
        tool(acts=False, description="Do.")(int)


def test_a_tool_must_say_whether_it_acts():
    with pytest.raises(TypeError, match="acts"):
        tool()  # type: ignore[call-arg]
