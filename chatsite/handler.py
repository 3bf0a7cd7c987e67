"""Django's handler of ASGI requests, less what it does with each token of a reply for nothing."""

from typing import Any

from django.core.handlers.asgi import ASGIHandler


class Handler(ASGIHandler):
    @classmethod
    def chunk_bytes(cls, data: Any) -> Any:
        """What is sent goes to the server in one piece; Django would make a generator to cut up each frame."""
        return [(data, True)]
