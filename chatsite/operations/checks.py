"""What `manage.py check` finds beside Django's own checks."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import Tags, Warning, register


@register(Tags.security, deploy=True)
def check_api_key(app_configs: Any, **options: Any) -> list[Warning]:
    if settings.ANTHROPIC_API_KEY:
        return []
    return [Warning("ANTHROPIC_API_KEY is not set: every question will be refused.", id="chatsite.W001")]


@register(Tags.translation)
def check_translations(app_configs: Any, **options: Any) -> list[Warning]:
    """Without its compiled file, a language would silently be English."""
    stale = [
        path.parts[-3] for path in settings.LOCALE_PATHS[0].glob("*/LC_MESSAGES/django.po") if not is_compiled(path)
    ]
    if not stale:
        return []
    languages = ", ".join(sorted(stale))
    sentence = f"The translations are not compiled ({languages}): run `manage.py compilemessages`."
    return [Warning(sentence, id="chatsite.W002")]


def is_compiled(catalogue: Path) -> bool:
    compiled = catalogue.with_suffix(".mo")
    return compiled.exists() and compiled.stat().st_mtime >= catalogue.stat().st_mtime
