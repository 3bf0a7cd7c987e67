"""A conversation is deleted, or an account deactivated, while Claude still writes: it ends soon, everywhere."""

import time

import pytest

from conversations.models import Conversation, Message, Usage
from tests.site import Visitor, eventually, stored


@pytest.fixture
def sites(site, impatient_site):
    return {"same": site, "other": impatient_site}


@pytest.mark.parametrize("process", ["same", "other"])
def test_a_reply_ends_for_all_readers_when_alice_deletes_its_conversation(sites, stand_in, alice, process):
    visitor, away = Visitor(sites["same"], alice), Visitor(sites[process], alice)
    with visitor.asking("[[endless]][[rate:50]]") as stream, away.following(stream.start["reply"]) as second:
        stream.until_text()
        deleted_at = time.monotonic()
        assert away.http.delete(f"/conversations/{stream.start['conversation']}/").status_code == 204
        assert (stream.end["state"], stream.end["ending"]) == ("stopped", "deleted")
        assert second.end["ending"] == "deleted"
        assert time.monotonic() - deleted_at < 2

    call = eventually(lambda: [one for one in stand_in.recorded(last=True) if one["gone_at"]])[0]
    assert call["gone_at"]["monotonic"] - deleted_at < 2
    answer = stored(stream.start["reply"])
    assert (answer.state, answer.ending) == ("stopped", "deleted")
    assert call["text"].startswith(answer.text)
    assert answer.text
    row = Usage.objects.get(message=answer)
    assert (row.state, row.user) == ("cut", alice)


def test_a_row_that_is_gone_altogether_ends_its_reply_and_what_it_cost_is_kept(sites, stand_in, alice):
    visitor, away = Visitor(sites["same"], alice), Visitor(sites["other"], alice)
    with visitor.asking("[[endless]][[rate:50]]") as stream, away.following(stream.start["reply"]) as second:
        second.until_text()
        eventually(Usage.objects.exists)
        Conversation.objects.get(pk=stream.start["conversation"]).delete()
        assert stream.end["ending"] == second.end["ending"] == "deleted"

    eventually(lambda: stand_in.count_open() == 0)
    assert not Message.objects.exists()
    row = eventually(lambda: Usage.objects.filter(state="cut").first())
    assert (row.conversation, row.message, row.user) == (None, None, alice)
    assert row.output_tokens


def test_all_replies_of_a_deactivated_account_end_and_its_usage_is_kept(sites, stand_in, alice, bob):
    visitor, away, bystander = (
        Visitor(sites["same"], alice),
        Visitor(sites["other"], alice),
        Visitor(sites["same"], bob),
    )
    with (
        visitor.asking("[[endless]][[rate:50]]") as first,
        away.asking("[[endless]][[rate:50]]") as second,
        bystander.asking("[[chars:900]][[rate:50]]") as bobs,
    ):
        first.until_text()
        second.until_text()
        alice.is_active = False
        deactivated_at = time.monotonic()
        alice.save()
        assert first.end["ending"] == second.end["ending"] == "deactivated"
        assert time.monotonic() - deactivated_at < 2
        assert bobs.end["state"] == "complete"

    for stream in (first, second):
        answer = stored(stream.start["reply"])
        assert (answer.state, answer.ending) == ("stopped", "deactivated")
        assert answer.text
    assert Usage.objects.filter(user=alice, state="cut").count() == 2
    assert visitor.http.get(f"/messages/{first.start['reply']}/reply/").status_code in {302, 401}


def test_a_person_removed_altogether_leaves_the_usage_behind(sites, stand_in, alice):
    with Visitor(sites["same"], alice).asking("[[endless]][[rate:50]]") as stream:
        stream.until_text()
        eventually(Usage.objects.exists)
        alice.delete()
        assert stream.end["ending"] == "deleted"

    row = eventually(lambda: Usage.objects.filter(state="cut").first())
    assert (row.conversation, row.message, row.user) == (None, None, None)
    eventually(lambda: stand_in.count_open() == 0)
