"""What `manage.py check --deploy` says of the settings."""

from django.core.checks import run_checks


def check_ids():
    return [message.id for message in run_checks(include_deployment_checks=True)]


def test_a_missing_api_key_is_reported(settings):
    settings.ANTHROPIC_API_KEY = ""
    assert "chatsite.W001" in check_ids()


def test_an_api_key_is_enough(settings):
    settings.ANTHROPIC_API_KEY = "test-key"
    assert "chatsite.W001" not in check_ids()
