"""A board that begins with the latest requests that are stored, rather than with nothing."""

from connectors.database.requests import Wanted
from operators.progress import Happened
from web.live.board import ROWS
from web.live.hub import Hub
from web.problem import Problem
from web.requests.reading import Reading
from web.requests.telling import progress_of_found


async def seed(reading: Reading, hub: Hub, tenant: str | None) -> None:
    """Show them, unless the board shows something already, or the database is away."""
    if not hub.board(tenant).empty:
        return
    try:
        found = await reading.found(Wanted(size=ROWS), tenant)
    except Problem:
        return
    for each in reversed(found):
        upload = each.upload
        shown = Happened(
            "uploaded",
            upload.request_id,
            upload.attempt,
            upload.uploaded_at,
            vendor_id=upload.vendor_id,
            number=upload.number,
            amount=upload.payable,
            currency=upload.currency,
            origin=upload.origin,
            uploaded_at=upload.uploaded_at,
        )
        hub.board(tenant).show(shown, progress_of_found(each))
