"""Refuses a request whose Content-Type cannot be read: Django would fail before it has a request to answer."""

from typing import Any

from django.utils.http import parse_header_parameters


class ContentTypeCheck:
    """An ASGI application around another one, which gets such a request without its Content-Type and with
    `unreadable_content_type` in its scope, and responds with 400 (chatsite/middleware/error_pages.py).
    """

    def __init__(self, application: Any) -> None:
        self.application = application

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        headers = scope.get("headers", ())
        # As Django joins them.
        content_type = ",".join(value.decode("latin-1") for name, value in headers if name == b"content-type")
        if not is_readable(content_type):
            others = [(name, value) for name, value in headers if name != b"content-type"]
            scope = {**scope, "headers": others, "unreadable_content_type": True}
        await self.application(scope, receive, send)


def is_readable(content_type: str) -> bool:
    try:
        parse_header_parameters(content_type)
    except ValueError:
        # A parameter in an encoding that does not exist.
        return False
    return True
