"""Files in the plain API: as the Messages API's content blocks, and as parts of a form."""

from base64 import b64encode

import pytest

from conversations.models import Attachment, Conversation, Message
from tests.samples import image_file, pdf_file
from tests.site import Visitor

PNG = {"type": "base64", "media_type": "image/png", "data": b64encode(image_file()).decode()}
IMAGE = {"type": "image", "source": PNG}
PDF = {
    "type": "document",
    "title": "report.pdf",
    "source": {"type": "base64", "media_type": "application/pdf", "data": b64encode(pdf_file()).decode()},
}
TEXT = {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "Open at nine."}}
QUESTION = {"type": "text", "text": "What is it? [[echo:A sheet.]]"}


@pytest.fixture
def http(site, alice):
    return Visitor(site, alice).http


def sent_turns(stand_in):
    return stand_in.recorded(last=True)[0]["body"]["messages"]


def test_content_blocks_reach_claude(http, stand_in):
    response = http.post("/api/chat", json={"message": [IMAGE, PDF, TEXT, QUESTION]})

    assert response.status_code == 200, response.text
    [turn] = sent_turns(stand_in)
    assert [block["type"] for block in turn["content"]] == ["image", "document", "document", "text"]
    assert turn["content"][1]["source"] == PDF["source"]
    assert turn["content"][2]["source"] == TEXT["source"]
    assert [file.name for file in Attachment.objects.order_by("name")] == [
        "document 3.txt",
        "image 1.png",
        "report.pdf",
    ]


def test_a_form_with_files_is_taken(http, stand_in):
    files = {"file": ("notes.txt", b"Open at nine.")}
    response = http.post("/api/chat", data={"message": "When? [[echo:At nine.]]"}, files=files)

    assert response.status_code == 200, response.text
    assert [block["type"] for block in sent_turns(stand_in)[0]["content"]] == ["document", "text"]


def test_a_form_whose_text_is_too_large_is_refused_as_json(http):
    files = {"file": ("notes.txt", b"Open at nine.", "text/plain")}
    response = http.post("/api/chat", data={"message": "x" * 5_000_000}, files=files)

    assert (response.status_code, response.json()) == (413, {"error": "The request is too large."})
    assert not Attachment.objects.exists()


def test_a_client_that_sends_all_turns_again_stays_in_its_conversation(http, stand_in):
    first = {"role": "user", "content": [IMAGE, QUESTION]}
    http.post("/api/chat", json={"messages": [first]})
    answer = {"role": "assistant", "content": "A sheet."}
    http.post("/api/chat", json={"messages": [first, answer, {"role": "user", "content": "And?"}]})

    assert Conversation.objects.count() == 1
    assert Attachment.objects.count() == 1
    assert [len(turn["content"]) for turn in sent_turns(stand_in)] == [2, 1, 1]


def test_a_repeated_request_with_files_gets_the_same_reply(http):
    body = {"message": [TEXT, QUESTION], "key": "once"}
    first, second = http.post("/api/chat", json=body), http.post("/api/chat", json=body)

    assert first.headers["x-message-id"] == second.headers["x-message-id"]
    assert Message.objects.filter(role="user").count() == 1


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ([{"type": "tool_result"}], "A content block must be a text, an image or a document."),
        (["What?"], "A content block must be a text, an image or a document."),
        ([{"type": "image", "source": {"type": "url", "url": "http://x"}}], "The source of a file must be base64"),
        ([{"type": "image", "source": {**PNG, "data": "%"}}], "The data of a file is not base64."),
        ([{"type": "image", "source": {**PNG, "media_type": "image/svg+xml"}}], "The source of a file must be"),
        ([{"type": "text", "text": " "}], "Missing or invalid message"),
        ([], "Missing or invalid message"),
        ([IMAGE] * 21, "A question may have 20 files."),
    ],
)
def test_other_blocks_are_refused_with_the_reason(http, content, sentence):
    response = http.post("/api/chat", json={"message": content})

    assert response.status_code == 400
    assert response.json()["error"].startswith(sentence)
    assert not Message.objects.exists()


@pytest.mark.parametrize("title", ["..", "/", "folder/", "folder/..", None, 7])
def test_a_title_that_names_no_file_is_replaced(http, title):
    response = http.post("/api/chat", json={"message": [TEXT | {"title": title}, QUESTION]})

    assert response.status_code == 200, response.text
    assert Attachment.objects.get().name == "document 1.txt"


def test_a_request_with_too_many_files_in_all_its_turns_is_refused(http):
    turns = [{"role": "user", "content": [TEXT] * 17}] * 6
    response = http.post("/api/chat", json={"messages": turns})

    assert (response.status_code, response.json()["error"]) == (400, "A request may have 100 files.")
    assert not Attachment.objects.exists()


def test_an_answer_has_no_files(http):
    turns = [
        {"role": "user", "content": "?"},
        {"role": "assistant", "content": [IMAGE]},
        {"role": "user", "content": "?"},
    ]
    response = http.post("/api/chat", json={"messages": turns})

    assert (response.status_code, response.json()["error"]) == (400, "Only a turn of the user may have files.")
