"""The failures of a call: which code each error of the API or of the network has."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import anthropic
import httpx2
import pytest

from conversations.claude.errors import RETRYABLE, TRANSIENT, Failed, failure_from
from conversations.presentation import wording

REQUEST = httpx2.Request("POST", "http://claude.example/v1/messages")


def failure_of_response(status, body=None, **headers):
    """What becomes of an error response."""
    response = httpx2.Response(status, request=REQUEST, headers={"request-id": "req_1", **headers})
    return failure_from(anthropic.APIStatusError("no", response=response, body=body))


def error_body(error_type, message="Why.", **fields):
    return {"type": "error", "error": {"type": error_type, "message": message, **fields}}


# Error responses


@pytest.mark.parametrize(
    ("status", "error_type", "code"),
    [
        (400, "invalid_request_error", "invalid_request"),
        (401, "authentication_error", "misconfigured"),
        (402, "billing_error", "misconfigured"),
        (403, "permission_error", "misconfigured"),
        (404, "not_found_error", "model_unavailable"),
        (409, "conflict_error", "upstream_error"),
        (413, "request_too_large", "too_large"),
        (422, "invalid_request_error", "invalid_request"),
        (429, "rate_limit_error", "rate_limited"),
        (500, "api_error", "upstream_error"),
        (503, "api_error", "upstream_error"),
        (529, "api_error", "overloaded"),
        (429, "api_error", "rate_limited"),
        (401, "None", "misconfigured"),
        (504, "timeout_error", "upstream_timeout"),
        (529, "overloaded_error", "overloaded"),
        (200, "overloaded_error", "overloaded"),
    ],
)
def test_each_error_type_has_a_code_and_its_cause(status, error_type, code):
    failure = failure_of_response(status, error_body(error_type))

    assert failure.code == code
    assert failure.detail == f"{status} {error_type}: Why."


@pytest.mark.parametrize(
    ("status", "code"), [(408, "upstream_timeout"), (413, "too_large"), (502, "upstream_error"), (529, "overloaded")]
)
def test_a_response_without_an_error_type_has_the_code_of_its_status(status, code):
    assert failure_of_response(status).code == code


@pytest.mark.parametrize(
    ("status", "code"), [("529", "overloaded"), (429, "rate_limited"), ("9" * 5000, "upstream_error")]
)
def test_an_error_event_may_name_its_status(status, code):
    assert Failed.from_error({"type": "api_error", "message": "Why.", "code": status}).code == code


@pytest.mark.parametrize("error_type", ["api_error", "invalid_request_error", "NotFoundError"])
@pytest.mark.parametrize(
    ("status", "code"),
    [(404, "model_unavailable"), (429, "rate_limited"), (504, "upstream_timeout"), (529, "overloaded")],
)
def test_a_gateway_that_sends_another_error_type_does_not_hide_the_status(status, code, error_type):
    assert failure_of_response(status, error_body(error_type)).code == code


def test_a_failure_has_the_id_of_the_request():
    assert failure_of_response(529).request_id == "req_1"


@pytest.mark.parametrize("error_code", ["organization_on_hold", "enforced_spend_limit_reached"])
def test_a_limit_of_the_account_is_a_matter_for_the_administrator(error_code):
    body = error_body("rate_limit_error", details={"error_code": error_code})

    assert failure_of_response(429, body).code == "misconfigured"


def test_a_prompt_that_is_too_long_has_a_code_of_its_own():
    body = error_body("invalid_request_error", "prompt is too long: 9 tokens > 8 maximum")

    assert failure_of_response(400, body).code == "too_large"


@pytest.mark.parametrize("body", [None, [], "<html>", {}, {"error": "no"}, {"error": {"type": 7, "details": ["x"]}}])
def test_a_body_may_have_any_shape(body):
    assert failure_of_response(529, body).code == "overloaded"


# Errors of the network and of the protocol


def caused_by(error, cause):
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (TimeoutError(), "upstream_timeout"),
        (httpx2.ReadTimeout("slow"), "upstream_timeout"),
        (anthropic.APITimeoutError(REQUEST), "upstream_timeout"),
        (caused_by(anthropic.APIConnectionError(request=REQUEST), httpx2.ConnectTimeout("slow")), "upstream_timeout"),
        (anthropic.APIConnectionError(request=REQUEST), "upstream_error"),
        (httpx2.ReadError("reset"), "upstream_error"),
        (ValueError("not JSON"), "upstream_protocol"),
        (RecursionError("too deep"), "upstream_protocol"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else value,
)
def test_an_exception_has_a_code(error, code):
    failure = failure_from(error, "req_1")

    assert (failure.code, failure.request_id) == (code, "req_1")
    assert failure.detail.startswith(type(error).__name__)


def test_the_detail_of_a_protocol_error_quotes_nothing_of_the_answer():
    assert failure_from(ValueError("A secret")).detail == "ValueError"


# retry-after


@pytest.mark.parametrize(
    ("header", "value", "seconds"),
    [
        ("retry-after", "1.5", 1.5),
        ("retry-after", "0", 0),
        ("retry-after", "-3", 0),
        ("retry-after", "Wed, 21 Oct 2015 07:28:00 GMT", 0),
        ("retry-after", "Wed, 21 Oct 2015 07:28:00 -0000", 0),
        ("retry-after-ms", "250", 0.25),
        ("retry-after", "inf", float("inf")),
        ("retry-after", "nan", None),
        ("retry-after", "soon", None),
        ("x-other", "1", None),
    ],
)
def test_the_wait_that_claude_asks_for_is_read_in_seconds(header, value, seconds):
    assert failure_of_response(429, **{header: value}).retry_after == seconds


def test_the_wait_may_be_named_by_a_date():
    in_an_hour = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)

    assert 3590 < failure_of_response(429, **{"retry-after": in_an_hour}).retry_after <= 3600


# Codes


def test_every_code_after_which_people_may_try_again_has_a_sentence():
    assert wording.ERRORS.keys() >= RETRYABLE


@pytest.mark.parametrize("code", ["misconfigured", "model_unavailable", "too_large", "invalid_request"])
def test_people_are_not_asked_to_retry_what_fails_each_time(code):
    assert code in wording.ERRORS
    assert code not in RETRYABLE


@pytest.mark.parametrize(
    ("code", "is_transient"), [(code, True) for code in sorted(TRANSIENT)] + [("upstream_timeout", False)]
)
def test_only_transient_failures_are_retried_by_themselves(code, is_transient):
    assert Failed(code).is_transient == is_transient


# What is stored


def test_detail_and_request_id_are_cut_to_what_their_columns_hold():
    failure = Failed("internal", detail="x" * 900, request_id="r" * 300)

    assert (len(failure.detail), len(failure.request_id)) == (500, 100)


def test_characters_that_no_database_could_store_are_replaced():
    failure = Failed.from_error({"type": "api_error", "message": "a\0b\ud800"}, request_id="\0r")

    assert failure.detail == "200 api_error: a�b�"
    assert failure.request_id == "�r"
