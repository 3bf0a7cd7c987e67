"""`python -m chatsite.standin`: prints its address in one line, then serves until a signal or the end of its parent."""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import stat
import sys

from aiohttp import web

from chatsite.standin.server import Server

PARENT_CHECK_SECONDS = 0.25


def main() -> None:
    asyncio.run(serve(parse_options()))


def parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m chatsite.standin", description="A stand-in for the Messages API")
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on; default 127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="the port to listen on; default 0, any free port")
    parser.add_argument("--rate", type=float, default=40.0, help="text deltas per second; 0 sends without pauses")
    parser.add_argument("--window", type=int, help="context window of every model in tokens, for long conversations")
    parser.add_argument("--no-record", action="store_true", help="do not keep headers, bodies and texts")
    parser.add_argument("--with-parent", action="store_true", help="stop when the parent or standard input ends")
    return parser.parse_args()


async def serve(options: argparse.Namespace) -> None:
    loop = asyncio.get_running_loop()
    for signal_number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(signal_number, os._exit, 0)
    server = Server(rate=options.rate, keeps_content=not options.no_record, window=options.window)
    runner = web.AppRunner(server.create_app(), handler_cancellation=True, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, options.host, options.port, backlog=4096)
    await site.start()
    host, port = runner.addresses[0][:2]
    print(f"stand-in listening on http://{host}:{port}", flush=True)
    if not options.with_parent:
        await asyncio.Event().wait()  # until a signal
    input_ended = asyncio.Event()
    watch_standard_input(loop, input_ended)
    await wait_for_end_of_parent(input_ended)
    os._exit(0)


def watch_standard_input(loop: asyncio.AbstractEventLoop, input_ended: asyncio.Event) -> None:
    """Set the event at the end of standard input if it is a pipe; a terminal or /dev/null says nothing by its end."""
    descriptor = sys.stdin.fileno()

    def read() -> None:
        if not os.read(descriptor, 4096):
            input_ended.set()

    if stat.S_ISFIFO(os.fstat(descriptor).st_mode):
        loop.add_reader(descriptor, read)


async def wait_for_end_of_parent(input_ended: asyncio.Event) -> None:
    """Return when standard input has ended or the process has another parent."""
    parent = os.getppid()
    while os.getppid() == parent and not input_ended.is_set():
        try:
            async with asyncio.timeout(PARENT_CHECK_SECONDS):
                await input_ended.wait()
        except TimeoutError:
            continue


if __name__ == "__main__":
    main()
