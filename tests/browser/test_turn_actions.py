"""What can be done with a turn, and what the page shows while one is written."""

import re

import pytest
from playwright.sync_api import expect

from conversations.models import Message
from tests.browser.accessibility import check_accessibility, screen_options
from tests.history import ask, create_conversation, create_usage, finish_answer

pytestmark = pytest.mark.browser


@pytest.fixture
def open_conversation(open_window, alice):
    """Opens a window of Alice's with a conversation."""

    def open_conversation(conversation, **options):
        window = open_window(alice, **options)
        window.page.goto(f"/conversations/{conversation.pk}/")
        return window

    return open_conversation


def progress(window):
    return window.answer.locator("[data-waiting]")


def test_a_question_is_copied(open_conversation, alice):
    conversation = create_conversation(alice, "One *line*\n  two lines")
    window = open_conversation(conversation, permissions=["clipboard-read", "clipboard-write"])
    question = window.page.get_by_role("toolbar", name="Question")
    question.get_by_role("button", name="Copy").click()
    expect(question.get_by_role("button", name="Copied")).to_be_visible()
    assert window.page.evaluate("navigator.clipboard.readText()") == "One *line*\n  two lines"


def test_the_arrow_keys_move_between_the_actions_and_tab_leaves_them(open_conversation, alice):
    window = open_conversation(create_conversation(alice))
    answer = window.page.get_by_role("toolbar", name="Answer")
    answer.get_by_role("button", name="Copy").focus()
    for key, name in [("ArrowRight", "Try again"), ("End", "More"), ("ArrowRight", "Copy"), ("ArrowLeft", "More")]:
        window.page.keyboard.press(key)
        expect(answer.get_by_role("button", name=name)).to_be_focused()
    window.page.keyboard.press("Shift+Tab")
    expect(window.page.get_by_role("toolbar", name="Question").get_by_role("button", name="Edit")).to_be_focused()


def test_another_attempt_with_another_model(window):
    window.ask_and_wait("Hello [[text]]Hi.[[/text]]")
    window.answer.get_by_role("button", name="More").click()
    window.answer.get_by_role("button", name="Opus 5.5").click()
    window.expect_shown("article.assistant .rail", "Version 2 of 2")
    window.expect_answer("complete")
    window.expect_shown("article.assistant .rail", "Opus 5.5")


def test_edit_is_at_the_same_place_below_a_short_and_a_long_question(open_conversation, alice):
    window = open_conversation(create_conversation(alice, "Why?", "Why is that so? " * 8))
    short, long = (window.page.get_by_role("button", name="Edit").nth(index).bounding_box() for index in (0, 1))
    assert short["x"] == long["x"]
    for index, button in enumerate((short, long)):
        bubble = window.page.locator(".bubble").nth(index).bounding_box()
        assert 0 < button["y"] - bubble["y"] - bubble["height"] < 10


def test_a_refusal_is_said_once_and_goes_when_the_next_attempt_succeeds(window):
    window.ask_and_wait("Hello [[text]]Hi.[[/text]]")
    window.page.route("**/reply/", lambda route: route.abort())
    for _twice in range(2):
        window.button("Try again").click()
        expect(window.answer.get_by_role("alert")).to_have_text(
            "The connection was lost. This was not done: try again when it is back."
        )
    window.page.unroute("**/reply/")
    window.button("Try again").click()
    window.expect_answer("complete")
    expect(window.answer.get_by_role("alert")).to_have_count(0)


def test_try_again_looks_the_same_in_an_earlier_turn_before_and_after_a_reload(window):
    window.ask("Slowly [[rate:20]][[chars:4000]]")
    window.expect_shown("article.assistant .prose p")
    window.stop()
    window.button("Continue").click()
    window.expect_shown("article.assistant:nth-of-type(4) .prose p")
    window.stop()
    first = window.answers.first.locator(".ways-on")
    expect(first.get_by_role("button")).to_have_text("Try again")
    shown = first.get_by_role("button").get_attribute("class")
    window.page.reload()
    expect(first.get_by_role("button")).to_have_text("Try again")
    assert first.get_by_role("button").get_attribute("class") == shown


def test_nothing_is_left_of_a_button_that_only_the_last_turn_has(window):
    window.ask_and_wait("[[max_tokens]][[rate:0]][[echo:One two.]]")
    window.button("Continue").click()
    expect(window.answers).to_have_count(2)
    expect(window.answers.first.locator(".ways-on")).to_have_count(0)


def test_the_page_tells_thinking_from_writing_and_shows_a_stall(window):
    window.ask("[[thinking:Let me **see** what there is.]][[rate:5]][[stall:6]][[chars:900]]")
    expect(progress(window)).to_have_attribute("data-phase", "thinking")
    expect(progress(window)).to_contain_text(re.compile(r"Thinking · \d+ s"))
    expect(progress(window)).to_have_attribute("data-phase", "writing")
    expect(progress(window)).to_contain_text("Waiting for Claude · 4 s")
    window.stop()
    expect(progress(window)).to_have_count(0)


def test_thoughts_have_the_same_label_before_and_after_a_reload(window):
    label = window.answer.locator("[data-thinking-label]")
    window.ask("[[thinking:Let me see.]][[rate:20]][[chars:400]]")
    window.expect_shown("article.assistant .prose p")
    window.page.wait_for_url("**/conversations/*/")
    for _before_and_after in range(2):
        expect(label).to_be_visible()
        expect(label).to_have_text("Thoughts")
        window.page.reload()
    window.expect_answer("complete")
    expect(label).to_have_text(re.compile(r"^Thought for \d+ s$"))
    ended = label.text_content()
    window.page.reload()
    expect(label).to_have_text(ended)


def test_thoughts_that_were_stopped_are_no_longer_called_thinking(window):
    label = window.answer.locator("[data-thinking-label]")
    window.ask(f"[[rate:20]][[thinking:{'Let me see. ' * 60}]][[chars:400]]")
    expect(label).to_be_visible()
    window.stop()
    expect(label).to_have_text("Thoughts")
    window.page.reload()
    expect(label).to_have_text("Thoughts")


def test_thoughts_stay_open_and_become_prose_when_the_answer_ends(window):
    window.ask("[[thinking:Let me **see** it.]][[rate:20]][[chars:400]]")
    window.answer.locator(".thinking summary").click()
    expect(window.answer.locator(".thoughts")).to_have_text("Let me **see** it.")
    window.expect_answer("complete")
    expect(window.answer.locator(".thoughts strong")).to_have_text("see")
    assert Message.objects.get(role="assistant").thinking_seconds


def test_times_are_in_the_zone_of_the_reader(open_conversation, alice):
    conversation = create_conversation(alice)
    conversation.messages.update(created="2024-03-01T23:30:15Z")
    window = open_conversation(conversation, timezone_id="Asia/Tokyo")
    time = window.answer.locator("time")
    expect(time).to_have_text("2 Mar 2024, 08:30")
    expect(time).to_have_attribute("title", re.compile("Saturday,? 2 March 2024 at 08:30:15"))


def test_the_line_above_what_is_still_sent_moves_to_where_it_is_now(open_conversation, alice):
    conversation = create_conversation(alice, "One.", "Two.", "Three.")
    thread = conversation.thread()
    window = open_conversation(conversation)
    expect(window.page.locator(".left-out")).to_have_count(0)
    for number, oldest in enumerate((thread[2], thread[4])):
        answer = finish_answer(ask(conversation, f"More {number}."))
        Message.objects.filter(pk=answer.pk).update(sent_from=oldest)
        window.page.evaluate("window.dispatchEvent(new Event('focus'))")
        expect(window.page.locator(f'[data-turn="{oldest.pk}"] .left-out')).to_be_visible()
        expect(window.page.locator(".left-out")).to_have_count(1)


@pytest.mark.parametrize("width", [1280, 1000, 390, 320])
def test_the_button_to_the_newest_turn_covers_no_text(open_conversation, alice, width):
    conversation = create_conversation(alice, *(f"Question {number}." for number in range(12)))
    window = open_conversation(conversation, viewport={"width": width, "height": 780})
    window.page.locator("chat-thread").hover()
    window.page.mouse.wheel(0, -700)
    button = window.page.get_by_role("button", name="To the newest turn")
    expect(button).to_be_visible()
    box, thread = button.bounding_box(), window.page.locator("chat-thread").bounding_box()
    column = window.answer.bounding_box()
    assert box["y"] >= thread["y"] + thread["height"] or box["x"] >= column["x"] + column["width"]


def test_accessibility_of_all_that_a_turn_can_show(open_conversation, alice):
    conversation = create_conversation(alice)
    answer = conversation.head
    create_usage(alice, conversation=conversation, message=answer, input_tokens=850_000)
    Message.objects.filter(pk=answer.pk).update(
        content=[{"type": "thinking", "thinking": "Let me **see** `it`."}, *answer.content],
        html_version=0,
        state="stopped",
        ending="stopped",
    )
    window = open_conversation(conversation, **screen_options())
    window.answer.locator(".thinking summary").click()
    check_accessibility(window)
    window.answer.get_by_role("button", name="More").click()
    check_accessibility(window)


def test_alice_goes_on_from_an_answer_in_a_new_conversation(open_conversation, alice):
    window = open_conversation(create_conversation(alice, "When is it high?", "And low?"))
    window.answers.first.get_by_role("button", name="More").click()
    window.page.get_by_role("button", name="New conversation from here").click()

    window.expect_shown(".heading h1", "When is it high? (branch)")
    expect(window.answers).to_have_count(1)
    expect(window.composer).to_be_focused()
    window.ask_and_wait("[[rate:0]]And how high?")
    expect(window.answers).to_have_count(2)
