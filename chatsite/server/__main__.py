"""`python -m chatsite.server --port 8001`: one server process, with the options that every installation needs.

`uvicorn chatsite.asgi:application` works as well, and then takes its options from the command line.
"""

import argparse

import uvicorn


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m chatsite.server", description="Serves the site over HTTP.")
    parser.add_argument("application", nargs="?", default="chatsite.asgi:application")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--log-level", default="info", choices=["debug", "info", "warning", "error"])
    options = parser.parse_args()
    uvicorn.run(
        options.application,
        host=options.host,
        port=options.port,
        log_level=options.log_level,
        # Replies are stored before uvicorn is asked to stop (lifespan.py): nothing is worth waiting for longer. The
        # engine leaves time for this before STOP_SECONDS are over.
        timeout_graceful_shutdown=3,
        # The site has no WebSockets, and the proxy in front of it writes the access log.
        ws="none",
        access_log=False,
        server_header=False,
        # uvicorn would trust X-Forwarded-* from all of loopback; only TRUSTED_PROXIES decides here.
        proxy_headers=False,
    )


if __name__ == "__main__":
    main()
