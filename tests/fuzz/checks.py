"""What must be true of a case once it is over. A failure is of a kind, so that a run can count it, with details."""

import asyncio
from dataclasses import dataclass
from time import monotonic
from typing import Any

from tests.fuzz import reference
from tests.fuzz.cases import Case
from tests.fuzz.readers import Visit
from tests.fuzz.upstream import Play

#: Seconds from the end of the upstream call to the stored end, and from the reader's leaving to that of the call.
MAX_END, MAX_ABORT = 5, 3
#: Seconds until the question of a reader who has left must be stored, if the site got it.
MAX_START = 0.5
#: Streams of the page that each reader reads to the end.
PAGES = {"page": 1, "returning": 2, "stopping": 1}
MAX_DEPTH = 100
#: Characters of a reply; the rest is not stored.
MAX_TEXT = 200_000


@dataclass(frozen=True)
class Failure:
    kind: str
    details: str = ""


async def check(play: Play, visit: Visit) -> list[Failure]:
    answer, failures = await wait_for_end(play, visit)
    failures += [Failure(f"status {status}") for status in visit.statuses if status not in {200, 303}]
    if answer is None or failures:
        return failures
    return [
        *check_streams(play.case, visit, answer),
        *check_text(play.case, answer),
        *check_html(answer),
        *await check_money(play, answer),
    ]


async def wait_for_end(play: Play, visit: Visit) -> tuple[Any, list[Failure]]:
    """The row once it has ended, and whether that took too long. None if the site never got the question."""
    limit = MAX_END if visit.left_at is None else MAX_ABORT
    while True:
        answer = await find_answer(play.case)
        if visit.left_at is not None:
            took = monotonic() - visit.left_at
        else:
            took = 0 if play.sending else monotonic() - play.over_at
        if answer is None and took > MAX_START:
            return None, []
        if answer is not None and answer.state != "writing":
            return answer, [Failure("the reply ends late", f"{took:.1f} s")] if took > limit else []
        if took > 3 * MAX_END:
            return answer, [Failure("the reply never ends")]
        await asyncio.sleep(0.02)


async def find_answer(case: Case) -> Any:
    from conversations.models import Message

    return await Message.objects.filter(parent__text__startswith=f"[case {case.name}]").afirst()


def check_streams(case: Case, visit: Visit, answer: Any) -> list[Failure]:
    """Each stream that was read to its end has one `end`, and what the page then shows is what is stored."""
    failures = []
    if len(visit.pages) < PAGES.get(case.reader, 0) or (case.reader == "chat" and not visit.is_done):
        failures.append(Failure("a stream breaks off"))
    for page in visit.pages:
        if page.error:
            failures.append(Failure(page.error.partition(":")[0], page.error))
        if len(page.ends) != 1 or page.after_end:
            failures.append(Failure(f"{len(page.ends)} end frames", f"after the first: {page.after_end}"))
        elif page.ends[0]["state"] != answer.state or "<article" not in page.ends[0]["html"]:
            failures.append(Failure("the end frame differs from the row", str(page.ends[0])))
        if page.html != answer.html:
            failures.append(Failure("the page differs from the row", f"{page.html!r} is stored as {answer.html!r}"))
        # Those who come back at the end get the blocks with an empty line between them.
        if "".join(page.thinking.split()) != "".join("".join(thoughts(answer)).split()):
            failures.append(Failure("thinking is lost in the page", f"{page.thinking!r}"))
    if case.reader == "chat" and visit.chat_text != answer.text:
        failures.append(Failure("the API's text differs from the row", differ(visit.chat_text, answer.text)))
    elif case.reader == "aborting" and not answer.text.startswith(visit.chat_text):
        failures.append(Failure("text that was read is not stored", differ(visit.chat_text, answer.text)))
    return failures


def thoughts(answer: Any) -> list[str]:
    return [str(block.get("thinking", "")) for block in answer.content]


def check_text(case: Case, answer: Any) -> list[Failure]:
    """A whole message is stored up to the limit, a broken one to its first fault, a stopped one as far as it came."""
    sent, stored = case.text, answer.text
    if case.is_disturbed and answer.state != "complete":
        kept = stored.rstrip("\ufffd")
        # After a fault the first block may go on, and what stood behind it may be lost with the stop.
        first = next((block.rstrip("\ufffd") for block in case.text_blocks), "")
        is_lost = not (sent.startswith(kept) or (not case.is_whole and kept.startswith(first)))
        return [Failure("a stopped text differs from what was sent", differ(sent, stored))] * is_lost
    if not case.is_whole:
        # What came after the fault may belong to an earlier block, and then stands before the text of a later one.
        is_cut = answer.error_code == "reply_too_long" and len(stored) == MAX_TEXT
        is_lost = not (is_cut or all(block.rstrip("\ufffd") in stored for block in case.text_blocks))
        return [Failure("text before a fault is lost", differ(sent, stored))] * is_lost
    if len(sent) > MAX_TEXT:
        is_lost = answer.error_code != "reply_too_long" or stored != sent[:MAX_TEXT]
        return [Failure("a text over the limit is not cut off there", differ(sent, stored))] * is_lost
    failures = []
    if answer.state != "complete":
        failures.append(Failure(f"a whole message is {answer.state}: {answer.error_code}", answer.error_detail))
    elif stored != sent:
        failures.append(Failure("text is lost", differ(sent, stored)))
    elif "".join(thoughts(answer)) != reference.read_thinking(case.intact_payloads):
        failures.append(Failure("thinking is lost in the row"))
    return failures


def check_html(answer: Any) -> list[Failure]:
    failures = []
    if lost := reference.find_lost_words(answer.text, answer.html):
        failures.append(Failure("words are lost in the HTML", ", ".join(lost[:5])))
    if (depth := reference.ShownText(answer.html).max_depth) > MAX_DEPTH:
        failures.append(Failure("the HTML is too deep", str(depth)))
    return failures


async def check_money(play: Play, answer: Any) -> list[Failure]:
    """One row of usage for each call in which Claude began to count, and nothing left reserved."""
    failures = []
    states = [usage.state async for usage in answer.usage.all()]
    has_begun = play.case.has_message_start and (answer.text or not play.case.is_disturbed)
    if len(states) > play.calls or (has_begun and len(states) < play.calls):
        failures.append(Failure(f"{len(states)} rows of usage for {play.calls} calls"))
    if "open" in states:
        failures.append(Failure("a row of usage stays open"))
    if await answer.reservations.aexists():
        failures.append(Failure("a reservation is left"))
    return failures


def differ(sent: str, stored: str) -> str:
    """Where two texts differ."""
    place = next((place for place, pair in enumerate(zip(sent, stored, strict=False)) if pair[0] != pair[1]), -1)
    if place < 0:
        place = min(len(sent), len(stored))
    begin = max(0, place - 20)
    return f"at {place}: {sent[begin : place + 40]!r} is {stored[begin : place + 40]!r}"
