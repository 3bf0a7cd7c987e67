"""Fifty questions at once, on two processes, for what is left of the month: as many as fit, and not one more."""

import threading
from concurrent.futures import ThreadPoolExecutor

import httpx2
import pytest

from chatsite.accounts.models import ApiToken, User
from conversations.claude import prompt
from conversations.models import Message, MonthlySpending
from tests.replies.test_budget import limit, settled
from tests.site import eventually

AT_ONCE, FIT = 50, 7
#: One question's reservation is 17 cents to the millionth: 16 000 tokens of answer, 4 000 of prompt as written to the
#: cache. So seven of them use up a limit of $1.19 exactly.
ONE = 170_000


def question(text):
    """Filled up until what is sent has 2 000 bytes; the API's own share is another 2 000 tokens."""

    def sent(text):
        messages = [{"role": "user", "content": [{"type": "text", "text": text}]}]
        return prompt.max_prompt_tokens(messages, "You are a helpful assistant.", "claude-sonnet-5-5")

    return text + "." * (4_000 - sent(text))


@pytest.fixture
def crowd(db):
    people = [User.objects.create_user(f"person{number}@example.com") for number in range(AT_ONCE)]
    return [ApiToken.issue(person, "a program")[1] for person in people]


def test_as_many_questions_as_fit_are_taken_and_never_a_cent_more(site, impatient_site, crowd, stand_in):
    limit("1.19")
    text, together, told = question("[[stall:0]]"), threading.Barrier(AT_ONCE), threading.Barrier(AT_ONCE + 1)
    highest = []

    def ask(number):
        url = (site, impatient_site)[number % 2].url
        headers = {"Authorization": f"Bearer {crowd[number]}"}
        together.wait()
        with httpx2.stream("POST", f"{url}/api/chat", json={"message": text}, headers=headers, timeout=120) as answer:
            told.wait(120)  # those that were taken keep what they reserved until everybody has been told
            return answer.status_code

    with ThreadPoolExecutor(AT_ONCE) as pool:
        asking = pool.map(ask, range(AT_ONCE))
        while told.n_waiting < AT_ONCE:
            highest += [
                spent + reserved for spent, reserved in MonthlySpending.objects.values_list("spent", "reserved")
            ]
        assert MonthlySpending.objects.get().reserved == FIT * ONE
        told.wait(120)
        statuses = sorted(asking)

    assert statuses == [200] * FIT + [429] * (AT_ONCE - FIT)
    assert max(highest) <= FIT * ONE
    assert Message.objects.filter(role="assistant").count() == FIT
    eventually(lambda: not Message.objects.writing().exists())
    assert settled() > 0
    assert len(stand_in.recorded()) == FIT
