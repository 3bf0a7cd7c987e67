"""Files that are in a bucket of S3: people and Claude read them through the site, and nobody past it."""

import urllib.error
import urllib.request

import pytest

from conversations.models import Attachment
from tests.samples import image_file
from tests.site import Visitor
from tests.views.test_files import sent_content, upload_id

MEGABYTE = 1024 * 1024


def test_alice_reads_her_file_whole_and_in_parts(bucket_site, alice):
    visitor = Visitor(bucket_site, alice)
    path = f"/files/{upload_id(visitor, 'n.txt', b'0123456789')}/"

    assert visitor.http.get(path).content == b"0123456789"
    for wanted, status, content in [
        ("bytes=2-4", 206, b"234"),
        ("bytes=7-", 206, b"789"),
        ("bytes=-2", 206, b"89"),
        ("bytes=10-", 416, b""),
    ]:
        part = visitor.http.get(path, headers={"Range": wanted})
        assert (part.status_code, part.content) == (status, content)
    head = visitor.http.head(path)
    assert (head.status_code, head.headers["content-length"]) == (200, "10")


def test_only_the_end_of_a_long_file_is_fetched_for_its_end(bucket_site, bucket, alice):
    visitor = Visitor(bucket_site, alice)
    content = b"".join(b"%09d\n" % number for number in range(MEGABYTE // 10))
    path = f"/files/{upload_id(visitor, 'numbers.txt', content)}/"
    bucket.requests.clear()

    part = visitor.http.get(path, headers={"Range": "bytes=1000000-"})

    assert part.content == content[1_000_000:]
    assert [(method, wanted) for method, _key, wanted in bucket.requests] == [("HEAD", ""), ("GET", "bytes=1000000-")]
    assert visitor.http.get(path).content == content


def test_alice_sees_the_thumbnail_of_a_picture_and_the_picture(bucket_site, alice):
    visitor = Visitor(bucket_site, alice)
    picture = image_file((3000, 1500), "JPEG")
    file = upload_id(visitor, "photo.jpg", picture)

    assert visitor.http.get(f"/files/{file}/thumbnail/").content.startswith(b"RIFF")
    assert visitor.http.get(f"/files/{file}/?view").headers["content-type"] == "image/jpeg"
    assert visitor.http.get(f"/files/{file}/").content == picture


def test_claude_is_sent_what_is_in_the_bucket(bucket_site, stand_in, alice):
    visitor = Visitor(bucket_site, alice)

    stream = visitor.ask("When does it open?", files=upload_id(visitor))

    assert stream.end["state"] == "complete"
    assert sent_content(stand_in)[0]["source"]["data"] == "The harbour opens at nine."


def test_bob_reads_nothing_of_alice_neither_here_nor_in_the_bucket(bucket_site, bucket, alice, bob):
    file = upload_id(Visitor(bucket_site, alice))
    stored = Attachment.objects.get().original

    assert Visitor(bucket_site, bob).http.get(f"/files/{file}/").status_code == 404
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(f"{bucket.url}/{bucket.name}/{stored.path}")


def test_the_same_content_is_one_object_until_nobody_has_it(bucket_site, bucket, alice, bob):
    alices, bobs = Visitor(bucket_site, alice), Visitor(bucket_site, bob)
    first, second = upload_id(alices), upload_id(bobs)
    assert bucket.keys() == [Attachment.objects.get(pk=first).original.path]

    alices.http.delete(f"/files/{first}/")
    assert len(bucket.keys()) == 1
    bobs.http.delete(f"/files/{second}/")
    assert bucket.keys() == []


def test_what_is_lost_from_the_bucket_is_not_found(bucket_site, bucket, alice):
    visitor = Visitor(bucket_site, alice)
    file = upload_id(visitor)
    bucket.client.delete_object(Bucket=bucket.name, Key=bucket.keys()[0])

    assert visitor.http.get(f"/files/{file}/").status_code == 404
    assert visitor.http.head(f"/files/{file}/").status_code == 404
