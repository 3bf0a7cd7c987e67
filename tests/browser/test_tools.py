"""What Alice sees of tools in her browser: steps while they are made, decisions, and the menu of the composer."""

import json
from base64 import b64encode

import pytest
from playwright.sync_api import expect

from conversations.models import Message, Preferences, ToolCall
from conversations.models.content import text_content
from tests.browser.accessibility import check_accessibility, screen_options
from tests.history import begin
from tests.samples import image_file
from tests.site import Site, Visitor, eventually
from tests.using_tools import (
    FOUND,
    begin_waiting,
    create_answer_with_step,
    create_call,
    create_tool,
    use_block,
)

pytestmark = pytest.mark.browser
WAITS = "Claude is waiting for your decision."


def open_page(window, call):
    window.page.goto(f"/conversations/{call.conversation_id}/")


def decision(window, number=0):
    return window.page.locator("[data-decision]").nth(number)


# Reading


def test_alice_opens_the_image_of_a_result_large(open_window, alice):
    call = create_answer_with_step(alice)
    source = {"type": "base64", "media_type": "image/png", "data": b64encode(image_file((80, 60))).decode()}
    answer = Message.objects.get(tool_calls=call)
    ToolCall.objects.update(result=[{"type": "image", "source": source}])
    answer.content[2]["content"] = [{"type": "image", "source": source}]
    answer.save(update_fields=["content"])
    window = open_window(alice)
    open_page(window, call)
    window.page.locator(".step summary").first.click()
    link = window.page.get_by_role("link", name="Image 1 of “Find ferries”")
    link.click()

    large = window.page.locator("dialog[data-viewer] img")
    expect(large).to_be_visible()
    expect(large).to_have_attribute("alt", "Image 1 of “Find ferries”")
    assert eventually(lambda: large.evaluate("image => image.naturalWidth")) == 80
    window.page.keyboard.press("Escape")
    expect(link).to_be_focused()


# Deciding


def test_alice_denies_one_call_with_the_keyboard_and_approves_the_other(open_window, alice):
    first, second = begin_waiting(alice, {"seats": 2}, {"seats": 3})
    window = open_window(alice)
    open_page(window, first)
    expect(window.page.locator("[data-waiting-notice]")).to_have_text(WAITS)
    decision(window).get_by_label("Message to Claude").fill("Too dear.")
    window.page.keyboard.press("Enter")

    expect(window.page.locator("[data-decision]")).to_have_count(1)
    expect(decision(window)).to_be_focused()
    expect(window.status).to_have_text(WAITS)
    first.refresh_from_db()
    assert (first.state, first.note) == ("denied", "Too dear.")

    decision(window).get_by_role("button", name="Approve", exact=True).click()
    window.expect_answer("complete")
    expect(window.answers).to_have_count(1)
    expect(window.page.locator(".step")).to_have_count(2)
    expect(window.page.locator("[data-waiting-notice]")).to_be_hidden()
    expect(window.button("Send")).to_be_visible()
    assert window.page.evaluate("document.activeElement.matches('article, #question')")
    second.refresh_from_db()
    assert second.decided_by == alice


def test_what_was_decided_elsewhere_is_said_and_shown(open_window, site, alice):
    first, second = begin_waiting(alice, {"seats": 2}, {"seats": 3})
    window = open_window(alice)
    open_page(window, first)
    Visitor(site, alice).http.post(f"/tool-calls/{first.pk}/", data={"decision": "deny"})
    decision(window).get_by_role("button", name="Approve", exact=True).click()

    expect(window.answer.get_by_role("alert")).to_contain_text("This was decided before")
    expect(window.page.locator("[data-decision]")).to_have_count(1)
    expect(window.answer.get_by_label(f"Approve: {second.title}")).to_be_visible()


def test_a_page_shows_what_goes_on_after_a_decision_in_another_one(open_window, site, alice):
    [call] = begin_waiting(alice)
    window = open_window(alice)
    open_page(window, call)
    Visitor(site, alice).http.post(f"/tool-calls/{call.pk}/", data={"decision": "deny"})
    eventually(lambda: Message.objects.filter(tool_calls=call, state="complete").exists(), 20)
    window.page.evaluate("window.dispatchEvent(new Event('focus'))")

    window.expect_answer("complete")
    expect(window.page.locator("[data-decision]")).to_have_count(0)
    expect(window.button("Send")).to_be_visible()


def test_alice_stops_an_answer_that_waits(open_window, alice):
    [call] = begin_waiting(alice)
    window = open_window(alice)
    open_page(window, call)
    window.stop()

    expect(window.page.locator(".step")).to_contain_text("denied")
    expect(window.page.locator("[data-waiting-notice]")).to_be_hidden()


def test_a_question_meanwhile_is_kept_until_the_answer_is_complete(open_window, alice):
    [call] = begin_waiting(alice)
    window = open_window(alice)
    open_page(window, call)
    window.ask("And on Monday?")
    expect(window.page.locator(".queued")).to_contain_text("And on Monday?")

    decision(window).get_by_role("button", name="Deny").click()
    expect(window.answers).to_have_count(2)
    window.expect_answer("complete")


def test_without_scripts_alice_decides_with_a_form(plain_window, alice):
    first, _second = begin_waiting(alice, {"seats": 2}, {"seats": 3})
    open_page(plain_window, first)
    expect(plain_window.page.locator("[data-waiting-notice]")).to_have_text(WAITS)
    decision(plain_window).get_by_label("Message to Claude").fill("Too dear.")
    decision(plain_window).get_by_role("button", name="Deny").click()

    expect(plain_window.page).to_have_url(f"/conversations/{first.conversation_id}/")
    expect(plain_window.page.locator("[data-decision]")).to_have_count(1)
    plain_window.page.locator(".step summary").first.click()
    expect(plain_window.page.locator(".step").first).to_contain_text("They say: Too dear.")


def test_everybody_can_use_the_forms_and_the_steps(open_window, alice):
    [call] = begin_waiting(alice, {"seats": 2, "message": "Dear harbour, " * 100, "trip": {"day": "Sunday"}})
    window = open_window(alice, **screen_options())
    open_page(window, call)
    check_accessibility(window)

    call = create_answer_with_step(alice, result=f"{FOUND}\n" * 50)
    open_page(window, call)
    window.page.locator(".step summary").first.click()
    check_accessibility(window)


# While an answer is written


def event(name, /, **data):
    return f"event: {name}\ndata: {json.dumps(data)}\n\n"


@pytest.fixture
def writing(alice):
    """An answer that is being written, with a tool that runs."""
    answer = begin(alice)
    use = use_block("toolu_1", day="Sunday")
    call = create_call(answer, use, "running")
    return call


def show_frames(window, call, *frames):
    """Open the page of an answer whose stream has these frames, and then nothing."""
    script = """
      const { fetch } = window;
      window.fetch = async (address, ...request) => {
        if (!String(address).includes("/reply/")) return fetch(address, ...request);
        const body = new ReadableStream({ start: (stream) => {
          window.sendFrames = (text) => stream.enqueue(new TextEncoder().encode(text));
          window.sendFrames(FRAMES);
        } });
        return new Response(body, { headers: { "Content-Type": "text/event-stream" } });
      };
    """
    window.page.add_init_script(script.replace("FRAMES", json.dumps("".join(frames))))
    open_page(window, call)


def tool_frame(call, state):
    return event("tool", id=str(call.pk), row=1, title=call.title, state=state)


def test_a_step_is_shown_as_soon_as_its_place_is_there(open_window, alice, writing):
    create_tool()
    window = open_window(alice)
    place = '<p>I look.</p><div class="tools" data-tools="1"></div>'
    Message.objects.filter(pk=writing.message_id).update(content=[use_block("toolu_1")])
    show_frames(window, writing, event("snapshot", html="", tail=""), tool_frame(writing, "running"))
    expect(window.answer.locator("[data-waiting-text]")).to_have_text("Claude is using a tool: Find ferries")
    window.page.evaluate("text => sendFrames(text)", event("commit", html=place))
    step = window.answer.locator(".step")
    expect(step).to_contain_text("running")

    window.page.evaluate("text => sendFrames(text)", tool_frame(writing, "done"))
    expect(step).to_contain_text("done")
    writing.state, writing.result = "done", text_content(FOUND)
    writing.save()
    step.locator("summary").click()
    expect(step).to_contain_text(FOUND)
    window.page.evaluate("text => sendFrames(text)", event("snapshot", html=place, tail="<p>At nine.</p>"))
    expect(window.answer.locator(".prose")).to_contain_text("At nine.")
    expect(step).to_have_count(1)
    expect(step).to_contain_text(FOUND)


def test_a_search_in_the_web_is_shown_while_it_runs(open_window, alice, writing):
    create_tool()
    window = open_window(alice)
    place = '<p>I look.</p><div class="tools" data-tools="1"></div>'
    step = {"id": "srvtoolu_1", "name": "web_search", "title": "", "row": 1}
    show_frames(window, writing, event("snapshot", html="", tail=""), event("tool", **step, state="running"))
    expect(window.answer.locator("[data-waiting-text]")).to_have_text("Claude is using a tool: Search the web")
    window.page.evaluate("text => sendFrames(text)", event("commit", html=place))
    expect(window.answer.locator("[data-waiting-text]")).to_have_text("Claude is using a tool: Search the web")
    expect(window.answer.locator(".step")).to_contain_text("Search the web")

    window.answer.locator(".step summary").click()
    expect(window.answer.locator(".step")).to_contain_text("There is nothing to show yet.")
    window.page.evaluate("text => sendFrames(text)", event("tool", **step, state="done"))
    expect(window.answer.locator(".step")).to_contain_text("done")
    assert window.errors == []


# Choosing tools


@pytest.fixture(scope="module")
def _tool_site(django_db_setup, django_db_blocker, stand_in):
    with django_db_blocker.unblock():
        running = Site(stand_in.url, "tests.browser.tool_site:application")
    with running:
        yield running


@pytest.fixture
def site(_tool_site, transactional_db, stand_in):
    stand_in.reset()
    yield _tool_site
    _tool_site.forget_visitors()


def test_alice_chooses_the_tools_of_her_questions(open_window, alice):
    create_tool()
    create_tool("book", title="Book a ferry", acts=True)
    window = open_window(alice, **screen_options())
    window.page.goto("/")
    window.button("Tools").click()
    window.page.get_by_label("Find ferries").check()
    check_accessibility(window)
    window.page.keyboard.press("Escape")
    expect(window.button("Tools 1")).to_be_visible()
    window.ask_and_wait("[[echo:Yes.]]")

    assert Message.objects.get(role="assistant").tools == ["find_ferries"]
    assert Preferences.objects.get(user=alice).tools == ["find_ferries"]
    window.page.reload()
    expect(window.button("Tools 1")).to_be_visible()
