"""When a model thinks, and the signatures by which the stand-in knows its own thinking again."""

from __future__ import annotations

import base64
import hmac
from typing import Any

from .models import Model

SECRET = b"only to notice a thinking block that was altered"
SUMMARY = (
    "The question is clear enough to answer directly. A short overview first, then the details in the order "
    "somebody would need them, and one example that can be tried at once."
)


def thinks(model: Model, body: dict[str, Any]) -> bool:
    """Without the field, current models think as they see fit, and older ones not at all."""
    asked = (body.get("thinking") or {}).get("type")
    return asked in ("adaptive", "enabled") if asked else "adaptive" in model.thinking


def sign(model: str, content: str) -> str:
    digest = hmac.digest(SECRET, f"{model}\n{content}".encode(errors="surrogatepass"), "sha256")
    return base64.b64encode(f"stand-in {model} ".encode() + digest).decode()


def genuine(model: str, block: dict[str, Any]) -> bool:
    """Whether this model wrote this thinking block, unaltered."""
    if block.get("type") == "redacted_thinking":
        return block.get("data") == redacted(model)
    content, signature = block.get("thinking"), block.get("signature")
    return isinstance(content, str) and isinstance(signature, str) and signature == sign(model, content)


def redacted(model: str) -> str:
    return sign(model, "redacted")
