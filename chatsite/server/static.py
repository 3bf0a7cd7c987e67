"""Static files, served in front of Django.

With DEBUG off, their names contain a hash of their content, and each has a compressed copy.
"""

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.handlers import ASGIStaticFilesHandler
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.base import ContentFile
from django.http import Http404, HttpRequest
from servestatic import ServeStaticASGI
from servestatic.storage import CompressedManifestStaticFilesStorage

#: A name as HashedStorage writes it: app.js becomes app.d1833e18.js.
HASHED_NAME = re.compile(r"\.[0-9a-f]{8}\.")
#: An import as the style sheets of the site write it. Django's admin writes url(…), which stays as it is.
IMPORT = re.compile(r'^@import "([\w-]+\.css)";$', re.MULTILINE)
#: The space of `.usage :is(th, td)`, which rcssmin takes out within a layer: `.usage:is(th,td)` is something else.
SPACE_BEFORE_PSEUDO_CLASS = re.compile(r"(?<!@page) :(?=[a-z:])")


class HashedStorage(CompressedManifestStaticFilesStorage):
    """Also replaces the names in the imports of JavaScript modules, and joins style sheets with what they import."""

    support_js_module_import_aggregation = True
    #: Each pass replaces the names one step further along a chain of imports. Only a circle of them needs more.
    max_post_process_passes = 20

    def post_process(self, paths: Any, dry_run: bool = False, **options: Any) -> Iterator[Any]:
        """Prepares style sheets first: a page waits for all of them, and less long for one file than for many."""
        if not dry_run:
            self._prepare_style_sheets(paths)
        yield from super().post_process(paths, dry_run, **options)

    def _prepare_style_sheets(self, paths: Any) -> None:
        style_sheets = [name for name in paths if name.endswith(".css")]
        for name in style_sheets:
            source = read_source(paths, name)
            style = SPACE_BEFORE_PSEUDO_CLASS.sub(" *:", join_imports(paths, name, source))
            if style != source:
                self.delete(name)
                self.save(name, ContentFile(style))
                # What is hashed and compressed is this file.
                paths[name] = (self, name)

    def file_hash(self, name: str, content: Any = None) -> Any:
        """Eight digits, not Django's twelve: scripts name one another, and compression cannot shorten a hash."""
        digits = super().file_hash(name, content)
        return digits and digits[:8]


def join_imports(paths: Any, name: str, style: str) -> str:
    """The style sheet `name` with the content of those that it imports from its folder, which import nothing."""
    folder = PurePosixPath(name).parent
    return IMPORT.sub(lambda found: read_source(paths, f"{folder}/{found[1]}"), style)


def read_source(paths: Any, name: str) -> str:
    """A file as it is in its source folder: the collected one may be of an earlier release."""
    storage, path = paths[name]
    with storage.open(path) as file:
        return str(file.read().decode())


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
