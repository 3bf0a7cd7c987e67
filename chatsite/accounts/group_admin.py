"""Groups in the admin: nobody can give, or take away, a permission that they do not have themselves."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin
from django.contrib.auth.models import AnonymousUser, Group, Permission
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from chatsite.accounts.model_admin import BaseModelAdmin
from chatsite.accounts.models import User
from chatsite.accounts.permission_names import PermissionsField

#: Only superusers give this one, even if others have it: who reads transcripts is their decision.
GIVEN_BY_SUPERUSERS = Q(content_type__app_label="conversations", codename="read_transcripts")

admin.site.unregister(Group)


def grantable_permissions(user: User | AnonymousUser) -> QuerySet[Permission]:
    """The permissions that this person may give to groups and take from them."""
    if user.is_superuser:
        return Permission.objects.all()
    own = Permission.objects.filter(Q(user=user.pk) | Q(group__user=user.pk))
    return own.exclude(GIVEN_BY_SUPERUSERS).distinct()


@admin.register(Group)
class TeamGroupAdmin(BaseModelAdmin, GroupAdmin):
    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and self.can_give(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and self.can_give(request, obj)

    def formfield_for_manytomany(self, db_field: Any, request: Any = None, **kwargs: Any) -> Any:
        if db_field.name == "permissions":
            kwargs |= {"queryset": grantable_permissions(request.user), "form_class": PermissionsField}
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def can_give(self, request: HttpRequest, group: Group | None) -> bool:
        """Whether the user may give everything that the group gives. Otherwise the group is not theirs to change."""
        if group is None:
            return True
        return not group.permissions.exclude(pk__in=grantable_permissions(request.user)).exists()
