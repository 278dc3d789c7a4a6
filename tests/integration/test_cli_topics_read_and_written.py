"""The commands against a real broker, in topics of their own, without any flow running."""

import json
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from confluent_kafka.admin import AdminClient
from typer.testing import CliRunner

from connectors.browse import every_partition, partitions_of, read_between, start_offsets
from connectors.codec import Codec, LockIds
from connectors.contracts import Contracts
from connectors.dead_letters import ATTEMPTS, FIRST_SEEN, TARGET_GROUP, DeadLetters
from connectors.kafka import client
from connectors.publish import Publisher
from connectors.resolved import NotResolved, Resolver
from connectors.stream import Outgoing, Received, Rejected
from connectors.topics import Topics
from manifold.cli.app import app
from operators.decision import BranchAnswer, InvoiceDecision
from operators.result import Source, ValidationDetails, ValidationResult
from operators.time import Instant
from operators.upload import InvoiceUploaded
from tests.integration.raw import write

SAMPLES = Path(__file__).parents[2].parent / "shared" / "data" / "e-invoices"
UBL = SAMPLES / "01.01a-INVOICE_ubl.xml"
CII = SAMPLES / "01.02a-INVOICE_uncefact.xml"


class Place:
    """A namespace on the broker and what a test does in it."""

    def __init__(self, bootstrap: str, namespace: str) -> None:
        self.kafka = {"bootstrap.servers": bootstrap}
        self.contracts = Contracts.load(namespace=namespace)
        self.codec = Codec(self.contracts, LockIds(self.contracts))

    def run(self, *arguments: str, expect: int = 0, answer: str | None = None) -> str:
        result = CliRunner().invoke(app, [*arguments], input=answer)
        assert result.exit_code == expect, result.output
        return result.stdout

    def lines(self, *arguments: str, expect: int = 0) -> list[dict[str, object]]:
        output = self.run(*arguments, "--json", expect=expect)
        return [json.loads(line) for line in output.splitlines()]

    def publish(self, *records: msgspec.Struct) -> None:
        with Publisher(self.kafka, self.contracts, self.codec, "validation") as publisher:
            for record in records:
                publisher.send(record)

    def all_of(self, topic: str) -> list[Received]:
        partitions = every_partition(partitions_of(self.kafka, [topic]))
        return list(read_between(self.kafka, start_offsets(self.kafka, partitions)))

    def upload(self, request_id: str) -> dict[str, object]:
        [sent] = self.lines("submit", str(UBL), "--request", request_id)
        return sent

    def reject(
        self, request_id: str, group: str = "pricing", at: Instant = 1_700_000_000_000
    ) -> None:
        """Have a group refuse a request's upload."""
        uploaded = self.contracts.topic_of(InvoiceUploaded).name
        [received] = [
            each for each in self.all_of(uploaded) if request_id.encode() in (each.value or b"")
        ]
        letters = DeadLetters(self.contracts.namespace + group, self.contracts.dead_letters_of)
        rejected = Rejected(received, "contract_broken", "it does not follow its contract")
        write(self.kafka, [letters.make(rejected, at)])


@pytest.fixture(scope="module")
def place(bootstrap: str) -> Iterator[Place]:
    namespace = f"t{uuid.uuid4().hex[:8]}."
    there = Place(bootstrap, namespace)
    wanted = there.contracts.every_topic()
    topics = Topics(there.kafka)
    topics.create(topics.plan(wanted))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MANIFOLD_NAMESPACE", namespace)
        patch.setenv("MANIFOLD_KAFKA__BOOTSTRAP_SERVERS", bootstrap)
        # Loggers would keep the captured standard error, which is closed after each command.
        patch.setattr("connectors.logs.configure", lambda **_: None)
        yield there
    admin = AdminClient(client(there.kafka))
    for gone in admin.delete_topics([each.name for each in wanted]).values():
        gone.result()


@pytest.fixture
def request_id() -> str:
    return str(uuid.uuid4())


def decision(request_id: str) -> InvoiceDecision:
    return InvoiceDecision(
        request_id=request_id,
        invoice_id="R-1",
        vendor_id="V-1",
        revision=1,
        status="REVIEW",
        complete=True,
        branches=(
            BranchAnswer(
                branch="FRAUD", status="WARNING", decided_at=2, latency_ms=1, policy_version="1"
            ),
        ),
        opened_at=1,
        decided_at=2,
        uploaded_at=1,
        latency_ms=1,
    )


def test_what_is_submitted_can_be_tailed(place: Place, request_id: str) -> None:
    sent = place.upload(request_id)
    assert sent["vendor_id"] == "DE123456789"
    [found] = place.lines("tail", "invoice.uploaded", "-e", "--request", request_id)
    assert (found["partition"], found["offset"]) == (sent["partition"], sent["offset"])
    assert found["record"]["invoice_id"] == "123456XX"  # type: ignore[index]  # JSON
    assert found["key"] == "DE123456789"


def test_files_that_cannot_be_sent_do_not_keep_the_others_back(
    place: Place, tmp_path: Path
) -> None:
    scan = tmp_path / "scan.pdf"
    scan.write_bytes(b"%PDF-1.7 ...")
    broken = tmp_path / "broken.xml"
    broken.write_text("<Invoice")
    missing = tmp_path / "missing.xml"
    files = [str(file) for file in (scan, broken, missing, CII)]
    lines = place.lines("submit", *files, expect=1)
    reasons = [line["error"]["reason"] for line in lines if line["event"] == "unusable"]  # type: ignore[index]  # JSON
    assert reasons == ["damaged", "not_xml", "no_file"]
    assert [line["file"] for line in lines if line["event"] == "submitted"] == [str(CII)]


def test_waiting_sees_the_decision_and_nobody_elses(place: Place, request_id: str) -> None:
    place.publish(decision("of somebody else"))
    # Before the upload nobody could have decided it: an old decision must not count.
    undecided = place.lines(
        "submit", str(UBL), "--request", request_id, "--wait", "--timeout", "1", expect=1
    )
    assert [line["event"] for line in undecided] == ["submitted", "undecided"]


def test_a_decision_that_comes_ends_the_waiting(
    place: Place, request_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    flush = Publisher.flush

    def flush_and_decide(publisher: Publisher) -> int:
        written = flush(publisher)
        monkeypatch.setattr(Publisher, "flush", flush)
        place.publish(decision(request_id))
        return written

    monkeypatch.setattr(Publisher, "flush", flush_and_decide)
    lines = place.lines("submit", str(UBL), "--request", request_id, "--wait")
    assert [line["event"] for line in lines] == ["submitted", "decided"]
    assert lines[1]["status"] == "REVIEW"


def test_one_request_id_for_several_invoices_is_refused_before_anything_is_sent(
    place: Place, request_id: str
) -> None:
    place.run("submit", str(UBL), str(CII), "--request", request_id, expect=2)
    assert place.lines("tail", "invoice.uploaded", "-e", "--request", request_id) == []


def test_a_topic_that_is_not_there_is_answered_with_those_that_are(place: Place) -> None:
    result = CliRunner().invoke(app, ["tail", "invoice.decisions"])
    assert result.exit_code == 2
    assert "invoice.decision" in result.stderr


def test_the_trace_says_what_was_answered_and_why_the_rest_was_not(
    place: Place, request_id: str
) -> None:
    sent = place.upload(request_id)
    place.reject(request_id)
    place.publish(
        ValidationResult(
            request_id=request_id,
            invoice_id="123456XX",
            vendor_id="DE123456789",
            status="APPROVED",
            decided_at=1,
            uploaded_at=1,
            policy_version="1",
            source=Source("invoice.uploaded", 0, 0),
            details=ValidationDetails(1),
        )
    )
    lines = place.lines("trace", request_id)
    records = [line for line in lines if line["event"] == "record"]
    flows = {line["flow"] for line in records}
    assert flows == {"submit", "pricing", "validation"}
    assert {"topic": sent["topic"], "offset": sent["offset"]}.items() <= next(
        line for line in records if line["flow"] == "submit"
    ).items()
    branches = {line["branch"]: line for line in lines if line["event"] == "branch"}
    assert branches["validation"]["status"] == "APPROVED"
    assert "contract_broken" in str(branches["pricing"]["missing"])
    assert "manifold run fraud" in str(branches["fraud"]["missing"])
    assert set(branches) == {"validation", "inventory", "fraud", "pricing", "decide"}


def test_nobody_has_heard_of_it(place: Place) -> None:
    place.run("trace", "never-sent", expect=1)


def test_a_replayed_letter_goes_to_its_group_as_it_was_and_is_not_open_again(
    place: Place, request_id: str
) -> None:
    sent = place.upload(request_id)
    place.reject(request_id)
    [letter] = place.lines("dlq", "list", "--request", request_id)
    at = f"{letter['partition']}:{letter['offset']}"
    assert letter["reason"] == "contract_broken"
    shown = place.run("dlq", "show", "invoice.uploaded", at)
    assert "it does not follow its contract" in shown
    assert request_id in shown

    place.run("dlq", "replay", "--request", request_id, "--dry-run")
    assert len(place.lines("dlq", "list", "--request", request_id)) == 1
    place.run("dlq", "replay", "invoice.uploaded", "--offset", at)
    assert place.lines("dlq", "list", "--request", request_id) == []
    place.run("dlq", "replay", "--request", request_id)

    uploaded = place.contracts.topic_of(InvoiceUploaded).name
    first, again = [
        each for each in place.all_of(uploaded) if request_id.encode() in (each.value or b"")
    ]
    assert first.offset == sent["offset"]
    assert (again.key, again.value, again.timestamp, again.partition) == (
        first.key,
        first.value,
        first.timestamp,
        first.partition,
    )
    target = f"{place.contracts.namespace}pricing".encode()
    assert list(again.headers) == [
        *first.headers,
        (ATTEMPTS, b"1"),
        (FIRST_SEEN, str(letter["first_seen"]).encode()),
        (TARGET_GROUP, target),
    ]


def test_two_who_replay_at_once_send_a_letter_back_once(place: Place, request_id: str) -> None:
    place.upload(request_id)
    place.reject(request_id)
    topic = place.contracts.dead_letters_of(place.contracts.topic_of(InvoiceUploaded).name).name
    letters = [each for each in place.all_of(topic) if request_id.encode() in (each.value or b"")]
    first = Resolver(place.kafka, place.contracts, place.codec, "first")
    second = Resolver(place.kafka, place.contracts, place.codec, "second")
    with pytest.raises(NotResolved, match="0 dead letters"):
        first.resolve(letters, "REPLAYED")
    assert second.resolve(letters, "REPLAYED") == 1
    third = Resolver(place.kafka, place.contracts, place.codec, "third")
    assert third.resolve(letters, "REPLAYED") == 0
    uploads = place.all_of(place.contracts.topic_of(InvoiceUploaded).name)
    assert sum(request_id.encode() in (each.value or b"") for each in uploads) == 2


def test_letters_are_counted_by_what_is_asked_and_chosen_by_time(place: Place) -> None:
    requests = [str(uuid.uuid4()) for _ in range(3)]
    for hour, request_id in enumerate(requests):
        place.upload(request_id)
        place.reject(request_id, "validation", 1_700_000_000_000 + hour * 3_600_000)
    chosen = ("--group", "validation")
    counted = place.lines("dlq", "list", *chosen, "--by", "reason", "--by", "hour")
    assert [(each["reason"], each["hour"], each["letters"]) for each in counted] == [
        ("contract_broken", f"2023-11-{day}", 1) for day in ("14 22", "14 23", "15 00")
    ]
    [day, _] = place.lines("dlq", "list", *chosen, "--by", "day")
    assert (day["day"], day["letters"]) == ("2023-11-14", 2)
    since = ("--since", "2023-11-14T23:00:00Z", "--until", "2023-11-15")
    [found] = place.lines("dlq", "list", "invoice.uploaded", *chosen, *since)
    assert str(found["first_seen"]).startswith("2023-11-14T23:13")
    place.run("dlq", "list", *chosen, "--since", "noon", expect=2)
    place.run("dlq", "discard", *chosen, *since)
    assert len(place.lines("dlq", "list", "invoice.uploaded", *chosen)) == 2
    place.run("dlq", "discard", *chosen, "--yes")


def test_replaying_is_as_slow_as_asked(place: Place) -> None:
    requests = [str(uuid.uuid4()) for _ in range(5)]
    for request_id in requests:
        place.upload(request_id)
        place.reject(request_id, "inventory")
    chosen = ("--group", "inventory", "--rate", "4", "--yes")
    assert len(place.lines("dlq", "replay", *chosen, "--dry-run")) == 5
    began = time.monotonic()
    assert len(place.lines("dlq", "replay", *chosen)) == 5
    assert time.monotonic() - began >= 1
    assert place.lines("dlq", "list", "--group", "inventory") == []


def test_discarding_several_asks_first(place: Place) -> None:
    requests = [str(uuid.uuid4()) for _ in range(2)]
    for request_id in requests:
        place.upload(request_id)
        place.reject(request_id, "fraud")
    place.run("dlq", "discard", "--group", "fraud", answer="n\n", expect=1)
    assert sum(len(place.lines("dlq", "list", "--request", each)) for each in requests) == 2
    place.run("dlq", "discard", "--group", "fraud", "--yes")
    assert sum(len(place.lines("dlq", "list", "--request", each)) for each in requests) == 0


def test_replaying_without_saying_which_is_refused(place: Place) -> None:
    place.run("dlq", "replay", expect=2)


def test_state_shows_a_flows_last_commit(place: Place) -> None:
    changelog = place.contracts.changelog("decide", "requests").name
    entries = {"a": {"answers": 2}, "b": {"answers": 1}}
    write(
        place.kafka,
        [
            Outgoing(changelog, key.encode(), msgspec.msgpack.encode(value), [], 1)
            for key, value in entries.items()
        ],
    )
    write(place.kafka, [Outgoing(changelog, b"b", None, [], 1)])
    assert place.lines("state", "decide", "requests") == [
        {"key": "a", "partition": 1, "value": {"answers": 2}}
    ]
    place.run("state", "decide", "requests", "b", expect=1)
    place.run("state", "decide", "nothing", expect=2)


def test_reference_data_is_loaded_whole_or_not_at_all(place: Place, tmp_path: Path) -> None:
    file = tmp_path / "vendors.jsonl"
    good = {"record": "reference_vendor", "vendor_id": "V-9", "name": "Nine"}
    file.write_text(f"{json.dumps(good)}\n{json.dumps({**good, 'vendor': 'V-9'})}\n")
    place.run("reference", "load", str(file), expect=1)
    keys = {line["topic"]: line["keys"] for line in place.lines("reference", "list")}
    assert keys[f"{place.contracts.namespace}reference.vendors"] == []
    file.write_text(json.dumps(good))
    place.run("reference", "load", str(file), "--starter")
    keys = {line["topic"]: line["keys"] for line in place.lines("reference", "list")}
    assert keys[f"{place.contracts.namespace}reference.vendors"] == ["V-9"]
    assert keys[f"{place.contracts.namespace}reference.policy"] == ["default"]
    assert len(keys[f"{place.contracts.namespace}reference.tax_rates"]) == 27  # type: ignore[arg-type]  # JSON


def test_the_doctor_names_what_is_wrong(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    found = {line["about"]: line for line in place.lines("doctor", expect=1)}
    assert found["database"]["verdict"] == "fail"
    assert "manifold db migrate" in str(found["database"])
    assert found["topics"]["verdict"] == "ok"
    assert found["broker"]["verdict"] == "ok"
    monkeypatch.setenv("MANIFOLD_NAMESPACE", "nowhere.")
    found = {line["about"]: line for line in place.lines("doctor", expect=1)}
    assert found["topics"]["verdict"] == "fail"
    assert "manifold topics apply" in str(found["topics"])
