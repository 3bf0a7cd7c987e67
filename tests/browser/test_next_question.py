"""A question that is asked while an answer is being written waits, in sight, until the answer is complete."""

import pytest
from playwright.sync_api import expect

from conversations.models import Message
from tests.browser.accessibility import check_accessibility, screen_options
from tests.site import eventually

pytestmark = pytest.mark.browser
FIRST = "Slowly [[rate:20]][[chars:300]]"
ENDLESS = "Slowly [[rate:20]][[chars:9000]]"


def questions():
    return list(Message.objects.filter(role="user").order_by("created").values_list("text", flat=True))


def waiting(window):
    return window.page.get_by_role("form", name="Next question")


def ask_two(window, first):
    window.ask(first)
    window.expect_shown("article.assistant .prose p")
    window.ask("And then? [[echo:Then this.]]")
    expect(waiting(window)).to_contain_text("And then?")
    expect(window.composer).to_have_value("")


def test_the_next_question_is_sent_when_the_answer_is_complete(window):
    ask_two(window, FIRST)
    assert questions() == [FIRST]
    expect(window.answers).to_have_count(2, timeout=30_000)
    window.expect_answer("complete")
    assert questions() == [FIRST, "And then? [[echo:Then this.]]"]
    expect(waiting(window)).to_be_hidden()


def test_it_survives_a_reload_and_is_sent_then(window):
    ask_two(window, FIRST)
    window.page.reload()
    expect(waiting(window)).to_contain_text("And then?")
    expect(window.answers).to_have_count(2, timeout=30_000)
    window.expect_answer("complete")
    assert len(questions()) == 2


def test_it_waits_for_alice_when_the_answer_was_stopped(window):
    ask_two(window, ENDLESS)
    window.stop()
    expect(waiting(window)).to_contain_text("And then?")
    assert questions() == [ENDLESS]
    window.button("Send now").click()
    window.expect_answer("complete")
    assert len(questions()) == 2


def test_the_question_that_is_being_answered_stays_in_sight(window):
    ask_two(window, ENDLESS)
    window.composer.fill("line\n" * 5)
    window.page.wait_for_timeout(200)
    expect(window.page.locator("article.user")).to_be_in_viewport(ratio=1)
    window.stop()


def test_it_can_be_removed(window):
    ask_two(window, ENDLESS)
    window.button("Remove the next question").click()
    expect(waiting(window)).to_be_hidden()
    expect(window.composer).to_be_focused()
    window.stop()
    window.page.reload()
    expect(waiting(window)).to_be_hidden()


@pytest.mark.parametrize("way", ["button", "key"])
def test_it_can_be_changed(window, way):
    ask_two(window, ENDLESS)
    window.composer.fill("" if way == "key" else "Also this.")
    if way == "key":
        window.composer.press("ArrowUp")
    else:
        waiting(window).get_by_role("button", name="Edit").click()
    added = "" if way == "key" else "\n\nAlso this."
    expect(window.composer).to_have_value(f"And then? [[echo:Then this.]]{added}")
    expect(waiting(window)).to_be_hidden()
    window.stop()


def test_another_one_is_added_to_it(window):
    ask_two(window, ENDLESS)
    window.composer.fill("And after that?")
    window.button("Send next").click()
    expect(waiting(window)).to_contain_text("And after that?")
    window.stop()
    window.button("Send now").click()
    eventually(lambda: len(questions()) == 2)
    assert questions()[1] == "And then? [[echo:Then this.]]\n\nAnd after that?"
    window.expect_answer("complete")


def test_a_question_after_one_that_waits_is_sent_with_it(window):
    ask_two(window, ENDLESS)
    window.stop()
    window.ask("Now both.")
    eventually(lambda: len(questions()) == 2)
    assert questions()[1].endswith("\n\nNow both.")
    window.expect_answer("complete")


def test_two_tabs_send_it_once(window):
    ask_two(window, FIRST)
    other_tab = window.page.context.new_page()
    other_tab.goto(window.page.url)
    expect(other_tab.get_by_role("form", name="Next question")).to_contain_text("And then?")
    expect(window.answers).to_have_count(2, timeout=30_000)
    window.expect_answer("complete")
    expect(other_tab.get_by_role("form", name="Next question")).to_be_hidden()
    other_tab.wait_for_timeout(500)
    assert len(questions()) == 2


def test_a_refusal_is_shown_and_it_stays(window):
    ask_two(window, ENDLESS)
    window.stop()
    window.page.route("**/messages/", lambda route: route.fulfill(status=503, json={"error": "Being restarted."}))
    window.button("Send now").click()
    expect(waiting(window).get_by_role("alert")).to_have_text("Being restarted.")
    window.page.unroute("**/messages/")
    window.button("Send now").click()
    window.expect_answer("complete")
    assert len(questions()) == 2


def test_it_can_be_used_by_everybody(open_window, alice):
    window = open_window(alice, **screen_options())
    window.page.goto("/")
    # Text that grows would move what is being checked.
    ask_two(window, "[[stall:60]][[echo:One two three four.]]")
    check_accessibility(window)
    window.stop()
