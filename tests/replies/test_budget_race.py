"""Many questions at once, on two processes and in threads: as many as fit the month, not one more and not one less."""

import threading
from concurrent.futures import ThreadPoolExecutor

import httpx2
import pytest
from django.db import connection, transaction

from chatsite.accounts.models import ApiToken, User
from conversations.claude import prompt
from conversations.models import Message, MonthlySpending
from conversations.models.months import this_month
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
        return prompt.max_prompt_tokens(messages, "You are a helpful assistant.", "claude-sonnet-5-5", extra_tokens=0)

    return text + "." * (4_000 - sent(text))


#: First questions of a month that arrive together.
FIRST = 12


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


def test_the_first_questions_of_a_month_are_all_taken_where_no_limit_is_set(site, impatient_site, crowd):
    together = threading.Barrier(FIRST)

    def ask(number):
        url = (site, impatient_site)[number % 2].url
        headers = {"Authorization": f"Bearer {crowd[number]}"}
        together.wait()
        return httpx2.post(f"{url}/api/chat", json={"message": "[[echo:Yes.]]"}, headers=headers, timeout=120)

    with ThreadPoolExecutor(FIRST) as pool:
        answers = list(pool.map(ask, range(FIRST)))
    assert [(answer.status_code, answer.text.count("Yes.")) for answer in answers] == [(200, 1)] * FIRST
    assert MonthlySpending.objects.count() == 1


@pytest.mark.parametrize(("limit_in_dollars", "number_taken"), [(None, FIRST), (5, 5)])
def test_whoever_finds_a_month_without_a_row_reserves_all_the_same(transactional_db, limit_in_dollars, number_taken):
    together = threading.Barrier(FIRST)

    def reserve(_number):
        try:
            together.wait()
            with transaction.atomic():
                return MonthlySpending.reserve(this_month(), 1_000_000, limit_in_dollars)
        finally:
            connection.close()

    for _trial in range(20):
        MonthlySpending.objects.all().delete()
        with ThreadPoolExecutor(FIRST) as pool:
            taken = sum(pool.map(reserve, range(FIRST)))
        assert (taken, MonthlySpending.objects.get().reserved) == (number_taken, number_taken * 1_000_000)
