"""Claude with a script: what it answers to each call, in place of `client.stream`."""

import asyncio
from contextlib import asynccontextmanager

from conversations.claude import client
from conversations.models import Message, Question, Tool
from conversations.models.tokens import Tokens
from conversations.replies import Decision
from conversations.replies.engine import Engine
from conversations.tools import running
from conversations.tools.results import text_result
from tests.history import MODEL
from tests.replies.threads import storage_threads


def text(words):
    return [client.TextDelta(words), client.ContentBlock({"type": "text", "text": words})]


def use(name, block_id="toolu_1", **arguments):
    return [client.ContentBlock({"type": "tool_use", "id": block_id, "name": name, "input": arguments})]


class Script:
    """`steps`: the events of each call to Claude; `requests` are those it got."""

    def __init__(self, monkeypatch, settings, *steps):
        settings.ANTHROPIC_API_KEY, settings.CHAT_TITLE_MODEL = "key", ""
        self.steps, self.requests, self.calls, self.results = list(steps), [], [], {}
        monkeypatch.setattr(client, "stream", self.stream)
        monkeypatch.setitem(running.RUNNERS, Tool.Kind.FUNCTION, self.run)
        monkeypatch.setattr(running, "is_available", lambda *_arguments: True)

    async def stream(self, request):
        self.requests.append(request)
        events = [event for part in self.steps.pop(0) for event in part]
        is_calling = any(getattr(event, "block", {}).get("type") == "tool_use" for event in events)
        yield client.MessageStarted("req_1", MODEL, Tokens(input=10))
        for event in events:
            yield event
        yield client.MessageFinished("tool_use" if is_calling else "end_turn", Tokens(input=10, output=5))

    async def run(self, tool, tool_input, context):
        """What the tools do: `results` has a coroutine function for a name, or else each of them says its input."""
        self.calls.append((tool.name, tool_input))
        if tool.name in self.results:
            return await self.results[tool.name](tool_input, context)
        return text_result(f"{tool.name} was called with {tool_input}")


def create_tool(name, **fields):
    defaults = {"kind": "function", "title": name.capitalize(), "acts": False, "is_untrusted": False}
    return Tool.objects.create(name=name, is_enabled=True, **defaults | fields)


@asynccontextmanager
async def running_engine():
    engine = Engine()
    await engine.startup()
    try:
        yield engine
    finally:
        engine.end_drain()
        await engine.drain()
        await engine.shutdown()


def answer_question(user, tools, *, conversation=None, within=None, **fields):
    """Have a question answered; returns the answer as it is stored. `within(engine, answer)` runs before the end."""

    async def ask():
        async with running_engine() as engine:
            question = Question(text="Please.", model=MODEL, tools=tuple(tools), **fields)
            answer, broadcast = await engine.answer(conversation, question, user, grace=None)
            if within is not None:
                await within(engine, answer)
            await broadcast.until_ended()
            return answer

    with storage_threads():
        answer = asyncio.run(ask())
    return Message.objects.get(pk=answer.pk)


def decide(call, choice, note=""):
    """Decide about a call; returns the answer when it has ended or waits again."""

    async def go_on():
        async with running_engine() as engine:
            answer, broadcast = await engine.decide(call, Decision(choice, note))
            await broadcast.until_ended()
            return answer

    with storage_threads():
        answer = asyncio.run(go_on())
    return Message.objects.get(pk=answer.pk)
