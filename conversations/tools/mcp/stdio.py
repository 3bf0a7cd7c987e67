"""Runs an MCP server as a program on this machine, and speaks with it through its pipes: one line of JSON a message.

Not by the library's `stdio_client`: that one reads a line of any length, gives its errors to our log, and leaves alone
what a program has started if the program itself ends in time.
"""

import asyncio
import os
import signal
from asyncio import StreamReader, StreamWriter
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from typing import cast

import anyio
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream
from mcp.shared.message import SessionMessage
from mcp.types import jsonrpc_message_adapter

from conversations.tools.mcp.limits import CLOSE_SECONDS, MAX_BYTES, Streams

#: What a program gets of our environment, which holds the secrets of the site.
PASSED_ON = ("PATH", "HOME", "LANG")


@asynccontextmanager
async def run_program(command: str, arguments: Sequence[str], variables: Mapping[str, str]) -> AsyncIterator[Streams]:
    """The messages of a program, and those for it. At the end it is stopped, with all that it has started.

    Raises OSError if it cannot be started.
    """
    process = await asyncio.create_subprocess_exec(
        command,
        *arguments,
        stdin=PIPE,
        stdout=PIPE,
        stderr=DEVNULL,
        env={name: os.environ[name] for name in PASSED_ON if name in os.environ} | dict(variables),
        cwd="/",
        # A process group of its own, which is killed as a whole.
        start_new_session=True,
        limit=MAX_BYTES,
    )
    to_session, messages = anyio.create_memory_object_stream[SessionMessage | Exception](0)
    to_program, from_session = anyio.create_memory_object_stream[SessionMessage](0)
    try:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(read_messages, cast(StreamReader, process.stdout), to_session)
            tasks.start_soon(write_messages, from_session, cast(StreamWriter, process.stdin))
            try:
                yield messages, to_program
            finally:
                tasks.cancel_scope.cancel()
    finally:
        with anyio.CancelScope(shield=True):
            await stop(process)


async def read_messages(output: StreamReader, to_session: MemoryObjectSendStream[SessionMessage | Exception]) -> None:
    """Pass on each line that is a message, to the end or to MAX_BYTES. What else a program prints is left out."""
    received = 0
    async with to_session:
        # ValueError: the line is longer than the limit.
        with suppress(ValueError, ConnectionError, anyio.BrokenResourceError, anyio.ClosedResourceError):
            while (line := await output.readline()) and (received := received + len(line)) <= MAX_BYTES:
                try:
                    message = jsonrpc_message_adapter.validate_json(line, by_name=False)
                except ValueError:
                    continue
                await to_session.send(SessionMessage(message))


async def write_messages(from_session: MemoryObjectReceiveStream[SessionMessage], program_input: StreamWriter) -> None:
    async with from_session:
        # A program that has ended is noticed where its output ends.
        with suppress(ConnectionError):
            async for item in from_session:
                line = item.message.model_dump_json(by_alias=True, exclude_unset=True)
                program_input.write(f"{line}\n".encode())
                await program_input.drain()


async def stop(process: Process) -> None:
    """Close the program's input, by which it should end; then ask it to end; then kill it and what it has started."""
    try:
        with suppress(ConnectionError):
            process.stdin.close()  # type: ignore[union-attr]
        for number in (signal.SIGTERM, signal.SIGKILL):
            if await ends_in_time(process):
                break
            kill_group(process.pid, number)
    finally:
        # Also after a cancellation. The wait is short: nothing survives this signal.
        kill_group(process.pid, signal.SIGKILL)
        await ends_in_time(process)
        # Else a pipe that a process outside of the group has inherited would stay open.
        process._transport.close()  # type: ignore[attr-defined]


async def ends_in_time(process: Process) -> bool:
    """Whether the program ends within CLOSE_SECONDS. Not by `wait`, which also waits for its children's output."""
    for _attempt in range(50):
        if process.returncode is not None:
            return True
        await asyncio.sleep(CLOSE_SECONDS / 50)
    return False


def kill_group(group: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)
