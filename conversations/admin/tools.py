"""Tools in the admin: switched on, given to groups and limited. What a server has changed must be approved again."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chatsite.accounts.model_admin import BaseModelAdmin
from conversations.models import Tool
from conversations.tools import web
from conversations.tools.functions import sync_functions


class ToolForm(forms.ModelForm):  # type: ignore[type-arg]
    def clean_is_enabled(self) -> bool:
        """Refuse to switch on with a description that the server does not give any more."""
        is_enabled: bool = self.cleaned_data["is_enabled"]
        if is_enabled and self.instance.changed_definition is not None:
            raise ValidationError(_("Its server describes it differently now. Compare, and approve it again."))
        return is_enabled


@admin.register(Tool)
class ToolAdmin(BaseModelAdmin):
    form = ToolForm
    list_display = ("name", "title", "is_enabled", "acts", "kind", "server", "is_changed", "is_listed")
    list_editable = ("is_enabled",)
    list_filter = ("kind", "is_enabled", "acts", "server")
    list_select_related = ("server",)
    allowed_lookups = ("kind", "is_enabled", "acts", "server")
    search_fields = ("name", "title")
    filter_horizontal = ("groups",)
    fieldsets = (
        (None, {"fields": ("title", "is_enabled", "acts", "approval", "groups", "calls_per_hour", "calls_per_month")}),
        (
            gettext_lazy("What Claude is told"),
            {"fields": ("name", "description", "input_schema", "is_untrusted")},
        ),
        (gettext_lazy("Origin"), {"fields": ("kind", "server", "remote_name", "is_listed", "changed")}),
    )
    readonly_fields = (
        *("name", "kind", "description", "input_schema", "is_untrusted"),
        *("server", "remote_name", "is_listed", "changed"),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Tool | None = None) -> tuple[str, ...]:
        # `sync_functions` would overwrite these.
        from_code = ("title", "acts") if obj and obj.kind == Tool.Kind.FUNCTION else ()
        return (*self.readonly_fields, *from_code)

    # Rows come from the code of the site and from servers.

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def get_changelist_form(self, request: HttpRequest, **kwargs: Any) -> type[forms.ModelForm]:  # type: ignore[type-arg]
        return ToolForm

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        sync_functions()
        web.create_missing_tools()
        return super().changelist_view(request, extra_context)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Tool]:
        return super().get_queryset(request).defer("description", "input_schema")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.approve)
        return [path("<int:pk>/approval/", view, name="approve_tool"), *super().get_urls()]

    def approve(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Switch a tool on with the description that its server gives now, if it is the one that was shown (POST)."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        with transaction.atomic():
            tool = get_object_or_404(Tool.objects.select_for_update(of=("self",)), pk=pk)
            if not self.has_change_permission(request, tool):
                raise PermissionDenied
            if request.POST.get("fingerprint") == tool.changed_fingerprint:
                tool.approve_definition()
                self.log_change(request, tool, [{"changed": {"fields": ["Description", "Input", "Switched on"]}}])
                messages.success(request, _("The tool is switched on with its new description."))
            else:
                messages.error(request, _("The server has changed it once more. Compare again."))
        return redirect("admin:conversations_tool_change", pk)

    @admin.display(description=gettext_lazy("changed by its server"), boolean=True)
    def is_changed(self, tool: Tool) -> bool:
        return tool.changed_definition is not None
