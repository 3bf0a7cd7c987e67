"""Refuses a form with files whose texts are not UTF-8: settings.FILE_UPLOAD_HANDLERS names the class.

Django would replace each byte that it cannot decode by U+FFFD, which nobody can tell from one that was typed.
"""

import codecs
from typing import Any

from django.core.files.uploadhandler import FileUploadHandler
from django.http.multipartparser import MultiPartParser, MultiPartParserError
from django.utils.translation import gettext as _

STRICT_UTF8 = "chatsite_strict_utf_8"


class TextNotUTF8(MultiPartParserError):
    """The text is a sentence for the person. Django answers 400 where nobody catches it."""


class StrictText(FileUploadHandler):
    """Parses the form in Django's place, in the same way, but for the encoding."""

    def handle_raw_input(self, input_data: Any, META: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: N803 (Django's)
        """The fields and the files. Raises TextNotUTF8, and what MultiPartParser raises."""
        others = [handler for handler in self.request.upload_handlers if handler is not self]  # type: ignore[union-attr]
        try:
            return MultiPartParser(META, input_data, others, STRICT_UTF8).parse()
        except UnicodeDecodeError:
            raise TextNotUTF8(_("The form holds text that is not UTF-8.")) from None


def find_codec(name: str) -> codecs.CodecInfo | None:
    """UTF-8 whose errors are never replaced: MultiPartParser asks for that, whichever encoding it is given."""
    if name != STRICT_UTF8:
        return None
    return codecs.CodecInfo(
        codecs.utf_8_encode, lambda data, errors="strict": codecs.utf_8_decode(data, "strict", True)
    )


codecs.register(find_codec)
