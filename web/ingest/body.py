"""The body of a request, read piece by piece within its limits: alone, or a form with one file."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from pathlib import PurePosixPath, PureWindowsPath

from msgspec import Struct
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect, Request

from web.ingest.limits import Held, too_large
from web.problem import Problem

_FORM = "multipart/form-data"
_MOST_FIELDS = 16
_LONGEST_FIELD = 4_096


class Body(Struct, frozen=True):
    """What a client has sent."""

    content: bytes
    """The invoice or document."""
    name: str | None = None
    """What its file is called, without folders and ending: a label, and never a path."""
    fields: Mapping[str, str] = {}
    """What a form says beside it."""


async def read(request: Request, held: Held, most: int, seconds: float) -> Body:
    """The body of a request. Raises Problem when it is too large, too slow, or none."""
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise Problem(
            415,
            "encoded",
            "The body is compressed",
            "Send it without Content-Encoding.",
            headers={"Accept-Encoding": "identity"},
        )
    announced = request.headers.get("content-length", "")
    if announced.isdigit() and int(announced) > most:
        raise too_large(most)
    try:
        async with asyncio.timeout(seconds):
            if request.headers.get("content-type", "").lower().startswith(_FORM):
                return await _form(request, held, most)
            return Body(b"".join([piece async for piece in _pieces(request, held)]))
    except TimeoutError:
        raise Problem(
            408, "too-slow", "The body did not come in time", f"Send it within {seconds:g} s."
        ) from None
    except ClientDisconnect:
        raise Problem(400, "cut-off", "The body ended early", "Send it again.") from None


async def _pieces(request: Request, held: Held) -> AsyncGenerator[bytes, None]:
    async for piece in request.stream():
        held.more(len(piece))
        yield piece


async def _form(request: Request, held: Held, most: int) -> Body:
    parser = MultiPartParser(
        request.headers,
        _pieces(request, held),
        max_files=1,
        max_fields=_MOST_FIELDS,
        max_part_size=_LONGEST_FIELD,
    )
    # Nothing is written to a disk that may be read-only or small; the limit of memory is ours.
    parser.spool_max_size = most
    try:
        form = await parser.parse()
    except (MultiPartException, KeyError, UnicodeDecodeError) as error:
        reason = error.message if isinstance(error, MultiPartException) else "it is garbled"
        raise _no_form(f"The form cannot be read: {reason}") from None
    files = [value for value in form.values() if isinstance(value, UploadFile)]
    if len(files) != 1:
        raise _no_form("The form has to hold one file")
    content = await files[0].read()
    fields = {name: value for name, value in form.items() if isinstance(value, str)}
    return Body(content, _stem(files[0].filename), fields)


def _no_form(detail: str) -> Problem:
    return Problem(
        400, "form", "The form is not as it has to be", f"{detail.rstrip('.')}. Send one file."
    )


def _stem(filename: str | None) -> str | None:
    r"""What a file is called, wherever it has been.

    >>> _stem("../../scan 17.pdf"), _stem("C:\\in\\r-1.xml"), _stem("..")
    ('scan 17', 'r-1', None)
    """
    if not filename:
        return None
    name = PurePosixPath(PureWindowsPath(filename).name).stem
    label = "".join(sign for sign in name if sign.isprintable())[:200].strip(" .")
    return label or None
