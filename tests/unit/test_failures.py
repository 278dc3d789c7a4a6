"""What is remembered beside an offset of a record that makes a flow fail."""

from hypothesis import given
from hypothesis import strategies as st

from connectors.failures import RecordFailed, from_metadata, next_failure, to_metadata
from connectors.stream import Failure, Received

KEPT_BY_BROKERS = 3_000
ANY_TEXT = st.text(st.characters(categories=None), max_size=600)


def received(offset: int) -> Received:
    return Received("topic", 1, offset, b"key", b"value", [], 0)


def failed(offset: int, error: Exception | None = None) -> RecordFailed:
    try:
        raise error or ValueError("wrong")
    except Exception as raised:
        return RecordFailed(received(offset), raised)


@given(message=ANY_TEXT, name=ANY_TEXT, trace=st.text(st.characters(categories=None)))
def test_any_failure_fits_beside_an_offset_and_is_read_back(
    message: str, name: str, trace: str
) -> None:
    raised = type("Error", (Exception,), {})(message)
    raised.add_note(trace * 10)
    type(raised).__name__ = name.replace("\0", "").encode(errors="replace").decode()
    failure = next_failure(failed(5, raised), None, 1_000)
    text = to_metadata(failure)
    assert len(text.encode()) <= KEPT_BY_BROKERS
    back = from_metadata(text)
    assert back is not None
    assert (back.offset, back.attempts, back.first_seen) == (5, 1, 1_000)
    assert failure.message.startswith(back.message)
    assert failure.stacktrace.endswith(back.stacktrace)


def test_what_brokers_keep_holds_the_end_of_a_long_trace() -> None:
    def deep(level: int) -> None:
        if level == 0:
            raise LookupError("at the bottom")
        deep(level - 1)

    try:
        deep(200)
    except LookupError as error:
        failure = next_failure(RecordFailed(received(1), error), None, 0)
    back = from_metadata(to_metadata(failure))
    assert back is not None
    assert back.exception == "LookupError"
    assert back.message == "at the bottom"
    assert "raise LookupError" in back.stacktrace


def test_attempts_count_failures_of_one_record_in_a_row() -> None:
    first = next_failure(failed(7), None, 100)
    second = next_failure(failed(7), first, 200)
    third = next_failure(failed(7), from_metadata(to_metadata(second)), 300)
    assert [each.attempts for each in (first, second, third)] == [1, 2, 3]
    assert third.first_seen == 100
    another = next_failure(failed(8), third, 400)
    assert (another.attempts, another.first_seen) == (1, 400)


def test_metadata_of_others_is_no_failure() -> None:
    for text in (None, "", "committed by somebody", '{"offset": "x"}', "[]"):
        assert from_metadata(text) is None


def test_the_error_names_the_record_and_none_of_its_content() -> None:
    assert str(failed(7, ValueError("DE89370400440532013000"))) == (
        "ValueError on topic[1] offset 7"
    )
    assert isinstance(next_failure(failed(7), None, 0), Failure)
