"""Finds out where people sign in to an MCP server, and makes this site known there: RFC 9728, 8414 and 7591.

https://modelcontextprotocol.io/specification/2025-11-25/basic/authorization
"""

import time
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx2
from django.utils.translation import gettext as _
from mcp import types
from mcp.client.auth import OAuthFlowError
from mcp.client.auth.oauth2 import check_registration_usable
from mcp.client.auth.utils import (
    build_oauth_authorization_server_metadata_discovery_urls,
    build_protected_resource_metadata_discovery_urls,
    create_client_registration_request,
    create_oauth_metadata_request,
    credentials_match_issuer,
    extract_resource_metadata_from_www_auth,
    extract_scope_from_www_auth,
    get_client_metadata_scopes,
    handle_auth_metadata_response,
    handle_protected_resource_response,
    handle_registration_response,
    issuers_match,
    validate_metadata_issuer,
)
from mcp.shared.auth import (
    DEFAULT_GRANT_TYPES,
    OAuthClientInformationFull,
    OAuthClientMetadata,
    OAuthMetadata,
    ProtectedResourceMetadata,
    TokenEndpointAuthMethod,
)
from mcp.shared.auth_utils import check_resource_allowed, resource_url_from_server_url
from mcp_types import LATEST_PROTOCOL_VERSION
from pydantic import AnyUrl

from conversations.models import MCPServer
from conversations.tools.mcp.grants import Grant
from conversations.tools.results import ToolError

#: How a secret can be sent.
WITH_SECRET: tuple[TokenEndpointAuthMethod, ...] = ("client_secret_basic", "client_secret_post")
#: A request that any server refuses without a token, so that it says where to get one.
INITIALIZE = types.JSONRPCRequest(
    jsonrpc="2.0",
    id=0,
    method="initialize",
    params={
        "protocolVersion": LATEST_PROTOCOL_VERSION,
        "capabilities": {},
        "clientInfo": {"name": "chatsite", "version": "1"},
    },
)


@dataclass(frozen=True, slots=True)
class Discovery:
    """What a server says of signing in."""

    resource: str
    scope: str | None
    metadata: OAuthMetadata


async def prepare_grant(http: httpx2.AsyncClient, server: MCPServer, redirect_uri: str, our_name: str) -> Grant:
    """For what, where and as which client to ask. Raises ToolError, errors of the library and of the connection."""
    found = await discover(http, server)
    client = find_client(server, found.metadata, redirect_uri)
    return Grant(
        server_url=server.url,
        resource=found.resource,
        scope=found.scope,
        redirect_uri=redirect_uri,
        metadata=found.metadata,
        client=client or await register(http, server, found, redirect_uri, our_name),
    )


async def discover(http: httpx2.AsyncClient, server: MCPServer) -> Discovery:
    """Raises ToolError where the server does not say where people sign in, or in a way that is not safe."""
    body = INITIALIZE.model_dump_json(by_alias=True, exclude_none=True)
    headers = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
    # Its body is not read: a server that needs no token could answer with a stream.
    async with http.stream("POST", server.url, content=body, headers=headers) as refusal:
        pass
    protected = await find_protected_resource(http, server, extract_resource_metadata_from_www_auth(refusal))
    metadata = await find_authorization_server(http, server, protected)
    if "S256" not in (metadata.code_challenge_methods_supported or ()):
        # The specification of MCP demands it: without, a code that leaks is worth a token.
        raise ToolError(_("%(server)s has no safe sign-in (PKCE).") % {"server": server.title})
    return Discovery(
        resource=str(protected.resource) if protected else resource_url_from_server_url(server.url),
        scope=get_client_metadata_scopes(
            extract_scope_from_www_auth(refusal), protected, metadata, list(DEFAULT_GRANT_TYPES)
        ),
        metadata=metadata,
    )


async def find_protected_resource(
    http: httpx2.AsyncClient, server: MCPServer, named: str | None
) -> ProtectedResourceMetadata | None:
    """What the server says of itself (RFC 9728), at the address that it named or at the usual ones."""
    for url in build_protected_resource_metadata_discovery_urls(named, server.url):
        response = await send(http, create_oauth_metadata_request(url))
        if response.status_code >= 500:
            raise httpx2.RemoteProtocolError(f"status {response.status_code}")
        protected = await handle_protected_resource_response(response)
        if protected is None:
            continue
        if not check_resource_allowed(resource_url_from_server_url(server.url), str(protected.resource)):
            raise OAuthFlowError("the metadata are those of another resource")
        return protected
    return None


async def find_authorization_server(
    http: httpx2.AsyncClient, server: MCPServer, protected: ProtectedResourceMetadata | None
) -> OAuthMetadata:
    """The metadata of the first server that the resource names (RFC 8414), or of the one at its own address."""
    issuer = str(protected.authorization_servers[0]) if protected else None
    for url in build_oauth_authorization_server_metadata_discovery_urls(issuer, server.url):
        goes_on, metadata = await handle_auth_metadata_response(await send(http, create_oauth_metadata_request(url)))
        if metadata:
            own = "{0.scheme}://{0.netloc}".format(urlsplit(server.url))
            if issuer or not issuers_match(str(metadata.issuer), own):
                validate_metadata_issuer(metadata, issuer or own)
            check_is_encrypted(server, metadata)
            return metadata
        if not goes_on:
            break
    raise ToolError(_("%(server)s does not say where people sign in.") % {"server": server.title})


def check_is_encrypted(server: MCPServer, metadata: OAuthMetadata) -> None:
    """Raise OAuthFlowError where secrets would be sent in plain text, although the server itself has HTTPS."""
    endpoints = (metadata.authorization_endpoint, metadata.token_endpoint, metadata.registration_endpoint)
    urls = [str(url) for url in (*endpoints, metadata.revocation_endpoint) if url]
    if urlsplit(server.url).scheme == "https" and not all(url.startswith("https:") for url in urls):
        raise OAuthFlowError("an endpoint has no HTTPS")


def find_client(server: MCPServer, metadata: OAuthMetadata, redirect_uri: str) -> OAuthClientInformationFull | None:
    """The client that a superuser has entered, or an earlier registration that still fits."""
    stored = server.client
    if not stored:
        return None
    client = OAuthClientInformationFull.model_validate(stored)
    if stored.get("is_entered"):
        method = choose_method(metadata) if client.client_secret else "none"
        return client.model_copy(update={"token_endpoint_auth_method": method})
    is_bound = credentials_match_issuer(client, str(metadata.issuer), None)
    is_expired = bool(client.client_secret_expires_at) and (client.client_secret_expires_at or 0) < time.time()
    is_same = redirect_uri in [str(uri) for uri in client.redirect_uris or ()]
    return client if is_bound and is_same and not is_expired else None


async def register(
    http: httpx2.AsyncClient, server: MCPServer, found: Discovery, redirect_uri: str, our_name: str
) -> OAuthClientInformationFull:
    """Make this site known to the authorization server (RFC 7591). Raises ToolError where that is not offered."""
    if found.metadata.registration_endpoint is None:
        raise ToolError(
            _("%(server)s does not let this site register itself: an administrator must enter a client.")
            % {"server": server.title}
        )
    method = choose_method(found.metadata)
    ours = OAuthClientMetadata(
        redirect_uris=[AnyUrl(redirect_uri)],
        client_name=our_name,
        scope=found.scope,
        token_endpoint_auth_method=method,
        # As "web", OpenID Connect forbids the addresses of a site that somebody tries on their own machine.
        application_type="web" if redirect_uri.startswith("https:") else "native",
    )
    request = create_client_registration_request(found.metadata, ours, server.url)
    client = await handle_registration_response(await send(http, request))
    check_registration_usable(client)
    update = {
        "issuer": str(found.metadata.issuer),
        "redirect_uris": ours.redirect_uris,
        "token_endpoint_auth_method": client.token_endpoint_auth_method or (method if client.client_secret else "none"),
    }
    return client.model_copy(update=update)


async def send(http: httpx2.AsyncClient, request: httpx2.Request) -> httpx2.Response:
    """Send a request that the library has built, with the headers and the limits of the client, which it lacks."""
    return await http.request(request.method, request.url, headers=request.headers, content=request.content)


def choose_method(metadata: OAuthMetadata) -> TokenEndpointAuthMethod:
    """How the site proves who it is: in the first way with a secret that the server names, which it knows best."""
    offered = metadata.token_endpoint_auth_methods_supported or WITH_SECRET
    with_secret = [method for name in offered for method in WITH_SECRET if method == name]
    return with_secret[0] if with_secret else "none" if "none" in offered else WITH_SECRET[0]
