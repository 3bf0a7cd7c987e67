"""From an empty machine to the first answer, as docs/running-it.md describes it, through nginx and through Caddy."""

import re

import httpx2
import pytest

from tests.deploy.fronts import Guest
from tests.site import eventually, free_port

FOUR_MEGABYTES = 4 * 1024 * 1024


@pytest.mark.parametrize("step", ["migrate", "collectstatic", "createsuperuser", "check"])
def test_each_step_succeeds_with_the_documented_settings_and_says_nothing_bad(prepared, step):
    said = prepared[1][step]
    assert (said.returncode, said.stderr) == (0, "")


def test_the_deployment_check_has_no_objection(prepared):
    assert prepared[1]["check"].stdout == "System check identified no issues (0 silenced).\n"


def test_the_site_is_ready_over_tls_and_under_its_own_name_only(front, guest):
    ready = guest.http.get("/readyz")
    assert (ready.status_code, ready.text) == (200, "ready\n")
    with Guest(front, host="other.example.com") as lost, pytest.raises(httpx2.ConnectError):
        lost.http.get("/readyz")


def test_who_comes_without_tls_is_sent_to_it(front):
    with Guest(front, scheme="http") as guest:
        sent = guest.http.get("/accounts/login/", headers={"X-Forwarded-Proto": "https"})
    assert sent.status_code in {301, 308}
    assert re.match(r"https://chat\.example\.com(:\d+)?/accounts/login/$", sent.headers["Location"])


def test_the_first_administrator_signs_in_with_cookies_that_travel_only_over_tls(guest):
    assert guest.http.get("/").headers["Location"] == "/accounts/login/?next=/"
    response = guest.sign_in()
    assert (response.status_code, response.headers["Location"]) == (302, "/")
    assert "max-age=31536000" in response.headers["Strict-Transport-Security"]
    cookie = next(line for line in response.headers.get_list("Set-Cookie") if line.startswith("__Host-session="))
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))
    assert guest.http.get("/").status_code == guest.http.get("/admin/").status_code == 200


def test_a_form_without_its_token_or_from_another_site_is_refused(admin):
    token = admin.http.headers.pop("X-CSRFToken")
    assert admin.http.post("/conversations/", data={"text": "Hello"}).status_code == 403
    foreign = {"X-CSRFToken": token, "Origin": "https://evil.example.com"}
    assert admin.http.post("/conversations/", data={"text": "Hello"}, headers=foreign).status_code == 403


def last_reply(stand_in):
    """The latest call that was made for a reply: titles are written beside them, by the small model."""
    return [call for call in stand_in.recorded() if call["body"]["model"] == "claude-sonnet-5-5"][-1]


def test_text_arrives_while_claude_is_still_writing(admin, stand_in):
    with admin.asking("[[deltas:40]][[rate:20]]") as stream:
        stream.until_text()
        assert not last_reply(stand_in).get("ended"), "the page's stream was held back"
        assert stream.end["state"] == "complete"
    with admin.chatting("[[deltas:40]][[rate:20]]") as stream:
        stream.until_text()
        assert not last_reply(stand_in).get("ended"), "the API's stream was held back"
        stream.read_to_end()
    assert stream.text == last_reply(stand_in)["text"]
    assert len(stream.frames) > 10
    assert "Content-Encoding" not in stream.response.headers


def test_who_hangs_up_at_the_proxy_hangs_up_at_claude(admin, stand_in):
    with admin.chatting("[[endless]]") as stream:
        stream.until_text()
    eventually(lambda: last_reply(stand_in).get("ended") == "client_gone")


def test_a_forged_address_is_not_believed(front):
    """Ten wrong passwords from one place are enough, whatever it says of where it is."""
    names = ("X-Forwarded-For", "X-Real-IP", "Forwarded", "X_Forwarded_For")
    with Guest(front, address={"nginx": "127.0.0.21", "caddy": "127.0.0.22"}[front.name]) as guesser:
        statuses = []
        for number in range(11):
            guesser.http.headers.update(dict.fromkeys(names, f"198.51.100.{number}"))
            statuses.append(guesser.sign_in(f"person{number}@example.com", "guessing").status_code)
    assert statuses == [200] * 10 + [429]
    with Guest(front) as other:
        assert other.sign_in().status_code == 302


def test_a_forged_scheme_or_host_changes_nothing(guest):
    forged = {"X-Forwarded-Proto": "http", "X_Forwarded_Proto": "http", "X-Forwarded-Host": "evil.example.com"}
    page = guest.http.get("/accounts/login/", headers=forged)
    assert page.status_code == 200
    assert "evil.example.com" not in page.text
    assert guest.sign_in().status_code == 302


def test_without_a_trusted_proxy_nobody_is_believed(installation):
    """On loopback too, where uvicorn by itself would believe everybody."""
    port = free_port()
    installation.start(port, TRUSTED_PROXIES="0")
    headers = {"Host": "chat.example.com", "X-Forwarded-Proto": "https"}
    response = httpx2.get(f"http://127.0.0.1:{port}/accounts/login/", headers=headers)
    installation.stop(port)
    assert (response.status_code, response.headers["Location"]) == (301, "https://chat.example.com/accounts/login/")


def test_probes_may_call_a_process_by_its_address_but_pages_have_one_name(installation):
    url = f"http://127.0.0.1:{installation.ports[0]}"
    assert httpx2.get(f"{url}/healthz").status_code == httpx2.get(f"{url}/readyz").status_code == 200
    assert httpx2.get(f"{url}/accounts/login/").status_code == 400


@pytest.mark.parametrize("declared", [True, False])
def test_a_body_over_four_megabytes_is_refused_and_one_below_is_not(admin, declared):
    def sent(size):
        body = b'{"message": "' + b"x" * (size - 15) + b'"}'
        content = body if declared else iter([body])
        return admin.http.post("/api/chat", content=content, headers={"Content-Type": "application/json"}).status_code

    assert sent(FOUR_MEGABYTES) == 400  # the site's own limit for a message
    assert sent(FOUR_MEGABYTES + 1) == 413


def test_static_files_come_from_the_disk_and_may_be_kept(front, guest):
    path = re.findall(r'href="(/static/css/[^"]+\.css)"', guest.http.get("/accounts/login/").text)[0]
    style = guest.http.get(path)
    assert style.status_code == 200
    assert style.headers["Content-Type"].startswith("text/css")
    assert "immutable" in style.headers["Cache-Control"]
    assert style.headers["X-Content-Type-Options"] == "nosniff"

    # What a newer release brings is there at once, also for a process that has not been restarted.
    (front.installation.folder / "staticfiles/new.js").write_text("// new\n")
    new = guest.http.get("/static/new.js")
    assert (new.status_code, new.text, new.headers["Cache-Control"]) == (200, "// new\n", "max-age=60, public")
    assert guest.http.get("/static/../.env").status_code in {400, 404}
    assert guest.http.get("/static/%2e%2e/.env").status_code in {301, 302, 400, 404}
