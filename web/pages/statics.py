"""Styles and scripts, served from memory under an address that changes when any of them does.

One address for all of them, so that a module finds another one by its relative name. What a page
refers to may then be kept by browsers for good.
"""

import gzip
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from mimetypes import guess_type
from pathlib import Path

from fastapi import APIRouter, Request, Response
from msgspec import Struct

from web.problem import Problem

_KEPT = "public, max-age=31536000, immutable"
_ASKED_AGAIN = "no-cache"
_WORTH_PACKING = 500
_TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}


class _File(Struct, frozen=True):
    content: bytes
    packed: bytes | None
    media_type: str


class Statics:
    """The files of `web/AREA/static`, as `/static/VERSION/AREA/NAME`."""

    def __init__(self, root: Path) -> None:
        """`root`: the folder of the areas. Reads all of them."""
        self._files: dict[str, _File] = {}
        digest = hashlib.sha256()
        for path in sorted(root.glob("*/static/**/*")):
            if not path.is_file():
                continue
            area, _, *rest = path.relative_to(root).parts
            name = "/".join((area, *rest))
            content = path.read_bytes()
            digest.update(f"{name}\0{len(content)}\0".encode() + content)
            self._files[name] = _file(path, content)
        self.version = digest.hexdigest()[:16]
        """Of all files together."""
        self.router = APIRouter(include_in_schema=False)
        self.router.add_api_route("/static/{version}/{name:path}", self._answer, methods=["GET"])

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Nothing has to run."""
        yield

    def address(self, name: str) -> str:
        """Where `AREA/NAME` is served. Raises KeyError when there is no such file."""
        if name not in self._files:
            raise KeyError(f"there is no static file {name}")
        return f"/static/{self.version}/{name}"

    async def _answer(self, request: Request, version: str, name: str) -> Response:
        found = self._files.get(name)
        if found is None:
            raise Problem(404, "not-found", "Not found", "There is no such file.")
        # A page of an earlier version gets what there is, and must not keep it under that name.
        headers = {"Cache-Control": _KEPT if version == self.version else _ASKED_AGAIN}
        content = found.content
        if found.packed is not None:
            headers["Vary"] = "Accept-Encoding"
            if "gzip" in request.headers.get("accept-encoding", ""):
                headers["Content-Encoding"] = "gzip"
                content = found.packed
        return Response(content, 200, headers, media_type=found.media_type)


def _file(path: Path, content: bytes) -> _File:
    media_type = _TYPES.get(path.suffix) or guess_type(path.name)[0] or "application/octet-stream"
    packed = None
    if media_type in _TYPES.values() and len(content) > _WORTH_PACKING:
        packed = gzip.compress(content, mtime=0)
    return _File(content, packed, media_type)
