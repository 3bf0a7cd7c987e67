"""Images that tools return: shown in the step, and at an address of their own."""

import re
from base64 import b64encode

import pytest

from conversations.models import Message, ToolCall
from tests.samples import image_file
from tests.using_tools import begin_waiting, create_answer_with_step
from tests.views.requests import path_of

PNG = image_file((8, 8))


def image_block(data=PNG, media_type="image/png"):
    return {"type": "image", "source": {"type": "base64", "media_type": media_type, "data": b64encode(data).decode()}}


@pytest.fixture
def call(alice):
    """A call that has returned two images and a text."""
    call = create_answer_with_step(alice)
    content = [image_block(), {"type": "text", "text": "Two ferries."}, image_block(PNG + b"2", "image/webp")]
    ToolCall.objects.update(result=content)
    answer = Message.objects.get(tool_calls=call)
    answer.content[2]["content"] = content
    answer.save(update_fields=["content"])
    return call


def addresses(html):
    return re.findall(r'<img src="(/messages/[^"]*/images/[^"]*)"', html)


@pytest.mark.parametrize("page", ["", "print/"])
def test_alice_sees_the_images_of_a_step_and_opens_each_large(alice_client, call, page):
    html = alice_client.get(path_of(call.conversation, page)).text
    found = addresses(html)

    assert len(found) == 2
    for number, address in enumerate(found, 1):
        name = f"Image {number} of “Find ferries”"
        assert f'<a href="{address}" target="_blank" data-view="{name}"><img src="{address}" alt="{name}"' in html
    first, second = map(alice_client.get, found)
    assert (first.content, first.headers["Content-Type"]) == (PNG, "image/png")
    assert (second.content, second.headers["Content-Type"]) == (PNG + b"2", "image/webp")
    assert "sandbox" in first.headers["Content-Security-Policy"]
    assert first.headers["Content-Disposition"].startswith("inline")
    assert alice_client.get(found[0], headers={"If-None-Match": first.headers["ETag"]}).status_code == 304


def test_an_image_is_shown_as_soon_as_the_call_has_ended(alice_client, alice):
    [call] = begin_waiting(alice)
    ToolCall.objects.update(result=[image_block()], state="done")
    [address] = addresses(alice_client.get(f"/tool-calls/{call.pk}/").text)
    assert alice_client.get(address).content == PNG


def test_a_copy_of_the_answer_shows_them_when_the_original_is_purged(alice_client, call):
    original = call.conversation
    alice_client.post(f"/messages/{call.message_id}/fork/")
    copy = type(original).objects.exclude(pk=original.pk).get()
    original.delete()
    found = addresses(alice_client.get(path_of(copy)).text)
    assert [alice_client.get(address).status_code for address in found] == [200, 200]


def test_nobody_else_sees_them_and_no_other_ones_exist(client, alice_client, call, bob):
    address = f"/messages/{call.message_id}/images/1/{call.block_id}/"
    others = [address.replace("/1/", "/3/"), address.replace("/1/", "/0/"), address.replace("toolu_1", "toolu_2")]
    assert [alice_client.get(other).status_code for other in others] == [404, 404, 404]
    assert alice_client.post(address).status_code == 405
    client.force_login(bob)
    assert client.get(address).status_code == 404


@pytest.mark.parametrize("block", [image_block(PNG, "image/svg+xml"), {"type": "image", "source": {"type": "url"}}])
def test_what_browsers_cannot_show_safely_has_no_address(alice_client, call, block):
    Message.objects.filter(pk=call.message_id).update(content=[{"tool_use_id": "toolu_1", "content": [block]}])
    assert alice_client.get(f"/messages/{call.message_id}/images/1/toolu_1/").status_code == 404


def test_an_address_with_a_nul_names_no_image(alice_client, call):
    assert alice_client.get(f"/messages/{call.message_id}/images/1/%00/").status_code == 404
