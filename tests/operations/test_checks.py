"""What `manage.py check --deploy` says of the settings and of the translations."""

from django.core.checks import run_checks
from django.core.management import call_command


def check_ids():
    return [message.id for message in run_checks(include_deployment_checks=True)]


def test_a_missing_api_key_is_reported(settings):
    settings.ANTHROPIC_API_KEY = ""
    assert "chatsite.W001" in check_ids()


def test_an_api_key_is_enough(settings):
    settings.ANTHROPIC_API_KEY = "test-key"
    assert "chatsite.W001" not in check_ids()


def test_a_translation_that_is_not_compiled_is_reported(settings, tmp_path):
    catalogue = tmp_path / "fr/LC_MESSAGES/django.po"
    catalogue.parent.mkdir(parents=True)
    catalogue.write_text('msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n')
    settings.LOCALE_PATHS = [tmp_path]
    assert "chatsite.W002" in check_ids()
    call_command("compilemessages")
    assert "chatsite.W002" not in check_ids()
