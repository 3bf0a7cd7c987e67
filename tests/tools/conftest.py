"""Tools of the tests and of the examples, and real processes of the site that have tools."""

import pytest

from conversations.models import Tool
from tests.site import Site
from tests.tools import samples

FUNCTIONS = "tests.tools.functions.send,tests.tools.functions.look"


@pytest.fixture(scope="session")
def tool_log(tmp_path_factory):
    return tmp_path_factory.mktemp("tools") / "log"


@pytest.fixture
def runs(tool_log, transactional_db):
    """The lines that the tools of a test have written; and the tools are switched on."""
    tool_log.write_text("")
    # A process that starts now has entered them already.
    for name, acts in (("send", True), ("look", False)):
        values = {"title": name.title(), "kind": "function", "acts": acts, "is_untrusted": False, "is_enabled": True}
        Tool.objects.update_or_create(name=name, defaults=values)
    return lambda: tool_log.read_text().split("\n")[:-1]


@pytest.fixture(scope="session")
def _tool_settings(tool_log):
    return {"CHAT_TOOLS": FUNCTIONS, "TOOL_LOG": str(tool_log), "DRAIN_SECONDS": "1"}


@pytest.fixture(scope="session")
def _tool_site(django_db_setup, django_db_blocker, stand_in, _tool_settings):
    with django_db_blocker.unblock():
        running = Site(stand_in.url, **_tool_settings)
    with running:
        yield running


@pytest.fixture
def tool_site(_tool_site, site, runs):
    """A process with these tools."""
    yield _tool_site
    _tool_site.forget_visitors()


@pytest.fixture
def start_site(site, stand_in, runs, _tool_settings):
    """Starts processes with these tools, which end with the test. `site` waits for their answers."""
    started = []

    def start(**environment):
        started.append(Site(stand_in.url, **_tool_settings, **environment).start())
        return started[-1]

    yield start
    for process in started:
        process.forget_visitors()
        process.kill()


@pytest.fixture
def sample_tools(settings):
    settings.CHAT_TOOLS = ["tests.tools.samples"]
    yield
    samples.released.set()
    samples.released.clear()


@pytest.fixture
def example_tools(settings):
    examples = "conversations.tools.examples"
    settings.CHAT_TOOLS = [f"{examples}.{name}" for name in ("clock", "search", "database", "fetch")]
