"""An exchange-rate service in a thread, which fails as the test says."""

import json
from collections import Counter
from http.server import BaseHTTPRequestHandler
from typing import Literal, TypeAlias

from tests.http_server import HttpServer

Mode: TypeAlias = Literal["well", "status 500", "hangs", "drips", "garbage", "other", "cuts"]


class RatesServer(HttpServer):
    """Knows a rate for every currency but XXX, whatever the day."""

    def __init__(self, port: int = 0) -> None:
        self.mode: Mode = "well"
        self.asked: Counter[str] = Counter()
        """How often each path was asked for."""
        self.authorizations: set[str | None] = set()
        super().__init__(port)
        self.url = f"http://user:s3cr3t@127.0.0.1:{self.port}/rates"

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        self.asked[request.path] += 1
        self.authorizations.add(request.headers.get("Authorization"))
        mode = self.mode
        if mode == "hangs":
            self.gone.wait(30)
            request.close_connection = True
            return
        currency, day = request.path.split("/")[-2:]
        status = 500 if mode == "status 500" else 404 if currency == "XXX" else 200
        rate = {"currency": currency, "rate": "0.90", "as_of": day}
        body = json.dumps(rate).encode()
        if mode == "garbage":
            body = b"<html>"
        elif mode == "other":
            body = body.replace(currency.encode(), b"SEK")
        request.send_response(status)
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        if mode == "cuts":
            request.wfile.write(body[:5])
            request.close_connection = True
            return
        for byte in (body[at : at + 1] for at in range(len(body))):
            request.wfile.write(byte)
            if mode == "drips" and self.gone.wait(0.1):
                return
