"""Which addresses `fetch_page` may open: those of hosts that are allowed, and only on the public internet."""

import socket
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any

import aiohttp
from django.conf import settings
from django.utils.http import is_same_domain
from yarl import URL

from conversations.tools.results import ToolError

MAX_ADDRESS = 2_000


class PrivateAddress(OSError):
    """A host has an address that is not public."""


def read_address(text: str) -> URL:
    """Raises ToolError for all but an http or https address of an allowed host."""
    try:
        url = URL(text) if len(text) <= MAX_ADDRESS else URL()
        port = url.port
    except ValueError:
        url, port = URL(), None
    if url.scheme not in {"http", "https"} or not url.host or not port:
        raise ToolError("This is not the address of a page: it must begin with https:// or http://.")
    if url.user is not None or url.password is not None:
        raise ToolError("An address with a user name or a password is not opened.")
    if not is_allowed(url):
        hosts = ", ".join(settings.CHAT_TOOL_FETCH_HOSTS) or "none"
        raise ToolError(f"This host is not one of those that may be opened: {hosts}.")
    return url


def is_allowed(url: URL) -> bool:
    """Whether the host is in the list; with its port, unless that is the usual one."""
    place = url.host or ""
    if not url.is_default_port():
        place = f"{place}:{url.port}"
    return any(is_same_domain(place, host.lower()) for host in settings.CHAT_TOOL_FETCH_HOSTS)


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public internet. The private ones that others contain are not."""
    ip: IPv4Address | IPv6Address = ip_address(address)
    if isinstance(ip, IPv6Address) and (ip.sixtofour or ip.is_site_local):
        return False
    # Reserved are, among others, those that a network translates into IPv4 (64:ff9b::/96).
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


def open_socket(place: tuple[Any, ...]) -> socket.socket:
    """A socket for an address to which a host was resolved. Raises PrivateAddress.

    aiohttp calls this with the very address that it then connects to, whether it comes from the name service or stood
    in the URL: there is no moment in between at which a name could change its address.
    """
    family, kind, protocol, _name, (address, *_port) = place
    if not is_public(address):
        raise PrivateAddress
    return socket.socket(family, kind, protocol)


def create_connector() -> aiohttp.TCPConnector:
    return aiohttp.TCPConnector(socket_factory=open_socket, use_dns_cache=False, force_close=True)
