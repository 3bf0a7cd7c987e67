"""The ASGI application: `python -m chatsite.server` serves it, and so does `uvicorn chatsite.asgi:application`."""

import os
import sys

from django.core.asgi import get_asgi_application
from django.core.exceptions import ImproperlyConfigured

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chatsite.settings")
try:
    django_application = get_asgi_application()
except ImproperlyConfigured as error:
    # An invalid setting: its sentence says all, and a traceback would hide it.
    sys.exit(str(error))

# These need Django's applications, which are loaded now.
from django.conf import settings
from django.db import connection
from django.utils import translation

from chatsite.server.content_type import ContentTypeCheck
from chatsite.server.lifespan import Lifespan
from chatsite.server.limits import BodyLimit
from chatsite.server.static import serve_static_files
from chatsite.server.threads import ThreadPoolPerLane
from chatsite.server.uploads import UploadLimit
from conversations.replies import engine

for language, _name in settings.LANGUAGES:
    # Reads the catalogues, which takes longer than the event loop may be blocked.
    with translation.override(language):
        pass
if connection.vendor == "postgresql":
    # Seconds. For server processes only: a migration may take longer.
    connection.settings_dict["OPTIONS"].setdefault("query_timeout", 5)
checked_application = ContentTypeCheck(UploadLimit(BodyLimit(django_application)))
# Around the static files too: uvicorn may begin a request in the context of another one, which ends with that.
application = Lifespan(ThreadPoolPerLane(serve_static_files(checked_application)), engine)
