"""What an answer looks like: directions, sizes, boxes, and how wide things scroll."""

from itertools import pairwise

import pytest

from tests.history import begin, finish_answer

pytestmark = pytest.mark.browser

WIDE = {
    "code": ("pre", "Code, sh", f"```sh\n{'word ' * 60}\n```"),
    "table": (".table", "Table", f"|{'PostgreSQL | ' * 12}\n|{'---|' * 12}\n"),
    "formula": (".formula", "Formula", f"$${' + '.join(f'x_{{{n}}}' for n in range(60))}$$"),
    "formula within a line": (".formula-in-line", "Formula", f"So ${' + '.join(f'x_{{{n}}}' for n in range(60))}$."),
}


@pytest.fixture
def open_answer(open_window, alice):
    """Opens a conversation with this answer on a phone and returns the page."""

    def open_answer(text, width=390):
        conversation = finish_answer(begin(alice), text).conversation
        window = open_window(alice, viewport={"width": width, "height": 800})
        window.page.goto(f"/conversations/{conversation.pk}/")
        return window.page

    return open_answer


def style(locator, name):
    return locator.evaluate("(element, name) => getComputedStyle(element)[name]", name)


def right_edge(locator):
    box = locator.bounding_box()
    return box["x"] + box["width"]


@pytest.mark.parametrize(("selector", "name", "text"), WIDE.values(), ids=WIDE)
def test_what_is_wide_scrolls_by_keyboard_and_the_page_does_not(open_answer, selector, name, text):
    page = open_answer(text)
    region = page.locator(f".prose {selector}")
    assert region.get_attribute("aria-label") == name
    assert "linear-gradient" in style(region, "backgroundImage")

    region.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("element => element.scrollLeft > 0", arg=region.element_handle())
    assert page.evaluate("document.querySelector('.thread').scrollWidth <= innerWidth")


@pytest.mark.parametrize("width", [320, 1280])
def test_words_in_cells_stay_whole_and_sentences_have_room(open_answer, width):
    row = f"| `PostgreSQL` | **Hypothesis** | {'a rather long sentence about nothing at all ' * 3} |\n"
    page = open_answer(f"| one | two | three |\n|---|---|---|\n{row}", width=width)
    for word in (page.locator("td code"), page.locator("td strong")):
        assert word.evaluate("element => element.getClientRects().length") == 1
    assert page.locator("td").last.bounding_box()["width"] > 150


def test_headings_of_an_answer_differ_in_size(open_answer):
    page = open_answer("# a\n\n## b\n\n### c\n\n#### d")
    sizes = [style(page.locator(f".prose h{level}"), "fontSize") for level in (3, 4, 5, 6)]
    assert sorted(sizes, key=lambda size: -float(size.removesuffix("px"))) == sizes
    assert len(set(sizes)) == 4


@pytest.mark.parametrize("text", ["- [ ] sails\n- [x] ropes", "- [ ] sails\n\n- [x] ropes"])
def test_a_task_has_a_box_in_place_of_its_bullet(open_answer, text):
    page = open_answer(text)
    for index in range(2):
        item = page.locator(".prose li").nth(index)
        assert style(item, "listStyleType") == "none"
        assert right_edge(item.locator(".task")) < item.bounding_box()["x"] + 8
    assert page.locator(".task").first.bounding_box()["y"] < page.get_by_text("sails").bounding_box()["y"] + 12


def test_code_in_a_line_of_hebrew_is_left_to_right_and_isolated(open_answer):
    code = open_answer("הרץ את `./run.sh -v` עכשיו").locator(".prose code")
    assert [style(code, name) for name in ("direction", "unicodeBidi")] == ["ltr", "isolate"]


def test_each_line_of_a_question_has_its_own_direction(open_window, alice):
    conversation = finish_answer(begin(alice, "שלום\n./run.sh -v")).conversation
    page = open_window(alice).page
    page.goto(f"/conversations/{conversation.pk}/")
    assert style(page.locator(".bubble"), "unicodeBidi") == "plaintext"


@pytest.mark.parametrize("text", ["`a !== b => c <> d`", "```js\na !== b => c <> d\n```"])
def test_code_has_no_ligatures(open_answer, text):
    assert style(open_answer(text).locator(".prose code"), "fontVariantLigatures") == "none"


def test_lines_of_a_formula_are_below_each_other_and_aligned(open_answer):
    page = open_answer(r"$$\begin{aligned}x &= 1+2 \\ &= 3\end{aligned}$$")
    first, second = page.locator(".prose mo", has_text="=").all()
    assert first.bounding_box()["x"] == pytest.approx(second.bounding_box()["x"], abs=1)
    assert second.bounding_box()["y"] > first.bounding_box()["y"] + 10


def test_a_page_opened_while_an_answer_is_written_shows_it_before_and_after_its_stream_takes_over(window):
    window.page.goto("/")
    window.ask("Slowly [[rate:60]][[chars:6000]]")
    window.expect_shown("article.assistant .prose p")
    window.page.wait_for_timeout(1500)
    # The page records what it shows each time the answer changes.
    window.page.add_init_script(
        """window.lengths = [];
        document.addEventListener("DOMContentLoaded", () => {
          const prose = document.querySelector(".prose");
          const record = () => window.lengths.push(prose.textContent.length);
          record();
          new MutationObserver(record).observe(prose, { childList: true, subtree: true, characterData: true });
        });"""
    )
    window.page.reload()
    window.page.wait_for_timeout(1500)
    lengths = window.page.evaluate("lengths")
    assert lengths[0] > 20
    assert len(lengths) > 3
    # It neither becomes empty nor twice as long.
    assert all(before - 5 <= after <= before + 400 for before, after in pairwise(lengths))
    window.stop()
