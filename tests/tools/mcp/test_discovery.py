"""Where people sign in to an MCP server: what its metadata may and may not say."""

import asyncio

import httpx2
import pytest
from mcp.client.auth import OAuthFlowError
from mcp.shared.auth import OAuthMetadata

from conversations.tools.mcp.discovery import check_is_encrypted, choose_method, discover
from conversations.tools.results import ToolError
from tests.tools.mcp.conftest import at

ISSUER = "https://login.example"
METADATA = {
    "issuer": ISSUER,
    "authorization_endpoint": f"{ISSUER}/authorize",
    "token_endpoint": f"{ISSUER}/token",
    "code_challenge_methods_supported": ["S256"],
}
RESOURCE = {"resource": "https://notes.example/mcp", "authorization_servers": [ISSUER]}


def ask(pages, url="https://notes.example/mcp", header=""):
    """What is discovered of a server where these addresses answer; further ones are not there."""

    def respond(request):
        assert request.headers["User-Agent"]
        assert request.extensions["timeout"]
        if str(request.url) == url:
            return httpx2.Response(401, headers={"WWW-Authenticate": header})
        page = pages.get(str(request.url), 404)
        return httpx2.Response(page) if isinstance(page, int) else httpx2.Response(200, json=page)

    async def run():
        async with httpx2.AsyncClient(transport=httpx2.MockTransport(respond)) as http:
            return await discover(http, at(url))

    return asyncio.run(run())


def test_the_address_in_the_refusal_comes_first_and_the_scope_is_the_one_that_it_names():
    header = 'Bearer resource_metadata="https://notes.example/own", scope="read"'
    pages = {"https://notes.example/own": RESOURCE, f"{ISSUER}/.well-known/oauth-authorization-server": METADATA}
    found = ask(pages, header=header)
    assert (found.resource, found.scope) == ("https://notes.example/mcp", "read")
    assert str(found.metadata.token_endpoint) == f"{ISSUER}/token"


@pytest.mark.parametrize("path", ["/.well-known/oauth-protected-resource/mcp", "/.well-known/oauth-protected-resource"])
@pytest.mark.parametrize("name", ["oauth-authorization-server", "openid-configuration"])
def test_without_one_the_usual_addresses_are_tried(path, name):
    pages = {f"https://notes.example{path}": RESOURCE, f"{ISSUER}/.well-known/{name}": METADATA}
    assert str(ask(pages).metadata.issuer) == ISSUER


def test_a_server_that_says_nothing_of_itself_can_be_its_own_authorization_server():
    own = {**METADATA, "issuer": "https://notes.example"}
    found = ask({"https://notes.example/.well-known/oauth-authorization-server": own})
    assert found.resource == "https://notes.example/mcp"


@pytest.mark.parametrize(
    "resource",
    [{**RESOURCE, "resource": "https://bank.example/"}, {**RESOURCE, "resource": "https://notes.example/other"}],
)
def test_the_metadata_of_another_resource_are_refused(resource):
    with pytest.raises(OAuthFlowError):
        ask({"https://notes.example/.well-known/oauth-protected-resource": resource})


def test_an_authorization_server_that_calls_itself_otherwise_is_refused():
    other = {**METADATA, "issuer": "https://bank.example"}
    pages = {
        "https://notes.example/.well-known/oauth-protected-resource": RESOURCE,
        f"{ISSUER}/.well-known/oauth-authorization-server": other,
    }
    with pytest.raises(OAuthFlowError):
        ask(pages)


def test_a_server_that_fails_is_not_taken_for_one_that_says_nothing():
    with pytest.raises(httpx2.RemoteProtocolError):
        ask({"https://notes.example/.well-known/oauth-protected-resource/mcp": 503})
    with pytest.raises(ToolError):
        ask({})


@pytest.mark.parametrize("endpoint", ["authorization_endpoint", "token_endpoint", "registration_endpoint"])
def test_secrets_are_not_sent_in_plain_text_unless_the_server_itself_has_no_https(endpoint):
    plain = OAuthMetadata.model_validate({**METADATA, endpoint: "http://login.example/plain"})
    check_is_encrypted(at("http://127.0.0.1/mcp"), plain)
    with pytest.raises(OAuthFlowError):
        check_is_encrypted(at("https://notes.example/mcp"), plain)


@pytest.mark.parametrize(
    ("offered", "chosen"),
    [
        (None, "client_secret_basic"),
        (["client_secret_post", "client_secret_basic"], "client_secret_post"),
        (["none", "client_secret_basic"], "client_secret_basic"),
        (["private_key_jwt", "none"], "none"),
    ],
)
def test_a_secret_is_preferred_in_the_way_that_the_server_names_first(offered, chosen):
    metadata = OAuthMetadata.model_validate({**METADATA, "token_endpoint_auth_methods_supported": offered})
    assert choose_method(metadata) == chosen
