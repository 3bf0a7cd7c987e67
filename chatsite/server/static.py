"""Static files: served in front of Django, with their content's hash in their name when DEBUG is off."""

import re
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.handlers import ASGIStaticFilesHandler
from django.contrib.staticfiles.storage import ManifestStaticFilesStorage
from servestatic import ServeStaticASGI

#: What the storage below makes of a name: app.js becomes app.d1833e18b15a.js.
HASHED = re.compile(r"\.[0-9a-f]{12}\.")


class HashedStorage(ManifestStaticFilesStorage):
    """Also where one JavaScript module imports another."""

    support_js_module_import_aggregation = True


def serve(application: Any) -> Any:
    """The ASGI application with static files in front of it: as they lie in the source while developing."""
    if settings.DEBUG:
        return ASGIStaticFilesHandler(application)
    return ServeStaticASGI(
        application,
        root=settings.STATIC_ROOT,
        prefix=settings.STATIC_URL,
        immutable_file_test=lambda _path, url: bool(HASHED.search(url)),
        allow_all_origins=False,
        add_headers_function=_protect,
    )


def _protect(headers: Any, path: str, url: str) -> None:
    # They do not pass Django's middleware, which sees to it elsewhere.
    headers["X-Content-Type-Options"] = "nosniff"
