"""People and their API tokens in the admin.

Staff deactivate accounts and never delete them; deletion.py lets their owners. Staff cannot set another person's
password; they make a link to set it. The link, or access to the mailbox, is enough to sign in as the owner: for an
account in use, staff who are not superusers neither see the link nor choose the address.
"""

from typing import Any, ClassVar

import allauth.account.admin
import allauth.usersessions.admin  # noqa: F401 (both register the models that are unregistered below)
from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.contrib import admin, messages
from django.contrib.auth.models import Permission
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

import chatsite.accounts.group_admin  # noqa: F401 (registers groups)
from chatsite import mail
from chatsite.accounts.address_change import AddressChange
from chatsite.accounts.addresses import validate_address
from chatsite.accounts.changes import send_notice
from chatsite.accounts.forms import INVALID_ADDRESS
from chatsite.accounts.invitations.bulk import AddPeopleForm, invite
from chatsite.accounts.invitations.links import format_link_lifetime, send_new_link
from chatsite.accounts.model_admin import BaseModelAdmin
from chatsite.accounts.models import ApiToken, User
from chatsite.accounts.permission_names import PermissionsField
from chatsite.languages import in_language_of

# Each person's address is in their own row; a second table of addresses could only contradict it.
admin.site.unregister(EmailAddress)
# Its keys are those of sessions: with one, staff could act as its owner.
admin.site.unregister(UserSession)

#: The fields that give power over the site: only superusers may change them.
PRIVILEGE_FIELDS = ("is_staff", "is_superuser", "groups", "user_permissions")


class UserForm(ModelForm):  # type: ignore[type-arg]
    class Meta:
        help_texts: ClassVar = {
            "email": gettext_lazy(
                "Unless a superuser changes it, the address of an account in use changes when its owner confirms it."
            )
        }
        error_messages: ClassVar = {"email": {"invalid": INVALID_ADDRESS}}

    def clean_email(self) -> str:
        # As it was typed: in lower case, the sign for kelvin is the letter k.
        validate_address(self.cleaned_data["email"])
        # The check for uniqueness must compare what will be stored.
        return str(self.cleaned_data["email"]).lower()


@admin.register(User)
class UserAdmin(BaseModelAdmin):
    form = UserForm
    list_display = ("email", "full_name", "is_active", "is_staff", "last_login")
    list_filter = ("is_active", "is_staff")
    allowed_lookups = ("is_active", "is_staff")
    search_fields = ("email", "first_name", "last_name")
    ordering = ("email",)
    actions = ("deactivate", "make_a_new_link")
    filter_horizontal = ("groups", "user_permissions")
    fieldsets = (
        (None, {"fields": ("email", "first_name", "last_name", "password_state")}),
        (gettext_lazy("Access"), {"fields": ("is_active", *PRIVILEGE_FIELDS)}),
        (gettext_lazy("Dates"), {"fields": ("last_login", "date_joined", "sessions_revoked_at")}),
    )
    readonly_fields = ("password_state", "last_login", "date_joined", "sessions_revoked_at")

    @admin.display(description=gettext_lazy("name"), ordering="first_name")
    def full_name(self, user: User) -> str:
        return user.get_full_name()

    @admin.display(description=gettext_lazy("password"))
    def password_state(self, user: User) -> str:
        return _("set") if user.has_usable_password() else _("not set yet")

    def formfield_for_manytomany(self, db_field: Any, request: Any = None, **kwargs: Any) -> Any:
        if db_field.name == "user_permissions":
            # Their labels name the models.
            permissions = Permission.objects.select_related("content_type")
            kwargs |= {"queryset": permissions, "form_class": PermissionsField}
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    # Permissions

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # With the address of a superuser, or a link for one, staff could become superusers themselves.
        is_privileged = obj is not None and (obj.is_staff or obj.is_superuser)
        if is_privileged and not request.user.is_superuser:
            return False
        return super().has_change_permission(request, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        if not request.user.is_superuser:
            return (*self.readonly_fields, *PRIVILEGE_FIELDS)
        if obj == request.user:  # superusers must not lock themselves out
            return (*self.readonly_fields, "is_active", "is_staff", "is_superuser")
        return self.readonly_fields

    # Changing

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        response = super().change_view(request, object_id, form_url, extra_context)
        change: AddressChange | None = getattr(request, "address_change", None)
        if change:
            # After the transaction of the form: on SQLite nobody else can write while it waits for the mail server.
            self.announce(request, change)
        return response

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """Save the form. Another address for an account in use is only saved for superusers."""
        address_change = AddressChange(obj, form.initial["email"], obj.email)
        if not obj.is_in_use and not set(PRIVILEGE_FIELDS).isdisjoint(form.changed_data):
            # A new unusable password invalidates the links that staff have seen: they must not lead to privileges.
            obj.set_unusable_password()
        if address_change.old_address == address_change.new_address:
            super().save_model(request, obj, form, change)
            return
        if obj.is_in_use:
            request.address_change = address_change  # type: ignore[attr-defined]
        if obj.is_in_use and not request.user.is_superuser:
            obj.email = address_change.old_address
            form.changed_data.remove("email")
        else:
            self.log_change(request, obj, str(address_change))
        super().save_model(request, obj, form, change)

    def announce(self, request: HttpRequest, change: AddressChange) -> None:
        """Tell the person of the change that a superuser has made, at the old address; else ask to confirm it."""
        if request.user.is_superuser:
            send_notice(request, change.user, str(change), change.old_address)
        elif not mail.is_delivered():
            sentence = _("No mail server is configured (EMAIL_URL), so only superusers can change this address.")
            self.message_user(request, sentence, messages.ERROR)
        else:
            try:
                change.ask_to_confirm(request)
            except OSError:  # includes the exceptions of smtplib
                self.message_user(request, _("The mail server rejected the e-mail."), messages.ERROR)
                return
            with in_language_of(change.user):
                done = _("Asked to change the e-mail address to %s.") % change.new_address
            self.log_change(request, change.user, done)
            sentence = _("The address changes when its owner confirms it, with a link that was sent to %s.")
            self.message_user(request, sentence % change.old_address, messages.WARNING)

    # Adding

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = AddPeopleForm(request.POST if request.method == "POST" else None)
        if not form.is_valid():
            return self.render_page(request, "add_people.html", form=form, title=_("Add people"))
        people = form.create_users()
        for user in people.created:
            self.log_addition(request, user, [{"added": {}}])
        send = form.cleaned_data["send"]
        invitations = invite(request, people.created, send=send)
        return self.render_page(
            request,
            "add_people.html",
            title=_("Add people"),
            form=AddPeopleForm(initial={"addresses": "\n".join(people.invalid), "send": send}),
            people=people,
            invitations=invitations,
            has_mail_failed=send and not all(invitation.sent for invitation in invitations),
        )

    def render_page(self, request: HttpRequest, template: str, **context: Any) -> HttpResponse:
        """A page of the admin from a template of this folder."""
        admin_context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "lifetime": format_link_lifetime(),
            "mail_is_delivered": mail.is_delivered(),
            "can_list": self.has_view_or_change_permission(request),
        }
        return TemplateResponse(request, f"admin/accounts/user/{template}", admin_context | context)

    # Actions

    @admin.action(description=gettext_lazy("Deactivate"), permissions=["change"])
    def deactivate(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """`User.save` also ends sessions, tokens and running replies."""
        number = 0
        for user in self.filter_changeable(request, queryset.filter(is_active=True)):
            if user == request.user:
                self.message_user(request, _("You cannot deactivate your own account."), messages.ERROR)
                continue
            user.is_active = False
            user.save(update_fields=["is_active"])
            with in_language_of(user):
                self.log_change(request, user, _("Deactivated the account."))
            number += 1
        sentence = ngettext("%d account was deactivated.", "%d accounts were deactivated.", number)
        self.message_user(request, sentence % number)

    @admin.action(description=gettext_lazy("Make a new link to set a password"), permissions=["change"])
    def make_a_new_link(self, request: HttpRequest, queryset: QuerySet[User]) -> HttpResponse:
        users = self.filter_changeable(request, queryset)
        active_users = [user for user in users if user.is_active]
        visible = [user for user in active_users if request.user.is_superuser or not user.is_in_use]
        for user in visible:
            if not user.has_usable_password():
                # A new unusable password invalidates the links that were made before.
                user.set_unusable_password()
                user.save(update_fields=["password"])
            with in_language_of(user):
                sentence = _("Made a link to set a password, and saw it.")
            self.log_change(request, user, sentence)
            if user.is_in_use:
                send_notice(request, user, sentence, user.email)
        return self.render_page(
            request,
            "new_links.html",
            title=_("New links"),
            invitations=invite(request, visible, send=False),
            sent_to=self.send_new_links(request, [user for user in active_users if user not in visible]),
            inactive_users=[user for user in users if not user.is_active],
        )

    def send_new_links(self, request: HttpRequest, users: list[User]) -> list[User]:
        """Send each owner of an account a link that nobody else sees. Returns those to whom it was sent."""
        if users and not mail.is_delivered():
            sentence = _(
                "No mail server is configured (EMAIL_URL): only superusers can make a link for an account in use."
            )
            self.message_user(request, sentence, messages.ERROR)
            return []
        sent = []
        for user in users:
            try:
                send_new_link(request, user)
            except OSError:  # includes the exceptions of smtplib
                self.message_user(request, _("The mail server rejected the e-mail."), messages.ERROR)
                break
            with in_language_of(user):
                self.log_change(request, user, _("Sent a link to set a password to %s.") % user.email)
            sent.append(user)
        return sent

    def filter_changeable(self, request: HttpRequest, queryset: QuerySet[User]) -> list[User]:
        """The users whom this staff member may change; a message says that others were skipped."""
        users = list(queryset)
        changeable = [user for user in users if self.has_change_permission(request, user)]
        if len(changeable) < len(users):
            sentence = _("Only superusers can change staff; staff accounts were skipped.")
            self.message_user(request, sentence, messages.WARNING)
        return changeable


@admin.register(ApiToken)
class ApiTokenAdmin(BaseModelAdmin):
    """Staff see and revoke the tokens of everybody; only the owner can create one."""

    list_display = ("name", "user", "created", "last_used")
    list_select_related = ("user",)
    search_fields = ("name", "user__email")
    fields = readonly_fields = ("name", "user", "created", "last_used")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False
