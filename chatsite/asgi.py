"""The ASGI application, for `uvicorn chatsite.asgi:application`."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chatsite.settings")
django_application = get_asgi_application()

# These need Django to be set up.
from django.middleware.clickjacking import XFrameOptionsMiddleware
from django.middleware.csrf import CsrfViewMiddleware
from django.middleware.security import SecurityMiddleware

from chatsite.lanes import Lanes
from chatsite.lifespan import Lifespan
from chatsite.limits import BodyLimit
from chatsite.middleware import run_in_place
from chatsite.static import serve
from conversations.replies import engine

# Each of them only looks at headers.
run_in_place(SecurityMiddleware, XFrameOptionsMiddleware, CsrfViewMiddleware)
application = Lifespan(serve(BodyLimit(Lanes(django_application))), engine)
