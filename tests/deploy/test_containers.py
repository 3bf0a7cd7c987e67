"""The image and the compose file, as far as they can be tested without Docker: nothing here builds the image."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys

import httpx2
import pytest
import yaml

from tests.deploy.installation import DEPLOY
from tests.site import ROOT, START_SECONDS, eventually, free_port

DOCKERFILE = (DEPLOY / "Dockerfile").read_text()
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
SERVICES = COMPOSE["services"]
PROCESSES = ["site-1", "site-2"]
COPIED = re.findall(r"(?m)^COPY (?!--)(\S+) (\S+)$", DOCKERFILE)


def instruction(name):
    """The arguments of the last instruction of this name, with continuation lines joined."""
    arguments: str = re.findall(rf"(?m)^{name} (.+)$", DOCKERFILE.replace("\\\n", ""))[-1]
    return arguments


def environment(folder, **more):
    settings = {"SECRET_KEY": "k" * 50, "ALLOWED_HOSTS": "chat.example.com"}
    database = {"DATABASE_URL": f"sqlite:///{folder}/image.sqlite3"}
    return {"PATH": os.environ["PATH"], **settings, **database, **more}


@pytest.fixture
def image(tmp_path):
    """A folder with the files that the image contains, made by its own instructions."""
    for source, target in COPIED:
        if (ROOT / source).is_dir():
            shutil.copytree(ROOT / source, tmp_path / target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / source, tmp_path / target)
    preparing = re.search(r"(?m)^RUN export (SECRET_KEY)=(\S+) \\\n && (.+)$", DOCKERFILE)
    assert preparing
    name, key, commands = preparing.groups()
    for command in commands.split(" && "):
        arguments = [sys.executable, *command.split()[1:]]
        subprocess.run(arguments, cwd=tmp_path, env={name: key}, check=True, stdout=subprocess.DEVNULL)
    return tmp_path


def test_the_files_of_the_image_suffice_to_serve_and_to_pass_the_health_check(image):
    port = free_port()
    command = [sys.executable if word == "python" else word for word in json.loads(instruction("CMD"))]
    command = ["127.0.0.1" if word == "0.0.0.0" else str(port) if word == "8000" else word for word in command]
    process = subprocess.Popen(command, cwd=image, env=environment(image))
    try:
        eventually(lambda: answers(port), START_SECONDS)
        check = json.loads(instruction("HEALTHCHECK").partition(" CMD ")[2])
        health = [sys.executable, *(word.replace("8000", str(port)) for word in check[1:])]
        assert subprocess.run(health).returncode == 0
    finally:
        process.terminate()
        process.wait(20)
    assert subprocess.run(health, stderr=subprocess.DEVNULL).returncode != 0


def answers(port):
    try:
        return httpx2.get(f"http://127.0.0.1:{port}/healthz").status_code == 200
    except httpx2.HTTPError:
        return False


def test_the_image_contains_no_secret_and_does_not_run_as_root():
    allowed = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert allowed == {source for source, _target in COPIED}
    assert (ROOT / ".dockerignore").read_text().splitlines()[1] == "*"
    assert instruction("USER") == "chatsite"
    assert "--require-hashes" in DOCKERFILE
    assert instruction("STOPSIGNAL") == "SIGTERM"


@pytest.mark.parametrize("name", PROCESSES)
def test_a_container_has_few_privileges_and_time_to_drain(name):
    process = SERVICES[name]
    assert process["read_only"]
    assert process["cap_drop"] == ["ALL"]
    assert process["stop_grace_period"] == f"{process['environment']['STOP_SECONDS']}s" == "45s"
    assert "/readyz" in process["healthcheck"]["test"][-1]
    assert process["depends_on"] == {"prepare": {"condition": "service_completed_successfully"}}


def test_migrations_and_static_files_are_ready_before_the_processes_start():
    script = SERVICES["prepare"]["command"][-1]
    assert shlex.split(script)[:4] == ["python", "manage.py", "migrate", "--no-input"]
    assert SERVICES["prepare"]["depends_on"] == {"database": {"condition": "service_healthy"}}
    shared = SERVICES["prepare"]["volumes"][0]
    assert f"{shared}:ro" in SERVICES["caddy"]["volumes"]
    assert shared.partition(":")[2] in DOCKERFILE


def test_caddy_gets_every_variable_that_its_file_reads():
    variables = SERVICES["caddy"]["environment"]
    assert set(variables) == set(re.findall(r"\{\$(\w+):", (DEPLOY / "Caddyfile").read_text()))
    assert variables["PROCESSES"].split() == [f"{name}:{instruction('EXPOSE')}" for name in PROCESSES]


def test_passwords_are_not_in_the_file_and_all_names_in_it_exist():
    text = (DEPLOY / "compose.yaml").read_text()
    assert re.findall(r"(?i)password: (?!\$\{POSTGRES_PASSWORD:\?)", text) == []
    assert re.findall(r"://chatsite:(?!\$\{POSTGRES_PASSWORD:\?)", text) == []
    named = {volume.split(":")[0] for service in SERVICES.values() for volume in service.get("volumes", [])}
    assert {name for name in named if not name.startswith(".")} == set(COMPOSE["volumes"])
    paths = [COMPOSE["x-site"]["build"]["context"], *(name for name in named if name.startswith("."))]
    assert [path for path in paths if not (DEPLOY / path).exists()] == []
    assert (ROOT / COMPOSE["x-site"]["build"]["dockerfile"]).exists()
    assert SERVICES["site-1"]["env_file"] == "../.env"
