"""Static files, served in front of Django.

With DEBUG off, their names contain a hash of their content, and each has a compressed copy.
"""

import re
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.handlers import ASGIStaticFilesHandler
from django.core.exceptions import SuspiciousFileOperation
from django.http import Http404, HttpRequest
from servestatic import ServeStaticASGI
from servestatic.storage import CompressedManifestStaticFilesStorage

#: A name as HashedStorage writes it: app.js becomes app.d1833e18.js.
HASHED_NAME = re.compile(r"\.[0-9a-f]{8}\.")


class HashedStorage(CompressedManifestStaticFilesStorage):
    """Also replaces the names in the imports of JavaScript modules."""

    support_js_module_import_aggregation = True
    #: Each pass replaces the names one step further along a chain of imports. Only a circle of them needs more.
    max_post_process_passes = 20

    def file_hash(self, name: str, content: Any = None) -> Any:
        """Eight digits, not Django's twelve: scripts name one another, and compression cannot shorten a hash."""
        digits = super().file_hash(name, content)
        return digits and digits[:8]


class SourceFiles(ASGIStaticFilesHandler):
    def serve(self, request: HttpRequest) -> Any:
        """The file. Raises Http404 also for a path that leads out of the folders, for which Django would answer 500."""
        try:
            return super().serve(request)
        except SuspiciousFileOperation as error:
            raise Http404 from error


def serve_static_files(application: Any) -> Any:
    """The ASGI application with static files in front of it; with DEBUG on, straight from the source folders."""
    if settings.DEBUG:
        return SourceFiles(application)
    return ServeStaticASGI(
        application,
        root=settings.STATIC_ROOT,
        prefix=settings.STATIC_URL,
        immutable_file_test=lambda _path, url: bool(HASHED_NAME.search(url)),
        allow_all_origins=False,
        add_headers_function=forbid_sniffing,
    )


def forbid_sniffing(headers: Any, path: str, url: str) -> None:
    # Static files do not pass Django's SecurityMiddleware, which sets this header elsewhere.
    headers["X-Content-Type-Options"] = "nosniff"
