"""The tool `current_time`."""

from datetime import UTC, datetime

import pytest

from tests.tools.calling import call_tool, fail_to_call

pytestmark = pytest.mark.usefixtures("example_tools")


def test_it_tells_the_time_of_the_site(settings):
    settings.TIME_ZONE = "Asia/Tokyo"
    text = call_tool("current_time")
    assert text.endswith("+09:00 (Asia/Tokyo)")


def test_it_tells_the_time_of_a_zone():
    text = call_tool("current_time", zone="UTC")
    day, moment, _zone = text.split(" ")
    told = datetime.fromisoformat(moment)
    assert abs((datetime.now(UTC) - told).total_seconds()) < 60
    assert day == f"{told:%A},"


@pytest.mark.parametrize("zone", ["Mars/Olympus", "../../etc/passwd", "/etc/passwd", "Europe", "x\0y", "é" * 5_000])
def test_another_zone_is_an_error(zone):
    assert fail_to_call("current_time", zone=zone).startswith("There is no time zone of this name.")
