"""A conversation: messages in a tree, of which the branch that ends at `head` is shown."""

import uuid
from datetime import datetime
from typing import Self
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, models, transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chatsite.accounts.models import User
from conversations.models import asking, tree
from conversations.models.attachment import Attachment
from conversations.models.branches import can_be_followed, find_branch_end
from conversations.models.content import Content, SentMessage, extract_text, only_files, text_content
from conversations.models.copies import copy_turns
from conversations.models.earlier_turns import insert_earlier_turns
from conversations.models.idempotency import IdempotencyKey
from conversations.models.lists import Listed, ListQuerySet
from conversations.models.message import Message
from conversations.models.permissions import can_read_transcripts
from conversations.models.question import Question, Retry
from conversations.models.refusals import Busy, UnknownMessage
from conversations.models.retention import BIN_PERIOD
from conversations.models.title import first_words


class ConversationQuerySet(ListQuerySet["Conversation"]):
    def owned_by(self, user: User) -> Self:
        """This person's conversations, those in the bin left out."""
        return self.filter(owner=user, deleted=None)

    def visible_to(self, user: User) -> Self:
        """What this person may look at."""
        return self.owned_by(user)

    def editable_by(self, user: User) -> Self:
        """What this person may ask in, rename, delete and show other versions of."""
        return self.owned_by(user)

    def deletable_by(self, user: User) -> Self:
        """What this person may put into the bin or take out of it, wherever it is now."""
        return self.filter(owner=user)

    def readable_by(self, reader: User) -> Self:
        """What staff may open for a reason: everybody's, those in the bin too; nothing without the permission."""
        return self if can_read_transcripts(reader) else self.none()


class Conversation(Listed):
    """Messages in a tree; `head` is the leaf of the branch that is shown."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="conversations",
        verbose_name=_("owner"),
    )
    system = models.TextField(_("instructions"), blank=True)
    head = models.ForeignKey(Message, null=True, on_delete=models.SET_NULL, related_name="+", editable=False)
    deleted = models.DateTimeField(_("deleted"), null=True, editable=False)
    created = models.DateTimeField(_("created"), auto_now_add=True)
    updated = models.DateTimeField(_("updated"), default=timezone.now, editable=False)

    objects = ConversationQuerySet.as_manager()

    class Meta:
        verbose_name = _("conversation")
        verbose_name_plural = _("conversations")
        indexes = [
            # One person's conversations, newest first.
            models.Index(fields=["owner", "-updated"], name="conversations_of", condition=Q(deleted=None)),
            # The list beside every page, the pinned ones at its top, and the archive.
            models.Index(
                fields=["owner", "-updated", "-id"],
                name="conversations_listed",
                condition=Q(deleted=None, archived=None),
            ),
            models.Index(fields=["owner", "-pinned"], name="conversations_pinned", condition=Q(pinned__isnull=False)),
            models.Index(
                fields=["owner", "-archived"], name="conversations_archived", condition=Q(archived__isnull=False)
            ),
            # The admin's list: everybody's, newest first.
            models.Index(fields=["updated", "id"], name="conversation_admin"),
            # A person's bin, newest first.
            models.Index(fields=["owner", "-deleted"], name="conversations_bin", condition=Q(deleted__isnull=False)),
        ]
        # Not even superusers have this one unless it is given to them: see User.has_explicit_permission.
        permissions = [("read_transcripts", _("Can read the conversations of other people"))]

    def __str__(self) -> str:
        return str(self.pk)

    def is_editable_by(self, user: User) -> bool:
        return self.owner_id == user.pk and self.deleted is None

    # Asking

    @classmethod
    def draft(cls, owner: User, question: Question) -> Self:
        """The conversation that a first question begins; `ask` stores it."""
        return cls(owner=owner, title=first_words(question.text), system=question.system)

    def find_continued(self, request: Question | Retry) -> Message | None:
        """For a draft: where its earlier turns end in another conversation of the owner, if they are there."""
        if not self._state.adding or not isinstance(request, Question) or not request.earlier:
            return None
        own = Conversation.objects.owned_by(self.owner).filter(system=self.system)
        return find_branch_end(own, request.earlier)

    def ask(
        self, request: Question | Retry, *, runner: str, instructions: str, continued: Message | None = None
    ) -> tuple[Message, bool]:
        """Store a question, unless it is asked again, and an empty answer that the process `runner` will write.

        `instructions`: the team's, sent as system prompt unless the conversation has its own. `continued`: what
        `find_continued` has found; the question is stored below it, if it still can be. Returns the answer, and False
        when an earlier request with the same key created it. Raises Refused. Call it inside a transaction.
        """
        asking.lock_owner(self.owner_id)
        fingerprint = request.fingerprint(None if self._state.adding else self.pk)
        if repeated := IdempotencyKey.find_message(self.owner_id, request.key, fingerprint):
            return repeated, False
        if continued and isinstance(request, Question) and can_be_followed(continued):
            below = request.move_below(continued.pk)
            answer, _is_new = continued.conversation.ask(below, runner=runner, instructions=instructions)
            IdempotencyKey.remember(self.owner_id, request.key, fingerprint, answer)
            return answer, True
        open_answers = asking.find_open_answers(self.owner_id)
        if not self._state.adding:
            self.reload_head()
            asking.refuse_if_head_moved(request, self.head_id)
            asking.refuse_if_busy(self.pk, open_answers)
        asking.refuse_if_too_many_running(open_answers)
        if isinstance(request, Retry):
            new, question = [], self.messages.get(children=request.answer)
        else:
            question = self.begin_turn(request)
            new = [question]
        answer = Message(
            conversation=self,
            parent=question,
            role=Message.Role.ASSISTANT,
            state=Message.State.WRITING,
            model=request.model,
            effort=request.effort,
            tools=[*request.tools],
            system=self.system or instructions,
            runner=runner,
            heartbeat=Now(),
        )
        self.append([*new, answer])
        IdempotencyKey.remember(self.owner_id, request.key, fingerprint, answer)
        return answer, True

    def begin_turn(self, request: Question) -> Message:
        """A question with its files, not stored; its earlier turns, if any, are stored. Raises Refused."""
        parent = self.parent_of(request)
        files = Attachment.objects.find_attachable(self.owner_id, request.attachments)
        self.title = self.title or first_words(", ".join(file.name for file in files))
        if request.earlier:
            # After the conversation: the search then indexes each turn on its own, which no query has time for at once.
            self.save(force_insert=self._state.adding)
            parent = insert_earlier_turns(self.pk, self.owner_id, request.earlier, parent)
        return self.build_question(request.text, parent, [file.as_block() for file in files])

    def reload_head(self) -> None:
        """Read what another request may have changed; raises UnknownMessage for one that was deleted meanwhile."""
        try:
            self.refresh_from_db(fields=["head", "deleted"])
        except Conversation.DoesNotExist:
            raise UnknownMessage from None
        if self.deleted:
            raise UnknownMessage

    def build_question(self, text: str, parent: UUID | None, files: Content) -> Message:
        """A question below `parent` with the blocks of its files; not stored."""
        content = [*files, *text_content(text)]
        return Message(
            conversation=self,
            parent_id=parent,
            role=Message.Role.USER,
            content=content,
            text=extract_text(content),
            finished=timezone.now(),
        )

    def parent_of(self, question: Question) -> UUID | None:
        """Where a question is added: at the head, or where it is edited: below an answer, or beside a question.

        Raises UnknownMessage.
        """
        if not question.is_edit or self._state.adding:
            return self.head_id
        if question.parent is not None:
            parents = self.messages.filter(Q(role=Message.Role.ASSISTANT) | Q(children__role=Message.Role.USER))
            if not parents.filter(pk=question.parent).exists():
                raise UnknownMessage
        return question.parent

    def append(self, messages: list[Message]) -> None:
        """Store messages, of which the last becomes the head; raises Busy when another request was faster."""
        # What is asked in is not put aside any more.
        self.head, self.updated, self.archived = messages[-1], timezone.now(), None
        try:
            if self._state.adding:
                # The head is stored after this: the database checks foreign keys at the end of the transaction.
                self.save(force_insert=True)
            else:
                self.save(update_fields=["head", "updated", "archived"])
            Message.objects.bulk_create(messages)
            Message.objects.link_files(messages)
        except IntegrityError as error:
            raise Busy from error

    def reword(self, question: UUID, text: str, *, key: str = "") -> Message:
        """Put a question in other words and ask nothing: a sibling with copies of the turns that are shown below it.

        Returns the new version. Raises Refused.
        """
        fingerprint = ("correct", question, text)  # not renamed: digests of the last seven days have it
        with transaction.atomic():
            asking.lock_owner(self.owner_id)
            if repeated := IdempotencyKey.find_message(self.owner_id, key, fingerprint):
                return repeated
            self.reload_head()
            asking.refuse_if_busy(self.pk, asking.find_open_answers(self.owner_id))
            old = self.messages.filter(pk=question, role=Message.Role.USER).first()
            if old is None:
                raise UnknownMessage
            if old.text == text:
                return old
            below = tree.shown_below(question, self.head_id, self.parents())
            new = self.build_question(text, old.parent_id, only_files(old.content))
            new.save(force_insert=True)
            Message.objects.link_files([new])
            self.head_id = [new.pk, *copy_turns(below, new.pk).values()][-1]
            self.save(update_fields=["head"])
            IdempotencyKey.remember(self.owner_id, key, fingerprint, new)
        return new

    # Reading

    def parents(self) -> dict[UUID, UUID | None]:
        """The whole tree as {message: parent}, oldest first."""
        return dict(self.messages.order_by("created", "id").values_list("id", "parent_id"))

    def thread(self, leaf: UUID | None = None) -> list[Message]:
        """The messages from the first question to `leaf`, which is the head unless one is given."""
        messages = self.messages.in_bulk(path := tree.path_to(leaf or self.head_id, self.parents()))
        return [messages[pk] for pk in path]

    def prompt_messages(self, leaf: UUID | None) -> list[SentMessage]:
        """The branch that ends at `leaf`, with only what Claude is sent: one query, no model instances."""
        rows = self.messages.values_list("id", "parent_id", "role", "content", "model", "upstream_id")
        messages = {row[0]: SentMessage(*row) for row in rows}
        parents = {pk: message.parent_id for pk, message in messages.items()}
        return [messages[pk] for pk in tree.path_to(leaf, parents)]

    def newest_model(self) -> str:
        """The model of the newest answer; empty where there is none yet."""
        answers = self.messages.filter(role=Message.Role.ASSISTANT).order_by("-created")
        return answers.values_list("model", flat=True).first() or ""

    # Changing what is shown

    def switch_to(self, message: UUID) -> None:
        """Show the branch of another version. Raises Refused: UnknownMessage when it is not of this conversation."""
        with transaction.atomic():
            asking.lock_owner(self.owner_id)
            parents = self.parents()
            if message not in parents:
                raise UnknownMessage
            self.head_id = tree.newest_leaf(message, parents)
            self.save(update_fields=["head"])

    def bin(self) -> None:
        """Put it into the bin and have its open answer stopped; in the bin already, it keeps its date."""
        now = timezone.now()
        with transaction.atomic():
            # The lock that `ask` takes: no answer starts meanwhile in what is put into the bin.
            asking.lock_people([self.owner_id])
            Conversation.objects.filter(pk=self.pk, deleted=None).update(deleted=now)
            self.messages.all().request_stop(Message.Ending.DELETED)
        self.deleted = self.deleted or now

    def restore(self) -> None:
        """Take it out of the bin."""
        Conversation.objects.filter(pk=self.pk).update(deleted=None)
        self.deleted = None

    @property
    def purge_after(self) -> datetime | None:
        """When what is in the bin may be purged."""
        return self.deleted and self.deleted + BIN_PERIOD
