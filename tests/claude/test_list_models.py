"""Claude's own list of models, as the client reads it."""

import asyncio
import json
from contextlib import contextmanager
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from conversations.claude import client
from conversations.claude.errors import Failed
from conversations.claude.models import Model
from tests.site import free_port


@contextmanager
def serving_json(body):
    """A server that answers every GET with this body."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            content = json.dumps(body).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def list_models(settings, stand_in):
    """Reads the list from the stand-in with a client of this process."""
    settings.ANTHROPIC_API_KEY, settings.ANTHROPIC_BASE_URL = "test-key", stand_in.url

    async def read():
        client.open_client()
        try:
            return await client.list_models()
        finally:
            await client.close_client()

    return lambda: {model.id: model for model in asyncio.run(read())}


def test_a_model_has_its_limits_and_capabilities(list_models):
    assert list_models()["claude-sonnet-5-5"] == Model(
        "claude-sonnet-5-5",
        "Claude Sonnet 5.5",
        window=1_000_000,
        max_output=128_000,
        supports_thinking=True,
        supports_compaction=True,
        server_tools=("web_search", "web_fetch", "code_execution"),
        efforts=("low", "medium", "high", "xhigh", "max"),
    )


def test_a_model_whose_thinking_can_be_disabled_is_read_as_such(list_models):
    haiku = list_models()["claude-haiku-5-5"]

    assert (haiku.supports_thinking, haiku.can_disable_thinking) == (True, True)


def test_a_model_that_thinks_by_budget_alone_does_not_support_thinking(list_models):
    haiku = list_models()["claude-haiku-4-5-20251001"]

    assert (haiku.supports_thinking, haiku.can_disable_thinking) == (False, False)


def test_deprecated_and_retired_models_are_listed_with_their_days(list_models):
    models = list_models()
    deprecated, retired = models["claude-sonnet-4-5-20250929"], models["claude-opus-4-20250514"]

    assert (deprecated.lifecycle, deprecated.retires) == ("deprecated", date(2026, 11, 30))
    assert (retired.lifecycle, retired.retires) == ("retired", date(2026, 6, 15))


def test_a_list_of_another_shape_says_nothing(list_models, settings):
    models = [{"id": "claude-sonnet-4-5-20250929", "object": "model", "owned_by": "anthropic"}, {"id": "local-7b"}]

    with serving_json({"object": "list", "data": models}) as url:
        settings.ANTHROPIC_BASE_URL = url
        assert list_models() == {}


@pytest.mark.parametrize(
    ("setting", "value", "code"),
    [
        ("ANTHROPIC_API_KEY", "", "misconfigured"),
        ("ANTHROPIC_API_KEY", "bad-key", "misconfigured"),
        ("ANTHROPIC_BASE_URL", f"http://127.0.0.1:{free_port()}", "upstream_error"),
    ],
)
def test_an_unavailable_list_raises_failed_with_a_code(list_models, settings, setting, value, code):
    setattr(settings, setting, value)

    with pytest.raises(Failed) as failure:
        list_models()

    assert failure.value.code == code
