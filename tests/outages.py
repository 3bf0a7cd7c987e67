"""A process of the site whose database can fail: refused connections on PostgreSQL, a full disk on SQLite."""

import resource
from contextlib import contextmanager

from django.db import connection

from tests.silence import SilentProxy
from tests.site import Site


class Breakable:
    """A site whose database can fail."""

    def __init__(self, site, proxy=None):
        self.site, self.proxy = site, proxy

    @contextmanager
    def outage(self):
        if self.proxy:
            self.proxy.refuse()
            try:
                yield
            finally:
                self.proxy.listen()
            return
        # No file of the process may grow beyond this: SQLite cannot write, as with a full disk.
        pid, limits = self.site.process.pid, resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (8192, limits[1]))
        try:
            yield
        finally:
            resource.prlimit(pid, resource.RLIMIT_FSIZE, limits)


@contextmanager
def start_breakable(stand_in, **environment):
    if connection.vendor == "sqlite":
        with Site(stand_in.url, **environment) as site:
            yield Breakable(site)
        return
    with SilentProxy() as proxy, Site(stand_in.url, DATABASE_URL=proxy.url, **environment) as site:
        yield Breakable(site, proxy)
