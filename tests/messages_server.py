"""Anthropic's messages API in a thread, which answers as the test says."""

import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from typing import Any, TypeAlias

from tests.http_server import HttpServer

Play: TypeAlias = Callable[["MessagesServer", BaseHTTPRequestHandler], None]
"""How one request is answered."""

USAGE = {
    "input_tokens": 300,
    "output_tokens": 50,
    "cache_read_input_tokens": 2_000,
    "cache_creation_input_tokens": 40,
}


class MessagesServer(HttpServer):
    """Answers each request with the next play; the last one is played for all that follow."""

    def __init__(self, *plays: Play, port: int = 0) -> None:
        self.plays = list(plays)
        self.bodies: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.paths: list[str] = []
        self._lock = threading.Lock()
        super().__init__(port)

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        content = request.rfile.read(int(request.headers.get("Content-Length", 0)))
        body = json.loads(content or b"{}")
        with self._lock:
            self.bodies.append(body)
            self.headers.append({name.lower(): value for name, value in request.headers.items()})
            self.paths.append(request.path)
        self.respond(body, request)

    def respond(self, body: dict[str, Any], request: BaseHTTPRequestHandler) -> None:
        """Answer what was asked."""
        with self._lock:
            play = self.plays[0] if len(self.plays) == 1 else self.plays.pop(0)
        play(self, request)


def message(content: list[dict[str, Any]], stop_reason: str = "end_turn") -> dict[str, Any]:
    """A message as the API sends it."""
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "claude-haiku-5-5",
        "content": content,
        "stop_reason": stop_reason,
        "stop_sequence": None,
        "usage": USAGE,
    }


def text(answer: object, stop_reason: str = "end_turn") -> dict[str, Any]:
    """A message with a text: the answer as JSON, or a text as it is."""
    said = answer if isinstance(answer, str) else json.dumps(answer)
    return message([{"type": "text", "text": said}], stop_reason)


def says(answer: object, stop_reason: str = "end_turn") -> Play:
    """Play a text."""
    return raw(json.dumps(text(answer, stop_reason)).encode())


def raw(body: bytes, status: int = 200, **headers: str) -> Play:
    """Play these bytes."""

    def play(_: MessagesServer, request: BaseHTTPRequestHandler) -> None:
        _head(request, status, len(body), headers)
        request.wfile.write(body)

    return play


def fails(status: int, kind: str, said: str = "no", **headers: str) -> Play:
    """Play an error as the API sends it."""
    error = {"type": "error", "error": {"type": kind, "message": said}, "request_id": "req_1"}
    return raw(json.dumps(error).encode(), status, **headers)


def hangs(there: MessagesServer, request: BaseHTTPRequestHandler) -> None:
    """No answer."""
    there.gone.wait(30)
    request.close_connection = True


def drips(there: MessagesServer, request: BaseHTTPRequestHandler) -> None:
    """An answer that goes on and on."""
    _head(request, 200, 100_000, {})
    while not there.gone.wait(0.02):
        request.wfile.write(b" ")
        request.wfile.flush()


def drips_head(there: MessagesServer, request: BaseHTTPRequestHandler) -> None:
    """A head that goes on and on."""
    request.wfile.write(b"HTTP/1.1 200 OK\r\nX-More: ")
    while not there.gone.wait(0.02):
        request.wfile.write(b"x")
        request.wfile.flush()


def cuts(_: MessagesServer, request: BaseHTTPRequestHandler) -> None:
    """The connection ends in the middle of the answer."""
    _head(request, 200, 1_000, {})
    request.wfile.write(b'{"id": "msg_1", "content": [')
    request.close_connection = True


def floods(there: MessagesServer, request: BaseHTTPRequestHandler) -> None:
    """More than anybody asked for."""
    _head(request, 200, 1 << 30, {})
    while not there.gone.is_set():
        request.wfile.write(b" " * 65_536)


def _head(
    request: BaseHTTPRequestHandler, status: int, length: int, headers: dict[str, str]
) -> None:
    request.send_response(status)
    request.send_header("Content-Type", "application/json")
    request.send_header("Content-Length", str(length))
    for name, value in headers.items():
        request.send_header(name.replace("_", "-"), value)
    request.end_headers()
