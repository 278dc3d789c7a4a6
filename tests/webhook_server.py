"""A receiver of signed messages, which checks them as the specification has receivers do."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from typing import Any

from tests.http_server import HttpServer

SECRET = "whsec_" + base64.b64encode(b"thirty-two bytes of a test secret").decode()

Answer = tuple[int, dict[str, str], bytes]


class WebhookServer(HttpServer):
    """Keeps the messages it is posted, and answers as `answers` says."""

    def __init__(self, port: int = 0) -> None:
        self.messages: list[dict[str, Any]] = []
        self.bodies: list[bytes] = []
        self.ids: list[str] = []
        self.keys: list[str] = []
        self.times: list[float] = []
        self.answers: Callable[[dict[str, Any]], Answer] = lambda _: (204, {}, b"")
        super().__init__(port)

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        body = request.rfile.read(int(request.headers["content-length"]))
        check(request.headers, body)
        message = json.loads(body)
        self.times.append(time.monotonic())
        self.messages.append(message)
        self.bodies.append(body)
        self.ids.append(request.headers["webhook-id"])
        self.keys.append(request.headers.get("idempotency-key", ""))
        status, headers, answer = self.answers(message)
        request.send_response(status)
        for name, value in headers.items():
            request.send_header(name, value)
        request.send_header("content-length", str(len(answer)))
        request.end_headers()
        request.wfile.write(answer)


def check(headers: Any, body: bytes) -> None:
    """The steps of standardwebhooks.com, written without the code that is tested."""
    message_id, seconds = headers["webhook-id"], headers["webhook-timestamp"]
    assert abs(time.time() - int(seconds)) < 300
    key = base64.b64decode(SECRET.removeprefix("whsec_"))
    made = hmac.new(key, b".".join([message_id.encode(), seconds.encode(), body]), hashlib.sha256)
    version, signature = headers["webhook-signature"].split(",")
    assert version == "v1"
    assert hmac.compare_digest(base64.b64decode(signature), made.digest())
