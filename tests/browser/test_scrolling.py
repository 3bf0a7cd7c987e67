"""The page follows the end of an answer until the reader looks elsewhere."""

import pytest
from playwright.sync_api import expect

from tests.browser.tracing import trace_page
from tests.history import create_conversation
from tests.site import eventually

pytestmark = pytest.mark.browser
LONG = "Write much [[rate:60]][[chars:12000]]"


@pytest.fixture
def long_window(window):
    """Alice's window with an answer that is being written and already higher than the screen."""
    window.ask(LONG)
    eventually(lambda: scroll_top(window) > 300, seconds=20)
    return window


def scroll_top(window) -> float:
    return float(window.page.locator("chat-thread").evaluate("thread => thread.scrollTop"))


def distance_to_end(window) -> float:
    thread = window.page.locator("chat-thread")
    return float(thread.evaluate("thread => thread.scrollHeight - thread.scrollTop - thread.clientHeight"))


def scroll_up(window):
    window.page.locator("chat-thread").hover()
    window.page.mouse.wheel(0, -300)
    eventually(lambda: distance_to_end(window) > 200)


def test_the_end_of_a_growing_answer_stays_in_view(long_window):
    eventually(lambda: distance_to_end(long_window) <= 2)


def test_after_scrolling_up_the_page_stays_where_it_is(long_window):
    scroll_up(long_window)
    before = scroll_top(long_window)
    long_window.page.wait_for_timeout(600)
    assert scroll_top(long_window) == before


def test_the_button_leads_back_to_the_end(long_window):
    scroll_up(long_window)
    button = long_window.page.get_by_role("button", name="To the newest turn")
    expect(button).to_be_visible()
    button.click()
    eventually(lambda: distance_to_end(long_window) <= 2)
    expect(button).to_be_hidden()


def test_a_question_stays_near_the_top_while_its_answer_grows(window):
    window.ask_and_wait("A first one [[rate:0]]")
    window.ask("A second one [[delay:1]][[text]]Short[[/text]]")
    expect(window.answers).to_have_count(2)
    question = window.page.locator("article.user").last
    top = eventually(lambda: question.bounding_box()["y"])
    window.expect_answer("complete")

    assert top < 250
    assert abs(question.bounding_box()["y"] - top) <= 2


def test_the_browser_computes_the_style_of_what_grows_and_not_of_the_conversation(long_window):
    with trace_page(long_window.page) as trace:
        long_window.page.wait_for_timeout(1000)
    assert long_window.answer.get_attribute("data-state") == "writing"
    assert len(trace.styled_elements) > 5
    assert sum(trace.styled_elements) / len(trace.styled_elements) < 40


def test_a_long_conversation_shows_its_end_before_the_modules_are_there(window, alice):
    conversation = create_conversation(alice, *["A question."] * 15)
    window.page.route("**/app*.js", lambda route: route.abort())
    window.page.goto(f"/conversations/{conversation.pk}/")
    expect(window.page.locator("article").last).to_be_in_viewport()


@pytest.mark.parametrize(("width", "height"), [(640, 400), (844, 390), (320, 568)])
def test_the_start_page_begins_at_its_top(open_window, alice, width, height):
    window = open_window(alice, viewport={"width": width, "height": height})
    window.page.goto("/")
    expect(window.button("Send")).to_be_disabled()  # The scripts have run.
    window.page.wait_for_timeout(200)
    assert scroll_top(window) == 0
    expect(window.page.locator(".empty-question")).to_be_in_viewport()
    # It stays there while a long question is written.
    window.composer.fill("line\n" * 20)
    window.page.wait_for_timeout(200)
    assert scroll_top(window) == 0
