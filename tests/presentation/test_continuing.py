"""What was open in the answers that an answer continues."""

import pytest

from conversations.models import Message
from conversations.presentation import wording
from conversations.presentation.continuing import MAX_PARTS, find_continued_opening
from tests.history import create_conversation

pytestmark = pytest.mark.django_db


def test_of_an_answer_that_was_continued_a_hundred_times_only_the_last_parts_are_read(
    alice, django_assert_max_num_queries
):
    conversation = create_conversation(alice)
    answer = conversation.head
    for _ in range(100):
        question = Message.objects.create(
            conversation=conversation, parent=answer, role="user", text=wording.CONTINUE, state="complete"
        )
        answer = Message.objects.create(
            conversation=conversation, parent=question, role="assistant", text="```\na", state="complete"
        )
    with django_assert_max_num_queries(2 * MAX_PARTS + 2):
        opening = find_continued_opening(Message.objects.get(pk=answer.pk))
    assert opening
