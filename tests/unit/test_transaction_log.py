"""What Kafka notes of transactions, as its brokers write it; the first two came from one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.transaction_log import UnknownVersion, decoded
from operators.open_transaction import GRACE, Held, Kind, Transaction, holds

KEY = b"\x00\x00\x00\x06hang-1"
BEGUN = bytes.fromhex(
    "0001 000000000000003a 0000 0000ea60 00 00 000001a21c09623f ffffffffffffffff 00"
)
ONGOING = bytes.fromhex(
    "0001 000000000000003a 0000 0000ea60 01 02 05 68616e67 02 00000000 00"
    "000001a21c096242 000001a21c096242 00"
)
OLDER = bytes.fromhex(
    "0000 000000000000003a 0000 0000ea60 02 00000001 0004 68616e67 00000002 00000000 00000003"
    "000001a21c096242 000001a21c096242"
)


def test_both_versions_are_read() -> None:
    at = 0x1A21C096242
    assert decoded(KEY, BEGUN) is None
    assert decoded(KEY, ONGOING) == Transaction("hang-1", "ONGOING", at, 60_000, (("hang", 0),))
    partitions = (("hang", 0), ("hang", 3))
    assert decoded(KEY, OLDER) == Transaction("hang-1", "COMMITTING", at, 60_000, partitions)


@given(st.integers(0, len(ONGOING) - 2))
def test_what_is_cut_is_refused(length: int) -> None:
    with pytest.raises(UnknownVersion):
        decoded(KEY, ONGOING[:length])


def test_a_version_that_is_not_known_is_refused() -> None:
    with pytest.raises(UnknownVersion, match=r"kafka-transactions\.sh"):
        decoded(KEY, b"\x00\x02" + ONGOING[2:])


@given(st.integers(1, 10**9), st.integers(0, 10**6), st.booleans())
def test_only_what_a_coordinator_knows_is_not_hanging(
    lasted: int, timeout: int, known: bool
) -> None:
    now = 2 * 10**9
    writes = Transaction("one", "ONGOING", now - lasted, timeout, (("topic", int(not known)),))
    younger = Transaction("two", "ONGOING", now, timeout, (("topic", 0),))
    held = Held("topic", 0, 5, 9, now - 1_000)
    (found,) = holds([held], [younger, writes] if known else [writes], now)
    assert (found.kind is Kind.HANGING) == (not known)
    assert (found.kind is Kind.OVERDUE) == (known and lasted > timeout + GRACE)
    assert found.transaction == (writes if known else None)
