"""The failures of a call to Claude, as codes that are stored. Raised by the client, caught by the replies.

Error types and statuses: https://platform.claude.com/docs/en/api/errors
"""

import math
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Self

import anthropic
import httpx2

from conversations.claude.wire import scrub_text

#: Our code for each error type of the API.
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
#: Our code for each status that says more than the error type, which a proxy may leave out or get wrong.
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
#: Error codes for limits of the organisation: waiting does not help, an administrator does.
ACCOUNT_ERRORS = {"contract_spend_limit_reached", "enforced_spend_limit_reached", "organization_on_hold"}
#: Failures that an immediate second call may avoid.
TRANSIENT = {"overloaded", "rate_limited", "upstream_error"}
#: Failures after which a person may try again.
RETRYABLE = TRANSIENT | {"upstream_timeout", "upstream_truncated", "upstream_protocol", "files_unavailable"}
#: What decoding a stream raises if it does not follow the protocol.
PROTOCOL_ERRORS = (ValueError, RecursionError)
TIMEOUTS = (TimeoutError, httpx2.TimeoutException, anthropic.APITimeoutError)

#: Characters, as many as the columns hold.
MAX_REQUEST_ID, MAX_DETAIL = 100, 500


class Failed(Exception):
    """A call to Claude failed. `retry_after`: the seconds that Claude asks us to wait, if it does."""

    def __init__(self, code: str, *, detail: str = "", request_id: str = "", retry_after: float | None = None) -> None:
        super().__init__(code)
        self.code = code
        # The SDK decodes the body of an error response, so that anything can still be in there.
        self.detail = scrub_text(detail)[:MAX_DETAIL]
        self.request_id = scrub_text(request_id)[:MAX_REQUEST_ID]
        self.retry_after = retry_after

    @property
    def is_transient(self) -> bool:
        """Whether an immediate second call may succeed."""
        return self.code in TRANSIENT

    @classmethod
    def from_error(cls, error: Any, *, status: int = 200, request_id: Any = None) -> Self:
        """From the `error` object of an error response or of an `error` event, whose status is 200; of any shape."""
        if not isinstance(error, dict):
            error = {}
        error_type, message, details = str(error.get("type", "")), str(error.get("message", "")), error.get("details")
        # Servers that translate other protocols may name any error api_error or invalid_request_error, and put the
        # status into the object. So the status decides, where it says more than the type.
        if re.fullmatch(r"[45]\d\d", str(error.get("code"))):
            status = int(error["code"])
        code = CODES_BY_STATUS.get(status) or CODES.get(error_type) or "upstream_error"
        if isinstance(details, dict) and details.get("error_code") in ACCOUNT_ERRORS:
            code = "misconfigured"
        elif code == "invalid_request" and "prompt is too long" in message:
            code = "too_large"
        return cls(code, detail=f"{status} {error_type}: {message}", request_id=str(request_id or ""))


def failure_from(error: Exception, request_id: str = "") -> Failed:
    """Any exception that a call to Claude may raise, as Failed.

    After the headers of a response the SDK passes on the exceptions of others: those of the HTTP library when the
    connection fails, ValueError when an event does not follow the protocol.
    """
    if isinstance(error, anthropic.APIStatusError):
        body, headers = error.body if isinstance(error.body, dict) else {}, error.response.headers
        failed = Failed.from_error(
            body.get("error"),
            status=error.status_code,
            request_id=headers.get("request-id") or body.get("request_id"),
        )
        failed.retry_after = _retry_after(headers)
        return failed
    detail = f"{type(error).__name__}: {error}"
    if isinstance(error, TIMEOUTS) or isinstance(error.__cause__, TIMEOUTS):
        return Failed("upstream_timeout", detail=detail, request_id=request_id)
    if isinstance(error, PROTOCOL_ERRORS):
        # Its message may quote the answer.
        return Failed("upstream_protocol", detail=type(error).__name__, request_id=request_id)
    return Failed("upstream_error", detail=detail, request_id=request_id)


def _retry_after(headers: httpx2.Headers) -> float | None:
    """The seconds that Claude asks us to wait; None if the header is missing or cannot be understood."""
    try:
        if "retry-after-ms" in headers:
            return _seconds(headers["retry-after-ms"]) / 1000
        return _seconds(headers["retry-after"]) if "retry-after" in headers else None
    except ValueError:
        return None


def _seconds(value: str) -> float:
    """A number, or the time until an HTTP date; raises ValueError if it is neither."""
    try:
        seconds = float(value)
    except ValueError:
        # An HTTP date is in GMT, whatever it says; one without a zone is naive.
        seconds = (parsedate_to_datetime(value).replace(tzinfo=UTC) - datetime.now(UTC)).total_seconds()
    if math.isnan(seconds):
        raise ValueError("not a number of seconds")
    return max(0.0, seconds)
