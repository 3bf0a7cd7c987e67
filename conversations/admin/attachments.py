"""The list of files in the admin: whose, what and how large; never their names. Staff can delete one for a reason."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.contrib.admin.models import DELETION, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.defaultfilters import filesizeformat
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chatsite.accounts.http import SignedInRequest
from conversations.admin.records import RecordAdmin
from conversations.models import Attachment
from conversations.transcripts.forms import DeletionForm


@admin.register(Attachment)
class AttachmentAdmin(RecordAdmin):
    person_lookup = "owner"
    ordering = ("-created",)
    list_display = ("created", "owner", "kind", "media_type", "readable_size", "pages", "deletion")
    list_select_related = ("owner",)
    list_filter = ("kind", "created")
    allowed_lookups = ("created", "kind", "owner")
    fields = ("id", "owner", "kind", "media_type", "readable_size", "pages", "tokens", "created", "deletion")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Attachment]:
        return super().get_queryset(request).defer("name")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.delete_for_reason)
        return [path("<uuid:pk>/deletion/", view, name="delete_file"), *super().get_urls()]

    def delete_for_reason(self, request: SignedInRequest, pk: UUID) -> HttpResponse:
        """Ask for the reason (GET), note it in the log of the admin and delete the file (POST)."""
        if not may_delete(request):
            raise PermissionDenied
        file = get_object_or_404(Attachment.objects.select_related("owner"), pk=pk)
        form = DeletionForm(request.POST or None)
        if form.is_valid():
            with transaction.atomic():
                log_deletion(request, file, form.cleaned_data["reason"])
                file.delete()
            messages.success(request, _("The file was deleted."))
            return redirect("admin:conversations_attachment_changelist")
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Delete a file"),
            "file": file,
            "form": form,
        }
        template = "admin/conversations/attachment/deletion.html"
        return render(request, template, context, status=400 if form.errors else 200)

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        return without_deletion(request, super().get_list_display(request))

    def get_fields(self, request: HttpRequest, obj: Attachment | None = None) -> list[Any]:
        return without_deletion(request, super().get_fields(request, obj))

    @admin.display(description=gettext_lazy("size"), ordering="size")
    def readable_size(self, file: Attachment) -> str:
        return filesizeformat(file.size)

    @admin.display(description=gettext_lazy("deletion"))
    def deletion(self, file: Attachment) -> str:
        return format_html('<a href="{}">{}</a>', reverse("admin:delete_file", args=[file.pk]), _("Delete"))


def may_delete(request: HttpRequest) -> bool:
    return bool(request.user.has_perm("conversations.delete_attachment"))


def without_deletion(request: HttpRequest, columns: Iterable[Any]) -> list[Any]:
    """The columns without the link, which leads nowhere for staff without the permission."""
    return [column for column in columns if column != "deletion" or may_delete(request)]


def log_deletion(request: SignedInRequest, file: Attachment, reason: str) -> None:
    """Note who deleted what and why. Nothing that names the file or its owner: the log outlives a deleted account."""
    what: dict[str, Any] = {"owner": file.owner_id, "kind": file.get_kind_display(), "size": filesizeformat(file.size)}
    LogEntry.objects.create(
        user_id=request.user.pk,
        content_type=ContentType.objects.get_for_model(Attachment),
        object_id=str(file.pk),
        object_repr="#{owner}: {kind}, {size}".format(**what)[:200],
        action_flag=DELETION,
        change_message=reason,
    )
