"""Django's admin site, without the pages that this site has itself or does not need."""

from typing import Any

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.decorators import method_decorator

from chatsite.http import clear_site_data


class TeamAdminSite(admin.AdminSite):
    @login_not_required
    @method_decorator(secure_admin_login)
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        # The admin's own sign-in has no rate limit; allauth's decorator redirects to the site's sign-in page.
        return super().login(request, extra_context)

    @method_decorator(clear_site_data)
    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        return super().logout(request, extra_context)

    def password_change(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:  # type: ignore[override]
        # Guesses of the present password are limited there, and not in the admin.
        return redirect("account_change_password")

    def get_urls(self) -> list[Any]:
        # "View on site" looks rows up by any type and key, and fails for malformed ones. No model here has a page.
        return [pattern for pattern in super().get_urls() if getattr(pattern, "name", "") != "view_on_site"]
