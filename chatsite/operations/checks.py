"""What `manage.py check --deploy` finds beside Django's own checks."""

from typing import Any

from django.conf import settings
from django.core.checks import Tags, Warning, register


@register(Tags.security, deploy=True)
def check_api_key(app_configs: Any, **options: Any) -> list[Warning]:
    if settings.ANTHROPIC_API_KEY:
        return []
    return [Warning("ANTHROPIC_API_KEY is not set: every question will be refused.", id="chatsite.W001")]
