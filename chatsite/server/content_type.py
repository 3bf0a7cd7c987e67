"""Refuses a request whose Content-Type cannot be parsed: Django raises before there is a request, and answers 500."""

from typing import Any

from django.utils.http import parse_header_parameters

#: Characters. The time that Django takes for it grows with the square of its length: 10 seconds for 60,000.
MAX_LENGTH = 1_000


class ContentTypeCheck:
    """An ASGI application around another one. Where the Content-Type cannot be parsed, it passes the request on without
    it, and with `unreadable_content_type` in the scope: chatsite/middleware/error_pages.py responds with 400.
    """

    def __init__(self, application: Any) -> None:
        self.application = application

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        headers = scope.get("headers", ())
        # As ASGIRequest joins repeated headers.
        content_type = ",".join(value.decode("latin-1") for name, value in headers if name == b"content-type")
        if not is_readable(content_type):
            others = [(name, value) for name, value in headers if name != b"content-type"]
            scope = {**scope, "headers": others, "unreadable_content_type": True}
        await self.application(scope, receive, send)


def is_readable(content_type: str) -> bool:
    if len(content_type) > MAX_LENGTH:
        return False
    try:
        parse_header_parameters(content_type)
    except (TypeError, ValueError):
        # A parameter in an encoding that does not exist, or in numbered parts and whole.
        return False
    return True
