"""How these tests address and send their requests."""

#: Headers that mark a request as sent by the page's scripts, which get sentences instead of pages.
SCRIPT = {"X-Requested-With": "fetch"}
#: Headers that ask for a reply as a stream.
STREAM = {"Accept": "text/event-stream"}


def path_of(conversation, action: str = "") -> str:
    """The address of a conversation, or of something that is done with it ("title/")."""
    return f"/conversations/{conversation.pk}/{action}"
