"""MCP servers in the admin: superusers add them, read their tools, and switch the tools on."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chatsite.accounts.http import SignedInRequest
from chatsite.accounts.model_admin import BaseModelAdmin
from conversations.admin.tools import ToolForm
from conversations.models import MCPServer, Tool
from conversations.tools.mcp.tools import Reading, refresh_tools
from conversations.tools.results import ToolError


class MCPServerForm(forms.ModelForm):  # type: ignore[type-arg]
    """The token and the client's secret are written here and never shown again."""

    token = forms.CharField(
        label=gettext_lazy("Token"),
        required=False,
        max_length=4_000,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=gettext_lazy("Stored encrypted, and never shown. If empty, the stored one is kept."),
    )

    client_id = forms.CharField(
        label=gettext_lazy("Client ID"),
        required=False,
        max_length=500,
        help_text=gettext_lazy("Only if the site cannot register itself where people sign in."),
    )
    client_secret = forms.CharField(
        label=gettext_lazy("Client secret"),
        required=False,
        max_length=4_000,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=gettext_lazy("Stored encrypted, and never shown. If empty, the stored one is kept."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.former_target = self.instance.target
        self.former_authentication = self.instance.authentication
        self.former_client = self.instance.client if self.instance.client.get("is_entered") else {}
        self.fields["client_id"].initial = self.former_client.get("client_id", "")

    @property
    def invalidates_connections(self) -> bool:
        """Whether the server is not where it was, or people sign in to it in another way or as another client."""
        return bool(
            self.instance.target != self.former_target
            or self.instance.authentication != self.former_authentication
            or self.cleaned_data["client_id"] != self.former_client.get("client_id", "")
        )

    def build_client(self) -> dict[str, Any]:
        """The client that was entered; empty if the site registers itself."""
        client_id = self.cleaned_data["client_id"]
        if not client_id or self.instance.authentication != MCPServer.Authentication.OAUTH:
            return {}
        # A secret is not sent elsewhere, or as that of another client.
        kept = "" if self.invalidates_connections else self.former_client.get("client_secret", "")
        return {
            "client_id": client_id,
            "client_secret": self.cleaned_data["client_secret"] or kept,
            "is_entered": True,
        }

    def clean_token(self) -> str:
        token: str = self.cleaned_data["token"]
        if not token.isascii() or not token.isprintable():
            raise ValidationError(_("A token has letters, digits and signs of ASCII only."))
        return token

    def clean(self) -> dict[str, Any] | None:
        fields = super().clean() or {}
        is_http = fields.get("transport") == MCPServer.Transport.HTTP
        needed = "url" if is_http else "command"
        if not fields.get(needed) and needed not in self.errors:
            self.add_error(needed, _("This is needed for this connection."))
        if not is_http and not settings.MCP_STDIO:
            self.add_error("transport", _("MCP_STDIO is off: this site starts no programs."))
        if fields.get("authentication") == MCPServer.Authentication.BEARER:
            self.check_token(fields, is_http)
        if fields.get("authentication") == MCPServer.Authentication.OAUTH and not is_http:
            self.add_error("authentication", _("People sign in to servers that have an address only."))
        return fields

    def check_token(self, fields: dict[str, Any], is_http: bool) -> None:
        """Add what is wrong with the token, and where it is sent."""
        if not is_http and not fields.get("token_variable"):
            self.add_error("token_variable", _("A program gets the token in a variable."))
        if not fields.get("token") and not self.instance.stored_token:
            self.add_error("token", _("Enter the token."))
        target = tuple(fields.get(name, "") for name in ("transport", "url", "command", "arguments", "token_variable"))
        if not fields.get("token") and self.instance.pk and target != self.former_target:
            # Else it could be sent elsewhere by somebody who does not know it.
            self.add_error("token", _("Enter the token again: it would be sent elsewhere."))


class ToolInline(admin.TabularInline):  # type: ignore[type-arg]
    model = Tool
    form = ToolForm
    fields = ("title", "description", "acts", "is_enabled", "is_listed")
    readonly_fields = ("title", "description", "is_listed")
    extra = 0
    can_delete = False
    show_change_link = True

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(MCPServer)
class MCPServerAdmin(BaseModelAdmin):
    form = MCPServerForm
    inlines = (ToolInline,)
    list_display = ("title", "slug", "transport", "authentication", "is_enabled", "checked", "error")
    fieldsets = (
        (None, {"fields": ("title", "slug", "is_enabled")}),
        (gettext_lazy("Connection"), {"fields": ("transport", "url", "command", "arguments")}),
        (
            gettext_lazy("Sign-in"),
            {"fields": ("authentication", "token", "token_variable", "client_id", "client_secret")},
        ),
        (None, {"fields": ("created", "checked", "error")}),
    )
    readonly_fields = ("created", "checked", "error")

    # Who adds a program can run anything as the site, and who adds an address can reach what is behind its firewall.

    def has_module_permission(self, request: HttpRequest) -> bool:
        return is_superuser(request)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return is_superuser(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return is_superuser(request)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return is_superuser(request)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return is_superuser(request)

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:
        # The names of its tools begin with the short name: answers that are stored have them.
        return (*self.readonly_fields, "slug") if obj else self.readonly_fields

    def get_inlines(self, request: HttpRequest, obj: Model | None) -> Any:
        return self.inlines if obj else ()

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """A server goes with its tools, none of which can be deleted alone."""
        shown, counts, _no_permission, protected = super().get_deleted_objects(objs, request)
        return shown, counts, set(), protected

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.read_tools)
        return [path("<int:pk>/reading/", view, name="read_mcp_tools"), *super().get_urls()]

    def save_model(self, request: HttpRequest, obj: MCPServer, form: Any, change: bool) -> None:
        if obj.authentication != MCPServer.Authentication.BEARER:
            obj.token = ""
        elif form.cleaned_data["token"]:
            obj.token = form.cleaned_data["token"]
        if form.invalidates_connections or form.cleaned_data["client_secret"]:
            obj.client = form.build_client()
        with transaction.atomic():
            super().save_model(request, obj, form, change)
            if form.invalidates_connections:
                # They are for the former address or client.
                obj.connections.all().delete()
                obj.authorizations.all().delete()

    def read_tools(self, request: SignedInRequest, pk: int) -> HttpResponse:
        """Ask the server for its tools, store them, and say what has changed (POST)."""
        if not is_superuser(request):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        server = get_object_or_404(MCPServer, pk=pk)
        try:
            reading = refresh_tools(server, request.user)
        except ToolError as error:
            messages.error(request, str(error))
        else:
            self.log_change(request, server, [{"changed": {"name": "tools", "object": str(server), "fields": []}}])
            for sentence, names, level in describe(reading):
                messages.add_message(request, level, sentence % {"names": ", ".join(names)})
        return redirect("admin:conversations_mcpserver_change", pk)


def is_superuser(request: HttpRequest) -> bool:
    return bool(request.user.is_active and request.user.is_superuser)


def describe(reading: Reading) -> list[tuple[str, list[str], int]]:
    """A sentence, the names in it and its level for each thing that reading the tools has changed."""
    sentences = [
        (_("New tools, which are off until you switch them on: %(names)s."), reading.new, messages.SUCCESS),
        (
            _("Switched off, because the server describes them differently now: %(names)s. Approve them again."),
            reading.switched_off,
            messages.WARNING,
        ),
        (_("Not offered by the server any more: %(names)s."), reading.missing, messages.WARNING),
        (_("Left out, because Claude does not take their input: %(names)s."), reading.unusable, messages.WARNING),
    ]
    changes = [sentence for sentence in sentences if sentence[1]]
    return changes or [(_("The tools were read. Nothing has changed."), [], messages.SUCCESS)]
