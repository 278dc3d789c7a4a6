"""A web server in a thread of the test."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self


class HttpServer:
    """Listens until the block ends; what it answers is said by those that are more than this."""

    def __init__(self, port: int = 0) -> None:
        self.gone = threading.Event()
        """Set when the block ends, for answers that take for ever."""
        there = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                there.answer(self)

            def do_PUT(self) -> None:
                there.answer(self)

            def do_POST(self) -> None:
                there.answer(self)

            def log_message(self, *_: object) -> None:
                """Nothing."""

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_: object) -> None:
                """Clients may leave."""

        self._server = Server(("127.0.0.1", port), Handler)
        self.port: int = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        """Answer one request, in a thread of its own."""
        raise NotImplementedError

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing listens on the port any more."""
        self.gone.set()
        self._server.shutdown()
        self._server.server_close()
