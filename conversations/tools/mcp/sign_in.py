"""Has people sign in to MCP servers (OAuth 2.1, authorization code with PKCE), in two requests, maybe of two processes.

Not by the library's `OAuthClientProvider`, which waits for the second request in the memory of the first.
"""

import secrets
from datetime import datetime, timedelta
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from mcp.client.auth import PKCEParameters
from mcp.client.auth.utils import validate_authorization_response_iss
from mcp.shared.auth import OAuthToken

from chatsite.accounts.models import User
from conversations.models import MCPAuthorization, MCPConnection, MCPServer, TeamSettings
from conversations.tools.mcp.client import create_http_client, run_apart
from conversations.tools.mcp.discovery import prepare_grant
from conversations.tools.mcp.errors import as_tool_error, shorten
from conversations.tools.mcp.grants import Grant
from conversations.tools.mcp.limits import SIGN_IN_SECONDS
from conversations.tools.queries import run_query
from conversations.tools.results import ToolError

#: A token that is used until its last moment could expire on its way.
SPARE_SECONDS = 60


async def begin(server: MCPServer, person: User, session: str, redirect_uri: str) -> str:
    """The address at which the person signs in, to come back to `redirect_uri`. Raises ToolError."""
    with as_tool_error(server):
        our_name = await run_query(read_our_name)
        grant = await run_apart(SIGN_IN_SECONDS, prepare(server, redirect_uri, our_name))
        state, pkce = secrets.token_urlsafe(32), PKCEParameters.generate()
        await run_query(store_beginning, server, person, session, state, grant, pkce.code_verifier)
        return build_address(grant, state, pkce.code_challenge)


def read_our_name() -> str:
    return TeamSettings.current().name


async def prepare(server: MCPServer, redirect_uri: str, our_name: str) -> Grant:
    async with create_http_client() as http:
        return await prepare_grant(http, server, redirect_uri, our_name)


@transaction.atomic
def store_beginning(server: MCPServer, person: User, session: str, state: str, grant: Grant, verifier: str) -> None:
    """Store a new registration for everybody, unless another request was faster, and what the second request needs."""
    if server.client.get("client_id") != grant.client.client_id:
        former = server.stored_client
        server.client = grant.client.model_dump(mode="json", exclude_none=True)
        MCPServer.objects.filter(pk=server.pk, stored_client=former).update(stored_client=server.stored_client)
    MCPAuthorization.begin(person, server, session, state, grant.model_dump_json(exclude_none=True), verifier)


def build_address(grant: Grant, state: str, challenge: str) -> str:
    """The authorization request (RFC 6749, 4.1.1)."""
    fields = {
        "response_type": "code",
        "client_id": grant.client.client_id,
        "redirect_uri": grant.redirect_uri,
        "state": state,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
        "resource": grant.resource,
    }
    if grant.scope:
        fields["scope"] = grant.scope
        if "offline_access" in grant.scope.split():
            # https://openid.net/specs/openid-connect-core-1_0.html#OfflineAccess
            fields["prompt"] = "consent"
    parts = urlsplit(str(grant.metadata.authorization_endpoint))
    # An endpoint may have a query of its own.
    return urlunsplit(
        parts._replace(query=urlencode([*parse_qsl(parts.query, keep_blank_values=True), *fields.items()]))
    )


async def finish(authorization: MCPAuthorization, answer: dict[str, str]) -> None:
    """Exchange the code in an answer (its fields) for tokens, and store them. Raises ToolError."""
    names = {"server": authorization.server.title}
    with as_tool_error(authorization.server):
        grant = Grant.model_validate_json(authorization.grant)
        # An answer of another server could carry a code of somebody else (RFC 9207).
        validate_authorization_response_iss(answer.get("iss"), grant.metadata)
        if answer.get("error") == "access_denied":
            raise ToolError(_("You were not signed in to %(server)s, because it was not allowed there.") % names)
        if answer.get("error") or not answer.get("code"):
            reason = shorten(answer.get("error_description") or answer.get("error") or "?")
            raise ToolError(_("%(server)s refused the sign-in: %(reason)s") % {**names, "reason": reason})
        token = await run_apart(SIGN_IN_SECONDS, exchange(grant, answer["code"], authorization.verifier))
        await run_query(
            MCPConnection.store,
            authorization,
            token.access_token,
            token.refresh_token or "",
            token.scope or grant.scope or "",
            compute_expiry(token),
        )


async def exchange(grant: Grant, code: str, verifier: str) -> OAuthToken:
    async with create_http_client() as http:
        return await grant.exchange(http, code, verifier)


def compute_expiry(token: OAuthToken) -> datetime | None:
    """Until when an access token that was just given is used: a little less than it lives; None for ever."""
    if token.expires_in is None:
        return None
    return timezone.now() + timedelta(seconds=token.expires_in - min(SPARE_SECONDS, token.expires_in / 10))
