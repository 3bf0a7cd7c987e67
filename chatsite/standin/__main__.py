"""`python -m chatsite.standin`: listens on loopback, says where in one line, ends when told or orphaned."""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import stat
import sys

from aiohttp import web

from .server import StandIn

ORPHAN_CHECK = 0.25


def main() -> None:
    options = arguments()
    asyncio.run(serve(options))


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m chatsite.standin", description="A stand-in for the Messages API")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--rate", type=float, default=40.0, help="deltas a second, 0 as fast as possible")
    parser.add_argument("--window", type=int, help="tokens in every model's window, to try long conversations")
    parser.add_argument("--no-record", action="store_true", help="keep no bodies and texts")
    parser.add_argument("--with-parent", action="store_true", help="end when the parent does, or standard input")
    return parser.parse_args()


async def serve(options: argparse.Namespace) -> None:
    leave = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, os._exit, 0)
    stand_in = StandIn(options.rate, not options.no_record, options.window)
    runner = web.AppRunner(stand_in.app(), handler_cancellation=True, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, options.host, options.port, backlog=4096)
    await site.start()
    host, port = runner.addresses[0][:2]
    print(f"stand-in listening on http://{host}:{port}", flush=True)
    if options.with_parent:
        watch_input(loop, leave)
        await orphaned(leave)
        os._exit(0)
    await leave.wait()


def watch_input(loop: asyncio.AbstractEventLoop, leave: asyncio.Event) -> None:
    """Only a pipe says something by its end; a terminal or /dev/null does not."""
    descriptor = sys.stdin.fileno()

    def read() -> None:
        if not os.read(descriptor, 4096):
            leave.set()

    if stat.S_ISFIFO(os.fstat(descriptor).st_mode):
        loop.add_reader(descriptor, read)


async def orphaned(leave: asyncio.Event) -> None:
    parent = os.getppid()
    while os.getppid() == parent and not leave.is_set():
        try:
            await asyncio.wait_for(leave.wait(), ORPHAN_CHECK)
        except TimeoutError:
            continue


if __name__ == "__main__":
    main()
