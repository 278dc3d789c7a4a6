"""A profile is added up by purpose, over the thread of the flow alone."""

from bench.shares import shares

_FLOW = "main (job/run.py:25);run_flow (manifold/runner.py:56)"


def test_a_sample_belongs_to_the_innermost_frame_with_a_purpose() -> None:
    step = f"{_FLOW};shim (operators/__init__.py:9);_Keep.on_batch (connectors/steps.py:3)"
    joined = f"{step};joined.<locals>.on_result (connectors/joined.py:7)"
    assert shares(
        [
            f"{_FLOW};write (librdkafka.so) 1",
            f"{step} 2",
            f"{joined};Join.answer (operators/join.py:12);PyList_New (python3.11) 4",
            f"{joined};ChangelogTable.put (connectors/changelog_table.py:1) 8",
            f"{step};Codec.decoder.<locals>.decode (connectors/codec.py:1);read (<reader>:2) 16",
        ]
    ) == {
        "the engine": 1,
        "passing records from step to step": 2,
        "judging, joining": 4,
        "tables and changelogs": 8,
        "reading Avro": 16,
    }


def test_other_threads_are_left_out() -> None:
    assert shares(["rd_kafka_thread_main (librdkafka.so);poll (libc.so) 7"]) == {}
