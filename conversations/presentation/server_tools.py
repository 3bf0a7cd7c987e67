"""Steps with the tools of Claude's API: their names, and what their results say.

Nothing of it loads by itself: results are text, and links where `is_safe_link` lets them be.
"""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from conversations.claude.server_tools import CODE_EXECUTION, WEB_FETCH, WEB_SEARCH
from conversations.presentation.addresses import clean_line, is_safe_link
from conversations.presentation.tool_values import (
    MAX_RESULT,
    ShownPage,
    ShownResult,
    fold,
    show_result,
    without_ciphers,
    write_value,
)

#: Pages of a search that are shown.
MAX_PAGES = 50
#: The title and the icon of each tool, by its name.
TOOLS = {
    WEB_SEARCH: (gettext_lazy("Search the web"), "web"),
    WEB_FETCH: (gettext_lazy("Read a web page"), "web"),
    CODE_EXECUTION: (gettext_lazy("Run code"), "code"),
    "bash_code_execution": (gettext_lazy("Run code"), "code"),
    "text_editor_code_execution": (gettext_lazy("Edit a file"), "code"),
}
#: By the `error_code` of a result.
ERRORS = {
    "max_uses_exceeded": gettext_lazy("Claude may not do this more often in one step."),
    "too_many_requests": gettext_lazy("There were too many requests at once."),
    "query_too_long": gettext_lazy("The query was too long."),
    "url_too_long": gettext_lazy("The address was too long."),
    "url_not_allowed": gettext_lazy("This address may not be read."),
    "url_not_in_prior_context": gettext_lazy("Claude may only read addresses that came up before."),
    "url_not_accessible": gettext_lazy("The page could not be read."),
    "unsupported_content_type": gettext_lazy("The page is of a kind that Claude cannot read."),
    "content_too_large": gettext_lazy("The page was too long."),
    "request_too_large": gettext_lazy("The request was too long."),
    "execution_time_exceeded": gettext_lazy("The code ran for too long."),
    "output_file_too_large": gettext_lazy("The output was too long."),
    "file_not_found": gettext_lazy("There is no such file."),
    "unavailable": gettext_lazy("The tool was unavailable."),
}


def describe_tool(name: str) -> tuple[str, str]:
    """The title and the icon of a tool."""
    title, icon = TOOLS.get(name, (clean_line(name), "tool"))
    return str(title), icon


def show_server_result(content: Any) -> ShownResult:
    """The content of a result block; of one of an unknown shape all its values."""
    match content:
        case list(pages):
            return ShownResult(pages=[read_page(page) for page in pages[:MAX_PAGES] if isinstance(page, dict)])
        case {"error_code": code}:
            return show_result(str(ERRORS.get(str(code)) or _("The tool failed.")))
        case {"type": "web_fetch_result"}:
            return ShownResult(pages=[read_page({**content, "title": read_title(content)})])
        case {"return_code": code}:
            # What code prints is encrypted where it has read the web.
            printed = [text for name in ("stdout", "stderr") if isinstance(text := content.get(name), str)]
            return show_result("\n".join(filter(None, [*printed, code and _("The code ended with an error.")])))
    return ShownResult(fold(write_value(without_ciphers(content)), MAX_RESULT))


def read_title(content: dict[str, Any]) -> Any:
    document = content.get("content")
    return document.get("title") if isinstance(document, dict) else ""


def read_page(page: dict[str, Any]) -> ShownPage:
    title, url = (value if isinstance(value := page.get(name), str) else "" for name in ("title", "url"))
    address = clean_line(url)
    return ShownPage(clean_line(title) or address, address, url if is_safe_link(url) else "")
