"""Statements whose SQL is made once do what the ORM does with the same words."""

import uuid

import pytest
from django.db import IntegrityError
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone

from chatsite.accounts.models import User
from chatsite.prepared import Delete, Insert, Parameter, Select, Update, parameters
from conversations.models import Conversation, Message, MonthlySpending, Reservation, Usage

pytestmark = pytest.mark.django_db


@pytest.fixture
def question(alice):
    conversation = Conversation.objects.create(owner=alice, title="Tides")
    return Message.objects.create(conversation=conversation, role="user", text="High tide?", blocks=[{"a": 1}])


def test_rows_come_back_as_the_orm_gives_them(question):
    wanted = ("id", "conversation", "text", "blocks", "created", "html_version")
    select = Select(lambda: Message.objects.filter(**parameters(Message, "id")).values_list(*wanted))
    assert list(map(tuple, select.rows(id=question.pk))) == list(Message.objects.values_list(*wanted))
    assert select.rows(id=uuid.uuid4()) == []


def test_instances_come_back_as_the_orm_gives_them(alice, bob):
    select = Select(lambda: User.objects.filter(**parameters(User, "is_active")))
    people = select.instances(is_active=True)
    assert [(each.pk, each.email, each.date_joined) for each in people] == [
        (each.pk, each.email, each.date_joined) for each in User.objects.all()
    ]
    assert not people[0]._state.adding
    assert people[0]._state.db == "default"


def test_the_sql_is_made_once_and_run_with_the_values_of_each_call(alice, bob, django_assert_num_queries):
    made = []

    def by_id():
        made.append("once")
        return User.objects.filter(**parameters(User, "id")).values_list("email")

    select = Select(by_id)
    with django_assert_num_queries(2):
        assert [list(*select.rows(id=each.pk)) for each in (alice, bob)] == [[alice.email], [bob.email]]
    assert made == ["once"]


def test_an_update_changes_what_it_finds_and_says_how_many(question):
    raise_by = Parameter(Message, "html_version", "more")
    update = Update(
        lambda: (
            Message.objects.filter(**parameters(Message, "id")),
            {**parameters(Message, "text", "blocks"), "html_version": F("html_version") + raise_by, "finished": Now()},
        )
    )
    assert update.run(id=question.pk, text="Low tide?", blocks=[], more=2) == 1
    assert update.run(id=uuid.uuid4(), text="", blocks=[], more=1) == 0
    question.refresh_from_db()
    assert (question.text, question.blocks, question.html_version) == ("Low tide?", [], 2)
    assert abs(timezone.now() - question.finished).total_seconds() < 60


def test_an_insert_stores_what_save_would(question):
    insert = Insert(lambda: Message, finished=Now())
    conversation = question.conversation
    saved, inserted = (Message(conversation=conversation, parent=question, role="user", text="“ö”") for _ in range(2))
    saved.save()
    insert.run(inserted)
    assert not inserted._state.adding
    one, other = (Message.objects.get(pk=each.pk) for each in (saved, inserted))
    fields = [field.attname for field in Message._meta.concrete_fields]
    differ = {name for name in fields if getattr(one, name) != getattr(other, name)}
    assert differ == {"id", "created", "finished"}
    with pytest.raises(IntegrityError):
        insert.run(inserted)


def test_an_insert_learns_the_number_that_the_database_gave(question):
    MonthlySpending.objects.create(month="2026-01-01")
    rows = [Reservation(month_id="2026-01-01", message=question, purpose=each, amount=5) for each in ("reply", "title")]
    insert = Insert(lambda: Reservation)
    for row in rows:
        insert.run(row)
    assert [row.pk for row in rows] == list(Reservation.objects.order_by("pk").values_list("pk", flat=True))


def test_a_row_that_is_there_is_replaced_in_the_columns_named(alice):
    usage = Usage.objects.create(user=alice, model="a-model", state="open", input_tokens=1)
    usage.model, usage.state, usage.input_tokens = "another", "complete", 7
    Insert(lambda: Usage, replacing=["state", "input_tokens"]).run(usage)
    usage.refresh_from_db()
    assert (usage.model, usage.state, usage.input_tokens) == ("a-model", "complete", 7)


def test_a_delete_says_how_many_there_were(question):
    delete = Delete(lambda: Message.objects.filter(**parameters(Message, "id")))
    assert (delete.run(id=question.pk), delete.run(id=question.pk)) == (1, 0)
