"""Hostile texts in a real browser, at every moment of their stream: nothing runs and no other host is asked.

The content security policy is off here, so that the renderer and the sanitizer alone have to prevent it.
"""

import re
from random import Random

import pytest
from playwright.sync_api import expect

from conversations.markdown import Append, Commit, IncrementalRenderer, Tail, render
from tests.browser.tracing import trace_page
from tests.markdown import hostile

pytestmark = pytest.mark.browser

SEED, MAX_PIECE = 10, 12
#: The form refuses control characters and halves of surrogate pairs, so nobody can ask with them.
VALID = re.compile(r"[^\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]+")
#: The longest time in milliseconds for which the main thread may be blocked while an answer streams.
MAX_BLOCKED_MS = 200
#: Frames after which the browser gets time for what they may have started.
PAUSE_AFTER = 20
#: What the scripts in the texts call.
DETECTOR = """window.harmed = []; window.harm = () => harmed.push("a script ran");"""
#: The page's own code shows frames in the answer, each by itself; the elements of the answer are looked at after each.
SHOW = """async ([streams, pauseAfter]) => {
  const { Answer } = await import("/static/js/answer.js");
  window.requestAnimationFrame = (show) => show();
  const article = document.querySelector("article.assistant");
  const prose = article.querySelector(".prose");
  prose.insertAdjacentHTML("afterend", "<p data-waiting><span data-waiting-text></span></p>");
  const answer = new Answer(article);
  const schemes = new Set(["http:", "https:", "mailto:"]);
  const forbidden = ":is([src], [srcset], [poster], [style], [id], script, style, svg, iframe, form, object, embed)";
  let count = 0;
  for (const frame of streams.flat()) {
    answer.receive(frame);
    for (const link of prose.querySelectorAll("[href]")) if (!schemes.has(link.protocol)) harmed.push("a link");
    if (prose.querySelector(forbidden)) harmed.push("an element");
    count += 1;
    if (count % pauseAfter === 0) await new Promise((resolve) => setTimeout(resolve));
  }
  answer.end();
  await new Promise((resolve) => setTimeout(resolve, 200));
}"""


class Watched:
    """A window without a content security policy, and what ran in it or left it."""

    def __init__(self, window, site):
        self.page = window.page
        self.requests: list[str] = []
        own = (site.url, "blob:", "data:")
        self.page.context.on("request", lambda request: self.requests.append(request.url))
        self.page.context.route(lambda url: not url.startswith(own), lambda route: route.abort())
        self.page.add_init_script(DETECTOR)
        self._own = own

    def show(self, *streams):
        """Show streams of frames, one after the other in the same answer."""
        self.page.evaluate(SHOW, [streams, PAUSE_AFTER])

    @property
    def harm(self):
        """What harm was done, and the addresses on other hosts that were asked for."""
        others = [url for url in self.requests if not url.startswith(self._own)]
        return self.page.evaluate("harmed") + others


@pytest.fixture
def watched(open_window, alice, site):
    window = open_window(alice, bypass_csp=True)
    watched = Watched(window, site)
    window.page.goto("/")
    window.ask_and_wait("[[rate:0]][[echo:Yes.]]")
    return watched


def frame_of(change):
    match change:
        case Commit(html):
            return {"name": "commit", "data": {"html": html}}
        case Tail(start, html):
            return {"name": "tail", "data": {"from": start, "html": html}}
        case Append(text):
            return {"name": "append", "data": {"text": text}}


def stream_of(text, random):
    """The frames of a text that is cut at random, and at the end the whole text as it is stored."""
    renderer, frames, start = IncrementalRenderer(), [], 0
    while start < len(text):
        end = start + random.randint(1, MAX_PIECE)
        renderer.write(text[start:end])
        frames += [frame_of(change) for change in renderer.flush()]
        start = end
    return [snapshot(""), *frames, snapshot(render(text))]


def snapshot(html):
    return {"name": "snapshot", "data": {"html": html, "tail": ""}}


HARMFUL = {
    '<img src="x" onerror="harm()">': "a script ran",
    "<svg><animate onbegin=harm() attributeName=x dur=1s>": "a script ran",
    '<img src="https://elsewhere.example/pixel.gif">': "https://elsewhere.example/pixel.gif",
    '<a href="javascript:harm()">go</a>': "a link",
    "<form></form>": "an element",
}


@pytest.mark.parametrize(("html", "harm"), HARMFUL.items(), ids=range(len(HARMFUL)))
def test_harm_would_be_noticed(watched, html, harm):
    watched.show([snapshot(html)])
    assert harm in watched.harm


def test_no_hostile_text_runs_or_loads_anything_wherever_its_stream_is_cut(watched):
    random = Random(SEED)
    texts = sorted(set(hostile.TEXTS))
    assert len(texts) >= 500
    streams = [stream_of(text, random) for text in texts]
    for start in range(0, len(streams), 100):
        watched.show(*streams[start : start + 100])
    assert watched.harm == []


def test_hostile_answers_that_stream_through_the_site_do_no_harm_and_do_not_block_the_page(open_window, alice, site):
    """With the policy on, as people get them, and with the hostile text in the question and the title as well."""
    window = open_window(alice)
    watched = Watched(window, site)
    window.page.goto("/")
    with trace_page(window.page) as trace:
        for texts in (hostile.LINKS, hostile.RAW, hostile.FORMULAS, hostile.FENCES, hostile.UNCLOSED):
            text = "\n\n".join(text for text in texts if VALID.fullmatch(text))
            number = window.answers.count() + 1
            question = f"[[rate:150]][[deltas:400]][[text]]{text}[[/text]]"
            window.composer.evaluate("(field, text) => { field.value = text; }", question)
            window.composer.press("Enter")
            expect(window.answers).to_have_count(number, timeout=20_000)
            window.expect_answer("complete")
    assert watched.harm == []
    assert max(trace.tasks) <= MAX_BLOCKED_MS
