"""People and their API tokens. Accounts are deactivated, never deleted, and nobody types another's password."""

from typing import Any

import allauth.account.admin  # noqa: F401 (registers what is taken back below)
from allauth.account.models import EmailAddress
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from chatsite import mail
from chatsite.accounts.invitations.bulk import AddPeople, invite
from chatsite.accounts.invitations.links import lifetime
from chatsite.accounts.model_admin import BaseModelAdmin
from chatsite.accounts.models import ApiToken, User

# The address stands in the person's own row; a second table of addresses would only contradict it.
admin.site.unregister(EmailAddress)

#: What gives power over the site, and so is changed by superusers only.
POWERS = ("is_staff", "is_superuser", "groups", "user_permissions")


class PersonForm(ModelForm):  # type: ignore[type-arg]
    def clean_email(self) -> str:
        # Stored in lower case: compared so too, before it is looked for among the others.
        return str(self.cleaned_data["email"]).lower()


@admin.register(User)
class PeopleAdmin(BaseModelAdmin):
    form = PersonForm
    list_display = ("email", "full_name", "is_active", "is_staff", "last_login")
    list_filter = ("is_active", "is_staff")
    allowed_lookups = ("is_active", "is_staff")
    search_fields = ("email", "first_name", "last_name")
    ordering = ("email",)
    actions = ("deactivate", "make_a_new_link")
    filter_horizontal = ("groups", "user_permissions")
    fieldsets = (
        (None, {"fields": ("email", "first_name", "last_name", "password_state")}),
        (gettext_lazy("Access"), {"fields": ("is_active", *POWERS)}),
        (gettext_lazy("Dates"), {"fields": ("last_login", "date_joined", "sessions_revoked_at")}),
    )
    readonly_fields = ("password_state", "last_login", "date_joined", "sessions_revoked_at")

    @admin.display(description=gettext_lazy("name"), ordering="first_name")
    def full_name(self, user: User) -> str:
        return user.get_full_name()

    @admin.display(description=gettext_lazy("password"))
    def password_state(self, user: User) -> str:
        return _("set") if user.has_usable_password() else _("not set yet")

    # Who may do what

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # Who could change the address of a superuser, or make a link for one, could become one.
        powerful = obj is not None and (obj.is_staff or obj.is_superuser)
        if powerful and not request.user.is_superuser:
            return False
        return super().has_change_permission(request, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        if not request.user.is_superuser:
            return (*self.readonly_fields, *POWERS)
        if obj == request.user:  # nobody locks themselves out
            return (*self.readonly_fields, "is_active", "is_staff", "is_superuser")
        return self.readonly_fields

    # Adding

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = AddPeople(request.POST if request.method == "POST" else None)
        if not form.is_valid():
            return self._page(request, "add_people.html", form=form, title=_("Add people"))
        new, known, invalid = form.add()
        for user in new:
            self.log_addition(request, user, [{"added": {}}])
        send = form.cleaned_data["send"]
        invitations, refused = invite(request, new, send=send)
        return self._page(
            request,
            "add_people.html",
            title=_("Add people"),
            form=AddPeople(initial={"addresses": "\n".join(invalid), "send": send}),
            invitations=invitations,
            known=known,
            invalid=invalid,
            refused=refused,
        )

    def _page(self, request: HttpRequest, template: str, **context: Any) -> HttpResponse:
        shown = self.admin_site.each_context(request) | {
            "opts": self.opts,
            "lifetime": lifetime(),
            "mail_is_delivered": mail.is_delivered(),
            "may_list": self.has_view_or_change_permission(request),
        }
        return TemplateResponse(request, f"admin/accounts/user/{template}", shown | context)

    # Actions

    @admin.action(description=gettext_lazy("Deactivate"), permissions=["change"])
    def deactivate(self, request: HttpRequest, people: QuerySet[User]) -> None:
        """Sessions, tokens and running replies end at once; `User.save` sees to it."""
        done = 0
        for user in self._changeable(request, people.filter(is_active=True)):
            if user == request.user:
                self.message_user(request, _("You cannot deactivate your own account."), messages.ERROR)
                continue
            user.is_active = False
            user.save(update_fields=["is_active"])
            self.log_change(request, user, [{"changed": {"fields": ["is_active"]}}])
            done += 1
        self.message_user(
            request, ngettext("%d account was deactivated.", "%d accounts were deactivated.", done) % done
        )

    @admin.action(description=gettext_lazy("Make a new link to set a password"), permissions=["change"])
    def make_a_new_link(self, request: HttpRequest, people: QuerySet[User]) -> HttpResponse:
        chosen = self._changeable(request, people)
        active = [user for user in chosen if user.is_active]
        for user in active:
            if not user.has_usable_password():
                # Another unusable password: the links that were given out before are void now.
                user.set_unusable_password()
                user.save(update_fields=["password"])
            self.log_change(request, user, _("Made a link to set a password."))
        invitations, _refused = invite(request, active, send=False)
        inactive = [user for user in chosen if not user.is_active]
        return self._page(request, "new_links.html", title=_("New links"), invitations=invitations, inactive=inactive)

    def _changeable(self, request: HttpRequest, people: QuerySet[User]) -> list[User]:
        allowed = [user for user in people if self.has_change_permission(request, user)]
        if len(allowed) < len(people):
            self.message_user(request, _("Staff are changed by superusers only; they were left out."), messages.WARNING)
        return allowed


@admin.register(ApiToken)
class ApiTokenAdmin(BaseModelAdmin):
    """Staff see whose tokens there are and revoke them; only their owner makes any."""

    list_display = ("name", "user", "created", "last_used")
    list_select_related = ("user",)
    search_fields = ("name", "user__email")
    fields = readonly_fields = ("name", "user", "created", "last_used")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False
