"""When a model thinks, and the signatures by which the stand-in recognizes its own thinking blocks."""

from __future__ import annotations

import base64
import hmac
from typing import Any

from chatsite.standin.models import Model

SECRET = b"only to notice a thinking block that was altered"
SUMMARY = (
    "The question is clear enough to answer directly. A short overview first, then the details in the order "
    "a reader needs them, and one example that can be tried at once."
)


def is_thinking_on(model: Model, body: dict[str, Any]) -> bool:
    """Whether the request lets the model think. Without the field current models do, and older ones do not."""
    thinking_type = (body.get("thinking") or {}).get("type")
    if thinking_type is None:
        return "adaptive" in model.thinking
    return thinking_type in ("adaptive", "enabled")


def sign_thinking(model_id: str, content: str) -> str:
    digest = hmac.digest(SECRET, f"{model_id}\n{content}".encode(errors="surrogatepass"), "sha256")
    return base64.b64encode(f"stand-in {model_id} ".encode() + digest).decode()


def redacted_data(model_id: str) -> str:
    return sign_thinking(model_id, "redacted")


def is_genuine(model_id: str, block: dict[str, Any]) -> bool:
    """Whether this model wrote this thinking block and it was not changed."""
    if block.get("type") == "redacted_thinking":
        return block.get("data") == redacted_data(model_id)
    content, signature = block.get("thinking"), block.get("signature")
    if not isinstance(content, str) or not isinstance(signature, str):
        return False
    return signature == sign_thinking(model_id, content)
