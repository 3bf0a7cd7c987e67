"""A bucket on a server that speaks S3, on loopback, in this process."""

import socket
import threading
from typing import Any
from xml.sax.saxutils import escape

import boto3
from botocore.config import Config
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from tests.site import free_port


class Bucket:
    """`environment`: the variables with which a process of the site keeps its files in it.

    `error`: a status and an error code with which every request is refused. `requests`: method, key and range of
    each request since `reset`.
    """

    name = "attachments-of-tests"

    def __init__(self) -> None:
        self._application = DomainDispatcherApplication(create_backend_app)
        self._port = free_port()
        self.url = f"http://127.0.0.1:{self._port}"
        self.environment = {
            "ATTACHMENTS_BUCKET": self.name,
            "ATTACHMENTS_S3_URL": self.url,
            "AWS_ACCESS_KEY_ID": "key",
            "AWS_SECRET_ACCESS_KEY": "secret",
        }
        self._server: BaseWSGIServer | None = None
        self._silence: socket.socket | None = None
        self.error: tuple[int, str] | None = None
        self.requests: list[tuple[str, str, str]] = []
        self._taken: dict[str, bytes] = {}
        self.client: Any = boto3.client(
            "s3",
            endpoint_url=self.url,
            region_name="us-east-1",
            aws_access_key_id="key",
            aws_secret_access_key="secret",
            config=Config(s3={"addressing_style": "path"}, retries={"total_max_attempts": 1}),
        )

    def keys(self, name: str = name) -> list[str]:
        return [item["Key"] for item in self.client.list_objects_v2(Bucket=name).get("Contents", [])]

    def reset(self) -> None:
        self.error = None
        self._taken.clear()
        self.listen()
        for bucket in self.client.list_buckets()["Buckets"]:
            for key in self.keys(bucket["Name"]):
                self.client.delete_object(Bucket=bucket["Name"], Key=key)
            self.client.delete_bucket(Bucket=bucket["Name"])
        self.client.create_bucket(Bucket=self.name)
        self.requests.clear()

    def take_away(self) -> None:
        """Delete the bucket with all that is in it, until `bring_back`."""
        for key in self.keys():
            self._taken[key] = self.client.get_object(Bucket=self.name, Key=key)["Body"].read()
            self.client.delete_object(Bucket=self.name, Key=key)
        self.client.delete_bucket(Bucket=self.name)

    def bring_back(self) -> None:
        self.client.create_bucket(Bucket=self.name)
        for key, content in self._taken.items():
            self.client.put_object(Bucket=self.name, Key=key, Body=content)
        self._taken.clear()

    def refuse_connections(self) -> None:
        """As a server that is down, until `listen`."""
        if self._silence is not None:
            self._silence.close()
            self._silence = None
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def fall_silent(self) -> None:
        """As a server that takes connections and never answers, until `listen`."""
        self.refuse_connections()
        self._silence = socket.create_server(("127.0.0.1", self._port))

    def listen(self) -> None:
        if self._silence is not None:
            self.refuse_connections()
        if self._server is None:
            self._server = make_server("127.0.0.1", self._port, self, threaded=True, request_handler=QuietHandler)
            threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def __call__(self, environ: Any, start_response: Any) -> Any:
        key = environ["PATH_INFO"].removeprefix(f"/{self.name}").lstrip("/")
        self.requests.append((environ["REQUEST_METHOD"], key, environ.get("HTTP_RANGE", "")))
        if self.error is None:
            return self._application(environ, start_response)
        status, code = self.error
        start_response(f"{status} Refused", [("Content-Type", "application/xml")])
        return [f"<Error><Code>{escape(code)}</Code><Message>Refused.</Message></Error>".encode()]

    def __enter__(self) -> "Bucket":
        self.listen()
        return self

    def __exit__(self, *error: object) -> None:
        self.refuse_connections()
        self.client.close()


class QuietHandler(WSGIRequestHandler):
    def log_request(self, *args: Any) -> None:
        pass
