"""Settings: where they come from, which goes first, and what is said when one is wrong."""

from datetime import timedelta
from pathlib import Path

import pytest

from connectors.settings import InvalidSettings, Settings

SECRET = "s3cr3t-word"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder, where manifold.toml would stand."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_without_any_a_broker_on_this_machine_is_meant() -> None:
    assert Settings.load().kafka_client == {"bootstrap.servers": "127.0.0.1:9092"}


def test_the_environment_names_librdkafka_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MANIFOLD_KAFKA__BOOTSTRAP_SERVERS", "kafka:9093")
    monkeypatch.setenv("MANIFOLD_KAFKA__SECURITY_PROTOCOL", "SSL")
    monkeypatch.setenv("MANIFOLD_KAFKA__LOG_LEVEL", "3")
    assert Settings.load().kafka_client == {
        "bootstrap.servers": "kafka:9093",
        "security.protocol": "SSL",
        "log_level": "3",
    }


@pytest.mark.parametrize(
    "text",
    [
        '[kafka]\n"bootstrap.servers" = "a:1"\n"statistics.interval.ms" = 5',
        '[kafka]\nbootstrap_servers = "a:1"\nstatistics_interval_ms = 5',
        '[kafka]\nbootstrap.servers = "a:1"\nstatistics.interval.ms = 5',
        'kafka.bootstrap.servers = "a:1"\nkafka.statistics.interval.ms = 5',
    ],
)
def test_the_file_may_write_them_in_any_way_toml_has(folder: Path, text: str) -> None:
    (folder / "manifold.toml").write_text(text)
    assert Settings.load().kafka == {"bootstrap.servers": "a:1", "statistics.interval.ms": "5"}


def test_arguments_go_before_the_environment_and_that_before_the_file(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = folder / "manifold.toml"
    file.write_text('[kafka]\n"bootstrap.servers" = "file:1"\n[join]\ndeadline = 5')
    assert Settings.load().kafka["bootstrap.servers"] == "file:1"
    monkeypatch.setenv("MANIFOLD_KAFKA__BOOTSTRAP_SERVERS", "environment:1")
    settings = Settings.load()
    assert settings.kafka["bootstrap.servers"] == "environment:1"
    assert settings.join.deadline == timedelta(seconds=5)
    given = Settings.load(kafka={"bootstrap.servers": "given:1"})
    assert given.kafka["bootstrap.servers"] == "given:1"


@pytest.mark.parametrize(
    ("text", "meant"), [("2.5", timedelta(seconds=2.5)), ("PT1M", timedelta(minutes=1))]
)
def test_durations_are_seconds_or_iso_8601(
    monkeypatch: pytest.MonkeyPatch, text: str, meant: timedelta
) -> None:
    monkeypatch.setenv("MANIFOLD_JOIN__DEADLINE", text)
    assert Settings.load().join.deadline == meant


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[join]\ndeadlin = 5", "join.deadlin"),
        ("[flow]\npoll_records = 0", "flow.poll_records"),
        ('[join]\ndeadline = "soon"', "join.deadline"),
        ("colour = 1", "colour"),
        ("[join", "manifold.toml"),
    ],
)
def test_a_wrong_setting_is_named_in_a_sentence(folder: Path, text: str, named: str) -> None:
    (folder / "manifold.toml").write_text(text)
    with pytest.raises(InvalidSettings) as raised:
        Settings.load()
    assert named in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_section_that_is_no_section_is_said_to_be_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MANIFOLD_KAFKA", "localhost:9092")
    with pytest.raises(InvalidSettings, match="kafka"):
        Settings.load()


def test_secrets_are_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MANIFOLD_REGISTRY__PASSWORD", SECRET)
    monkeypatch.setenv("MANIFOLD_DATABASE__URL", f"postgresql+psycopg://u:{SECRET}@h/d")
    monkeypatch.setenv("MANIFOLD_KAFKA__SASL_PASSWORD", SECRET)
    settings = Settings.load()
    assert settings.kafka["sasl.password"] == SECRET
    assert SECRET not in repr(settings)
    assert SECRET not in str(settings)
    monkeypatch.setenv("MANIFOLD_DATABASE__POOL", SECRET)
    monkeypatch.setenv("MANIFOLD_JOIN__DEADLINE", SECRET)
    with pytest.raises(InvalidSettings) as raised:
        Settings.load()
    assert SECRET not in str(raised.value)
