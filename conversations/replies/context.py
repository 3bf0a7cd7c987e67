"""How much of its model's window a conversation fills, as Claude counts it. Asked for by pages that show it."""

import logging
from dataclasses import replace

from conversations.claude import client, prompt
from conversations.claude.errors import Failed
from conversations.files.sending import put_in_files
from conversations.models import Attachment, FilesUnavailable, Message
from conversations.models.content import find_file_ids
from conversations.replies import storage
from conversations.replies.start import Branch, fit_request, read_branch

logger = logging.getLogger(__name__)

#: Stands for the question that is not asked yet: what is sent has to end with one.
NEXT_QUESTION = [{"type": "text", "text": "…"}]
#: Bytes of files that are sent for a count. With more the estimate stays: each page would send them again if it failed.
MAX_BYTES = 5 * 1024 * 1024


async def count_context(answer: Message) -> int | None:
    """The tokens that a question below this answer is sent with; None where Claude does not count them now.

    Counted once, and kept with the answer.
    """
    if answer.context_tokens is not None:
        return answer.context_tokens
    branch = await storage.run(read_branch, answer, answer.pk)
    request = await storage.run(_build_request, answer, branch)
    if sum(file.sent_size for file in _list_sent(request, branch)) > MAX_BYTES:
        return None
    try:
        messages, parts = await put_in_files(request.messages, branch.files)
        tokens = await client.count_tokens(replace(request, messages=messages, parts=parts))
    except Failed as failure:
        logger.info("The context of message %s is not counted: %s", answer.pk, failure.detail)
        return None
    except FilesUnavailable as error:
        logger.error("The context of message %s is not counted: %s", answer.pk, error)
        return None
    await storage.run(_store, answer, branch, tokens)
    return tokens


def _build_request(answer: Message, branch: Branch) -> client.Request:
    """What a question below the answer would be sent with. In a thread: a long branch takes its time."""
    request = fit_request(answer, branch)
    prompt.append_message(request.messages, Message.Role.USER, NEXT_QUESTION)
    return request


def _list_sent(request: client.Request, branch: Branch) -> list[Attachment]:
    """The files in a request, each as often as it is sent."""
    return [branch.files[pk] for message in request.messages for pk in find_file_ids(message["content"])]


def _store(answer: Message, branch: Branch, tokens: int) -> None:
    """Keep a count, unless a summary was written meanwhile, with which less is sent."""
    summary = answer.conversation.summaries.furthest_on([message.id for message in branch.messages])
    if summary == branch.summary:
        Message.objects.filter(pk=answer.pk).update(context_tokens=tokens)
