"""Pages are compressed, streams are not."""

import gzip

from tests.site import Visitor


def test_a_page_is_compressed_for_browsers_that_take_it(client, alice):
    client.force_login(alice)
    plain = client.get("/")
    compressed = client.get("/", headers={"Accept-Encoding": "gzip, br"})

    assert "Content-Encoding" not in plain
    assert compressed["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in compressed["Vary"]
    assert gzip.decompress(compressed.content).startswith(b"<!doctype html>")
    assert len(compressed.content) < len(plain.content) / 3


def test_the_length_of_a_compressed_page_is_not_that_of_its_content(client, alice):
    client.force_login(alice)
    lengths = {len(client.get("/nowhere/", headers={"Accept-Encoding": "gzip"}).content) for _ in range(10)}
    assert len(lengths) > 1


def test_what_is_small_is_sent_as_it_is(client, alice):
    client.force_login(alice)
    assert "Content-Encoding" not in client.get("/accounts/session/", headers={"Accept-Encoding": "gzip"})


def test_a_stream_is_sent_as_it_is(site, alice):
    visitor = Visitor(site, alice)
    with visitor.asking("[[rate:0]][[echo:Yes.]]") as stream:
        stream.read_to_end()
        assert "Content-Encoding" not in stream.response.headers
