"""What can go wrong on the way to Claude, as codes that are stored; used by claude.py, caught by replies.

The types and statuses are those of https://platform.claude.com/docs/en/api/errors
"""

import math
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Self

from conversations.claude.wire import without_poison

#: What the API calls an error, and what we call it.
CODES = {
    "api_error": "upstream_error",
    "authentication_error": "misconfigured",
    "billing_error": "misconfigured",
    "invalid_request_error": "invalid_request",
    "not_found_error": "model_unavailable",
    "overloaded_error": "overloaded",
    "permission_error": "misconfigured",
    "rate_limit_error": "rate_limited",
    "request_too_large": "too_large",
    "timeout_error": "upstream_timeout",
}
#: Where the body has no type, for example when a proxy answered.
CODES_BY_STATUS = {
    401: "misconfigured",
    402: "misconfigured",
    403: "misconfigured",
    404: "model_unavailable",
    408: "upstream_timeout",
    413: "too_large",
    429: "rate_limited",
    504: "upstream_timeout",
    529: "overloaded",
}
#: The organisation's own limits: waiting does not help, an administrator does.
ACCOUNT_TROUBLE = {"contract_spend_limit_reached", "enforced_spend_limit_reached", "organization_on_hold"}
#: What reading an event raises that is not JSON, or not of the shape that the protocol has.
PROTOCOL_ERRORS = (ValueError, KeyError, TypeError, AttributeError, RecursionError)
#: Codes after which asking once more may help.
RETRYABLE = {
    "overloaded",
    "rate_limited",
    "upstream_error",
    "upstream_timeout",
    "upstream_truncated",
    "upstream_protocol",
}


#: As long as the column is; a proxy on the way may have ideas of its own.
LONGEST_ID = 100


class Failed(Exception):
    """A call that did not come to its end. `retry_after` is in seconds, where Claude named a time."""

    def __init__(self, code: str, *, detail: str = "", request_id: str = "", retry_after: float | None = None) -> None:
        super().__init__(code)
        self.code = code
        # The SDK decodes the body of a refusal itself: what no database could store is still in there.
        self.detail = without_poison(detail)[:500]
        self.request_id = request_id[:LONGEST_ID]
        self.retry_after = retry_after

    @classmethod
    def from_payload(cls, payload: dict[str, Any], status: int = 200) -> Self:
        """From an error body, or from an `error` event in the middle of a stream (whose status is 200)."""
        error = payload.get("error")
        error = error if isinstance(error, dict) else {}
        kind, message = str(error.get("type", "")), str(error.get("message", ""))
        details = error.get("details")
        request_id = str(without_poison(payload.get("request_id") or ""))
        code = CODES.get(kind) or CODES_BY_STATUS.get(status) or "upstream_error"
        if isinstance(details, dict) and details.get("error_code") in ACCOUNT_TROUBLE:
            code = "misconfigured"
        elif code == "invalid_request" and "prompt is too long" in message:
            code = "too_large"
        return cls(code, detail=f"{status} {kind}: {message}", request_id=request_id)


def failure_from(error: Exception, request_id: str = "") -> Failed:
    """Any exception that a call to Claude may raise, as Failed.

    Faults after the headers are not the SDK's own: a reset or a stall is httpx2's, a broken event a ValueError.
    """
    response = getattr(error, "response", None)
    if response is not None and (status := getattr(error, "status_code", None)):
        body = getattr(error, "body", None)
        failed = Failed.from_payload(body if isinstance(body, dict) else {}, status)
        failed.request_id = response.headers.get("request-id", failed.request_id)[:LONGEST_ID]
        failed.retry_after = _retry_after(response.headers)
        return failed
    detail = f"{type(error).__name__}: {error}"
    if "Timeout" in f"{type(error).__name__} {type(error.__cause__).__name__}":
        return Failed("upstream_timeout", detail=detail, request_id=request_id)
    if isinstance(error, PROTOCOL_ERRORS):
        return Failed("upstream_protocol", detail=type(error).__name__, request_id=request_id)
    return Failed("upstream_error", detail=detail, request_id=request_id)


def _retry_after(headers: Any) -> float | None:
    try:
        if "retry-after-ms" in headers:
            return _seconds(headers["retry-after-ms"]) / 1000
        return _seconds(headers["retry-after"]) if "retry-after" in headers else None
    except ValueError:
        return None


def _seconds(value: str) -> float:
    """A number, or the time until an HTTP date; raises ValueError for what is neither."""
    try:
        seconds = float(value)
    except ValueError:
        # An HTTP date is in GMT, whatever it says; one without a zone is naive.
        seconds = (parsedate_to_datetime(value).replace(tzinfo=UTC) - datetime.now(UTC)).total_seconds()
    if math.isnan(seconds):
        raise ValueError("not a number of seconds")
    return max(0.0, seconds)
