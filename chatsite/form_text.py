"""Refuses a form with files whose texts are not UTF-8: settings.FILE_UPLOAD_HANDLERS names the class.

Django would replace each byte that it cannot decode by U+FFFD, which nobody can tell from one that was typed. A file
whose name it cannot decode it would leave out.
"""

import codecs
import re
import threading
from typing import Any
from urllib.parse import unquote_to_bytes

from django.core.files.uploadhandler import FileUploadHandler
from django.http.multipartparser import MultiPartParser, MultiPartParserError
from django.utils.translation import gettext as _

STRICT_UTF8 = "chatsite_strict_utf_8"
#: Bytes in which the headers of a part end, or Django refuses them.
MAX_HEADERS = 4096
QUOTED = re.compile(r'"(?:\\.|[^"\\])*"')
#: A parameter that names its encoding: https://www.rfc-editor.org/rfc/rfc5987
ENCODED_PARAMETER = re.compile(r";\s*[^\s;=]+\*\s*=\s*([^\s;]*)")
UTF8_VALUE = re.compile(r"utf-8'[\w-]*'((?:[^%\"]|%[0-9a-f]{2})*)", re.IGNORECASE)
# Parsing holds the GIL: beside eight at once the event loop was late by 77 to 185 ms at most, beside one by 47 to 117.
_parsing = threading.Lock()


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
            with _parsing:
                return NamingParser(META, body, others, STRICT_UTF8).parse()
        except UnicodeDecodeError:
            raise TextNotUTF8(_("The form holds text that is not UTF-8.")) from None


class NamingParser(MultiPartParser):
    def sanitize_file_name(self, file_name: str) -> str:
        """Django would leave out a file of which this leaves no name."""
        return super().sanitize_file_name(file_name) or _("file")


class CheckedBody:
    """The body of a form. Reading raises UnicodeDecodeError at headers of a part that are not UTF-8."""

    def __init__(self, body: Any, boundary: bytes) -> None:
        self._body = body
        self._delimiter = b"--" + boundary
        self._unchecked = b""

    def read(self, size: int = -1) -> bytes:
        data: bytes = self._body.read(size)
        self._check(self._unchecked + data)
        return data

    def _check(self, data: bytes) -> None:
        position = 0
        while (start := data.find(self._delimiter, position)) >= 0:
            position = start + len(self._delimiter)
            end = data.find(b"\r\n\r\n", position, position + MAX_HEADERS)
            if end >= 0:
                check_headers(data[position:end].decode())
            elif len(data) < position + MAX_HEADERS:
                self._unchecked = data[start:]
                return
        self._unchecked = data[max(position, len(data) - len(self._delimiter) + 1) :]


def check_headers(headers: str) -> None:
    """Raise UnicodeDecodeError where a parameter is in another encoding than UTF-8, or in none."""
    for value in ENCODED_PARAMETER.findall(QUOTED.sub('""', headers)):
        found = UTF8_VALUE.fullmatch(value)
        if found is None:
            raise UnicodeDecodeError("utf-8", value.encode(), 0, len(value), "another encoding")
        unquote_to_bytes(found[1]).decode()


def find_codec(name: str) -> codecs.CodecInfo | None:
    """UTF-8 whose errors are never replaced: MultiPartParser asks for that, whichever encoding it is given."""
    if name != STRICT_UTF8:
        return None
    return codecs.CodecInfo(
        codecs.utf_8_encode, lambda data, errors="strict": codecs.utf_8_decode(data, "strict", True)
    )


codecs.register(find_codec)
