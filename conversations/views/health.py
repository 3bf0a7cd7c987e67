"""For load balancers and supervisors: does the process run, and can it take questions?

They may call a process by its address: any `Host` is accepted here (chatsite/middleware/common.py).
"""

from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.db.utils import Error
from django.http import HttpRequest, HttpResponse

from conversations.replies import engine


@login_not_required
def healthz(request: HttpRequest) -> HttpResponse:
    """The process runs."""
    return HttpResponse("ok\n", content_type="text/plain")


@login_not_required
def readyz(request: HttpRequest) -> HttpResponse:
    """The process reaches its database and is not draining."""
    if engine.is_draining:
        return HttpResponse("draining\n", content_type="text/plain", status=503)
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        return HttpResponse("no database\n", content_type="text/plain", status=503)
    return HttpResponse("ready\n", content_type="text/plain")
