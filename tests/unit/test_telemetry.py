"""What the process of a flow tells from the beginning, and what is looked at now and then."""

from pathlib import Path

import pytest

from connectors import catalogue
from connectors import telemetry as telling
from connectors.guard import Guard
from connectors.measured import Measured
from connectors.parts import Parts, parts
from connectors.settings import Settings, Telemetry
from tests.unit.test_certificates import certificate

SERVED = Settings(telemetry=Telemetry(port=0))


def test_without_a_port_nothing_is_measured() -> None:
    assert type(parts("decide", Settings())) is Parts
    assert type(parts("decide", SERVED)) is Measured


def test_counters_stand_at_zero_from_the_beginning() -> None:
    join = Measured("decide", SERVED).telemetry
    branch = Measured("fraud", SERVED).telemetry
    shown = {family.name for family in join.measures.collect()}
    assert catalogue.DEADLINES_FIRED.name.removesuffix("_total") in shown
    shown = {family.name for family in branch.measures.collect()}
    assert catalogue.DEADLINES_FIRED.name.removesuffix("_total") not in shown
    assert catalogue.COMMITS.name.removesuffix("_total") in shown


def test_certificates_of_the_client_are_told(tmp_path: Path) -> None:
    file = tmp_path / "ca.pem"
    file.write_text(certificate(10))
    settings = SERVED.model_copy(update={"kafka": {"ssl.ca.location": str(file)}})
    measures = Measured("decide", settings).telemetry.measures
    assert measures.value(catalogue.CERTIFICATE_EXPIRY, "decide", "ssl.ca.location") > 0


def test_breakers_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telling, "_SAMPLED_EVERY", 0.0)
    made = Measured("pricing", SERVED)
    guard = Guard("exchange-rate service")
    made.guarded(guard)
    measures, labels = made.telemetry.measures, ("pricing", "exchange-rate service")
    made.telemetry.sample()
    assert measures.value(catalogue.BREAKER_STATE, *labels) == 0
    for at in range(3):
        guard.failed(at, "no answer")
    made.telemetry.sample()
    assert measures.value(catalogue.BREAKER_STATE, *labels) == 2
    assert measures.value(catalogue.BREAKER_OPENED, *labels) == 1
    assert guard.allows(10**12)
    made.telemetry.sample()
    assert measures.value(catalogue.BREAKER_STATE, *labels) == 1


def test_samples_are_not_taken_at_every_poll() -> None:
    made = Measured("pricing", SERVED)
    taken: list[int] = []
    made.telemetry.sampled(lambda: taken.append(1))
    for _ in range(100):
        made.telemetry.sample()
    assert len(taken) < 10


def test_health_is_a_metric_too() -> None:
    telemetry = Measured("decide", SERVED).telemetry
    values = {
        sample.labels["check"]: sample.value
        for family in telemetry.collect()
        for sample in family.samples
        if sample.name == catalogue.HEALTH.name
    }
    assert values == {"startup": 0, "live": 1, "ready": 0}


def test_a_restore_is_counted_with_its_records() -> None:
    telemetry = Measured("decide", SERVED).telemetry
    telemetry.began("state")
    telemetry.progressed(10, 0.5)
    assert telemetry.measures.value(catalogue.RESTORE_PROGRESS, "decide") == 0.5
    telemetry.ended(20)
    assert telemetry.measures.value(catalogue.RESTORES, "decide") == 1
    assert telemetry.measures.value(catalogue.RESTORED_RECORDS, "decide") == 20
    assert telemetry.measures.value(catalogue.RESTORE_PROGRESS, "decide") == 1


def test_reference_data_is_read_and_not_restored() -> None:
    telemetry = Measured("decide", SERVED).telemetry
    telemetry.began("reference data")
    telemetry.ended(20)
    assert telemetry.measures.value(catalogue.RESTORES, "decide") == 0
    assert telemetry.measures.value(catalogue.RESTORED_RECORDS, "decide") == 0
