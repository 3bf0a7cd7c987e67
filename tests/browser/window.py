"""A browser window, in the words of the tests."""

from typing import Any

from playwright.sync_api import ConsoleMessage, Page, expect

expect.set_options(timeout=10_000)


def checked_screen(width: int, scheme: str) -> dict[str, Any]:
    """Options of a window in which obstacles are looked for: the checker puts a script of its own into the page,
    and what is still fading in would have too little contrast.
    """
    viewport = {"width": width, "height": 800}
    return {"viewport": viewport, "color_scheme": scheme, "bypass_csp": True, "reduced_motion": "reduce"}


class Window:
    """One page, and what is done there."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.faults: list[str] = []
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("console", self._hear)

    def _hear(self, message: ConsoleMessage) -> None:
        """The console says when the policy has refused something."""
        if "Refused" in message.text or "violates" in message.text:
            self.faults.append(message.text)

    def ask(self, text: str) -> None:
        self.question.fill(text)
        self.question.press("Enter")

    def shows(self, selector: str, text: str | None = None) -> None:
        found = self.page.locator(selector).last
        expect(found).to_be_visible()
        if text is not None:
            expect(found).to_contain_text(text)

    def answer_is(self, state: str) -> None:
        expect(self.answer).to_have_attribute("data-state", state, timeout=20_000)

    @property
    def question(self):
        return self.page.get_by_label("Write to Claude")

    @property
    def answer(self):
        return self.page.locator("article.assistant").last

    @property
    def answers(self):
        return self.page.locator("article.assistant")

    def button(self, name: str):
        return self.page.get_by_role("button", name=name, exact=True).filter(visible=True).last
