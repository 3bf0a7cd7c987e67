"""nginx and Caddy with the configuration in deploy/, and clients that connect through them."""

import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2

from tests.deploy.installation import ADMIN, DEPLOY, HOST, PASSWORD, Installation, replace_all
from tests.packages import program
from tests.site import Visitor, eventually, free_port

NGINX = """
daemon off;
worker_processes 2;
pid {folder}/nginx.pid;
error_log stderr error;
{user}
events {{ }}
http {{
    include /etc/nginx/mime.types;
    access_log off;
    {temporary}
    include {folder}/chatsite.conf;
}}
"""
CADDY = """{{
	admin off
	auto_https disable_certs
	skip_install_trust
	http_port {plain}
	https_port {secure}
	storage file_system {folder}
	log {{
		level ERROR
	}}
}}
"""


class Proxy:
    """A proxy with the configuration in deploy/, in which only ports, paths and the certificate are replaced."""

    def __init__(self, name: str, folder: Path, installation: Installation) -> None:
        self.name = name
        self.folder = folder
        self.installation = installation
        self.plain, self.secure = free_port(), free_port()
        self.url = f"https://127.0.0.1:{self.secure}"
        self.certificate, self.key = folder / "certificate.pem", folder / "key.pem"
        self.visitors: list[Visitor] = []

    def create_certificate(self) -> None:
        command = f"{program('openssl', 'openssl')} req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
        command += f" -keyout {self.key} -out {self.certificate} -days 2 -subj /CN={HOST}"
        subprocess.run([*command.split(), "-addext", f"subjectAltName=DNS:{HOST}"], check=True, capture_output=True)

    def command(self) -> list[str]:
        return self._nginx_command() if self.name == "nginx" else self._caddy_command()

    def _nginx_command(self) -> list[str]:
        first, second = self.installation.ports
        replacements = {
            "listen 80": f"listen 127.0.0.1:{self.plain}",
            "listen 443": f"listen 127.0.0.1:{self.secure}",
            "listen [::]:80": f"listen [::1]:{self.plain}",
            "listen [::]:443": f"listen [::1]:{self.secure}",
            "127.0.0.1:8001": f"127.0.0.1:{first}",
            "127.0.0.1:8002": f"127.0.0.1:{second}",
            "/srv/chatsite": str(self.installation.folder),
            "/var/log/nginx": str(self.folder),
            f"/etc/letsencrypt/live/{HOST}/fullchain.pem": str(self.certificate),
            f"/etc/letsencrypt/live/{HOST}/privkey.pem": str(self.key),
        }
        (self.folder / "chatsite.conf").write_text(replace_all((DEPLOY / "nginx.conf").read_text(), replacements))
        kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        temporary = " ".join(f"{kind}_temp_path {self.folder}/{kind};" for kind in kinds)
        # Worker processes of another user could not read the folder of a test.
        user = "user root;" if self.folder.owner() == "root" else ""
        main_file = self.folder / "nginx.conf"
        main_file.write_text(NGINX.format(folder=self.folder, user=user, temporary=temporary))
        return [program("nginx", "nginx"), "-e", "stderr", "-c", str(main_file)]

    def _caddy_command(self) -> list[str]:
        first, second = self.installation.ports
        replacements = {
            "127.0.0.1:8001": f"127.0.0.1:{first}",
            "127.0.0.1:8002": f"127.0.0.1:{second}",
            "/srv/chatsite": str(self.installation.folder),
            "\theader -Server\n": f"\theader -Server\n\ttls {self.certificate} {self.key}\n",
        }
        head = CADDY.format(plain=self.plain, secure=self.secure, folder=self.folder)
        (self.folder / "Caddyfile").write_text(head + replace_all((DEPLOY / "Caddyfile").read_text(), replacements))
        return [program("caddy", "caddy"), "run", "--config", str(self.folder / "Caddyfile"), "--adapter", "caddyfile"]

    @contextmanager
    def running(self) -> Iterator["Proxy"]:
        self.create_certificate()
        environment = self.installation.environment(HOME=str(self.folder))
        process = subprocess.Popen(self.command(), env=environment)
        try:
            eventually(lambda: process.poll() is not None or self._answers(), 30)
            assert process.poll() is None, f"{self.name} did not start"
            yield self
        finally:
            process.terminate()
            process.wait(20)

    def _answers(self) -> bool:
        try:
            with Client(self) as client:
                return client.http.get("/healthz").status_code == 200
        except httpx2.HTTPError:
            return False


class Client(Visitor):
    """A browser that connects through a proxy, by TLS and under the site's own name. `address`: its own IP address."""

    def __init__(self, proxy: Proxy, address: str = "127.0.0.1", host: str = HOST, scheme: str = "https") -> None:
        tls = ssl.create_default_context(cafile=str(proxy.certificate))
        server = "[::1]" if address == "::1" else "127.0.0.1"
        self.http = httpx2.Client(
            base_url=f"{scheme}://{server}:{proxy.secure if scheme == 'https' else proxy.plain}",
            headers={"Host": host, "Origin": f"https://{host}"},
            transport=httpx2.HTTPTransport(verify=tls, local_address=address),
            event_hooks={"request": [lambda request: request.extensions.update(sni_hostname=host)]},
            timeout=60,
        )

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *error: object) -> None:
        self.http.close()

    def sign_in(self, email: str = ADMIN, password: str = PASSWORD) -> httpx2.Response:
        """Send the sign-in form; later requests carry the CSRF token that it has set."""
        if "__Host-csrf" not in self.http.cookies:
            self.http.get("/accounts/login/")
        self.http.headers["X-CSRFToken"] = self.http.cookies["__Host-csrf"]
        response = self.http.post("/accounts/login/", data={"login": email, "password": password})
        self.http.headers["X-CSRFToken"] = self.http.cookies["__Host-csrf"]
        return response
