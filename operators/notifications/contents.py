"""What a message says of its notifications: of each request the latest, the dearest first.

>>> from operators.decision import InvoiceNotification
>>> def note(request, revision, amount=None):
...     return InvoiceNotification(notification_id="", request_id=request, attempt=1,
...         revision=revision, invoice_id="", vendor_id="", audience="CLERK", subject="",
...         created_at=0, amount=amount)
>>> [each.request_id + str(each.revision)
...     for each in latest([note("a", 1, 5), note("b", 1), note("a", 2, 5), note("c", 1, 9)])]
['c1', 'a2', 'b1']
"""

from collections.abc import Iterable

from operators.decision import InvoiceNotification


def latest(notifications: Iterable[InvoiceNotification]) -> list[InvoiceNotification]:
    """Of each request what was decided last: what a digest still has to say."""
    by_request: dict[str, InvoiceNotification] = {}
    for each in notifications:
        known = by_request.get(each.request_id)
        if known is None or (each.attempt, each.revision) > (known.attempt, known.revision):
            by_request[each.request_id] = each
    return sorted(
        by_request.values(),
        key=lambda each: (-(each.amount or 0), each.created_at, each.request_id),
    )
