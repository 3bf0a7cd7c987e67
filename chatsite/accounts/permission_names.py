"""The names of permissions in the language of the reader. Their rows have them in English."""

from django.contrib.auth.models import Permission
from django.forms import ModelMultipleChoiceField
from django.utils.translation import gettext_lazy as _

#: Those that Django creates for every model.
ACTIONS = {
    "add": _("Can add %(name)s"),
    "change": _("Can change %(name)s"),
    "delete": _("Can delete %(name)s"),
    "view": _("Can view %(name)s"),
}


class PermissionsField(ModelMultipleChoiceField):  # type: ignore[type-arg]
    """Permissions with the names that `name_permission` gives them."""

    def label_from_instance(self, obj: Permission) -> str:
        return f"{obj.content_type} | {name_permission(obj)}"


def name_permission(permission: Permission) -> str:
    """The translated name; that of the row if the model has neither an action nor a permission of this code."""
    model = permission.content_type.model_class()
    if model is None:
        return permission.name
    names = {f"{action}_{model._meta.model_name}": name for action, name in ACTIONS.items()}
    if name := names.get(permission.codename):
        return name % {"name": model._meta.verbose_name}
    return str(dict(model._meta.permissions).get(permission.codename, permission.name))
