"""A page of a document as an answer: kept by browsers, and shown again only after asking.

Whoever has signed out is shown nothing of what the browser keeps: it has to ask each time, and is
told that nothing has changed only where it may see the page.
"""

from hashlib import sha256

from fastapi import Request, Response

from operators.upload import Document
from web.review.pictures import Pictures


async def shown(pictures: Pictures, document: Document, number: int, request: Request) -> Response:
    """The page, counted from 1, for who may see it. Raises Problem when it cannot be shown."""
    tag = _tag(document, number)
    kept = {"Cache-Control": "private, no-cache", "ETag": tag}
    if tag in _known(request):
        # Nobody has a tag of a page that was not drawn once.
        return Response(status_code=304, headers=kept)
    drawn = await pictures.page(document, number)
    said = {
        "Page-Size": f"{drawn.width:.2f} {drawn.height:.2f}",
        "Page-Count": str(drawn.pages),
    }
    return Response(drawn.png, 200, {**kept, **said}, media_type="image/png")


def _tag(document: Document, number: int) -> str:
    """Weak, since another version may draw the same page in other pixels."""
    said = f"{document.uri}\0{document.sha256}\0{number}".encode(errors="replace")
    return f'W/"{sha256(said).hexdigest()[:32]}"'


def _known(request: Request) -> set[str]:
    given = ",".join(request.headers.getlist("if-none-match"))
    # Proxies that pack answers may have made it weak, or strong.
    return {f"W/{each.strip().removeprefix('W/')}" for each in given.split(",")}
