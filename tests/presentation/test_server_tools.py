"""What a reader sees of searches, pages and code, and which addresses may be links."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.presentation.addresses import MAX_SHOWN, clean_line, is_safe_link
from conversations.presentation.server_tools import MAX_PAGES, show_server_result
from conversations.presentation.sources import list_sources
from conversations.presentation.tool_values import ShownPage
from tests.citing import create_cited_answer, web_citation

GOOD = [
    "https://tide.example/",
    "http://tide.example:8080/a?b=1&c#d",
    "HTTPS://tide.example",
    "https://bücher.example/ä",
]
HOSTILE = [
    "javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:x",
    "//tide.example/",
    "/elsewhere/",
    "https:tide.example",
    "https://",
    "https://bank.example@evil.example/",
    "https://user:password@evil.example/",
    "https://evil.example\\@bank.example/",
    "https://evil.example/\u202egpj.exe",
    "https://ev\u200bil.example/",
    "https://evil.example/\n",
    " https://evil.example/",
    "java\tscript:alert(1)",
    "https://evil.example:99999/",
    "https://[::1/",
    f"https://evil.example/{'a' * 2_000}",
    "",
]


def show_text(content):
    text = show_server_result(content).text
    assert text
    return text


def page(url="https://tide.example/", title="Tides", **fields):
    return {"type": "web_search_result", "url": url, "title": title, "encrypted_content": "e", **fields}


# Links


@pytest.mark.parametrize("address", GOOD)
def test_a_page_of_the_web_is_a_link(address):
    assert is_safe_link(address)


@pytest.mark.parametrize("address", HOSTILE)
def test_a_hostile_address_is_no_link(address):
    assert not is_safe_link(address)


def test_a_title_is_one_short_line_without_characters_that_nobody_sees():
    assert clean_line("Tides\n\u202e of\0 the  \u2066sea") == "Tides of the sea"
    assert clean_line("نمی‌دانم 👩‍🚀") == "نمی‌دانم 👩‍🚀"
    assert len(clean_line("x" * 5_000)) == MAX_SHOWN


# Sources of an answer


@pytest.mark.parametrize("address", [address for address in HOSTILE if address])
def test_a_source_with_a_hostile_address_is_text(client, alice, address):
    content = [{"type": "text", "text": "Six.", "citations": [web_citation(url=address, title="The \u202esite")]}]
    answer = create_cited_answer(alice, content=content)
    [source] = list_sources(answer)
    assert (source.url, source.is_on_web, source.title) == ("", False, "The site")
    assert len(source.place) <= MAX_SHOWN

    client.force_login(alice)
    shown = client.get(f"/conversations/{answer.conversation_id}/").content.decode()
    assert "The site" in shown
    assert "\u202e" not in shown
    assert f'href="{address}' not in shown


def test_a_source_in_the_web_is_a_link_that_tells_its_page_nothing(client, alice):
    answer = create_cited_answer(alice)
    client.force_login(alice)
    shown = client.get(f"/conversations/{answer.conversation_id}/").content.decode()

    link = (
        '<a href="https://harbour.example/a?b=1&amp;c" target="_blank" rel="noopener noreferrer nofollow">The site</a>'
    )
    assert link in shown
    assert 'src="https://harbour.example' not in shown


def test_a_page_that_was_fetched_is_a_source_with_its_address(alice):
    citation = {
        "type": "char_location",
        "cited_text": "High at six.",
        "document_index": 0,
        "document_title": "Tides",
        "file_id": "https://tide.example/",
    }
    answer = create_cited_answer(alice, content=[{"type": "text", "text": "Six.", "citations": [citation]}])

    [source] = list_sources(answer)
    assert (source.title, source.place, source.url) == ("Tides", "https://tide.example/", "https://tide.example/")


# Results


def test_the_pages_of_a_search_are_links_where_their_addresses_are_safe():
    result = show_server_result([page(), page("javascript:alert(1)", "")])

    assert result.pages == [
        ShownPage("Tides", "https://tide.example/", "https://tide.example/"),
        ShownPage("javascript:alert(1)", "javascript:alert(1)"),
    ]


def test_a_page_that_was_read_has_its_address_and_its_title():
    content = {
        "type": "web_fetch_result",
        "url": "https://tide.example/",
        "content": {"type": "document", "title": "Tides", "source": {"type": "text", "data": "High at six."}},
    }
    assert show_server_result(content).pages == [
        ShownPage("Tides", "https://tide.example/", "https://tide.example/"),
    ]


def test_code_has_what_it_printed():
    output = {"type": "code_execution_result", "stdout": "42\n", "stderr": "", "return_code": 0, "content": []}
    assert show_text(output).text == "42\n"


def test_a_command_that_fails_says_so():
    output = {"type": "bash_code_execution_result", "stdout": "", "stderr": "No such file.", "return_code": 1}
    assert show_text(output).text == "No such file.\nThe code ended with an error."


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("max_uses_exceeded", "Claude may not do this more often in one step."),
        ("of_next_year", "The tool failed."),
        ({}, "The tool failed."),
    ],
)
def test_an_error_is_a_sentence(code, sentence):
    assert show_text({"type": "web_search_tool_result_error", "error_code": code}).text == sentence


def test_long_results_are_shortened():
    assert len(show_server_result([page()] * 500).pages) == MAX_PAGES
    output = {"stdout": "x" * 100_000, "stderr": "", "return_code": 0}
    assert show_text(output).left_out == 90_000


JSON = st.recursive(
    st.none() | st.integers() | st.text(), lambda part: st.lists(part) | st.dictionaries(st.text(), part)
)
RESULT_FIELDS = st.sampled_from(["url", "title", "content", "error_code", "return_code", "stdout", "type", "query"])


@given(JSON, st.dictionaries(RESULT_FIELDS, JSON), st.lists(st.dictionaries(RESULT_FIELDS, JSON)))
def test_results_of_any_shape_are_shown(anything, fields, found):
    for content in (anything, fields, found):
        result = show_server_result(content)
        assert all(not shown.url or is_safe_link(shown.url) for shown in result.pages)
