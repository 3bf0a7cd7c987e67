"""The Content-Security-Policy of every response."""

from typing import Any

from csp.middleware import CSPMiddleware, PolicyParts
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from chatsite.middleware.base import InEventLoop


class ContentPolicy(InEventLoop, CSPMiddleware):
    """The strict policy; in the Django admin, whose scripts write HTML, without Trusted Types."""

    def get_policy_parts(self, request: HttpRequest, response: HttpResponseBase, report_only: bool = False) -> Any:
        parts: PolicyParts = super().get_policy_parts(request, response, report_only)
        if not report_only and request.resolver_match and "admin" in request.resolver_match.app_names:
            parts.config = settings.STRICT_POLICY
        return parts
