"""A conversation: whose it is, the tree of its messages, and the verbs that make it grow."""

import uuid
from collections.abc import Callable, Sequence
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
from chatsite.prepared import Insert, Update, parameters
from conversations.models import asking, tree
from conversations.models.idempotency import IdempotencyKey
from conversations.models.message import Message, recover_stale, store_answer, store_question
from conversations.models.permissions import can_read_transcripts
from conversations.models.refusals import Busy, UnknownMessage
from conversations.models.retention import BIN_PERIOD, RetentionQuerySet
from conversations.models.team import TeamSettings
from conversations.models.title import first_words


class ConversationQuerySet(RetentionQuerySet["Conversation"]):
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

    def binned_by(self, user: User) -> Self:
        """What this person has put into the bin and may restore, the latest first."""
        return self.filter(owner=user, deleted__isnull=False).order_by("-deleted")

    def readable_by(self, reader: User) -> Self:
        """What staff may open for a reason: everybody's, those in the bin too; nothing without the permission."""
        return self if can_read_transcripts(reader) else self.none()


class Conversation(models.Model):
    """Messages in a tree; `head` is the leaf of the branch that is shown."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="conversations",
        verbose_name=_("owner"),
    )
    title = models.CharField(_("title"), max_length=200, blank=True)
    system = models.TextField(_("instructions"), blank=True)
    head = models.ForeignKey(Message, null=True, on_delete=models.SET_NULL, related_name="+", editable=False)
    deleted = models.DateTimeField(_("deleted"), null=True, editable=False)
    created = models.DateTimeField(_("created"), auto_now_add=True)
    updated = models.DateTimeField(_("updated"), default=timezone.now, editable=False)

    objects = ConversationQuerySet.as_manager()

    #: Whether `begin` has just made this one; not stored.
    is_new = False

    class Meta:
        verbose_name = _("conversation")
        verbose_name_plural = _("conversations")
        indexes = [
            # The list beside every page: one person's conversations, newest first.
            models.Index(fields=["owner", "-updated"], name="conversations_of", condition=Q(deleted=None)),
            # The admin's list: everybody's, newest first.
            models.Index(fields=["updated", "id"], name="conversation_admin"),
            # A person's bin, newest first.
            models.Index(fields=["owner", "-deleted"], name="conversations_bin", condition=Q(deleted__isnull=False)),
        ]
        # Not even superusers have this one unless it is given to them: see User.has_explicit_permission.
        permissions = [("read_transcripts", _("Can read the conversations of other people"))]

    def __str__(self) -> str:
        return str(self.pk)

    # Asking

    @classmethod
    def begin(
        cls,
        owner: User,
        text: str,
        *,
        earlier: Sequence[tuple[str, str]] = (),
        system: str = "",
        key: str = "",
        **asked: str,
    ) -> Message:
        """Ask the first question of a new conversation; returns the empty answer to it.

        `earlier`: turns (role, text) that went before it elsewhere and are stored as they are.
        """
        new = cls(owner=owner, title=first_words(text), system=system)
        new.is_new = True

        def question() -> Message:
            parent = None
            for role, said in earlier:
                parent = new.messages.create(parent_id=parent, role=role, text=said, finished=Now()).pk
            return new._question(parent, text)

        return new._have_answered(key, ("begin", text, list(earlier), system), question, **asked)

    def ask(self, text: str, *, key: str = "", **asked: str) -> Message:
        """Add a question at the end of the branch that is shown; returns the empty answer to it."""
        return self._have_answered(key, ("ask", self.pk, text), lambda: self._question(self.head_id, text), **asked)

    def revise(self, parent: UUID | None, text: str, *, key: str = "", **asked: str) -> Message:
        """Ask something else in the place of an earlier question: a sibling of it, under `parent`."""
        return self._have_answered(
            key, ("revise", self.pk, parent, text), lambda: self._question(self._place(parent), text), **asked
        )

    def retry(self, answer: Message, *, key: str = "", **asked: str) -> Message:
        """Have the question of `answer` answered once more; returns the empty sibling."""
        return self._have_answered(key, ("retry", answer.pk), lambda: self.messages.get(children=answer), **asked)

    def reword(self, question: UUID, text: str, *, key: str = "") -> Message:
        """Put a question in other words and ask nothing: a sibling with copies of the turns shown below it."""
        wish = ("correct", question, text)
        with transaction.atomic():
            asking.wait_for_turn(self.owner_id)
            if repeated := IdempotencyKey.reply_for(self.owner_id, key, *wish):
                return repeated
            self._refuse_if_writing()
            old = self.messages.filter(pk=question, role=Message.Role.USER).first()
            if old is None:
                raise UnknownMessage
            if old.text == text:
                return old
            below = tree.shown_below(question, self.head_id, self.parents())
            better = self._question(old.parent_id, text)
            better.save()
            new = self.messages.get(pk=better.pk)
            self.head_id = Message.objects.copy_below(new.pk, below)
            self.save(update_fields=["head"])
            IdempotencyKey.remember(self.owner_id, key, new, *wish)
        return new

    def _have_answered(
        self,
        key: str,
        wish: tuple[object, ...],
        question: Callable[[], Message],
        *,
        model: str,
        runner: str,
    ) -> Message:
        with transaction.atomic():
            asking.wait_for_turn(self.owner_id)
            if repeated := IdempotencyKey.reply_for(self.owner_id, key, *wish, model):
                return repeated
            self._refuse_if_writing()
            asking.refuse_if_too_many(self.owner_id)
            answer = self._answer(question(), model=model, runner=runner)
            IdempotencyKey.remember(self.owner_id, key, answer, *wish, model)
        return answer

    def _refuse_if_writing(self) -> None:
        if not self._state.adding:
            try:
                self.refresh_from_db(fields=["head", "deleted"])
            except Conversation.DoesNotExist:
                # Purged since it was looked up.
                raise UnknownMessage from None
            if self.deleted:
                raise UnknownMessage
            writing = self.messages.filter(state=Message.State.WRITING)
            if writing.exists() and not recover_stale(writing):
                raise Busy

    def _place(self, parent: UUID | None) -> UUID | None:
        """Where another question may stand: under an answer, or beside a question; never beside an answer."""
        if parent is not None:
            fit = self.messages.filter(Q(role=Message.Role.ASSISTANT) | Q(children__role=Message.Role.USER))
            if not fit.filter(pk=parent).exists():
                raise UnknownMessage
        return parent

    def _question(self, parent: UUID | None, text: str) -> Message:
        """Not stored yet."""
        return Message(conversation=self, parent_id=parent, role=Message.Role.USER, text=text, finished=Now())

    def _answer(self, question: Message, *, model: str, runner: str) -> Message:
        """Store the empty answer, and its question where that is new, in one go."""
        answer = Message(
            conversation=self,
            parent=question,
            role=Message.Role.ASSISTANT,
            state=Message.State.WRITING,
            model=model,
            system=self.system or TeamSettings.current_instructions(),
            runner=runner,
            heartbeat=Now(),
        )
        self.head, self.updated = answer, timezone.now()
        try:
            self._store()
            if question._state.adding:
                store_question(question)
            store_answer(answer)
        except IntegrityError as error:
            raise Busy from error
        answer.is_new = True
        return answer

    def _store(self) -> None:
        """Its head may not be there yet: the database looks when all is committed."""
        if self._state.adding:
            _STORE.run(self)
        else:
            _MOVE_ON.run(id=self.pk, head=self.head_id, updated=self.updated)

    # Reading

    def parents(self) -> dict[UUID, UUID | None]:
        """The whole tree as {message: parent}, oldest first."""
        return dict(self.messages.order_by("created", "id").values_list("id", "parent_id"))

    def thread(self, leaf: UUID | None = None) -> list[Message]:
        """The messages from the first question to `leaf`, which is the head unless one is given."""
        path = tree.path_to(leaf or self.head_id, self.parents())
        found = self.messages.in_bulk(path)
        return [found[each] for each in path]

    def said(self, leaf: UUID | None) -> list[Message]:
        """The same as far as it is sent to Claude: one query, however long it is, without the rendered texts."""
        sent = self.messages.only("conversation", "parent", "role", "text", "blocks", "model")
        found = {each.pk: each for each in sent}
        return [found[each] for each in tree.path_to(leaf, {pk: each.parent_id for pk, each in found.items()})]

    def newest_model(self) -> str:
        """Who wrote the newest answer; empty where there is none yet."""
        answers = self.messages.filter(role=Message.Role.ASSISTANT).order_by("-created")
        return answers.values_list("model", flat=True).first() or ""

    # Changing what is shown

    def switch_to(self, message: UUID) -> None:
        """Show the branch of another version; raises UnknownMessage when it is not of this conversation."""
        parents = self.parents()
        if message not in parents:
            raise UnknownMessage
        self.head_id = tree.newest_leaf(message, parents)
        self.save(update_fields=["head"])

    def rename(self, title: str) -> None:
        self.title = title
        self.save(update_fields=["title"])

    def entitle(self, title: str) -> bool:
        """Give it a better title than the one it began with; False when a person has given one meanwhile."""
        unnamed = Conversation.objects.filter(pk=self.pk, title=self.title)
        return bool(unnamed.update(title=title))

    def bin(self) -> None:
        """Put it into the bin, where the first date counts; a reply that is being written for it is asked to stop."""
        with transaction.atomic():
            # The lock that asking takes: no reply begins unseen in what is being put into the bin.
            User.objects.select_for_update().get(pk=self.owner_id)
            self.deleted = self.deleted or timezone.now()
            self.save(update_fields=["deleted"])
            Message.objects.writing().filter(conversation=self).request_stop(Message.Ending.DELETED)

    @property
    def gone_on(self) -> datetime | None:
        """When what is in the bin may be deleted for good."""
        return self.deleted and self.deleted + BIN_PERIOD

    def restore(self) -> None:
        self.deleted = None
        self.save(update_fields=["deleted"])


_STORE = Insert(lambda: Conversation)
_MOVE_ON = Update(
    lambda: (
        Conversation.objects.filter(**parameters(Conversation, "id")),
        parameters(Conversation, "head", "updated"),
    )
)
