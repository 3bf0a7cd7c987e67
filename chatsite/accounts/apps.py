from django.apps import AppConfig
from django.contrib.admin import apps as admin


class AccountsConfig(AppConfig):
    default = True
    name = "chatsite.accounts"
    label = "accounts"
    verbose_name = "People"


class AdminConfig(admin.AdminConfig):
    default = False
    default_site = "chatsite.accounts.site.TeamAdminSite"
