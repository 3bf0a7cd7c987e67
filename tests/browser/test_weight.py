"""What a page weighs on its way to the browser, with the files as `collectstatic` leaves them, and what comes later."""

import subprocess
import sys
from collections import defaultdict

import pytest
from playwright.sync_api import expect

from chatsite.standin import prose
from tests.history import ask, begin, finish_answer
from tests.site import ROOT, Site

pytestmark = pytest.mark.browser

#: KB of the bodies, as they are sent. docs/performance.md has the figures.
BUDGETS = {"Document": 40, "Stylesheet": 16, "Script": 40}
MAX_FIRST_VISIT, MAX_REPEATED_VISIT = 165, 45
ENVIRONMENT = {"DEBUG": "off", "SECURE_SSL_REDIRECT": "off", "COOKIES_SECURE": "off", "SECURE_HSTS_SECONDS": "0"}


@pytest.fixture(scope="module")
def _collected_site(django_db_setup, django_db_blocker, stand_in):
    with django_db_blocker.unblock():
        running = Site(stand_in.url, ALLOWED_HOSTS="127.0.0.1", **ENVIRONMENT)
    collect = [sys.executable, "manage.py", "collectstatic", "--no-input", "--verbosity=0"]
    subprocess.run(collect, cwd=ROOT, env=running.environment, check=True)
    with running:
        yield running


@pytest.fixture
def site(_collected_site, transactional_db):
    """The site as it runs on a server."""
    yield _collected_site
    _collected_site.forget_visitors()


@pytest.fixture
def conversation(alice):
    """Alice's longest conversation, beside a full list of others."""
    for number in range(60):
        finish_answer(begin(alice, f"What about subject {number} of this week, in a sentence?"), "Yes.")
    answer = finish_answer(begin(alice, "How was the morning?"), text_of_answer(0))
    for number in range(1, 25):
        answer = finish_answer(ask(answer.conversation, f"And then, after {number}?"), text_of_answer(number))
    return answer.conversation


def text_of_answer(number):
    return f"{prose.text_of_length('prose', 1000)}\n\n```python\nvalue = compute({number}, label='step')\n```\n"


class Traffic:
    """The bodies that a page gets over the network: KB by type. A stream has no length. And the names of all files."""

    def __init__(self, page):
        self.kilobytes: dict[str, float] = defaultdict(float)
        self.files = []
        cached = set()
        self._session = session = page.context.new_cdp_session(page)
        session.on("Network.requestServedFromCache", lambda event: cached.add(event["requestId"]))
        session.on("Network.responseReceived", lambda event: self._count(event, event["requestId"] in cached))
        session.send("Network.enable")

    def end(self):
        self._session.detach()

    def _count(self, event, is_cached):
        response = event["response"]
        self.files.append(response["url"].rpartition("/")[2])
        if not is_cached and not response["fromDiskCache"]:
            headers = {name.lower(): value for name, value in response["headers"].items()}
            self.kilobytes[event["type"]] += int(headers.get("content-length", 0)) / 1000


@pytest.fixture
def visit(open_window, alice):
    """Opens a page, and returns the window and its traffic until nothing came any more."""
    window = open_window(alice)

    def visit(path):
        traffic = Traffic(window.page)
        # The network is also idle while the browser parses a long page, before it fetches the modules.
        window.page.goto(path, wait_until="load")
        window.page.wait_for_load_state("networkidle")
        traffic.end()
        return window, traffic

    return visit


def test_the_first_visit_and_those_that_follow_stay_within_their_budgets(visit, conversation):
    _, first = visit(f"/conversations/{conversation.pk}/")
    _, second = visit(f"/conversations/{conversation.pk}/")
    print({kind: round(size, 1) for kind, size in first.kilobytes.items()}, dict(second.kilobytes))

    assert {kind: size for kind, size in first.kilobytes.items() if size > BUDGETS.get(kind, 165)} == {}
    assert sum(first.kilobytes.values()) <= MAX_FIRST_VISIT
    assert sum(second.kilobytes.values()) <= MAX_REPEATED_VISIT
    assert second.kilobytes["Script"] == second.kilobytes["Stylesheet"] == 0


def test_what_is_rarely_used_is_loaded_when_it_is_used(visit, conversation):
    window, traffic = visit(f"/conversations/{conversation.pk}/")
    assert not [name for name in traffic.files if name.startswith(("key-help", "sign-in-dialog", "chat-search"))]

    window.page.keyboard.press("Control+/")
    expect(window.page.get_by_role("heading", name="Keyboard shortcuts")).to_be_visible()
    window.page.keyboard.press("Escape")
    window.page.get_by_role("searchbox").fill("morning")
    window.expect_shown("[data-results]", "How was the morning?")


def test_the_fonts_of_italics_and_code_are_there_before_an_answer_needs_them(visit):
    _, traffic = visit("/")
    fonts = [name for name in traffic.files if name.startswith(("atkinson-hyperlegible-next-italic", "jetbrains-mono"))]
    assert len(fonts) == 2


def test_alice_asks_on_a_page_with_compressed_files(visit):
    window, _ = visit("/")
    window.ask_and_wait("[[rate:0]][[echo:Yes, **here**.]]")
    window.expect_shown("article.assistant strong", "here")
    # Of a rule that minifying could change.
    expect(window.answer.locator(".prose p").first).to_have_css("margin-block-end", "12.75px")


def test_without_a_connection_the_page_says_that_the_help_is_not_there(visit):
    window, _ = visit("/")
    window.page.context.set_offline(True)
    window.page.keyboard.press("Control+/")
    window.expect_shown("chat-toast", "The connection was lost")
