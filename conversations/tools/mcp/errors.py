"""What goes wrong with an MCP server, as one sentence: without a traceback, and without its token."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import httpx2
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from mcp import MCPError
from mcp.client.auth import OAuthFlowError, OAuthRegistrationError, OAuthTokenError
from mcp_types import CONNECTION_CLOSED, PARSE_ERROR

from conversations.models import MCPServer
from conversations.models.encryption import SecretLost
from conversations.tools.mcp.grants import TokenRefused
from conversations.tools.mcp.limits import SignInRefused
from conversations.tools.results import ToolError

logger = logging.getLogger(__name__)

#: Characters of what a server says of its error.
MAX_REASON = 300
#: Stands for a token that a server has sent back.
HIDDEN = "[…]"


class UnknownToken(ToolError):
    """The server does not accept the token: it has expired, or somebody has revoked it."""


@contextmanager
def as_tool_error(server: MCPServer, *secrets: str) -> Iterator[None]:
    """Raise ToolError for every error within. Its sentence contains none of the secrets."""
    try:
        yield
    except Exception as error:
        cause = find_cause(error)
        is_token_unknown = isinstance(cause, SignInRefused) and cause.is_token_unknown
        raise (UnknownToken if is_token_unknown else ToolError)(describe(cause, server, *secrets)) from None


def find_cause(error: BaseException) -> BaseException:
    """The first of the errors that happened together."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def describe(error: BaseException, server: MCPServer, *secrets: str) -> str:
    """The sentence for an error."""
    names = {"server": server.title}
    match error:
        case ToolError():
            return str(error)
        case TimeoutError():
            return _("%(server)s does not respond.") % names
        case SecretLost():
            return _("The token for %(server)s cannot be read any more: it must be entered again.") % names
        case SignInRefused():
            return _("%(server)s refused the sign-in.") % names
        case TokenRefused():
            reason = shorten(error.description or error.code)
            return _("%(server)s refused the sign-in: %(reason)s") % {**names, "reason": reason}
        case OAuthRegistrationError():
            return _("%(server)s did not register this site.") % names
        case OAuthFlowError() if not isinstance(error, OAuthTokenError):
            return _("What %(server)s says about signing in does not fit together.") % names
        case MCPError() if error.code == CONNECTION_CLOSED:
            return _("%(server)s closed the connection.") % names
        case MCPError() if error.code != PARSE_ERROR:
            reason = shorten(hide(error.message, *secrets))
            return _("%(server)s refused the call: %(reason)s") % {**names, "reason": reason}
        case OSError() | httpx2.TransportError():
            return _("%(server)s cannot be reached.") % names
    logger.warning("The MCP server %s sent what cannot be read (%s).", server.slug, type(error).__name__)
    return _("%(server)s sent an answer that cannot be read.") % names


def shorten(reason: str) -> str:
    """One line of at most MAX_REASON characters."""
    return Truncator(" ".join(reason.split())).chars(MAX_REASON)


def hide(text: str, *secrets: str) -> str:
    """The text without the secrets, which a server could send back."""
    for secret in secrets:
        text = text.replace(secret, HIDDEN) if secret else text
    return text
