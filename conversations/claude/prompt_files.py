"""What the files of a conversation mean for a prompt: what they cost, which of them a request has room for. Pure.

Content refers to files by the ids of our attachments; `conversations/files/sending.py` puts the bytes in.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from django.conf import settings

from conversations.claude.models import Model
from conversations.files.limits import (
    LARGE_WINDOW,
    MAX_IMAGES,
    MAX_IMAGES_SMALL_WINDOW,
    MAX_PAGES,
    MAX_PAGES_SMALL_WINDOW,
)
from conversations.models.content import Content, find_file_ids, only_files
from conversations.models.refusals import Unsendable

MEGABYTE = 1024 * 1024
#: Tokens from which on a document is worth a cache breakpoint of its own: every model caches a prompt of this length.
MIN_CACHED_TOKENS = 4_096


class PromptFile(Protocol):
    """What a prompt needs to know of an attachment."""

    @property
    def name(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def pages(self) -> int | None: ...
    @property
    def tokens(self) -> int: ...
    @property
    def sent_size(self) -> int: ...


#: By the ids in the content.
PromptFiles = Mapping[Any, PromptFile]


def count_tokens(content: Content, files: PromptFiles) -> int:
    """About the tokens of the files in a content."""
    return sum(file.tokens for file in find_files(content, files))


def find_files(content: Content, files: PromptFiles) -> list[PromptFile]:
    return [files[pk] for pk in find_file_ids(content) if pk in files]


def check_files(content: Content, files: PromptFiles, model: Model) -> None:
    """Raise Unsendable if the files of one question cannot be sent to the model."""
    found = find_files(content, files)
    kinds = {file.kind for file in found}
    if "image" in kinds and not model.takes_images:
        raise Unsendable("images", model=model.name)
    if "pdf" in kinds and not model.takes_pdfs:
        raise Unsendable("pdfs", model=model.name)
    for reason, unit, count, limit in measure(found, model):
        if count > limit:
            raise Unsendable(reason, model=model.name, limit=limit // unit, count=-(-count // unit))


def measure(files: Iterable[PromptFile], model: Model) -> list[tuple[str, int, int, int]]:
    """What a request may have at most: a name, the unit in which people are told, how many of it, and the limit."""
    files = list(files)
    has_large_window = model.window >= LARGE_WINDOW
    return [
        (
            "size",
            MEGABYTE,
            sum(file.sent_size for file in files),
            settings.MAX_REQUEST_FILES_MB * MEGABYTE,
        ),
        (
            "pages",
            1,
            sum(file.pages or 0 for file in files),
            MAX_PAGES if has_large_window else MAX_PAGES_SMALL_WINDOW,
        ),
        (
            "number",
            1,
            sum(file.kind == "image" for file in files),
            MAX_IMAGES if has_large_window else MAX_IMAGES_SMALL_WINDOW,
        ),
    ]


def measure_turns(turns: Sequence[Content], files: PromptFiles, model: Model) -> list[tuple[list[int], int]]:
    """For each limit of a request: how much of it every turn takes, and the limit."""
    measured = [measure(find_files(turn, files), model) for turn in turns]
    return [([count for _, _, count, _ in column], column[0][3]) for column in zip(*measured, strict=True)]


def keep_files(content: Content, files: PromptFiles, model: Model, *, has_room: bool) -> Content:
    """The content as the model takes it: a line of text for each file that is not sent."""
    return [replace_unsent(block, files, model, has_room=has_room) for block in content]


def replace_unsent(block: dict[str, Any], files: PromptFiles, model: Model, *, has_room: bool) -> dict[str, Any]:
    if not only_files([block]):
        return block
    found = find_files([block], files)
    kinds = {file.kind for file in found}
    is_taken = (model.takes_images or "image" not in kinds) and (model.takes_pdfs or "pdf" not in kinds)
    if not found or not has_room or not is_taken:
        name = found[0].name if found else block.get("title", "An image")
        return {"type": "text", "text": f"[{name}: this file is not sent any more. It can be attached again.]"}
    if not model.can_cite:
        return {key: value for key, value in block.items() if key != "citations"}
    return block


def add_breakpoint(messages: list[dict[str, Any]], files: PromptFiles) -> None:
    """Have Claude cache what ends with the newest large document: also where the text after it is edited.

    With the automatic one, which follows the last block, these are two of at most four breakpoints.
    https://platform.claude.com/docs/en/build-with-claude/prompt-caching
    """
    for message in reversed(messages):
        content = message["content"]
        large = [index for index, block in enumerate(content) if count_tokens([block], files) >= MIN_CACHED_TOKENS]
        if large:
            content[large[-1]] = {**content[large[-1]], "cache_control": {"type": "ephemeral"}}
            return
