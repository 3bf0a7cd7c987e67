"""Asking over real sockets, and looking at what became of it at both ends."""

import pytest

from conversations.models import Message
from tests.site import Visitor, eventually


@pytest.fixture
def visitor(site, alice):
    return Visitor(site, alice)


@pytest.fixture
def outcome(visitor, stand_in):
    """Asks and reads to the end; returns the frames and the stored answer, once the stand-in is left alone."""

    def ask(text, conversation=None, **fields):
        stream = visitor.ask(text, conversation, **fields)
        answer = Message.objects.get(pk=stream.start["reply"])
        assert [name for name, _ in stream.frames].count("end") == 1
        assert stream.frames[-1][0] == "end"
        assert (stream.end["state"], stream.end["code"]) == (answer.state, answer.error_code)
        eventually(lambda: stand_in.open() == 0)
        return stream, answer

    return ask
