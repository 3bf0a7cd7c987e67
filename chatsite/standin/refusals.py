"""What the stand-in raises to answer with an error in the API's form."""

from __future__ import annotations

ERROR_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    408: "timeout_error",
    409: "conflict_error",
    413: "request_too_large",
    422: "invalid_request_error",
    429: "rate_limit_error",
    504: "timeout_error",
    529: "overloaded_error",
}


class Refused(Exception):
    """A request that is answered with an error in the API's form."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status, self.message = status, message
        self.type = ERROR_TYPES.get(status, "api_error" if status >= 500 else "invalid_request_error")


def refuse_if(is_invalid: object, message: str) -> None:
    if is_invalid:
        raise Refused(400, message)
