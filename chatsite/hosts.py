"""Which names the site answers to: ALLOWED_HOSTS, but for the two addresses that machines ask."""

from django.http import HttpRequest, HttpResponsePermanentRedirect
from django.middleware.common import CommonMiddleware

#: They say nothing of the site and build no link, so that a forged name gains nothing.
PROBES = {"/healthz", "/readyz"}


class KnownHosts(CommonMiddleware):
    """Django refuses unknown hosts here. A probe calls a process by its address, whatever the site is called."""

    def process_request(self, request: HttpRequest) -> HttpResponsePermanentRedirect | None:
        return None if request.path in PROBES else super().process_request(request)
