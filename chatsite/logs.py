"""What is logged, and how a line looks."""

from typing import Any


def build_logging(level: str) -> dict[str, Any]:
    """The setting LOGGING."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
        "filters": {"outages": {"()": "chatsite.server.outages.SummarizeOutages"}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["outages"]}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            # Below WARNING, the libraries that connect to Claude log request lines and bodies.
            **{name: {"level": "WARNING"} for name in ("anthropic", "asyncio", "httpcore2", "httpx2")},
            # Below WARNING, those that connect to S3 log signatures and contents.
            **{name: {"level": "WARNING"} for name in ("boto3", "botocore", "s3transfer", "urllib3")},
            "mcp": {"level": "CRITICAL"},  # it logs, with tracebacks, what servers send
            # Configured here, it loses Django's own handler, which would print lines twice. Below INFO it logs SQL.
            "django": {"level": "INFO" if level == "DEBUG" else level},
        },
    }
