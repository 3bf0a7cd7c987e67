"""The files that people attach in a bucket of S3. Imported only where ATTACHMENTS_BUCKET is set: needs django-storages.

Nothing has an address of its own: the objects are private, and people read them through the site.
"""

import io
from typing import Any

from boto3.exceptions import Boto3Error
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.core.files.base import File
from django.utils.deconstruct import deconstructible
from django.utils.functional import cached_property
from storages.backends.s3 import S3Storage
from urllib3.exceptions import HTTPError

#: Seconds for each of the ATTEMPTS. They are short because a thread waits for them.
CONNECT_TIMEOUT, READ_TIMEOUT, ATTEMPTS = 3, 8, 2
#: More than the threads that read and write files.
MAX_CONNECTIONS = 40
#: Bytes that are asked of a response at once.
BUFFER_SIZE = 64 * 1024


@deconstructible
class AttachmentBucket(S3Storage):
    """ATTACHMENTS_BUCKET. Keys and region come from the environment or the machine, as boto3 reads them."""

    #: For `storage_errors`. The last is what botocore leaves of a response that breaks off.
    outage_errors = (BotoCoreError, Boto3Error, ClientError, HTTPError)

    def __init__(self) -> None:
        super().__init__(
            bucket_name=settings.ATTACHMENTS_BUCKET,
            endpoint_url=settings.ATTACHMENTS_S3_URL or None,
            client_config=Config(
                connect_timeout=CONNECT_TIMEOUT,
                read_timeout=READ_TIMEOUT,
                retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
                max_pool_connections=MAX_CONNECTIONS,
                # Servers other than Amazon's seldom have a host name for each bucket.
                s3={"addressing_style": "path" if settings.ATTACHMENTS_S3_URL else "auto"},
            ),
            # One request for each content, so that no part is left of an upload that was cut.
            transfer_config=TransferConfig(use_threads=False, multipart_threshold=1024**3),
        )

    @cached_property
    def connection(self) -> Any:
        """One for all threads, where the library has one for each: it takes ten megabytes, and its client is safe."""
        return super().connection

    def check_root(self) -> None:
        """Raise ClientError where the bucket is missing."""
        self.connection.meta.client.head_bucket(Bucket=self.bucket_name)

    def _open(self, name: str, mode: str = "rb") -> "File[bytes]":
        """The object, of which only what is read is fetched; the library would fetch all of it into memory."""
        opened = super()._open(name, mode)
        if "r" in mode:
            opened.file = io.BufferedReader(ObjectReader(opened.obj), BUFFER_SIZE)
        return opened  # type: ignore[no-any-return]

    def listdir(self, path: str) -> tuple[list[str], list[str]]:
        """All names below a folder, as if it had no folders: these would take a request each."""
        prefix = f"{path}/" if path else ""
        return [], [item.key.removeprefix(prefix) for item in self.bucket.objects.filter(Prefix=prefix)]


class ObjectReader(io.RawIOBase):
    """An object of boto3, fetched from the place on at which it is first read."""

    def __init__(self, stored: Any) -> None:
        super().__init__()
        self._object, self._size = stored, stored.content_length
        self._position = 0
        self._body: Any = None

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        position: int = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        if position != self._position:
            self._close_body()
        self._position = position
        return position

    def readinto(self, buffer: Any) -> int:
        if self._position >= self._size:
            return 0
        if self._body is None:
            self._body = self._object.get(Range=f"bytes={self._position}-")["Body"]
        data = self._body.read(len(buffer))
        buffer[: len(data)] = data
        self._position += len(data)
        return len(data)

    def close(self) -> None:
        self._close_body()
        super().close()

    def _close_body(self) -> None:
        """What is not read yet is not sent any more."""
        if self._body is not None:
            self._body.close()
            self._body = None
