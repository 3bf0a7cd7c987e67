"""Files: uploaded, attached to questions, sent to Claude, and read by those who may see the conversation."""

from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait

import pytest

from conversations.models import Attachment, Message
from tests.samples import image_file, pdf_file, zip_file
from tests.site import Visitor
from tests.views.requests import SCRIPT

JAPANESE = "報告書「" + "長い" * 90 + '」"最終".txt'


def upload(visitor, name="notes.txt", content=b"The harbour opens at nine."):
    return visitor.http.post("/files/", files={"file": (name, content)}, headers=SCRIPT)


def upload_id(visitor, *args) -> str:
    response = upload(visitor, *args)
    assert response.status_code == 201, response.text
    return str(response.json()["id"])


def sent_content(stand_in):
    """The content of the last question that Claude got."""
    return stand_in.recorded(last=True)[0]["body"]["messages"][-1]["content"]


def test_alice_attaches_a_text_and_claude_gets_it_before_her_question(site, stand_in, alice):
    visitor = Visitor(site, alice)
    file = upload_id(visitor)

    stream = visitor.ask("When does it open?", files=file)

    assert stream.end["state"] == "complete"
    document, text = sent_content(stand_in)
    assert document["source"] == {"type": "text", "media_type": "text/plain", "data": "The harbour opens at nine."}
    assert (document["title"], document["citations"]) == ("notes.txt", {"enabled": True})
    assert text == {"type": "text", "text": "When does it open?"}
    question = Message.objects.get(pk=stream.start["question"])
    assert question.content[0]["source"] == {"type": "file", "file_id": file}
    assert "notes.txt" in stream.start["html"]


def test_a_picture_is_sent_scaled_and_without_what_else_was_in_it(site, stand_in, alice):
    visitor = Visitor(site, alice)
    photo = image_file((3000, 1500), "JPEG", exif=b"Exif\x00\x00secret place")

    visitor.ask("What is this?", files=upload_id(visitor, "photo.jpg", photo))

    [image, _text] = sent_content(stand_in)
    assert image["type"] == "image"
    assert image["source"]["media_type"] == "image/jpeg"
    attachment = Attachment.objects.get()
    assert (attachment.width, attachment.height) == (1568, 784)
    assert b"secret place" not in b"".join(attachment.sent_file.read())


def test_a_pdf_is_sent_as_it_is_with_a_place_for_the_cache_after_it(site, stand_in, alice):
    visitor = Visitor(site, alice)
    content = pdf_file(3)

    visitor.ask("What does it say?", files=upload_id(visitor, "report.pdf", content))

    [document, _text] = sent_content(stand_in)
    assert document["source"]["media_type"] == "application/pdf"
    assert document["cache_control"] == {"type": "ephemeral"}
    assert Attachment.objects.get().pages == 3


def test_files_stay_with_a_question_that_is_asked_again_reworded_and_followed(site, stand_in, alice):
    visitor = Visitor(site, alice)
    first = visitor.ask("When does it open?", files=upload_id(visitor))
    conversation, question = first.start["conversation"], first.start["question"]

    with visitor.streaming("POST", f"/messages/{first.start['reply']}/reply/") as again:
        again.read_to_end()
    assert sent_content(stand_in)[0]["type"] == "document"

    reworded = visitor.http.post(f"/messages/{question}/reword/", data={"text": "At what time?"}, headers=SCRIPT)
    version = Message.objects.get(pk=reworded.json()["question"])
    assert [block["type"] for block in version.content] == ["document", "text"]
    assert version.attachments.count() == 1

    visitor.ask("And on Sundays?", conversation)
    sent = stand_in.recorded(last=True)[0]["body"]["messages"]
    assert sent[0]["content"][0]["source"]["data"] == "The harbour opens at nine."


def test_a_question_may_be_a_file_alone(site, stand_in, alice):
    visitor = Visitor(site, alice)

    stream = visitor.ask("", files=upload_id(visitor, "plan.png", image_file()))

    assert stream.end["state"] == "complete"
    assert [block["type"] for block in sent_content(stand_in)] == ["image"]
    assert "plan.png" in visitor.http.get(f"/conversations/{stream.start['conversation']}/").text


def test_without_scripts_the_form_itself_brings_the_files(site, alice):
    visitor = Visitor(site, alice)
    files = [("upload", ("a.txt", b"One.")), ("upload", ("b.txt", b"Two."))]

    response = visitor.http.post("/conversations/", data={"text": "Compare."}, files=files)

    assert response.status_code == 303
    question = Message.objects.get(role="user")
    assert [file.name for file in question.attachments.order_by("name")] == ["a.txt", "b.txt"]


def test_a_form_that_is_refused_keeps_its_files(site, alice):
    visitor = Visitor(site, alice)
    data = {"text": "Compare.", "model": "unknown"}

    page = visitor.http.post("/conversations/", data=data | {"files": upload_id(visitor)})

    assert page.status_code == 400
    assert f'name="files" value="{Attachment.objects.get().pk}"' in page.text


def test_a_page_is_given_the_html_of_the_files_that_its_draft_has(site, alice, bob):
    visitor = Visitor(site, alice)
    own, foreign = upload_id(visitor), upload_id(Visitor(site, bob))

    page = visitor.http.get("/files/", params={"id": [own, foreign, "x"]})

    assert page.status_code == 200
    assert f'data-file="{own}"' in page.text
    assert foreign not in page.text


@pytest.mark.parametrize("whose", ["bob", "nobody", "malformed"])
def test_a_file_that_is_not_alices_cannot_be_attached(site, alice, bob, whose):
    foreign = upload_id(Visitor(site, bob))
    file = {"bob": foreign, "nobody": "6c0b6a6e-0000-4000-8000-000000000000", "malformed": "x"}[whose]

    response = Visitor(site, alice).http.post("/conversations/", data={"text": "?", "files": file}, headers=SCRIPT)

    assert response.status_code == 400
    assert response.json()["error"] == "A file is no longer there. Attach it again."
    assert Message.objects.count() == 0


def test_a_name_of_any_kind_is_kept(site, alice):
    visitor = Visitor(site, alice)

    stored = upload(visitor, JAPANESE).json()

    assert stored["name"] == JAPANESE
    response = visitor.http.get(f"/files/{stored['id']}/")
    assert response.headers["content-disposition"].startswith("attachment; filename*=utf-8''%E5%A0%B1")


def test_parts_of_a_file_are_sent_on_request(site, alice):
    visitor = Visitor(site, alice)
    path = f"/files/{upload_id(visitor, 'n.txt', b'0123456789')}/"

    whole = visitor.http.get(path)
    assert (whole.content, whole.headers["accept-ranges"]) == (b"0123456789", "bytes")
    assert whole.headers["x-content-type-options"] == "nosniff"
    for wanted, status, content in [
        ("bytes=2-4", 206, b"234"),
        ("bytes=7-", 206, b"789"),
        ("bytes=-2", 206, b"89"),
        ("bytes=5-99", 206, b"56789"),
        ("bytes=10-", 416, b""),
        ("bytes=0-1,3-4", 200, b"0123456789"),
        ("bytes=5-2", 200, b"0123456789"),
        (f"bytes={'9' * 5_000}-", 200, b"0123456789"),
        ("nonsense", 200, b"0123456789"),
    ]:
        part = visitor.http.get(path, headers={"Range": wanted})
        assert (wanted, part.status_code, part.content) == (wanted, status, content)
    for tag in [whole.headers["etag"], f'"other", W/{whole.headers["etag"]}']:
        assert visitor.http.get(path, headers={"If-None-Match": tag}).status_code == 304


def test_a_page_that_was_uploaded_is_never_shown_as_one(site, alice):
    visitor = Visitor(site, alice)
    for name, content in [("x.svg", b"<svg onload='alert(1)'/>"), ("x.html", b"<script>alert(1)</script>")]:
        response = visitor.http.get(f"/files/{upload_id(visitor, name, content)}/?view")
        assert response.headers["content-type"].startswith("text/plain")
        assert response.headers["content-disposition"].startswith("attachment")
        assert "sandbox" in response.headers["content-security-policy"]


def test_a_pdf_is_shown_outside_the_sandbox_that_browsers_refuse_to_show_it_in(site, alice):
    visitor = Visitor(site, alice)
    path = f"/files/{upload_id(visitor, 'report.pdf', pdf_file())}/"

    policies = [visitor.http.get(path + query).headers["content-security-policy"] for query in ("?view", "")]

    assert ["sandbox" in policy for policy in policies] == [False, True]
    assert all("default-src 'none'" in policy for policy in policies)


def test_an_upload_can_be_taken_back_until_it_is_sent(site, alice):
    visitor = Visitor(site, alice)
    kept, dropped = upload_id(visitor), upload_id(visitor, "other.txt", b"Other.")
    visitor.ask("?", files=kept)

    assert visitor.http.delete(f"/files/{dropped}/").status_code == 204
    refused = visitor.http.delete(f"/files/{kept}/")

    assert (refused.status_code, refused.json()["error"]) == (409, "This file is part of a question.")
    assert [str(file.pk) for file in Attachment.objects.all()] == [kept]


def test_bob_does_not_wait_for_all_files_of_alice(site, alice, bob):
    her, his, ended = Visitor(site, alice), Visitor(site, bob), []

    def upload_of(visitor, name):
        assert upload(visitor, name, name.encode()).status_code == 201
        ended.append(name)

    with ThreadPoolExecutor(9) as threads:
        hers = [threads.submit(upload_of, her, f"{number}.txt") for number in range(8)]
        # Then the server has all of them.
        wait(hers, return_when=FIRST_COMPLETED)
        wait([*hers, threads.submit(upload_of, his, "his.txt")])

    assert len(ended) == 9
    assert ended.index("his.txt") < 7


def test_the_same_content_is_stored_once_and_kept_until_nobody_has_it(site, alice, bob):
    alices, bobs = Visitor(site, alice), Visitor(site, bob)
    first, second = upload_id(alices), upload_id(bobs)
    stored = Attachment.objects.get(pk=first).original
    assert Attachment.objects.get(pk=second).original == stored

    alices.http.delete(f"/files/{first}/")
    assert bobs.http.get(f"/files/{second}/").content == b"The harbour opens at nine."
    bobs.http.delete(f"/files/{second}/")

    with pytest.raises(FileNotFoundError):
        next(stored.read())


@pytest.mark.parametrize(
    ("name", "content", "status", "sentence"),
    [
        ("empty.txt", b"", 400, "empty.txt is empty."),
        ("x.bin", bytes(range(256)) * 9, 415, "x.bin cannot be read here."),
        ("x.zip", b"PK\x03\x04 nothing", 400, "x.zip is damaged and cannot be read."),
        ("x.pdf", b"%PDF-1.7 nothing", 400, "x.pdf is damaged and cannot be read."),
        (
            "many.docx",
            zip_file({f"{n}": "" for n in range(5_001)}),
            400,
            "many.docx has 5,001 parts; a document may",
        ),
        ("secret.pdf", pdf_file(1, password="x"), 400, "secret.pdf is protected by a password."),
        ("thick.pdf", pdf_file(601), 400, "thick.pdf has 601 pages; a PDF may have 600."),
        ("large.txt", b"x" * (20 * 1024 * 1024 + 1), 413, "large.txt is too large: a file may have 20 MB."),
        ("wide.gif", image_file((9000, 1), "GIF"), 400, "wide.gif is too large: an image may have 8,000 pixels"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_reason(site, alice, name, content, status, sentence):
    response = upload(Visitor(site, alice), name, content)

    assert response.status_code == status
    assert response.json()["error"].startswith(sentence)
    assert Attachment.objects.count() == 0
