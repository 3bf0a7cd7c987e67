"""The bodies of requests with files."""

import pytest

from conversations.claude.transport import fill_in


def test_each_token_is_replaced_by_its_pieces():
    pieces = fill_in(b'{"a": "one", "b": "two"}', {"one": [b"1", b"2"], "two": [b"3"]})
    assert b"".join(pieces) == b'{"a": "12", "b": "3"}'


def test_a_file_without_a_place_in_the_body_is_not_left_out_in_silence():
    with pytest.raises(ValueError, match="no place"):
        fill_in(b"{}", {"one": [b"1"]})
