"""Scripts speak the language of the page."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


@pytest.fixture
def german_window(open_window, alice):
    window = open_window(alice, locale="de-DE")
    window.page.goto("/")
    return window


def test_the_words_in_an_answer_are_german_while_it_is_written(german_window):
    german_window.ask("[[markdown]][[rate:20]]")
    expect(german_window.page.locator(".prose .table").first).to_have_attribute("aria-label", "Tabelle", timeout=20_000)
    expect(german_window.answer).to_have_attribute("data-state", "writing")
    german_window.page.get_by_role("button", name="Stoppen").first.click()
    german_window.expect_answer("stopped")
    expect(german_window.answer).to_contain_text("Sie haben diese Antwort gestoppt.")


def test_the_button_of_a_block_of_code_says_in_german_that_it_has_copied(german_window):
    german_window.ask_and_wait("[[echo:```\nx = 1\n```]]")
    button = german_window.page.locator(".code-copy")
    expect(button).to_have_text("Kopieren")
    button.click()
    expect(button).to_have_text("Kopiert")


def test_the_names_of_code_and_formulas_are_german_while_an_answer_is_written(german_window):
    german_window.ask_and_wait("[[echo:```python\nx = 1\n```\n\n$$x < 1$$]]")
    prose = german_window.page.locator(".prose")
    expect(prose.locator(".formula")).to_have_attribute("aria-label", "Formel")
    expect(prose.locator("pre")).to_have_attribute("aria-label", "Code, python")
