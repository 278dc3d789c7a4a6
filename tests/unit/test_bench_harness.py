import time
from pathlib import Path

import pytest

from bench import ratio
from bench.harness.gauges import Gauges
from bench.harness.ground import Extent, Reading
from bench.harness.inputs import Encoded
from bench.harness.kept import Entry, NothingToKeep, earlier, merged, sessions
from bench.harness.measures.latency import delays
from bench.harness.measures.restart import note_firsts
from bench.harness.observer import Seen
from bench.harness.pacer import Sent, send
from bench.harness.page import page
from bench.harness.plan import Clock, planned
from bench.harness.results import COLUMNS, Round, entries
from bench.harness.system import System, Unbuilt, Unknown, filled, load
from bench.harness.verdict import Verdict
from bench.job.invoices import uploads
from connectors.murmur2 import partition_of
from operators.upload import InvoiceUploaded

RIGHT = Verdict(100, 0, 0, 0, 0)


def system(name: str, **more: object) -> System:
    described = {"title": name, "guarantee": "exactly-once", "processes": {"one": ("true",)}}
    return System(name=name, **{**described, **more})  # type: ignore[arg-type]  # described is checked by running it


def reading(measure: str, case: str = "", verdict: Verdict = RIGHT, **values: float) -> Reading:
    return Reading(measure=measure, case=case, values=dict(values), verdict=verdict)


def test_described_systems_fill_their_places() -> None:
    places = dict.fromkeys(("bootstrap", "input", "namespace", "instance", "state"), "x")
    for each in load():
        assert each.processes
        for command in each.processes.values():
            assert "{" not in "".join(filled(part, places) for part in command)


def test_unknown_system_is_named_with_those_there_are() -> None:
    with pytest.raises(Unknown, match=r"no system sparks; there are manifold"):
        load(["manifold", "sparks"])


def test_system_without_its_command_says_what_installs_it() -> None:
    absent = system("peer", needs=("sh", "no-such-command"), install="apt-get install it")
    assert absent.missing() == "no-such-command missing: run apt-get install it"
    assert system("peer", needs=("sh",)).missing() is None


def test_build_that_fails_shows_what_it_said_and_is_made_once() -> None:
    failing = system("peer", build=(("sh", "-c", "echo broken; exit 1"),))
    with pytest.raises(Unbuilt, match="broken"):
        failing.make(set())
    failing.make({("sh", "-c", "echo broken; exit 1")})


def test_plan_is_drawn_by_its_seed_and_holds_every_system_in_every_round() -> None:
    systems = [system(name) for name in "abcdef"]
    runs = planned(systems, ("throughput", "state"), 3, seed=7)
    assert runs == planned(systems, ("throughput", "state"), 3, seed=7)
    assert runs != planned(systems, ("throughput", "state"), 3, seed=8)
    for number in (1, 2, 3):
        of_round = [run for run in runs if run.number == number and run.measure == "throughput"]
        assert sorted(run.system.name for run in of_round) == list("abcdef")
    assert [run.number for run in runs if run.measure == "state"] == [1] * 6


def test_state_is_not_asked_of_a_system_that_keeps_none() -> None:
    assert planned([system("plain", keeps_state=False)], ("state",), 1, seed=1) == []


def test_time_left_follows_what_runs_took() -> None:
    run = planned([system("a")], ("throughput",), 1, seed=1)[0]
    clock = Clock(Extent(count=100_000))
    assert clock.left([run]) == pytest.approx(60)
    clock.took(run, 25)
    assert clock.left([run, run]) == 50


def test_uploads_carry_the_instant_they_were_due_however_late_they_go_out() -> None:
    written: list[InvoiceUploaded] = []

    def slow(upload: InvoiceUploaded) -> None:
        time.sleep(0.01)
        written.append(upload)

    began = time.time()
    sent = send(list(uploads(1, 5)), began, 1_000, slow, lambda: False)
    assert [each.uploaded_at for each in written] == [
        int((began + number / 1_000) * 1_000) for number in range(5)
    ]
    assert len(sent.requests) == 5
    assert sent.late_ms >= 30


def test_producer_stops_between_two_uploads() -> None:
    sent = send(list(uploads(1, 5)), time.time() + 60, 1, lambda _: None, lambda: True)
    assert sent.requests == ()


def test_delay_counts_from_the_first_time_an_upload_was_due_and_leaves_the_warm_up_out() -> None:
    sent = Sent(100.0, 10.0, (b"warm", b"a", b"b", b"a"), 0.0)
    arrived = {b"warm": 109.0, b"a": 100.15, b"b": 100.5}
    assert delays(sent, arrived, 1) == pytest.approx([50, 300])


def test_partition_is_back_with_a_decision_on_an_upload_sent_after_the_kill() -> None:
    vendors = {partition_of(f"V-{number}".encode(), 4): f"V-{number}" for number in range(40)}
    seen = [Seen(11.0, 9.9, vendors[0]), Seen(12.0, 10.1, vendors[0]), Seen(12.5, 10.2, vendors[0])]
    firsts: dict[int, float] = {}
    note_firsts([*seen, Seen(13.0, 10.3, vendors[3])], 10.0, 4, firsts)
    assert firsts == {0: 12.0, 3: 13.0}


def test_logs_count_at_their_largest_and_without_what_stood_there_before(tmp_path: Path) -> None:
    def segment(partition: str, name: str, size: int) -> None:
        (tmp_path / partition).mkdir(exist_ok=True)
        (tmp_path / partition / name).write_bytes(b"x" * size)

    segment("__consumer_offsets-0", "0.log", 10)
    segment("run.results-0", "0.log", 0)
    segment("other.results-0", "0.log", 5)
    gauges = Gauges(list, tmp_path, "run.")
    with gauges:
        segment("__consumer_offsets-0", "0.log", 30)
        segment("run.results-0", "0.log", 100)
        gauges.look_at_logs()
        segment("run.results-0", "0.log", 40)
        segment("run.results-0", "7.log", 8)
        segment("other.results-0", "0.log", 500)
    assert gauges.log_bytes == 20 + 100 + 8
    assert Gauges(list, None, "run.").log_bytes is None


def test_entries_are_medians_with_their_spread_and_every_column() -> None:
    rounds = [
        Round(number, "a", (reading("throughput", decisions_per_s=speed, rss_mb=500),), measure="t")
        for number, speed in ((1, 1_000.4), (2, 3_000), (3, 2_000))
    ]
    (entry,) = entries([system("a")], rounds)
    assert entry["decisions_per_s"] == 2_000
    assert entry["spread"]["decisions_per_s"] == {"min": 1_000, "median": 2_000, "max": 3_000}
    assert entry["rounds"] == 3
    assert entry["p50_ms"] is None
    assert entry.keys() > {"system", "rate", "lost", "duplicated", "rounds", "spread", *COLUMNS}


def test_what_was_lost_in_any_round_is_told() -> None:
    bad = Verdict(100, 2, 1, 0, 0, examples=("lost: x",))
    rounds = [
        Round(1, "a", (reading("latency", "200", p50_ms=5),), measure="latency"),
        Round(2, "a", (reading("latency", "200", bad, p50_ms=7),), measure="latency"),
    ]
    (entry,) = entries([system("a")], rounds)
    assert (entry["rate"], entry["lost"], entry["duplicated"]) == (200, 2, 1)
    assert entry["notes"] == ["round 2: lost: x"]


def test_cost_of_the_start_is_taken_off_what_an_invoice_costs() -> None:
    rounds = [
        Round(1, "a", (reading("throughput", cpu_us_per_invoice=90_000),), measure="throughput"),
        Round(1, "a", (reading("standing", start_cpu_s=4),), measure="standing"),
    ]
    found = {entry["measure"]: entry for entry in entries([system("a")], rounds)}
    assert found["throughput"]["cpu_us_per_invoice_after_start"] == 50_000


def test_measure_that_failed_in_every_round_stands_there_without_figures() -> None:
    (entry,) = entries([system("a")], [Round(1, "a", failed="it ended", measure="state")])
    assert (entry["measure"], entry["rounds"], entry["lost"]) == ("state", 0, None)
    assert entry["notes"] == ["it ended"]


def test_page_shows_medians_with_spread_guarantee_and_notes() -> None:
    rounds = [
        Round(number, "plain", (reading("throughput", decisions_per_s=speed),), measure="t")
        for number, speed in ((1, 4_000), (2, 5_000))
    ]
    systems = [system("plain", guarantee="at-least-once")]
    text = page(systems, entries(systems, rounds), {"Kafka": "4.1"}, "So.", ["throughput.svg"])
    assert "| plain (at-least-once) | 4,500 (4,000 to 5,000) | – |" in text
    assert "![Waiting invoices worked off](throughput.svg)" in text


def measured(system: str, measure: str, day: str, rounds: int = 1) -> Entry:
    return {"system": system, "measure": measure, "date": day, "commit": "abc", "rounds": rounds}


def test_what_is_measured_anew_takes_the_place_of_what_was_there_unless_it_failed() -> None:
    before = [
        measured("one", "state", "Monday"),
        measured("one", "latency", "Monday"),
        measured("two", "state", "Monday"),
    ]
    now = [
        measured("one", "state", "Friday"),
        measured("two", "state", "Friday", rounds=0),
        measured("three", "state", "Friday", rounds=0),
    ]

    results = merged(now, before)

    assert sorted((each["system"], each["measure"], each["date"]) for each in results) == [
        ("one", "latency", "Monday"),
        ("one", "state", "Friday"),
        ("three", "state", "Friday"),
        ("two", "state", "Monday"),
    ]


def test_page_says_which_session_measured_what() -> None:
    before = [measured("one", "state", "Monday"), measured("one", "latency", "Monday")]

    assert sessions(before) == ""
    assert sessions([*before, measured("two", "state", "Friday")]) == (
        "state of two on Friday with commit abc; all else on Monday with commit abc"
    )


@pytest.mark.parametrize("content", [None, "", "[]", "{}", '[{"system": "one"}]', "[1]"])
def test_without_results_to_keep_nothing_is_measured(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "latest.json").write_text(content)

    with pytest.raises(NothingToKeep, match="measure without --keep"):
        earlier(tmp_path)


def test_ratio_compares_the_least_of_the_turns() -> None:
    kept: dict[str, float] = {}
    ratio.keep_least(kept, {"judge": 3.0})
    ratio.keep_least(kept, {"judge": 2.0, "decode": 9.0})
    assert kept == {"judge": 2.0, "decode": 9.0}
    assert "0.50" in ratio.table({"judge": 1.0}, kept, "abc1234")
    assert "shallow clone" in ratio.table({"judge": 1.0}, {}, None)


def test_no_commit_before_is_no_error(tmp_path: Path) -> None:
    assert ratio.unpacked("0000000000000000000000000000000000000000", tmp_path) is None


def test_encoded_upload_carries_a_trace() -> None:
    from bench.harness.inputs import Encoder

    record = Encoder()(next(uploads(1, 1)))
    assert isinstance(record, Encoded)
    assert "traceparent" in dict(record.headers)
