"""Where a person signs in to MCP servers, one by one, and leaves them again."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from asgiref.sync import sync_to_async
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import aget_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST, require_safe

from chatsite.accounts.http import SignedInRequest
from chatsite.http import see_other
from conversations.models import MCPAuthorization, MCPConnection, MCPServer
from conversations.tools.mcp import sign_in, tokens
from conversations.tools.results import ToolError


@dataclass(frozen=True, slots=True)
class Row:
    """A server, and the person's connection to it, which may have ended."""

    server: MCPServer
    connection: MCPConnection | None

    @property
    def is_connected(self) -> bool:
        return self.connection is not None and self.connection.ended is None


@require_safe
def list_connections(request: SignedInRequest) -> HttpResponse:
    return render_list(request)


def render_list(request: SignedInRequest, problem: str = "", status: int = 200) -> HttpResponse:
    own = {connection.server_id: connection for connection in MCPConnection.objects.owned_by(request.user).current()}
    rows = [Row(server, own.get(server.pk)) for server in MCPServer.objects.connectable_by(request.user)]
    return render(request, "settings/connections.html", {"rows": rows, "problem": problem}, status=status)


@require_POST
async def connect(request: SignedInRequest, pk: int) -> HttpResponse:
    """A page with the link to where the person signs in.

    Not a redirect: browsers follow one after a form only to addresses that `form-action` of our policy names, and the
    address becomes known with this request. And so people read where they are going to sign in.
    """
    server = await aget_object_or_404(MCPServer.objects.connectable_by(request.user), pk=pk)
    redirect_uri = request.build_absolute_uri(reverse("connection-callback"))
    try:
        address = await sign_in.begin(server, request.user, request.session.session_key or "", redirect_uri)
    except ToolError as error:
        return await sync_to_async(render_list)(request, str(error), 502)
    parts = urlsplit(address)
    # Without a name before the host, which could look like another host.
    host = f"{parts.hostname}:{parts.port}" if parts.port else parts.hostname
    context = {"server": server, "address": address, "host": host}
    return await sync_to_async(render)(request, "settings/connect.html", context)


@require_GET
async def callback(request: SignedInRequest) -> HttpResponse:
    """Where people come back to after they have signed in. Only the session that has begun a sign-in can end it."""
    answer = request.GET.dict()
    session = request.session.session_key or ""
    taken = await sync_to_async(MCPAuthorization.take)(request.user, session, answer.get("state", ""))
    if taken is None:
        problem = _(
            "This sign-in is over: it took too long, was used before, or began in another browser. Begin again."
        )
        return await sync_to_async(render_list)(request, problem, 400)
    try:
        await sign_in.finish(taken, answer)
    except ToolError as error:
        return await sync_to_async(render_list)(request, str(error), 400)
    messages.success(request, _("You are signed in to %(server)s.") % {"server": taken.server.title})
    return see_other("connections")


@require_POST
async def disconnect(request: SignedInRequest, pk: int) -> HttpResponse:
    """Delete the tokens here, then at the server if it can be asked."""
    own = MCPConnection.objects.owned_by(request.user).select_related("server")
    connection = await aget_object_or_404(own, server=pk)
    await own.filter(pk=connection.pk).adelete()
    await tokens.revoke(connection)
    messages.success(request, _("You are signed out of %(server)s.") % {"server": connection.server.title})
    return see_other("connections")
