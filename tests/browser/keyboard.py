"""A person who uses the keyboard only, and sees where the focus is at every step."""

from playwright.sync_api import Page

MAX_TABS = 80
#: Returns what is wrong with the focus, or an empty string. The ring of the composer is around its box,
#: that of a turn around its author.
FOCUS_PROBLEM = """() => {
  const { activeElement: focused } = document;
  if (focused === document.body) return "nothing has the focus";
  const box = focused.getBoundingClientRect();
  if (box.bottom <= 0 || box.top >= innerHeight || !box.width) return `out of sight: ${focused.outerHTML}`;
  const around = [focused, focused.closest(".composer"), focused.closest("dialog")];
  around.push(focused.querySelector(":scope > .rail h2"));
  const rings = around.filter(Boolean).map((element) => getComputedStyle(element));
  const isSeen = ({ outlineStyle, boxShadow }) => outlineStyle !== "none" || boxShadow !== "none";
  return rings.some(isSeen) ? "" : `no ring: ${focused.outerHTML}`;
}"""
NAME = """() => {
  const { activeElement: focused } = document;
  const label = focused.labels?.[0]?.textContent;
  return (focused.getAttribute("aria-label") ?? label ?? focused.textContent).trim();
}"""


class Keyboard:
    """The keyboard in front of a page. No step may lose the focus, or put it where it is not seen."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
        self.expect_visible_focus()

    def write(self, text: str) -> None:
        """Type in place of what is in the field."""
        self.page.keyboard.press("Control+a")
        self.page.keyboard.type(text)
        self.expect_visible_focus()

    def expect_visible_focus(self) -> None:
        """Wait until the focus is on an element that shows it."""
        for _attempt in range(50):
            problem = self.page.evaluate(FOCUS_PROBLEM)
            if not problem:
                return
            self.page.wait_for_timeout(100)
        raise AssertionError(problem)

    @property
    def focused_name(self) -> str:
        name: str = self.page.evaluate(NAME)
        return name

    def tab_to(self, name: str, *, back: bool = False) -> None:
        """Press Tab until the element with this name has the focus."""
        names = []
        for _tab in range(MAX_TABS):
            self.press("Shift+Tab" if back else "Tab")
            names.append(self.focused_name)
            if names[-1] == name:
                return
        raise AssertionError(f"Tab does not lead to {name!r}, only to {names}")

    def choose(self, name: str) -> None:
        """Choose an item of the menu that is open."""
        for _item in range(MAX_TABS):
            if self.focused_name == name:
                self.page.keyboard.press("Enter")
                return
            self.press("ArrowDown")
        raise AssertionError(f"the menu has no {name!r}")
