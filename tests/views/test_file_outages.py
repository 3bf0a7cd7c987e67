"""The bucket of the files is down, refuses or is not there: people read a sentence, and go on when it is back."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from conversations.models import Attachment, StoredFile
from tests.site import Site, Visitor
from tests.views.requests import SCRIPT
from tests.views.test_failing_disk import NOT_READ, NOT_STORED
from tests.views.test_files import upload, upload_id
from tests.views.test_own_data import read_archive

REFUSALS = {"forbidden": (403, "AccessDenied"), "busy": (503, "SlowDown")}


@pytest.fixture(params=["down", "missing", *REFUSALS])
def outage(request):
    return request.param


@pytest.fixture
def begin_outage(bucket, outage):
    def begin():
        if outage == "down":
            bucket.refuse_connections()
        elif outage == "missing":
            bucket.take_away()
        else:
            bucket.error = REFUSALS[outage]

    return begin


@pytest.fixture
def end_outage(bucket, outage):
    def end():
        bucket.error = None
        bucket.listen()
        if outage == "missing":
            bucket.bring_back()

    return end


def test_an_upload_is_refused_until_the_storage_is_back(bucket_site, begin_outage, end_outage, alice):
    visitor = Visitor(bucket_site, alice)
    begin_outage()

    refused = upload(visitor)

    assert (refused.status_code, refused.json()["error"]) == (503, NOT_STORED)
    assert refused.headers["retry-after"] == "60"
    assert not Attachment.objects.exists()
    assert not StoredFile.objects.exists()
    end_outage()
    assert upload(visitor).status_code == 201


def test_a_form_without_scripts_comes_back_with_its_text(bucket_site, begin_outage, alice):
    visitor = Visitor(bucket_site, alice)
    begin_outage()

    page = visitor.http.post("/conversations/", data={"text": "Compare."}, files=[("upload", ("a.txt", b"One."))])

    assert page.status_code == 503
    assert NOT_STORED in page.text
    assert "Compare." in page.text


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_reading_a_file_is_refused_until_the_storage_is_back(bucket_site, begin_outage, end_outage, alice, method):
    visitor = Visitor(bucket_site, alice)
    path = f"/files/{upload_id(visitor)}/"
    begin_outage()

    page, for_script = visitor.http.request(method, path), visitor.http.request(method, path, headers=SCRIPT)

    assert (page.status_code, for_script.status_code) == (503, 503)
    assert page.headers["retry-after"] == for_script.headers["retry-after"] == "60"
    if method == "GET":
        assert NOT_READ in page.text
        assert for_script.json() == {"error": NOT_READ}
    end_outage()
    assert visitor.http.request(method, path).status_code == 200


def test_a_question_below_one_with_a_file_fails_and_can_be_tried_again(
    bucket_site, begin_outage, end_outage, stand_in, alice
):
    visitor = Visitor(bucket_site, alice)
    first = visitor.ask("When does it open?", files=upload_id(visitor))
    begin_outage()

    failed = visitor.ask("And on Sundays?", first.start["conversation"])

    assert (failed.end["state"], failed.end["code"]) == ("failed", "files_unavailable")
    assert NOT_READ in failed.end["html"]
    end_outage()
    with visitor.streaming("POST", f"/messages/{failed.start['reply']}/reply/") as again:
        again.read_to_end()
    assert again.end["state"] == "complete"
    sent = stand_in.recorded(last=True)[0]["body"]["messages"]
    assert sent[0]["content"][0]["source"]["data"] == "The harbour opens at nine."


def test_a_program_reads_that_it_may_try_again(bucket_site, begin_outage, alice):
    visitor = Visitor(bucket_site, alice)
    first = visitor.ask("When does it open?", files=upload_id(visitor))
    begin_outage()

    with visitor.chatting("And on Sundays?", conversation=first.start["conversation"]) as stream:
        stream.read_to_end()

    [error] = [data for _name, data in stream.frames if "error" in data]
    assert error["error"].startswith(f"503 Service Unavailable: {NOT_READ}")
    assert (error["code"], error["retryable"]) == ("files_unavailable", True)


def test_an_export_says_which_files_it_could_not_read(bucket_site, begin_outage, alice):
    visitor = Visitor(bucket_site, alice)
    files = [upload_id(visitor, f"{number}.txt", b"%d" % number) for number in range(2)]
    begin_outage()

    exported = read_archive(visitor.http.get("/settings/data/chatsite.zip").content)

    assert set(exported) == {"account.json", *(f"files/{pk} {n}.txt NOT READ.txt" for n, pk in enumerate(files))}
    assert exported[f"files/{files[0]} 0.txt NOT READ.txt"].startswith("This file could not be read")


def test_people_do_not_wait_long_for_a_storage_that_is_silent(bucket_site, bucket, alice, bob):
    """Requests are given up after 8 seconds, and made twice."""
    visitor, other = Visitor(bucket_site, alice), Visitor(bucket_site, bob)
    file = upload_id(visitor)
    bucket.fall_silent()
    began = time.monotonic()
    with ThreadPoolExecutor() as threads:
        stored = threads.submit(upload, other)
        read = threads.submit(visitor.http.get, f"/files/{file}/", headers=SCRIPT)
        exported = threads.submit(visitor.http.get, "/settings/data/chatsite.zip")

    assert time.monotonic() - began < 25
    assert (stored.result().status_code, stored.result().json()) == (503, {"error": NOT_STORED})
    assert (read.result().status_code, read.result().json()) == (503, {"error": NOT_READ})
    assert f"files/{file} notes.txt NOT READ.txt" in read_archive(exported.result().content)


def test_the_page_goes_on_with_an_estimate_of_what_is_sent(bucket_site, begin_outage, alice):
    visitor = Visitor(bucket_site, alice)
    first = visitor.ask("When does it open?", files=upload_id(visitor))
    begin_outage()

    assert visitor.http.get(f"/messages/{first.start['reply']}/context/").status_code == 204


def test_the_log_has_one_line_for_all_files_without_a_traceback(bucket, stand_in, alice, transactional_db, capfd):
    with Site(stand_in.url, **bucket.environment) as site:
        visitor = Visitor(site, alice)
        files = [upload_id(visitor, f"{number}.txt", b"%d" % number) for number in range(3)]
        bucket.error = REFUSALS["forbidden"]
        for file in files:
            assert visitor.http.get(f"/files/{file}/").status_code == 503
            assert visitor.http.delete(f"/files/{file}/").status_code == 204

    lines = [line for line in capfd.readouterr().err.splitlines() if "storage of files" in line]
    assert len(lines) == 2
    assert "The storage of files is unavailable: ClientError: An error occurred (403)" in lines[0]
