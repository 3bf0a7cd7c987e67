"""Which functions are tools: those that CHAT_TOOLS names, once an administrator has switched them on."""

import asyncio
import os
import subprocess
import sys

import pytest
from django.contrib.auth.models import Group
from django.core.exceptions import ImproperlyConfigured

from conversations.models import Tool
from conversations.tools.calls import read_tools
from conversations.tools.functions import is_available, load_functions, sync_functions
from tests.history import begin
from tests.replies.scripted import running_engine
from tests.replies.threads import storage_threads
from tests.site import ROOT

FIELDS = {"title": "Old", "description": "Old.", "input_schema": {}, "acts": False, "is_untrusted": False}


@pytest.fixture
def team_module(tmp_path, monkeypatch):
    """Makes a module with these lines, below an import of the decorator, that can be imported; returns its name."""

    def make(lines):
        name = f"team_{tmp_path.name}"  # a module is loaded once
        (tmp_path / f"{name}.py").write_text(f"from conversations.tools.functions import tool\n{lines}\n")
        monkeypatch.syspath_prepend(tmp_path)
        return name

    return make


def test_nothing_is_registered_by_default():
    assert load_functions() == {}


def test_a_module_or_a_single_function_is_named(settings):
    settings.CHAT_TOOLS = ["tests.tools.samples.book", "conversations.tools.examples.clock"]
    assert list(load_functions()) == ["book-room", "current_time"]


def test_a_module_registers_what_it_defines_and_not_what_it_imports(settings):
    settings.CHAT_TOOLS = ["tests.tools.test_schema"]
    with pytest.raises(ImproperlyConfigured, match="neither a tool nor a module with tools"):
        load_functions()


@pytest.mark.parametrize(
    ("paths", "words"),
    [
        (["nowhere"], "cannot be imported: No module named 'nowhere'"),
        (["nowhere.at.all"], "No module named 'nowhere'"),
        (["tests.tools.samples.nothing"], "nothing"),
        (["tests.tools.samples.Room"], "neither a tool"),
        (["tests.tools.samples", "tests.tools.samples.book"], ""),
        (
            ["tests.tools.samples", "tests.tools.same_name"],
            "two tools with the name repeat: .*samples.py, line [0-9]+, and .*same_name.py, line 6",
        ),
    ],
)
def test_a_wrong_path_is_an_error_that_names_the_variable(settings, paths, words):
    settings.CHAT_TOOLS = paths
    if not words:
        assert "book-room" in load_functions()
        return
    with pytest.raises(ImproperlyConfigured, match=words) as raised:
        load_functions()
    assert str(raised.value).startswith("CHAT_TOOLS names ")


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        ("def f(x: int):\n    pass", "the function f: it needs a docstring"),
        ('def f(x):\n    """Do."""', "the function f: the parameter x needs a type"),
        (
            'def f(x: "Nowhere"):\n    """Do."""',
            "the function f: its parameters need types that JSON can express: name 'Nowhere'",
        ),
        ('def f(x: object()):\n    """Do."""', "the function f: its parameters need types that JSON can express: "),
        ('def f(x: type(lambda: 1)):\n    """Do."""', "the function f: its parameters need types"),
        ('def f(*x: int):\n    """Do."""', "the function f: a tool takes parameters by their names, not *x"),
    ],
)
def test_a_wrong_function_is_an_error_that_names_it_and_its_place(settings, team_module, lines, sentence):
    module = team_module(f"@tool(acts=False)\n{lines}")
    settings.CHAT_TOOLS = [module]
    with pytest.raises(ImproperlyConfigured) as raised:
        load_functions()
    assert str(raised.value).startswith(f"CHAT_TOOLS names '{module}': {sentence}")
    assert f"{module}.py, line 2" in str(raised.value)


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        ("@tool\ndef f():\n    pass", "TypeError: tool()"),
        ("@tool()\ndef f():\n    pass", "TypeError: tool() missing 1 required keyword-only argument: 'acts'"),
        ("import nowhere", "No module named 'nowhere'"),
        ("{}['key']", "KeyError: 'key'"),
        ("def f(:", "SyntaxError: invalid syntax"),
    ],
)
def test_a_module_that_cannot_be_imported_is_an_error_that_names_its_line(settings, team_module, lines, sentence):
    module = team_module(lines)
    settings.CHAT_TOOLS = [module]
    with pytest.raises(ImproperlyConfigured) as raised:
        load_functions()
    assert str(raised.value).startswith(f"CHAT_TOOLS names '{module}', which cannot be imported: ")
    assert sentence in str(raised.value)
    assert f"{module}.py, line 2" in str(raised.value)


@pytest.mark.parametrize("tools", ["tests.tools.samples.nothing", "..nowhere", "tests.tools.without_docstring"])
def test_a_wrong_path_stops_the_start_with_that_sentence(tools):
    environment = os.environ | {"SECRET_KEY": "s" * 50, "CHAT_TOOLS": tools}
    process = subprocess.run(
        [sys.executable, "manage.py", "check"], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert process.returncode == 1
    assert process.stderr.startswith(f"CHAT_TOOLS names '{tools}'")
    assert process.stderr.count("\n") == 1


@pytest.mark.django_db
def test_a_new_function_gets_a_row_that_is_switched_off(settings, alice):
    settings.CHAT_TOOLS = ["tests.tools.samples.book"]

    sync_functions()

    row = Tool.objects.get()
    assert (row.name, row.kind, row.title, row.description) == ("book-room", "function", "Book", "Books a room.")
    assert row.input_schema["properties"].keys() == {"kind"}
    assert (row.acts, row.is_untrusted, row.is_enabled) == (True, True, False)
    assert not Tool.objects.usable_by(alice).exists()


@pytest.mark.django_db
def test_what_the_code_says_is_updated_and_what_the_administrator_chose_stays(settings):
    settings.CHAT_TOOLS = ["tests.tools.samples.book"]
    row = Tool.objects.create(
        name="book-room", kind="function", is_enabled=True, approval="never", calls_per_hour=3, **FIELDS
    )
    row.groups.add(Group.objects.create(name="Office"))

    sync_functions()

    row.refresh_from_db()
    assert (row.title, row.acts, row.is_untrusted) == ("Book", True, True)
    assert (row.is_enabled, row.approval, row.calls_per_hour, row.groups.count()) == (True, "never", 3, 1)


def test_a_function_that_acts_since_the_last_start_is_known_to_act_before_anybody_opens_the_admin(
    transactional_db, settings
):
    settings.CHAT_TOOLS = ["tests.tools.samples.book"]
    Tool.objects.create(name="book-room", kind="function", **FIELDS | {"acts": False})

    async def start():
        async with running_engine():
            await asyncio.sleep(0.3)

    with storage_threads():
        asyncio.run(start())
    assert Tool.objects.get().acts


@pytest.mark.django_db
def test_alice_is_asked_before_a_function_that_acts_though_its_row_is_older_than_the_code(settings, alice):
    settings.CHAT_TOOLS = ["tests.tools.samples.book"]
    Tool.objects.create(name="book-room", kind="function", is_enabled=True, **FIELDS)
    answer = begin(alice, tools=("book-room",))

    assert read_tools(answer)["book-room"].asks


@pytest.mark.django_db
def test_a_second_time_nothing_is_written(settings, django_assert_num_queries):
    settings.CHAT_TOOLS = ["conversations.tools.examples.search", "tests.tools.samples"]
    sync_functions()
    with django_assert_num_queries(1):
        sync_functions()


@pytest.mark.django_db
def test_a_tool_of_another_kind_with_the_same_name_stays_as_it_is(settings, caplog):
    settings.CHAT_TOOLS = ["tests.tools.samples.book"]
    Tool.objects.create(name="book-room", kind="mcp", **FIELDS)

    sync_functions()

    assert Tool.objects.get().title == "Old"
    assert "a tool of another kind has its name" in caplog.text


def test_a_function_that_is_not_named_any_more_is_not_available(settings):
    settings.CHAT_TOOLS = ["tests.tools.samples.book"]
    assert is_available(Tool(name="book-room", kind="function"))
    assert is_available(Tool(name="web_search", kind="web"))
    settings.CHAT_TOOLS = []
    assert not is_available(Tool(name="book-room", kind="function"))
