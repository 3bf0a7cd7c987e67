from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "chatsite.accounts"
    label = "accounts"
    verbose_name = _("People")


class TeamAdminConfig(admin_apps.AdminConfig):
    default = False  # "chatsite.accounts" among the installed applications means the other one
    default_site = "chatsite.accounts.admin_site.TeamAdminSite"
