"""The site on a phone: targets for fingers, a short way to a new conversation, and what an installation needs."""

import pytest
from playwright.sync_api import expect

from tests.browser.accessibility import check_accessibility
from tests.history import create_conversation, create_usage, finish_answer, retry

pytestmark = pytest.mark.browser
TARGET_PX = 44
#: What people tap, with its size; of a field in a label, that of the label. Links in a text are as high as its lines.
SMALL_TARGETS = """pixels => [...document.querySelectorAll("a, button, select, summary, textarea, input")]
  .filter((element) => !element.matches(".skip-link, .visually-hidden, .prose p a"))
  .filter((element) => element.checkVisibility({ visibilityProperty: true }))
  .map((element) => [element.outerHTML.slice(0, 120), (element.closest("label") ?? element).getBoundingClientRect()])
  .filter(([, box]) => box.width && (Math.round(box.width) < pixels || Math.round(box.height) < pixels))
  .map(([html, box]) => `${Math.round(box.width)} x ${Math.round(box.height)}: ${html}`)"""
COLOR = """() => {
  const context = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  context.fillStyle = getComputedStyle(document.documentElement).backgroundColor;
  context.fillRect(0, 0, 1, 1);
  const [red, green, blue] = context.getImageData(0, 0, 1, 1).data;
  return "#" + ((red << 16) + (green << 8) + blue).toString(16);
}"""


def small_targets(page) -> list[str]:
    found: list[str] = page.evaluate(SMALL_TARGETS, TARGET_PX)
    return found


def create_versions(alice):
    conversation = create_conversation(alice, "One.")
    answer = finish_answer(retry(conversation.head), "```sh\nls\n```", state="stopped", ending="stopped")
    create_usage(alice, conversation=conversation, message=answer)
    return conversation


@pytest.mark.parametrize("path", ["/", "/conversations/", "/bin/", "/conversations/{}/"])
def test_everything_that_is_tapped_is_large_enough(touch_window, alice, path):
    conversation, deleted = create_versions(alice), create_conversation(alice, "Two.")
    deleted.bin()
    touch_window.page.goto(path.format(conversation.pk))
    assert small_targets(touch_window.page) == []
    touch_window.page.get_by_role("link", name="Conversations", exact=True).tap()
    touch_window.page.wait_for_timeout(300)
    assert small_targets(touch_window.page) == []


def test_the_open_menus_of_a_phone_have_large_targets(touch_window, alice):
    touch_window.page.goto(f"/conversations/{create_versions(alice).pk}/")
    touch_window.answer.get_by_role("button", name="More").tap()
    assert small_targets(touch_window.page) == []
    touch_window.page.keyboard.press("Escape")
    touch_window.page.locator(".heading [data-menu]").tap()
    assert small_targets(touch_window.page) == []


def test_a_new_conversation_is_one_tap_away(touch_window, alice):
    conversation = create_conversation(alice)
    touch_window.page.goto(f"/conversations/{conversation.pk}/")
    touch_window.page.get_by_role("banner").get_by_role("link", name="New conversation").tap()
    expect(touch_window.page).to_have_url("/")


def test_with_a_sidebar_in_sight_there_is_one_button_for_a_new_conversation(window):
    expect(window.page.get_by_role("link", name="New conversation").filter(visible=True)).to_have_count(1)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_browser_around_the_page_has_its_color(open_window, alice, scheme):
    page = open_window(alice, color_scheme=scheme).page
    page.goto("/")
    named = page.locator(f'meta[name=theme-color][media*="{scheme}"]').get_attribute("content")
    assert page.evaluate(COLOR) == named


def test_the_manifest_has_no_fault(open_window, alice):
    page = open_window(alice).page
    page.goto("/")
    found = page.context.new_cdp_session(page).send("Page.getAppManifest")
    assert found["url"].endswith("/manifest.webmanifest")
    assert found["errors"] == []


def test_a_shared_text_is_in_the_composer(touch_window):
    touch_window.page.goto("/?text=What+is+this%3F&url=https%3A%2F%2Fa.example")
    expect(touch_window.composer).to_have_value("What is this?\nhttps://a.example")
    expect(touch_window.button("Send")).to_be_enabled()


def test_accessibility_of_a_phone(open_window, alice):
    window = open_window(alice, has_touch=True, is_mobile=True, viewport={"width": 390, "height": 780}, bypass_csp=True)
    check_accessibility(window, f"/conversations/{create_versions(alice).pk}/")


def wait_for_worker(page) -> None:
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")


def test_without_a_connection_there_is_a_page_that_says_so(open_window, alice):
    window = open_window(alice, service_workers="allow")
    window.page.goto("/")
    wait_for_worker(window.page)
    window.page.context.set_offline(True)
    window.page.goto("/conversations/")
    expect(window.page.get_by_role("heading", name="No connection")).to_be_visible()
    assert window.page.evaluate("[...document.styleSheets].every((sheet) => sheet.cssRules.length)")

    # The browser says so, and the page that was wanted is loaded.
    window.page.context.set_offline(False)
    expect(window.page.get_by_role("heading", name="All conversations")).to_be_visible()


def test_no_page_of_a_person_is_kept(open_window, alice):
    window = open_window(alice, service_workers="allow")
    conversation = create_conversation(alice)
    window.page.goto("/")
    wait_for_worker(window.page)
    for path in (f"/conversations/{conversation.pk}/", "/conversations/", "/"):
        window.page.goto(path)
    window.ask_and_wait("Hello [[text]]Hi.[[/text]]")
    kept = window.page.evaluate(
        """async () => {
          const caches_ = await Promise.all((await caches.keys()).map((name) => caches.open(name)));
          const requests = await Promise.all(caches_.map((cache) => cache.keys()));
          return requests.flat().map(({ url }) => new URL(url).pathname);
        }"""
    )
    assert [path for path in kept if not path.startswith("/static/")] == ["/offline/"]
