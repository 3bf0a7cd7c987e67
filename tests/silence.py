"""A proxy in front of PostgreSQL that can fall silent (connections stay open, nothing is forwarded) or be closed."""

import socket
import threading
from contextlib import suppress

from django.db import connection

from tests.site import database_url, free_port


class SilentProxy:
    """`url`: the test database through the proxy. Connections made after `silence` work again, unless `for_new`."""

    def __init__(self) -> None:
        database = connection.settings_dict
        self._target = (database["HOST"] or "localhost", int(database["PORT"] or 5432))
        self._port = free_port()
        self._generation = 0
        self._is_silent_for_new = False
        self._sockets: list[socket.socket] = []
        host, port = self._target
        self.url = database_url().replace(f"@{host}:{port}/", f"@127.0.0.1:{self._port}/")
        self.listen()

    def silence(self, *, for_new: bool = False) -> None:
        self._is_silent_for_new = for_new
        self._generation += 1

    def refuse(self) -> None:
        """Close all connections and take no new ones, until `listen`."""
        for one in (self._listener, *self._sockets):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        self._sockets.clear()

    def listen(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", self._port))
        threading.Thread(target=self._accept, daemon=True).start()

    def recover(self) -> None:
        """New connections work; the silent ones stay silent."""
        self._is_silent_for_new = False

    def __enter__(self) -> "SilentProxy":
        return self

    def __exit__(self, *error: object) -> None:
        self.refuse()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client = self._listener.accept()[0]
                server = socket.create_connection(self._target)
                self._sockets += [client, server]
                generation = -1 if self._is_silent_for_new else self._generation
                for source, sink in ((client, server), (server, client)):
                    threading.Thread(target=self._forward, args=(source, sink, generation), daemon=True).start()

    def _forward(self, source: socket.socket, sink: socket.socket, generation: int) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                if generation == self._generation:
                    sink.sendall(data)
            if generation == self._generation:
                sink.shutdown(socket.SHUT_WR)
