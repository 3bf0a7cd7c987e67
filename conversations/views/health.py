"""For load balancers and supervisors: does the process run, and can it take questions?

They may call a process by its address: any `Host` is accepted here (chatsite/middleware/common.py). Both have a thread
of their own (chatsite/server/threads.py): they respond also when every other one waits for the database.
"""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse

from chatsite.server.readiness import Readiness
from conversations.replies import engine

readiness = Readiness()


@login_not_required
def healthz(request: HttpRequest) -> HttpResponse:
    """The process runs."""
    return HttpResponse("ok\n", content_type="text/plain")


@login_not_required
async def readyz(request: HttpRequest) -> HttpResponse:
    """The process can write to its database and is not draining."""
    if engine.is_draining:
        return HttpResponse("draining\n", content_type="text/plain", status=503)
    if not await readiness.is_ready():
        return HttpResponse("no database\n", content_type="text/plain", status=503)
    return HttpResponse("ready\n", content_type="text/plain")
