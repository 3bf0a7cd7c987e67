"""The commands, files, settings and services that docs/running-it.md names exist."""

import re
import shlex

import pytest
from django.core.management import get_commands, load_command_class

from chatsite.server.threads import LANES
from conversations.replies import storage
from conversations.tools import queries, threads
from tests.deploy.installation import MANUAL
from tests.deploy.test_containers import SERVICES
from tests.site import ROOT

BLOCKS = re.findall(r"```sh\n(.*?)```", MANUAL, re.DOTALL)
COMMANDS = sorted({found for block in BLOCKS for found in re.findall(r"manage\.py (.+)", block)})


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_of_the_manual_exists_with_its_options(command):
    name, *arguments = shlex.split(command)
    parser = load_command_class(get_commands()[name], name).create_parser("manage.py", name)
    parser.parse_args(arguments)


def test_the_manual_contains_the_steps_that_the_tests_follow():
    steps = [
        "compilemessages",
        "migrate",
        "collectstatic --no-input",
        "createsuperuser",
        "check --deploy --fail-level WARNING",
    ]
    first = next(block for block in BLOCKS if "createsuperuser" in block)
    assert [line for line in re.findall(r"manage\.py (.+)", first) if line in steps] == steps


def test_each_file_setting_and_service_that_the_manual_names_is_there():
    assert [name for name in re.findall(r"deploy/[\w@./]+\w", MANUAL) if not (ROOT / name).exists()] == []
    documented = (ROOT / "docs/settings.md").read_text()
    settings = set(re.findall(r"`([A-Z]+(?:_[A-Z]+)+)=?\d*`", MANUAL)) - {"POSTGRES_PASSWORD"}
    assert [name for name in settings if f"`{name}`" not in documented] == []
    assert set(re.findall(r"\bsite-\d\b", MANUAL)) <= set(SERVICES)


def test_the_manual_counts_the_threads_that_have_a_database_connection():
    # The last is that of /readyz.
    of_a_process = LANES + storage.THREADS + 1
    manual = " ".join(MANUAL.split())
    assert f"opens at most {of_a_process} connections" in manual
    assert f"may have {queries.THREADS} more, and {threads.THREADS} for each" in manual
    assert f"at most {of_a_process + queries.THREADS + threads.THREADS} with that one" in manual
