"""An MCP server at which each person signs in, and its authorization server: the library's own, in a thread.

What it decides is set by a test (`OAuthServer`), and it notes what it was asked.
"""

import asyncio
import secrets
import threading
import time
from collections import Counter
from typing import Any

import uvicorn
from mcp.server.auth.middleware.auth_context import get_access_token
from mcp.server.auth.provider import (
    AccessToken,
    AuthorizationCode,
    RefreshToken,
    TokenError,
    construct_redirect_uri,
)
from mcp.server.auth.routes import build_metadata
from mcp.server.auth.settings import AuthSettings, ClientRegistrationOptions, RevocationOptions
from mcp.server.mcpserver import MCPServer
from mcp.shared.auth import OAuthToken
from starlette.responses import HTMLResponse, JSONResponse
from starlette.routing import Route

from tests.site import eventually, free_port


def current_token() -> AccessToken:
    token = get_access_token()
    assert token
    return token


class OAuthServer:
    """Also the provider that the library's routes ask."""

    def __init__(self):
        self.port = free_port()
        # For browsers this is another site than 127.0.0.1: they come back from here with its cookies only if they may.
        self.host = f"localhost:{self.port}"
        self.origin = f"http://{self.host}"
        self.url = f"{self.origin}/mcp"
        self.reset()
        self.server = uvicorn.Server(uvicorn.Config(self.build(), port=self.port, log_level="critical"))

    def reset(self):
        #: Who signs in next, what is answered to them instead of a code, and whether they are asked on a page.
        self.person, self.answer, self.asks = "alice", {}, False
        #: What the metadata say differently.
        self.metadata = {}
        self.seconds, self.refresh_pause, self.rotates = 3600, 0.0, True
        self.refresh_error: Any = ""
        self.asked: Counter[str] = Counter()
        self.authorizations = []
        self.clients, self.codes, self.tokens, self.refresh_tokens, self.revoked = {}, {}, {}, {}, []

    def build(self):
        options = ClientRegistrationOptions(enabled=True, valid_scopes=["notes"], default_scopes=["notes"])
        # As texts: parsed here, they would get a slash at their end.
        origin: Any = self.origin
        url: Any = self.url
        auth = AuthSettings(
            issuer_url=origin,
            resource_server_url=url,
            client_registration_options=options,
            revocation_options=RevocationOptions(enabled=True),
            required_scopes=["notes"],
            validate_token_resource=True,
        )
        provider: Any = self
        server = MCPServer("notes", auth_server_provider=provider, auth=auth)

        @server.tool()
        def who_am_i():
            """Who the person is here."""
            return current_token().subject or ""

        @server.tool()
        def leak():
            """What the server knows of the person's tokens."""
            subject = current_token().subject
            refresh = [token for token, known in self.refresh_tokens.items() if known.subject == subject]
            return " ".join([current_token().token, *refresh])

        def describe(_request):
            document = build_metadata(auth.issuer_url, None, options, RevocationOptions(enabled=True))
            given = document.model_dump(mode="json", exclude_none=True) | {
                "authorization_response_iss_parameter_supported": True
            }
            known = {name: value for name, value in (given | self.metadata).items() if value is not None}
            return JSONResponse(known)

        app = server.streamable_http_app()
        app.router.routes.insert(0, Route("/.well-known/oauth-authorization-server", describe))
        app.router.routes.insert(0, Route("/consent", self.show_consent))
        return app

    def show_consent(self, request):
        return HTMLResponse(f"<h1>Notes</h1><a href='{request.query_params['to']}'>Allow</a>")

    def start(self):
        self.thread = threading.Thread(target=self.server.run, daemon=True)
        self.thread.start()
        eventually(lambda: self.server.started)

    def stop(self):
        self.server.should_exit = True
        self.thread.join(10)

    # What the library asks (OAuthAuthorizationServerProvider).

    async def get_client(self, client_id):
        return self.clients.get(client_id)

    async def register_client(self, client):
        self.asked["register"] += 1
        self.clients[client.client_id] = client

    async def authorize(self, client, params):
        self.authorizations.append(params)
        code = secrets.token_urlsafe(32)
        self.codes[code] = AuthorizationCode(
            code=code,
            scopes=params.scopes or ["notes"],
            expires_at=time.time() + 60,
            client_id=client.client_id,
            code_challenge=params.code_challenge,
            redirect_uri=params.redirect_uri,
            redirect_uri_provided_explicitly=params.redirect_uri_provided_explicitly,
            resource=params.resource,
            subject=self.person,
        )
        answer = {"iss": self.origin, "state": params.state, **({"code": code} | self.answer)}
        back = construct_redirect_uri(str(params.redirect_uri), **{k: v for k, v in answer.items() if v is not None})
        return construct_redirect_uri(f"{self.origin}/consent", to=back) if self.asks else back

    async def load_authorization_code(self, client, code):
        self.asked["exchange"] += 1
        return self.codes.get(code)

    async def exchange_authorization_code(self, client, code):
        del self.codes[code.code]
        return self.issue(client, code)

    async def load_refresh_token(self, client, token):
        self.asked["refresh"] += 1
        return self.refresh_tokens.get(token)

    async def exchange_refresh_token(self, client, token, scopes):
        if self.refresh_error:
            raise TokenError(self.refresh_error, "Sign in again, please.")
        if self.refresh_pause:
            await asyncio.sleep(self.refresh_pause)
        if self.rotates:
            self.refresh_tokens.pop(token.token, None)
        return self.issue(client, token)

    async def load_access_token(self, token):
        known = self.tokens.get(token)
        return known if known and known.expires_at > time.time() else None

    async def revoke_token(self, token):
        self.revoked.append(token.token)
        self.tokens.pop(token.token, None)
        self.refresh_tokens.pop(token.token, None)

    def issue(self, client, grant):
        """A new access token, and a refresh token, new ones if they are replaced."""
        common = {
            "client_id": client.client_id,
            "scopes": grant.scopes,
            "resource": grant.resource,
            "subject": grant.subject,
        }
        access = secrets.token_urlsafe(32)
        self.tokens[access] = AccessToken(token=access, expires_at=int(time.time()) + self.seconds, **common)
        refresh = None
        if self.rotates or not isinstance(grant, RefreshToken):
            refresh = secrets.token_urlsafe(32)
            self.refresh_tokens[refresh] = RefreshToken(token=refresh, **common)
        return OAuthToken(access_token=access, expires_in=self.seconds, refresh_token=refresh, scope="notes")
