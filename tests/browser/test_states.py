"""Every state of docs/states.md: its sentence and its next action are in sight, everybody can use it."""

import base64

import pytest
from playwright.sync_api import expect

from tests.browser.accessibility import check_accessibility, screen_options
from tests.browser.states import (
    DOCUMENT,
    Stage,
    answers,
    asking,
    documented_states,
    lists,
    pages,
    sentence_pattern,
    tools,
)

pytestmark = pytest.mark.browser
STATES = documented_states()
ARRANGEMENTS = asking.ARRANGEMENTS | answers.ARRANGEMENTS | tools.ARRANGEMENTS | lists.ARRANGEMENTS | pages.ARRANGEMENTS
ROLES = ("button", "link", "textbox", "searchbox", "combobox")
MARGIN_PX = 8


@pytest.fixture
def open_stage(open_window, alice):
    """Opens Alice's window on a narrow screen, where the sidebar is closed."""
    return lambda: Stage(open_window(alice, **screen_options(760)), alice)


def find_action(page, name):
    found = page.get_by_role(ROLES[0], name=name, exact=True)
    for role in ROLES[1:]:
        found = found.or_(page.get_by_role(role, name=name, exact=True))
    return found.filter(visible=True).first


def take_picture(page, part, shown, path):
    """Take the picture of a part, down to the last of what it shows."""
    box, boxes = part.bounding_box(), [locator.bounding_box() for locator in shown]
    end = box["y"] + box["height"]
    bottom = max(inside["y"] + inside["height"] for inside in boxes if box["y"] <= inside["y"] < end)
    # Beyond the window, Chromium would lay the page out again for the picture.
    x, y, window = max(box["x"] - MARGIN_PX, 0), max(box["y"] - MARGIN_PX, 0), page.viewport_size
    width = min(box["x"] + box["width"] + MARGIN_PX, window["width"]) - x
    height = min(bottom + MARGIN_PX, window["height"]) - y
    clip = {"x": x, "y": y, "width": width, "height": height, "scale": 1}
    options = {"format": "webp", "quality": 60, "clip": clip}
    picture = page.context.new_cdp_session(page).send("Page.captureScreenshot", options)
    path.write_bytes(base64.b64decode(picture["data"]))


def test_every_documented_state_can_be_brought_about_and_has_its_picture():
    assert STATES.keys() == ARRANGEMENTS.keys()
    pictures = list((DOCUMENT.parent / "states").iterdir())
    assert {picture.stem for picture in pictures} == STATES.keys()
    assert sum(picture.stat().st_size for picture in pictures) < 1_000_000


def expect_state(name, stage, pictures):
    """Bring a state about. Its sentence and its action are in sight, and everybody can use the part that shows it."""
    sentence, action = STATES[name]
    part, page = ARRANGEMENTS[name](stage), stage.window.page
    shown = [part.get_by_text(sentence_pattern(sentence)).filter(visible=True).first, find_action(page, action)]
    for locator in shown:
        expect(locator, name).to_be_visible()
    take_picture(page, part, shown, pictures / f"states/{name}.webp")
    part.evaluate("part => part.setAttribute('data-part', '')")
    check_accessibility(stage.window, within="[data-part]")


@pytest.mark.parametrize("name", [name for name in STATES if name in asking.ARRANGEMENTS])
def test_alice_reads_why_nothing_is_written_and_sees_what_helps(open_stage, pictures, name):
    expect_state(name, open_stage(), pictures)


@pytest.mark.parametrize("group", [answers, tools, lists, pages])
def test_alice_reads_how_an_answer_ended_or_why_there_is_nothing_and_sees_what_helps(open_stage, pictures, group):
    stage = open_stage()
    for name in STATES:
        if name in group.ARRANGEMENTS:
            expect_state(name, stage, pictures)
