"""Django's CommonMiddleware, which rejects host names that are not in ALLOWED_HOSTS."""

from django.http import HttpRequest, HttpResponsePermanentRedirect
from django.middleware.common import CommonMiddleware

from chatsite.middleware.base import InEventLoop

#: A load balancer addresses each process by its IP address. These views build no links, so any name is safe.
PROBES = {"/healthz", "/readyz"}


class Common(InEventLoop, CommonMiddleware):
    """Accepts any host name for health probes."""

    def process_request(self, request: HttpRequest) -> HttpResponsePermanentRedirect | None:
        return None if request.path in PROBES else super().process_request(request)
