"""A schema registry for tests: what Confluent's clients ask of one, in this process."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any
from urllib.parse import unquote, urlsplit

from connectors.codec import UnknownSchema
from manifold.testing.schemas import Schemas


@contextmanager
def serving(schemas: Schemas) -> Iterator[str]:
    """The address of a registry of these schemas, on this machine alone."""
    handler = type("Handler", (_Handler,), {"schemas": schemas, "lock": Lock()})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


class _NotFound(Exception):
    """What is asked for is not there."""


class _Handler(BaseHTTPRequestHandler):
    schemas: Schemas
    lock: Lock

    def do_GET(self) -> None:
        self._answer(self._known)

    def do_POST(self) -> None:
        self._answer(self._looked_up)

    def _known(self) -> Any:
        match self._path():
            case ["schemas", "ids", number] if number.isdigit():
                return {"schema": self._schema(int(number))}
            case ["subjects", subject, "versions"]:
                return list(range(1, len(self.schemas.versions(subject)) + 1))
            case ["subjects", subject, "versions", wanted]:
                return self._version(subject, wanted)
        raise _NotFound

    def _looked_up(self) -> Any:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        schema = json.loads(asked["schema"])
        match self._path():
            case ["subjects", subject]:
                return self._found(subject, self.schemas.known(schema))
            case ["subjects", subject, "versions"]:
                return {"id": self.schemas.register(subject, schema)}
        raise _NotFound

    def _path(self) -> list[str]:
        return [unquote(part) for part in urlsplit(self.path).path.strip("/").split("/")]

    def _schema(self, number: int) -> str:
        try:
            return json.dumps(self.schemas.schema_of(number))
        except UnknownSchema:
            raise _NotFound from None

    def _version(self, subject: str, wanted: str) -> dict[str, Any]:
        numbers = self.schemas.versions(subject)
        version = len(numbers) if wanted == "latest" else int(wanted) if wanted.isdigit() else 0
        if not 1 <= version <= len(numbers):
            raise _NotFound
        return self._found(subject, numbers[version - 1])

    def _found(self, subject: str, number: int | None) -> dict[str, Any]:
        numbers = self.schemas.versions(subject)
        if number is None or number not in numbers:
            raise _NotFound
        version = numbers.index(number) + 1
        told = {"subject": subject, "version": version, "id": number}
        return {**told, "schema": self._schema(number)}

    def _answer(self, ask: Callable[[], Any]) -> None:
        try:
            with self.lock:
                status, answer = 200, ask()
        except _NotFound:
            status, answer = (
                404,
                {"error_code": 40403, "message": "not known to the contract tests"},
            )
        body = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/vnd.schemaregistry.v1+json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: what a test prints is its own."""
