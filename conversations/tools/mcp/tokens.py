"""The tokens with which a server is called. Those of a person are refreshed by one process at a time.

A refresh token often works once only, so two processes must not use it at once. A lock of the row would need a
transaction that is open while the network is waited for: on SQLite it would stop all writers of the site, on PostgreSQL
it would take a connection for so long. So one conditional UPDATE claims the refresh for REFRESH_TIME, and the others
read the row again until the new tokens are there. They are stored before they are used. If the process dies in between,
the next one tries with the old refresh token; where the server has replaced it, the person signs in again.
"""

import asyncio
import logging
import time

import httpx2
from django.utils.translation import gettext as _
from mcp.shared.auth import OAuthToken

from chatsite.accounts.models import User
from conversations.models import MCPConnection, MCPServer
from conversations.models.encryption import SecretLost
from conversations.tools.mcp.client import create_http_client
from conversations.tools.mcp.grants import Grant, TokenRefused
from conversations.tools.mcp.limits import SIGN_IN_SECONDS
from conversations.tools.mcp.sign_in import compute_expiry
from conversations.tools.queries import run_query
from conversations.tools.results import ToolError

logger = logging.getLogger(__name__)

#: Seconds between two looks at a row whose tokens somebody else refreshes.
PAUSE = 0.1
#: Errors of RFC 6749 after which the same request never succeeds.
FINAL_ERRORS = {"invalid_grant", "invalid_client", "unauthorized_client"}
_refreshes: set[asyncio.Task[None]] = set()


async def find_secrets(server: MCPServer, person: User | None, refused: str = "") -> tuple[str, ...]:
    """The token to call a server with, then what else no result may contain; nothing for a server without sign-in.

    `refused`: a token that the server does not accept any more. Raises ToolError if the person must sign in, and
    SecretLost, TokenRefused and what the connection raises.
    """
    if server.authentication != MCPServer.Authentication.OAUTH:
        return (server.token,) if server.token else ()
    give_up, is_new = time.monotonic() + 2 * SIGN_IN_SECONDS, False
    while time.monotonic() < give_up:
        connection = await run_query(find_connection, server, person)
        try:
            token, refresh_token = connection.access_token, connection.refresh_token
        except SecretLost:
            await run_query(connection.end)
            raise must_sign_in(server) from None
        # A new one is used, however soon it expires.
        if token != refused and (is_new or not connection.needs_refresh):
            return (token, refresh_token) if refresh_token else (token,)
        if not refresh_token:
            await run_query(connection.end)
        elif await run_query(connection.claim_refresh):
            await refresh_apart(connection)
            is_new = True
        else:
            await asyncio.sleep(PAUSE)
    raise TimeoutError


def find_connection(server: MCPServer, person: User | None) -> MCPConnection:
    """The connection of a person at the address that the server has. Raises ToolError if there is none."""
    usable = MCPConnection.objects.usable().filter(server=server, url=server.url, user=person)
    connection = usable.select_related("server").first()
    if connection is None:
        raise must_sign_in(server)
    return connection


def must_sign_in(server: MCPServer) -> ToolError:
    return ToolError(_("Sign in to %(server)s in Settings › Connections.") % {"server": server.title})


async def refresh_apart(connection: MCPConnection) -> None:
    """Refresh tokens in a task of its own: what the server gives is stored, even if the caller stops waiting."""
    task = asyncio.get_running_loop().create_task(refresh(connection))
    _refreshes.add(task)
    task.add_done_callback(_refreshes.discard)
    await asyncio.shield(task)


async def refresh(connection: MCPConnection) -> None:
    """Get and store new tokens, or note that the person must sign in again. Raises what the connection raises."""
    try:
        grant = Grant.model_validate_json(connection.grant)
        if (client := connection.server.client).get("client_id") == grant.client.client_id:
            # A superuser may have entered a new secret.
            grant.client.client_secret = client.get("client_secret")
        async with asyncio.timeout(SIGN_IN_SECONDS), create_http_client() as http:
            token = await grant.refresh(http, connection.refresh_token)
    except SecretLost:
        await run_query(connection.end)
    except TokenRefused as refusal:
        if refusal.code not in FINAL_ERRORS:
            await run_query(connection.release)
            raise
        logger.info("The MCP server %s ended a connection (%s).", connection.server.slug, refusal.code[:50])
        await run_query(end, connection, grant, refusal.code)
    except BaseException:
        await run_query(connection.release)
        raise
    else:
        await run_query(store, connection, token)


def store(connection: MCPConnection, token: OAuthToken) -> None:
    """A server that does not replace the refresh token leaves it out (RFC 6749, 6)."""
    refresh_token = token.refresh_token or connection.refresh_token
    connection.renew(token.access_token, refresh_token, token.scope or connection.scope, compute_expiry(token))


def end(connection: MCPConnection, grant: Grant, code: str) -> None:
    """End a connection. A registration that the server has forgotten is forgotten here as well, to make a new one."""
    connection.end()
    server, client = connection.server, connection.server.client
    is_same = client.get("client_id") == grant.client.client_id
    if code == "invalid_client" and is_same and not client.get("is_entered"):
        MCPServer.objects.filter(pk=server.pk, stored_client=server.stored_client).update(stored_client="")


async def revoke(connection: MCPConnection) -> None:
    """Ask the server to forget the tokens of a connection that is deleted. If that fails, they end by themselves."""
    try:
        grant = Grant.model_validate_json(connection.grant)
        tokens = {"refresh_token": connection.refresh_token, "access_token": connection.access_token}
        async with asyncio.timeout(SIGN_IN_SECONDS), create_http_client() as http:
            for hint, token in tokens.items():
                if token:
                    await grant.revoke(http, token, hint)
    except (httpx2.HTTPError, OSError, SecretLost, TimeoutError, ValueError) as error:
        logger.info("A token of the MCP server %s was not revoked (%s).", connection.server.slug, type(error).__name__)
