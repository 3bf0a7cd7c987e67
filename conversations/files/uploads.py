"""An uploaded file becomes an attachment: checked, read by the worker, stored."""

import hashlib
import logging
import re
import tempfile
from pathlib import Path
from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings
from django.core.files.base import File
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from chatsite.accounts.models import User
from chatsite.minute_limit import MinuteLimit
from conversations.files.facts import Facts, Unreadable
from conversations.files.limits import MAX_UPLOADS_PER_MINUTE
from conversations.files.reading import run_in_thread, run_worker, write
from conversations.files.wording import describe_unreadable
from conversations.models import Attachment, StoredFile
from conversations.models.asking import lock_owner
from conversations.models.file_storage import NO_ROOM, FilesUnavailable

logger = logging.getLogger(__name__)

MAX_NAME = 255
#: Control characters, those that change the direction of what follows, and lone surrogates.
NOT_IN_NAMES = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
#: By the codes of Unreadable; 400 for all others.
STATUSES = {"unknown": 415, "busy": 503}
MEGABYTE, GIGABYTE = 1024 * 1024, 1024**3

uploads_per_minute = MinuteLimit()


class UploadRefused(Exception):
    """A file that is not stored; the text is a sentence for the person. `headers`: when to try again, if that helps."""

    def __init__(self, sentence: str, status: int = 400) -> None:
        super().__init__(sentence)
        self.status = status
        self.headers = {"Retry-After": "60"} if status in {429, 503} else {}


async def store_upload(user: User, uploaded: Any, *, reuse: bool = False) -> Attachment:
    """Store an uploaded file (of Django) of a person. Raises UploadRefused, Refused.

    `reuse`: take a file of the person with the same name and content, so that a repeated request names the same one.
    """
    name = clean_name(uploaded.name or "")
    if (uploaded.size or 0) > settings.MAX_FILE_MB * MEGABYTE:
        sentence = _("%(name)s is too large: a file may have %(limit)s MB.")
        raise UploadRefused(sentence % {"name": name, "limit": settings.MAX_FILE_MB}, 413)
    try:
        with tempfile.TemporaryDirectory(prefix="chatsite-upload-") as folder:
            original = Path(folder) / "original"
            digest = await run_in_thread(user.pk, write, original, uploaded.chunks())
            if reuse and (known := await sync_to_async(find_known)(user, name, digest)):
                return known
            if not uploads_per_minute.take(user.pk, 1, MAX_UPLOADS_PER_MINUTE):
                raise UploadRefused(_("You have attached too many files within a minute. Try again in a minute."), 429)
            facts = await run_in_thread(user.pk, run_worker, original, name)
            return await sync_to_async(create_attachment)(user, name, original, digest, facts)
    except Unreadable as error:
        raise UploadRefused(describe_unreadable(error, name), STATUSES.get(error.code, 400)) from None
    except OSError as error:
        if error.errno not in NO_ROOM:
            raise
        logger.error("A file cannot be stored: %s", error)
        raise UploadRefused(_("There is no room for files on the server. Ask an administrator."), 507) from None


def clean_name(name: str) -> str:
    """The name of a file on one line, without the folders in it; its end, which tells what it is, is kept.

    Browsers write quotation marks as %22, and % as it is: https://html.spec.whatwg.org/#multipart-form-data
    """
    name = name.replace("%22", '"')
    name = " ".join(NOT_IN_NAMES.sub(" ", re.split(r"[/\\]", name)[-1]).split()) or _("file")
    if len(name) <= MAX_NAME:
        return name
    stem, dot, extension = name.rpartition(".")
    end = dot + extension if stem and len(extension) < 20 else ""
    return name[: MAX_NAME - len(end) - 1] + "…" + end


def find_known(user: User, name: str, digest: str) -> Attachment | None:
    return Attachment.objects.attachable_by(user).filter(name=name, original=digest).order_by("-created").first()


def create_attachment(user: User, name: str, original: Path, digest: str, facts: Facts) -> Attachment:
    """Store what the worker has left beside the original, and the row. Raises UploadRefused, Refused, OSError."""
    size = original.stat().st_size
    stored_size = size + sum(
        path.stat().st_size for path in map(original.with_name, ("sent", "thumbnail")) if path.exists()
    )
    # Before bytes are written, and again under the lock.
    check_room(user, stored_size)
    while True:
        # Each in a transaction of its own: nobody waits for the person's lock while bytes are written.
        try:
            stored = {
                "original": store(original, digest),
                "sent": store(original.with_name("sent")) if facts.has_sent else None,
                "thumbnail": store(original.with_name("thumbnail")) if facts.has_thumbnail else None,
            }
        except FilesUnavailable as error:
            logger.error("A file cannot be stored: %s", error)
            raise UploadRefused(_("Files cannot be stored at the moment. Try again in a minute."), 503) from None
        try:
            with transaction.atomic():
                lock_owner(user.pk)
                check_room(user, stored_size)
                return insert(user, name, size, facts, stored)
        except IntegrityError:
            # The last file with one of these contents was deleted meanwhile, and the content with it.
            if are_stored(stored):
                raise


def are_stored(stored: dict[str, StoredFile | None]) -> bool:
    keys = {content.pk for content in stored.values() if content}
    return StoredFile.objects.filter(pk__in=keys).count() == len(keys)


def check_room(user: User, size: int) -> None:
    """Raise UploadRefused where the files of the person would take more than they may."""
    if Attachment.objects.owned_by(user).total_size() + size > settings.MAX_PERSON_FILES_GB * GIGABYTE:
        sentence = _("All your files may have %(limit)s GB. Delete conversations with files that you do not need.")
        raise UploadRefused(sentence % {"limit": settings.MAX_PERSON_FILES_GB}, 507)


def insert(user: User, name: str, size: int, facts: Facts, stored: dict[str, StoredFile | None]) -> Attachment:
    return Attachment.objects.create(
        owner=user,
        name=name,
        kind=facts.kind,
        media_type=facts.media_type,
        sent_media_type=facts.sent_media_type,
        size=size,
        pages=facts.pages,
        width=facts.width,
        height=facts.height,
        tokens=facts.tokens,
        **stored,
    )


def store(path: Path, digest: str = "") -> StoredFile:
    with path.open("rb") as opened:
        digest = digest or hashlib.file_digest(opened, "sha256").hexdigest()
        with transaction.atomic():
            return StoredFile.store(File(opened), digest)
