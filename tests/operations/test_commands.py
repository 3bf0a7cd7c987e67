"""The commands of manage.py."""

import subprocess
import sys

from tests.site import ROOT

#: Loads every command in a tree without `tests`, as in the image.
LOAD_ALL = """
from importlib.util import find_spec
import django
from django.core.management import get_commands, load_command_class
django.setup()
assert find_spec("tests") is None
own = {name: app for name, app in get_commands().items() if app.startswith(("chatsite", "conversations"))}
for name, app in own.items():
    load_command_class(app, name)
print(*sorted(own))
"""
IMAGE = ["manage.py", "chatsite", "conversations", "templates", "static"]


def test_every_command_can_be_loaded_without_the_tests(tmp_path):
    for name in IMAGE:
        (tmp_path / name).symlink_to(ROOT / name)
    environment = {"DJANGO_SETTINGS_MODULE": "chatsite.settings", "SECRET_KEY": "s" * 50}
    process = subprocess.run(
        [sys.executable, "-c", LOAD_ALL], cwd=tmp_path, env=environment, capture_output=True, text=True
    )
    assert process.stderr == ""
    assert process.stdout.split() == sorted(
        ["backup", "compilemessages", "demo", "makemessages", "purge", "restore", "runserver", "trial"]
    )
