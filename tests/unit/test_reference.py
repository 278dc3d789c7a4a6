"""Reference tables: the latest value of each key, by key and by group."""

from hypothesis import given
from hypothesis import strategies as st

from connectors.codec import Undecodable
from connectors.reference import GroupedReferenceTable, ReferenceTable

RECORDS = st.lists(
    st.tuples(
        st.sampled_from([b"r-1", b"r-2", b"r-3"]),
        st.none() | st.sampled_from([b"po-1/a", b"po-1/b", b"po-2/a", b"broken"]),
    )
)


def decode(value: bytes) -> str:
    if value == b"broken":
        raise Undecodable("undecodable", "it is no record")
    return value.decode()


@given(RECORDS)
def test_the_latest_value_that_could_be_read_is_in_force(
    records: list[tuple[bytes, bytes | None]],
) -> None:
    plain = ReferenceTable("receipts", decode)
    grouped = GroupedReferenceTable("receipts", decode, lambda value: [value.partition("/")[0]])
    in_force: dict[str, str] = {}
    for key, value in records:
        plain.apply(key, value)
        grouped.apply(key, value)
        if value is None:
            in_force.pop(key.decode(), None)
        elif value != b"broken":
            in_force[key.decode()] = value.decode()
    for key_ in ("r-1", "r-2", "r-3"):
        assert plain.get(key_) == grouped.get(key_) == in_force.get(key_)
    assert len(plain) == len(grouped) == len(in_force)
    for group in ("po-1", "po-2"):
        members = sorted(value for value in in_force.values() if value.startswith(group))
        found = grouped.groups.get(group)
        assert sorted(found or ()) == members
        assert found is None or found


def test_a_look_up_made_early_sees_what_comes_later() -> None:
    table = GroupedReferenceTable("receipts", decode, lambda value: [value.partition("/")[0]])
    groups = table.groups
    assert groups.get("po-1") is None
    table.apply(b"r-1", b"po-1/a")
    assert groups.get("po-1") == ("po-1/a",)
