"""What Claude's API calls an error, and what we call it."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import anthropic
import httpx2
import pytest

from conversations.claude.errors import RETRYABLE, Failed, failure_from
from conversations.presentation import wording

NAMED = [
    (400, "invalid_request_error", "invalid_request"),
    (401, "authentication_error", "misconfigured"),
    (402, "billing_error", "misconfigured"),
    (403, "permission_error", "misconfigured"),
    (404, "not_found_error", "model_unavailable"),
    (408, "", "upstream_timeout"),
    (409, "conflict_error", "upstream_error"),
    (413, "request_too_large", "too_large"),
    (413, "", "too_large"),
    (422, "invalid_request_error", "invalid_request"),
    (429, "rate_limit_error", "rate_limited"),
    (500, "api_error", "upstream_error"),
    (502, "", "upstream_error"),
    (503, "api_error", "upstream_error"),
    (504, "timeout_error", "upstream_timeout"),
    (529, "overloaded_error", "overloaded"),
    (200, "overloaded_error", "overloaded"),
]


def refused(status, body, **headers):
    request = httpx2.Request("POST", "http://claude.example/v1/messages")
    response = httpx2.Response(status, request=request, headers={"request-id": "req_1", **headers})
    return failure_from(anthropic.APIStatusError("no", response=response, body=body))


@pytest.mark.parametrize(("status", "kind", "code"), NAMED)
def test_every_error_that_the_api_names_has_a_code_and_a_sentence(status, kind, code):
    failed = refused(status, {"type": "error", "error": {"type": kind, "message": "Why."}} if kind else None)

    assert (failed.code, failed.request_id) == (code, "req_1")
    assert failed.detail.startswith(f"{status} {kind}:")
    assert code in wording.ERRORS


@pytest.mark.parametrize("details", ["organization_on_hold", "enforced_spend_limit_reached"])
def test_a_spent_account_is_a_matter_for_the_administrator(details):
    error = {"type": "rate_limit_error", "message": "", "details": {"error_code": details}}

    assert refused(429, {"error": error}).code == "misconfigured"


def test_a_prompt_that_is_too_long_is_called_so():
    error = {"type": "invalid_request_error", "message": "prompt is too long: 9 tokens > 8 maximum"}

    assert refused(400, {"error": error}).code == "too_large"


@pytest.mark.parametrize("body", [None, [], "<html>", {}, {"error": "no"}, {"error": {"type": 7, "details": ["x"]}}])
def test_a_body_of_any_shape_is_survived(body):
    assert refused(529, body).code == "overloaded"


def test_a_long_cause_is_cut_to_what_its_column_holds():
    assert len(Failed("internal", detail="x" * 900).detail) == 500


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
def test_the_wait_that_claude_asks_for_is_understood(header, value, seconds):
    assert refused(429, None, **{header: value}).retry_after == seconds


def test_a_date_is_waited_for():
    in_an_hour = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)

    assert 3590 < refused(429, None, **{"retry-after": in_an_hour}).retry_after <= 3600


def test_people_may_ask_again_only_after_what_may_pass():
    assert wording.ERRORS.keys() >= RETRYABLE
    assert not RETRYABLE & {"misconfigured", "model_unavailable", "too_large", "invalid_request"}


def test_what_no_database_could_store_is_not_in_a_failure():
    failed = refused(
        400, {"error": {"type": "invalid_request_error", "message": "a\0b\ud800"}}, **{"request-id": "r" * 300}
    )
    assert failed.detail == "400 invalid_request_error: a\ufffdb\ufffd"
    assert len(failed.request_id) == 100
    assert Failed.from_error({}, request_id="\0" + "r" * 300).request_id == "\ufffd" + "r" * 99
