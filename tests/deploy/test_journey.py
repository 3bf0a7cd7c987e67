"""From an empty machine to the first answer as docs/running-it.md describes, through nginx and through Caddy."""

import re

import httpx2
import pytest

from tests.deploy.proxies import Client
from tests.samples import noisy_picture
from tests.site import eventually, free_port
from tests.views.requests import SCRIPT

FOUR_MEGABYTES = 4 * 1024 * 1024


@pytest.mark.parametrize("step", ["compilemessages", "migrate", "collectstatic", "createsuperuser", "check"])
def test_each_step_succeeds_with_the_documented_settings(prepared_installation, step):
    _installation, results = prepared_installation
    assert (results[step].returncode, results[step].stderr) == (0, "")


def test_the_deployment_check_finds_no_issues(prepared_installation):
    _installation, results = prepared_installation
    assert results["check"].stdout == "System check identified no issues (0 silenced).\n"


def test_the_site_is_ready_over_tls_and_under_its_own_name_only(proxy, visitor):
    ready = visitor.http.get("/readyz")
    assert (ready.status_code, ready.text) == (200, "ready\n")
    with Client(proxy, host="other.example.com") as stranger, pytest.raises(httpx2.ConnectError):
        stranger.http.get("/readyz")


def test_people_whose_network_has_only_ipv6_reach_the_site(proxy):
    with Client(proxy, address="::1") as visitor:
        assert visitor.http.get("/healthz").status_code == 200
    with Client(proxy, address="::1", scheme="http") as visitor:
        assert visitor.http.get("/healthz").status_code in {301, 308}


def test_plain_http_is_redirected_to_https(proxy):
    with Client(proxy, scheme="http") as visitor:
        response = visitor.http.get("/accounts/login/", headers={"X-Forwarded-Proto": "https"})
    assert response.status_code in {301, 308}
    assert re.match(r"https://chat\.example\.com(:\d+)?/accounts/login/$", response.headers["Location"])


def test_the_first_administrator_signs_in_with_secure_cookies(visitor):
    assert visitor.http.get("/").headers["Location"] == "/accounts/login/?next=/"
    response = visitor.sign_in()
    assert (response.status_code, response.headers["Location"]) == (302, "/")
    assert "max-age=31536000" in response.headers["Strict-Transport-Security"]
    cookie = next(line for line in response.headers.get_list("Set-Cookie") if line.startswith("__Host-session="))
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))
    assert visitor.http.get("/").status_code == visitor.http.get("/admin/").status_code == 200


def test_a_form_without_a_token_or_from_another_site_is_refused(admin):
    token = admin.http.headers.pop("X-CSRFToken")
    assert admin.http.post("/conversations/", data={"text": "Hello"}).status_code == 403
    foreign = {"X-CSRFToken": token, "Origin": "https://evil.example.com"}
    assert admin.http.post("/conversations/", data={"text": "Hello"}, headers=foreign).status_code == 403


def last_reply(stand_in):
    """The latest call for a reply; calls for titles use another model."""
    return [call for call in stand_in.recorded() if call["body"]["model"] == "claude-sonnet-5-5"][-1]


def test_text_arrives_while_claude_is_still_writing(admin, stand_in):
    with admin.asking("[[deltas:40]][[rate:20]]") as stream:
        stream.until_text()
        assert not last_reply(stand_in).get("ended"), "the stream of the page was buffered"
        assert stream.end["state"] == "complete"
    with admin.chatting("[[deltas:40]][[rate:20]]") as stream:
        stream.until_text()
        assert not last_reply(stand_in).get("ended"), "the stream of the API was buffered"
        stream.read_to_end()
    assert stream.text == last_reply(stand_in)["text"]
    assert len(stream.frames) > 10
    assert "Content-Encoding" not in stream.response.headers


def test_closing_the_connection_to_the_proxy_ends_the_call_to_claude(admin, stand_in):
    with admin.chatting("[[endless]]") as stream:
        stream.until_text()
    eventually(lambda: last_reply(stand_in).get("ended") == "client_gone")


def test_a_forged_ip_address_does_not_evade_the_rate_limit(proxy):
    """Ten wrong passwords from one IP address are the limit."""
    names = ("X-Forwarded-For", "X-Real-IP", "Forwarded", "X_Forwarded_For")
    with Client(proxy, address={"nginx": "127.0.0.21", "caddy": "127.0.0.22"}[proxy.name]) as attacker:
        statuses = []
        for number in range(11):
            attacker.http.headers.update(dict.fromkeys(names, f"198.51.100.{number}"))
            statuses.append(attacker.sign_in(f"person{number}@example.com", "guessing").status_code)
    assert statuses == [200] * 10 + [429]
    with Client(proxy) as other:
        assert other.sign_in().status_code == 302


def test_a_forged_scheme_or_host_is_ignored(visitor):
    forged = {"X-Forwarded-Proto": "http", "X_Forwarded_Proto": "http", "X-Forwarded-Host": "evil.example.com"}
    page = visitor.http.get("/accounts/login/", headers=forged)
    assert page.status_code == 200
    assert "evil.example.com" not in page.text
    assert visitor.sign_in().status_code == 302


def test_without_a_trusted_proxy_forwarded_headers_are_ignored(installation):
    """On loopback too, where uvicorn by itself would trust them."""
    port = free_port()
    installation.start(port, TRUSTED_PROXIES="0")
    headers = {"Host": "chat.example.com", "X-Forwarded-Proto": "https"}
    response = httpx2.get(f"http://127.0.0.1:{port}/accounts/login/", headers=headers)
    installation.stop(port)
    assert (response.status_code, response.headers["Location"]) == (301, "https://chat.example.com/accounts/login/")


def test_probes_accept_any_host_name_but_pages_do_not(installation):
    url = f"http://127.0.0.1:{installation.ports[0]}"
    assert httpx2.get(f"{url}/healthz").status_code == httpx2.get(f"{url}/readyz").status_code == 200
    assert httpx2.get(f"{url}/accounts/login/").status_code == 400


@pytest.mark.parametrize("declared", [True, False])
def test_a_body_over_four_megabytes_is_refused_and_one_below_is_not(admin, declared):
    def status_of_body(size):
        body = b'{"message": "' + b"x" * (size - 15) + b'"}'
        content = body if declared else iter([body])
        return admin.http.post("/api/chat", content=content, headers={"Content-Type": "application/json"}).status_code

    assert status_of_body(FOUR_MEGABYTES) == 400  # the site's own limit for a message
    assert status_of_body(FOUR_MEGABYTES + 1) == 413


def test_a_large_picture_comes_through_the_proxy_and_back(admin):
    content = noisy_picture()
    assert len(content) > 3 * FOUR_MEGABYTES
    stored = admin.http.post("/files/", files={"file": ("報告 x.png", content)}, headers=SCRIPT)
    assert stored.status_code == 201, stored.text
    path = f"/files/{stored.json()['id']}/"

    read = admin.http.get(path)
    assert (read.status_code, read.content == content) == (200, True)
    assert read.headers["X-Content-Type-Options"] == "nosniff"
    part = admin.http.get(path, headers={"Range": "bytes=1000-1999"})
    assert (part.status_code, part.content == content[1000:2000]) == (206, True)


def test_the_proxy_serves_static_files_that_can_be_cached(proxy, visitor):
    path = re.findall(r'href="(/static/css/[^"]+\.css)"', visitor.http.get("/accounts/login/").text)[0]
    style = visitor.http.get(path)
    assert style.status_code == 200
    assert style.headers["Content-Type"].startswith("text/css")
    assert "immutable" in style.headers["Cache-Control"]
    assert style.headers["X-Content-Type-Options"] == "nosniff"

    # A file of a newer release is served at once, although no process has been restarted.
    (proxy.installation.folder / "staticfiles/new.js").write_text("// new\n")
    new = visitor.http.get("/static/new.js")
    assert (new.status_code, new.text, new.headers["Cache-Control"]) == (200, "// new\n", "max-age=60, public")
    assert visitor.http.get("/static/../.env").status_code in {400, 404}
    assert visitor.http.get("/static/%2e%2e/.env").status_code in {301, 302, 400, 404}
