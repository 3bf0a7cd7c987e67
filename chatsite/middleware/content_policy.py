"""What browsers are told about every response: what may run in it, and that nothing may keep it."""

from typing import Any

from csp.middleware import CSPMiddleware, PolicyParts
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from chatsite.middleware.in_place import InPlace


class ContentPolicy(InPlace, CSPMiddleware):
    """The strict policy everywhere; without Trusted Types in the Django admin, whose scripts write HTML."""

    def get_policy_parts(self, request: HttpRequest, response: HttpResponseBase, report_only: bool = False) -> Any:
        parts: PolicyParts = super().get_policy_parts(request, response, report_only)
        if not report_only and request.resolver_match and "admin" in request.resolver_match.app_names:
            parts.config = settings.STRICT_POLICY
        return parts


class NothingKept(InPlace):
    """Answers belong to the person who asked: no cache may store them, unless a view says otherwise (streams do)."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        response.headers.setdefault("Cache-Control", "private, no-store")
        return response
