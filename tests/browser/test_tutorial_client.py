"""`POST /api/chat` works with the client that tutorials teach, in a real browser."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from conversations.models import Message
from tests.site import CSRF, eventually

pytestmark = pytest.mark.browser
HERE = Path(__file__).parent


@pytest.fixture(params=["", "every byte"], ids=["as-it-comes", "every-byte-by-itself"])
def page(request, open_window, alice, site):
    """The tutorial's page, with chunks as they come, and with each byte as a chunk."""
    page = open_window(alice).page
    page.context.add_cookies([{"name": "csrf", "value": CSRF, "url": site.url}])
    html = (HERE / "tutorial_client.html").read_text().format(csrf=CSRF, recut=request.param)
    page.route("**/tutorial", lambda route: route.fulfill(body=html, content_type="text/html; charset=utf-8"))
    page.route("**/tutorial.js", lambda route: route.fulfill(path=HERE / "tutorial_client.js"))
    page.goto("/tutorial")
    return page


def send(page, message):
    page.locator("textarea").fill(message)
    page.get_by_role("button", name="Send").click()


def test_all_of_the_text_arrives(page):
    text = "Grüße 🌊 aus 東京, שלום\n\n“data: {}” and a blank line"
    send(page, f"[[text]]{text}[[/text]]")
    expect(page).to_have_title("done")
    assert page.locator("#output").text_content() == text
    assert Message.objects.get(role="assistant").text == text


def test_an_error_in_the_stream_is_thrown_and_shown(page):
    send(page, "Break off [[error:overloaded_error:5]]")
    expect(page).to_have_title("failed")
    expect(page.locator("#error")).to_contain_text("overloaded")
    assert page.locator("#output").text_content() == Message.objects.get(role="assistant").text != ""


def test_a_refusal_is_shown(page):
    send(page, "   ")
    expect(page).to_have_title("failed")
    expect(page.locator("#error")).to_have_text("Missing or invalid message")


def test_an_abort_stops_the_answer(page, stand_in):
    send(page, "Go on and on [[rate:20]][[chars:8000]]")
    expect(page.locator("#output")).not_to_be_empty()
    page.get_by_role("button", name="Stop").click()
    expect(page).to_have_title("aborted")
    eventually(lambda: Message.objects.get(role="assistant").state == "stopped")
    assert eventually(lambda: stand_in.count_open() == 0)
    assert Message.objects.get(role="assistant").text.startswith(page.locator("#output").text_content())
