"""For what, where and as which client tokens are asked for, and the requests for them (RFC 6749, 8707, 7009)."""

from typing import cast

import httpx2
from mcp.client.auth import TokenStorage
from mcp.client.auth.oauth2 import OAuthContext
from mcp.client.auth.utils import handle_token_response_scopes
from mcp.shared.auth import OAuthClientInformationFull, OAuthClientMetadata, OAuthMetadata, OAuthToken
from pydantic import AnyHttpUrl, AnyUrl, BaseModel, ValidationError


class TokenRefused(Exception):
    """An authorization server gave no token: its error code and its description, which may be empty."""

    def __init__(self, code: str, description: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.description = description


class ErrorResponse(BaseModel):
    """https://datatracker.ietf.org/doc/html/rfc6749#section-5.2"""

    error: str
    error_description: str = ""


class Grant(BaseModel):
    """It is stored, encrypted, with a sign-in that has begun and with the tokens: it holds the secret of the client."""

    server_url: str
    #: What the tokens are for (RFC 8707).
    resource: str
    scope: str | None
    redirect_uri: str
    metadata: OAuthMetadata
    client: OAuthClientInformationFull

    async def exchange(self, http: httpx2.AsyncClient, code: str, verifier: str) -> OAuthToken:
        """The tokens for a code. Raises TokenRefused, OAuthTokenError, and what the connection raises."""
        redirect = {"redirect_uri": self.redirect_uri, "code_verifier": verifier}
        return await self._request_token(http, {"grant_type": "authorization_code", "code": code, **redirect})

    async def refresh(self, http: httpx2.AsyncClient, refresh_token: str) -> OAuthToken:
        """New tokens. Raises as `exchange` does."""
        return await self._request_token(http, {"grant_type": "refresh_token", "refresh_token": refresh_token})

    async def revoke(self, http: httpx2.AsyncClient, token: str, hint: str) -> None:
        """Ask the server to forget a token, if it can be asked (RFC 7009). Raises HTTPStatusError where it refuses."""
        if endpoint := self.metadata.revocation_endpoint:
            response = await self._post(http, endpoint, {"token": token, "token_type_hint": hint})
            response.raise_for_status()

    async def _request_token(self, http: httpx2.AsyncClient, fields: dict[str, str]) -> OAuthToken:
        response = await self._post(http, self.metadata.token_endpoint, {"resource": self.resource, **fields})
        if response.status_code in {200, 201}:
            return await handle_token_response_scopes(response)
        try:
            refusal = ErrorResponse.model_validate_json(response.content)
        except ValidationError:
            # A proxy, a server that fails, a redirect: another time it may work.
            raise httpx2.RemoteProtocolError(f"status {response.status_code}") from None
        raise TokenRefused(refusal.error, refusal.error_description)

    async def _post(self, http: httpx2.AsyncClient, endpoint: AnyHttpUrl, fields: dict[str, str]) -> httpx2.Response:
        """Send a form in the name of the client, with its secret as it was registered."""
        context = OAuthContext(
            server_url=self.server_url,
            client_metadata=OAuthClientMetadata(redirect_uris=[AnyUrl(self.redirect_uri)]),
            storage=cast(TokenStorage, None),
            redirect_handler=None,
            callback_handler=None,
            client_info=self.client,
        )
        fields, headers = context.prepare_token_auth({"client_id": self.client.client_id, **fields}, {})
        return await http.post(str(endpoint), data=fields, headers={"Accept": "application/json", **headers})
