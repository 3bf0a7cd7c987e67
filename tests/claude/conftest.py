"""Alice asks the site over real sockets; the stand-in answers as Claude, and records what it was sent.

What the stand-in does is written into the question, in double brackets: `[[echo:Yes.]]` has it answer "Yes."
chatsite/standin/README.md explains all of these markers.
"""

import pytest

from conversations.models import Message
from tests.site import Visitor, eventually


@pytest.fixture
def visitor(site, alice):
    """Alice's browser."""
    return Visitor(site, alice)


@pytest.fixture
def ask(visitor, stand_in):
    """Alice asks and reads to the end: returns the stream of frames and the stored answer."""

    def ask(text, conversation=None, **fields):
        stream = visitor.ask(text, conversation, **fields)
        answer = Message.objects.get(pk=stream.start["reply"])
        eventually(lambda: stand_in.count_open() == 0)
        return stream, answer

    return ask


@pytest.fixture
def last_request(stand_in):
    """Returns the body of the newest request to Claude."""
    return lambda: stand_in.recorded()[-1]["body"]
