"""Files that people attach to questions. The bytes of each content are stored once, under their SHA-256."""

import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any, Self
from uuid import UUID

from django.conf import settings
from django.core.files.base import File
from django.db import models, transaction
from django.db.models import Exists, F, OuterRef, Q, Sum
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chatsite.accounts.models import User
from conversations.models.asking import lock_people
from conversations.models.batches import in_batches
from conversations.models.content import Content, find_file_ids
from conversations.models.file_storage import check_root, get_storage, storage_errors
from conversations.models.message import Message
from conversations.models.refusals import FileGone

#: How long an upload that was not sent is kept.
UNSENT_LIFETIME = timedelta(days=1)
#: Bytes that are read at once.
CHUNK = 256 * 1024


class StoredFileQuerySet(models.QuerySet["StoredFile"]):
    def unused(self) -> Self:
        """Contents that no attachment refers to: a process ended before it could delete them.

        None of today: its attachment may be about to be stored.
        """
        pk = OuterRef("pk")
        old = self.filter(created__lt=timezone.now() - UNSENT_LIFETIME)
        return old.exclude(Exists(Attachment.objects.filter(Q(original=pk) | Q(sent=pk) | Q(thumbnail=pk))))


class StoredFile(models.Model):
    """One content. Its row is the lock under which the bytes are written and deleted."""

    sha256 = models.CharField(max_length=64, primary_key=True)
    size = models.PositiveBigIntegerField()
    created = models.DateTimeField(auto_now_add=True)

    objects = StoredFileQuerySet.as_manager()

    class Meta:
        verbose_name = _("stored file")
        verbose_name_plural = _("stored files")

    def __str__(self) -> str:
        return self.sha256

    @property
    def path(self) -> str:
        """The name in the storage; in folders, because a folder of a million files is slow."""
        return f"{self.sha256[:2]}/{self.sha256[2:4]}/{self.sha256}"

    @classmethod
    def store(cls, content: "File[bytes]", sha256: str) -> "StoredFile":
        """Store a content unless it is stored. Call it inside a transaction.

        Raises FilesUnavailable, and OSError where its disk is full.
        """
        stored = None
        # More than once where `delete_unused` was faster.
        while stored is None:
            StoredFile.objects.bulk_create([StoredFile(sha256=sha256, size=content.size)], ignore_conflicts=True)
            stored = StoredFile.objects.select_for_update().filter(pk=sha256).first()
        storage = get_storage()
        with storage_errors():
            # The size: a process that was killed may have left the first part of a file.
            if storage.exists(stored.path):
                if storage.size(stored.path) == stored.size:
                    return stored
                storage.delete(stored.path)
        content.seek(0)
        try:
            with storage_errors():
                storage.save(stored.path, content)
        except OSError:
            # The disk is full. Of a storage that is unavailable `purge` deletes what is left.
            with suppress(Exception):
                storage.delete(stored.path)
            raise
        return stored

    @classmethod
    def delete_unused(cls, keys: Iterable[str]) -> int:
        """Delete those of these contents that no attachment refers to, with their bytes. Returns how many.

        Raises FilesUnavailable; `purge` deletes what is left then.
        """
        deleted = 0
        for key in sorted(set(keys)):
            with transaction.atomic():
                row = cls.objects.select_for_update().filter(pk=key).first()
                if row is None or Attachment.objects.using_any([key]).exists():
                    continue
                # The bytes first: should the process end here, the row leads `purge` to what is left.
                with storage_errors():
                    get_storage().delete(row.path)
                row.delete()
                deleted += 1
        return deleted

    def exists(self) -> bool:
        """Whether the bytes are there; raises FilesUnavailable."""
        with storage_errors():
            if get_storage().exists(self.path):
                return True
            check_root()
        return False

    def read(self, part: range | None = None, chunk: int = CHUNK) -> Iterator[bytes]:
        """The bytes, or those of a part, in chunks. Raises FileNotFoundError where they are gone, FilesUnavailable."""
        wanted = range(self.size) if part is None else part
        left = len(wanted)
        with storage_errors(), get_storage().open(self.path) as content:
            content.seek(wanted.start)
            while left and (data := content.read(min(chunk, left))):
                left -= len(data)
                yield data


class AttachmentQuerySet(models.QuerySet["Attachment"]):
    def owned_by(self, user: User) -> Self:
        return self.filter(owner=user)

    def with_is_sent(self) -> Self:
        """Those whose question exists; a subquery, since a join would repeat an attachment for each question."""
        links = Attachment.messages.through.objects.filter(attachment=OuterRef("pk"))
        return self.alias(is_sent=Exists(links))

    def unsent(self) -> Self:
        """Uploads that belong to no question."""
        return self.with_is_sent().filter(is_sent=False)

    def visible_to(self, user: User) -> Self:
        """What this person may open: files of conversations that they see, and their uploads that are not sent."""
        links = Attachment.messages.through.objects.filter(
            attachment=OuterRef("pk"), message__in=Message.objects.visible_to(user)
        )
        is_own_upload = Q(owner=user, is_sent=False)
        return self.with_is_sent().alias(is_in_view=Exists(links)).filter(Q(is_in_view=True) | is_own_upload)

    def attachable_by(self, user: User) -> Self:
        """What this person may add to a question: own files, of questions that they still see or not yet sent."""
        return self.visible_to(user).filter(owner=user)

    def find_attachable(self, user_id: int, ids: Sequence[UUID]) -> list["Attachment"]:
        """These files, in their order, each once. Call it under the lock of the owner; raises FileGone."""
        if not ids:
            return []
        files = self.attachable_by(User.objects.get(pk=user_id)).in_bulk(ids)
        if len(files) < len(set(ids)):
            raise FileGone
        return [files[pk] for pk in dict.fromkeys(ids)]

    def expired(self) -> Self:
        """Uploads that were not sent for a day, and those whose questions are deleted."""
        return self.unsent().filter(created__lt=timezone.now() - UNSENT_LIFETIME)

    def purge(self) -> int:
        """Delete these files and return how many. Call it on `expired`."""
        purged = 0
        for batch in in_batches(self, 100):
            # The lock that asking takes: no file becomes part of a question meanwhile.
            lock_people(batch.values_list("owner", flat=True))
            purged += batch.delete()[1].get(self.model._meta.label, 0)
        return purged

    def using_any(self, keys: Sequence[str]) -> Self:
        """Those whose bytes are among these contents."""
        return self.filter(Q(original__in=keys) | Q(sent__in=keys) | Q(thumbnail__in=keys))

    def of_messages(self, ids: Iterable[UUID]) -> Self:
        """The files of these messages, each once."""
        links = Attachment.messages.through.objects.filter(message__in=list(ids))
        return self.filter(pk__in=links.values("attachment"))

    def of_contents(self, contents: Iterable[Content]) -> dict[UUID, "Attachment"]:
        """The files that these contents refer to, by their ids, with what is sent; no query where there are none."""
        ids = {pk for content in contents for pk in find_file_ids(content)}
        return self.select_related("original", "sent").in_bulk(ids)

    def total_size(self) -> int:
        """Bytes that are stored: what was uploaded, what Claude is sent instead, and thumbnails.

        Of a content that was uploaded twice, twice.
        """
        sent = Sum("sent__size", filter=~Q(sent=F("original")), default=0)
        return int(self.aggregate(total=Sum("size", default=0) + sent + Sum("thumbnail__size", default=0))["total"])


class Attachment(models.Model):
    """A file of a person, under a random id, and the questions that hold it."""

    class Kind(models.TextChoices):
        IMAGE = "image", _("image")
        PDF = "pdf", _("PDF")
        TEXT = "text", _("text")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="attachments", verbose_name=_("owner")
    )
    name = models.CharField(_("name"), max_length=255)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    media_type = models.CharField(_("media type"), max_length=100)
    size = models.PositiveBigIntegerField(_("size"))
    # What was found when it was read: the pages of a PDF, the pixels of an image as it is sent.
    pages = models.PositiveIntegerField(_("pages"), null=True)
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    # That of what Claude is sent: an image may have been converted.
    sent_media_type = models.CharField(max_length=100)
    # About what it costs to send it once.
    tokens = models.PositiveIntegerField(_("tokens"), default=0)
    original = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    # What Claude is sent where that is not the original: a scaled image, an extracted text.
    sent = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+", null=True)
    thumbnail = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+", null=True)
    created = models.DateTimeField(_("uploaded"), auto_now_add=True)
    messages = models.ManyToManyField(Message, related_name="attachments", editable=False)

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("file")
        verbose_name_plural = _("files")
        indexes = [
            # A person's files, newest first.
            models.Index(fields=["owner", "-created"], name="attachments_of"),
            # `expired` looks through the old ones; the admin lists the newest first.
            models.Index(fields=["created", "id"], name="attachment_created"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=["image", "pdf", "text"]), name="attachment_kind_is_known"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def sent_file(self) -> StoredFile:
        """What Claude is sent."""
        return self.sent or self.original

    @property
    def sent_size(self) -> int:
        """Bytes of what Claude is sent."""
        return self.sent_file.size

    @property
    def thumbnail_url(self) -> str:
        return reverse("file-thumbnail", args=[self.pk]) if self.thumbnail_id else ""

    @property
    def stored_keys(self) -> list[str]:
        """The contents that it refers to."""
        return [key for key in (self.original_id, self.sent_id, self.thumbnail_id) if key]

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Also forget how many tokens Claude counted with it."""
        counted = Message.objects.filter(conversation__in=self.messages.values("conversation"))
        counted.filter(context_tokens__isnull=False).update(context_tokens=None)
        return super().delete(*args, **kwargs)

    def take_back(self) -> bool:
        """Delete an upload; False where it is part of a question, or just becomes that."""
        with transaction.atomic():
            lock_people([self.owner_id])
            deleted, _by_model = Attachment.objects.unsent().filter(pk=self.pk).delete()
        return deleted > 0

    def as_block(self) -> dict[str, Any]:
        """The content block of a question that holds it; `files/sending.py` puts the bytes in when it is sent.

        https://platform.claude.com/docs/en/build-with-claude/files
        """
        source = {"type": "file", "file_id": str(self.pk)}
        if self.kind == self.Kind.IMAGE:
            return {"type": "image", "source": source}
        # Claude takes citations for all documents of a request or for none.
        return {"type": "document", "source": source, "title": self.name, "citations": {"enabled": True}}
