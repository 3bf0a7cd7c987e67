"""The ASGI application, for `uvicorn chatsite.asgi:application`."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chatsite.settings")
django.setup(set_prefix=False)

# These need Django to be set up.
from django.middleware.clickjacking import XFrameOptionsMiddleware
from django.middleware.csrf import CsrfViewMiddleware
from django.middleware.security import SecurityMiddleware

from chatsite.handler import Handler
from chatsite.middleware.in_place import run_in_place
from chatsite.server.lifespan import Lifespan
from chatsite.server.limits import BodyLimit
from chatsite.server.static import serve
from chatsite.server.threads import Lanes
from conversations.replies import engine

# Each of them only looks at headers.
run_in_place(SecurityMiddleware, XFrameOptionsMiddleware, CsrfViewMiddleware)
django_application = Handler()
application = Lifespan(serve(BodyLimit(Lanes(django_application))), engine)
