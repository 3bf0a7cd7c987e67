"""What is read where UploadLimit has refused a request: it is passed on without its body."""

import asyncio
import json

import pytest
from django.http import HttpResponse
from django.test import AsyncRequestFactory

from chatsite.middleware.error_pages import AddErrorPages


def refuse(path, **headers):
    """The response to a request that UploadLimit has refused."""

    async def view(request):
        raise AssertionError("not reached")

    request = AsyncRequestFactory().post(path, headers=headers)
    request.scope = {**request.scope, "too_many_uploads": True}
    response = asyncio.run(AddErrorPages(view)(request))
    assert isinstance(response, HttpResponse)
    assert (response.status_code, response.headers["Retry-After"]) == (429, "60")
    return response


@pytest.mark.parametrize("path", ["/files/", "/api/chat"])
def test_a_program_is_told_when_to_try_again(path):
    error = json.loads(refuse(path, Accept="application/json").content)
    assert error == {"error": "Too many large requests at once. Try again in a minute."}


def test_a_person_reads_the_refusal_on_a_page():
    page = refuse("/conversations/").content.decode()
    assert "Too many large requests at once. Try again in a minute. Go back" in page
