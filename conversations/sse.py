"""The only module that knows what a frame looks like on the wire, and the response that carries frames.

Format: https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
"""

from collections.abc import AsyncGenerator, AsyncIterator
from typing import Any

import msgspec
from django.http import StreamingHttpResponse

#: Seconds of silence after which something is sent, so that no proxy closes the stream.
KEEP_ALIVE_SECONDS = 15
#: What the page's stream sends then: a comment, which clients skip.
KEEP_ALIVE = b": still here\n\n"
#: The plain API's clients know no comments; to them a keep-alive is an empty piece of text.
PLAIN_KEEP_ALIVE = b'data: {"text": ""}\n\n'
PLAIN_DONE = b"data: [DONE]\n\n"

#: The line ends of Unicode in UTF-8, and how JSON escapes them: many clients end a line of the stream at them too.
LINE_ENDS = {b"\xe2\x80\xa8": b"\\u2028", b"\xe2\x80\xa9": b"\\u2029", b"\xc2\x85": b"\\u0085"}

_encode = msgspec.json.Encoder().encode


def encode_json(data: dict[str, Any]) -> bytes:
    """JSON on one line, whatever a client takes for the end of one."""
    encoded = _encode(data)
    # Most deltas have neither of the first bytes, and a byte is found ten times faster than a sequence.
    if 0xE2 in encoded or 0xC2 in encoded:
        for line_end, escape in LINE_ENDS.items():
            encoded = encoded.replace(line_end, escape)
    return encoded


def encode_frame(name: str, data: dict[str, Any]) -> bytes:
    """A frame of the page's stream."""
    return b"event: %s\ndata: %s\n\n" % (name.encode(), encode_json(data))


def encode_plain_frame(data: dict[str, Any]) -> bytes:
    """A frame of the plain API."""
    return b"data: %s\n\n" % encode_json(data)


class EventStream(StreamingHttpResponse):
    """An open stream of frames. The generator is closed as soon as the reader has gone, not some time later."""

    def __init__(self, frames: AsyncGenerator[bytes], headers: dict[str, str] | None = None) -> None:
        super().__init__(frames, content_type="text/event-stream; charset=utf-8", headers=headers)
        self["Cache-Control"] = "private, no-store, no-transform"
        self["X-Accel-Buffering"] = "no"
        self._frames = frames

    def __aiter__(self) -> AsyncIterator[bytes]:
        # Django wraps the iterator twice and closes only the outer wrapper (ticket 37066): a reader who left
        # while a frame was being sent would count as reading until the garbage collector came by.
        return self._frames
