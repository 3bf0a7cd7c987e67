"""Refuses a form with files whose texts are not UTF-8: settings.FILE_UPLOAD_HANDLERS names the class.

Django would replace each byte that it cannot decode by U+FFFD, which nobody can tell from one that was typed, and would
leave out a file whose name it cannot decode.
"""

import codecs
import re
import threading
from contextlib import nullcontext
from typing import Any
from urllib.parse import unquote_to_bytes

from django.core.files.uploadhandler import FileUploadHandler
from django.http.multipartparser import MultiPartParser, MultiPartParserError
from django.utils.translation import gettext as _

from chatsite.server.uploads import SMALL_BODY

STRICT_UTF8 = "chatsite_strict_utf_8"
#: Bytes of the headers of a part; Django refuses one with more.
MAX_HEADER_BYTES = 1024
#: What stands in quotation marks may look like a parameter. Without an end they go to that of the line.
QUOTED_STRING = re.compile(r'"(?:\\.|[^"\\])*+(?:"|\\?\Z)')
#: A parameter with its encoding, `filename*=utf-8''caf%C3%A9`, and the number of its part where there are several. HTTP
#: has no parts: https://www.rfc-editor.org/rfc/rfc8187
EXTENDED_PARAMETER = re.compile(r";\s*[^\s;=*]+\*(\d*\*?)\s*=\s*([^\s;]*)")
UTF8_EXTENDED_VALUE = re.compile(r"utf-8'[\w-]*'((?:[^%\"]|%[0-9a-f]{2})*)", re.IGNORECASE)
# One large form at a time, because parsing holds the GIL: while eight were parsed at once the event loop was late by at
# most 77 to 185 ms, with one by 47 to 117.
_parsing_lock = threading.Lock()


class TextNotUTF8(MultiPartParserError):
    """The text is a sentence for the person. Django answers 400 where nobody catches it."""


class StrictText(FileUploadHandler):
    """Parses the form in Django's place, in the same way, but for the encoding and the names of files."""

    def handle_raw_input(  # type: ignore[override]
        self,
        input_data: Any,
        META: Any,  # noqa: N803 (Django's)
        content_length: int,
        boundary: bytes,
        encoding: str | None = None,
    ) -> Any:
        """The fields and the files. Raises TextNotUTF8, and what MultiPartParser raises."""
        others = [handler for handler in self.request.upload_handlers if handler is not self]  # type: ignore[union-attr]
        body: Any = CheckedBody(input_data, boundary)
        try:
            with _parsing_lock if content_length > SMALL_BODY else nullcontext():
                return FormParser(META, body, others, STRICT_UTF8).parse()
        except UnicodeError:
            raise TextNotUTF8(_("The form holds text that is not UTF-8.")) from None


class FormParser(MultiPartParser):
    """Django's, which also keeps a file whose name has no usable character."""

    def sanitize_file_name(self, file_name: str) -> str:
        """The name, or "file": Django leaves out a file without a name."""
        return super().sanitize_file_name(file_name) or _("file")


class CheckedBody:
    """The body of a form. Reading raises UnicodeError where the headers of a part are not UTF-8: MultiPartParser would
    leave out such headers, and with them the file.
    """

    def __init__(self, body: Any, boundary: bytes) -> None:
        self._body = body
        self._delimiter = b"--" + boundary
        self._unchecked = b""

    def read(self, size: int = -1) -> bytes:
        data: bytes = self._body.read(size)
        self._check(self._unchecked + data)
        return data

    def _check(self, data: bytes) -> None:
        """Check the headers of each part in `data`; what may be the beginning of some is kept for the next read."""
        start = data.find(self._delimiter)
        while start >= 0:
            position = start + len(self._delimiter)
            following = data.find(self._delimiter, position)
            limit = position + MAX_HEADER_BYTES
            # They end before the next part: otherwise each part would be checked once for all parts before it.
            end = data.find(b"\r\n\r\n", position, limit if following < 0 else min(limit, following))
            if end >= 0:
                check_headers(data[position:end].decode())
            elif following < 0 and len(data) < limit:
                break
            start = following
        self._unchecked = data[start if start >= 0 else max(0, len(data) - len(self._delimiter) + 1) :]


def check_headers(headers: str) -> None:
    """Raise UnicodeError where a parameter names another encoding than UTF-8, or none, or is not in it."""
    # Line by line, as Django reads them.
    for line in headers.split("\r\n"):
        for number, value in EXTENDED_PARAMETER.findall(QUOTED_STRING.sub('""', line)):
            found = UTF8_EXTENDED_VALUE.fullmatch(value)
            if number or found is None:
                raise UnicodeError(f"Not UTF-8: {value}")
            unquote_to_bytes(found[1]).decode()


def find_codec(name: str) -> codecs.CodecInfo | None:
    """UTF-8 whose errors are never replaced: MultiPartParser asks for that, whichever encoding it is given."""
    if name != STRICT_UTF8:
        return None
    return codecs.CodecInfo(
        codecs.utf_8_encode, lambda data, errors="strict": codecs.utf_8_decode(data, "strict", True)
    )


codecs.register(find_codec)
