"""A browser window, and what people do in it."""

from playwright.sync_api import ConsoleMessage, Page, expect

from conversations.models import Conversation

expect.set_options(timeout=10_000)


class Window:
    """One page of the browser."""

    def __init__(self, page: Page) -> None:
        self.page = page
        #: What scripts have thrown, and what the content security policy has refused.
        self.errors: list[str] = []
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", self._handle_console_message)

    def _handle_console_message(self, message: ConsoleMessage) -> None:
        if "Refused" in message.text or "violates" in message.text:
            self.errors.append(message.text)

    def take_error(self) -> str:
        """The only error that the window had, which a test expects."""
        [error] = self.errors
        self.errors.clear()
        return error

    def ask(self, text: str) -> None:
        self.composer.fill(text)
        self.composer.press("Enter")

    def ask_and_wait(self, text: str) -> None:
        """Ask, and wait for the complete answer."""
        number = self.answers.count()
        self.ask(text)
        expect(self.answers).to_have_count(number + 1)
        self.expect_answer("complete")

    def expect_shown(self, selector: str, text: str | None = None) -> None:
        """Wait until the last element is visible, and contains the text."""
        element = self.page.locator(selector).last
        expect(element).to_be_visible()
        if text is not None:
            expect(element).to_contain_text(text)

    def expect_answer(self, state: str) -> None:
        """Wait until the last answer is in this state."""
        expect(self.answer).to_have_attribute("data-state", state, timeout=20_000)

    def receive_title(self, title: str) -> None:
        """What happens when a generated title arrives: it has been stored, and the stream tells the page."""
        conversation = self.page.locator("chat-entry.heading").evaluate("heading => heading.conversation")
        # The list of conversations may be read again at any moment.
        Conversation.objects.filter(pk=conversation).update(title=title)
        self.page.evaluate(
            "detail => document.dispatchEvent(new CustomEvent('chat:title', { detail }))",
            {"conversation": conversation, "title": title},
        )

    def stop(self) -> None:
        """Stop the answer that is being written, so that the next test finds no running reply."""
        self.button("Stop").click()
        self.expect_answer("stopped")

    @property
    def composer(self):
        """The field in which questions are written."""
        return self.page.locator("#question")

    @property
    def status(self):
        """What the page tells screen readers about the conversation."""
        return self.page.locator("[data-status]")

    @property
    def answer(self):
        """The last answer."""
        return self.answers.last

    @property
    def answers(self):
        return self.page.locator("article.assistant")

    def button(self, name: str):
        """The last visible button with this name."""
        return self.page.get_by_role("button", name=name, exact=True).filter(visible=True).last


def lines_of(locator) -> int:
    """How many lines of text an element holds."""
    return int(
        locator.evaluate(
            """element => {
                const range = document.createRange();
                range.selectNodeContents(element);
                return new Set([...range.getClientRects()].map((rect) => Math.round(rect.top))).size;
            }"""
        )
    )
