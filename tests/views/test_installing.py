"""The site as an application on a phone: its manifest, its icons, and what other applications share with it."""

import re
import struct
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders

from conversations.models import TeamSettings
from conversations.views.installing import MARK, PAPER

pytestmark = pytest.mark.django_db


def image_size(address: str) -> str:
    """The size of a PNG, as a manifest writes it."""
    content = Path(str(finders.find(address.removeprefix("/static/")))).read_bytes()
    width, height = struct.unpack(">II", content[16:24])
    return f"{width}x{height}"


def test_the_manifest_needs_no_session_and_names_the_team(client):
    TeamSettings(name="Harbour").save()
    response = client.get("/manifest.webmanifest")
    assert response.headers["Content-Type"] == "application/manifest+json"
    assert "no-store" not in response.headers["Cache-Control"]
    assert response.json()["name"] == "Harbour"
    assert response.json()["start_url"] == "/"


def test_every_icon_is_there_in_the_size_that_the_manifest_says(client):
    icons = client.get("/manifest.webmanifest").json()["icons"]
    pictures = [icon for icon in icons if icon["type"] == "image/png"]
    assert [image_size(icon["src"]) for icon in pictures] == [icon["sizes"] for icon in pictures]
    assert {icon.get("purpose") for icon in pictures} == {None, "maskable"}


def test_the_manifest_has_the_colors_of_the_page_and_of_the_icon(client, alice):
    client.force_login(alice)
    page, manifest = client.get("/"), client.get("/manifest.webmanifest").json()
    assert (manifest["background_color"], manifest["theme_color"]) == (PAPER, MARK)
    assert f'<meta name="theme-color" content="{PAPER}" media="(prefers-color-scheme: light)">' in page.text
    assert f'fill="{MARK}"' in Path(str(finders.find("favicon.svg"))).read_text()


@pytest.mark.parametrize(
    ("query", "draft"),
    [
        ({"text": "Why <b>?"}, "Why <b>?"),
        ({"title": "A page", "text": "See this", "url": "https://a.example/"}, "A page\nSee this\nhttps://a.example/"),
        ({"title": "A page", "text": "A page https://a.example/", "url": ""}, "A page https://a.example/"),
        ({"text": " \n "}, ""),
        ({}, ""),
    ],
)
def test_what_is_shared_is_in_the_composer_and_is_not_sent(client, alice, query, draft):
    client.force_login(alice)
    page = client.get("/", query)
    assert page.context["draft"] == draft
    assert not alice.conversations.exists()


def test_what_a_guest_shares_is_kept_through_the_sign_in(client):
    assert client.get("/", {"text": "Why?"}).headers["Location"] == "/accounts/login/?next=/%3Ftext%3DWhy%253F"


def test_the_page_without_a_connection_names_nobody(client, alice):
    guest = client.get("/offline/").text
    client.force_login(alice)
    assert client.get("/offline/").text == guest


def test_all_that_the_page_without_a_connection_needs_is_kept(client):
    worker, page = client.get("/service-worker.js"), client.get("/offline/").text
    assert worker.headers["Content-Type"] == "text/javascript; charset=utf-8"
    files = re.findall(r'<link rel="stylesheet" href="(.*?)">|<script src="(.*?)">', page)
    assert all(f'"{style or script}"' in worker.text for style, script in files)
