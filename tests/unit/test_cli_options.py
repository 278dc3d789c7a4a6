from pathlib import Path

import pytest
import typer

from manifold.cli.options import load_settings


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_the_command_line_goes_before_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MANIFOLD_KAFKA__BOOTSTRAP_SERVERS", "environment:9092")
    monkeypatch.setenv("MANIFOLD_KAFKA__SECURITY_PROTOCOL", "SSL")
    kafka = load_settings("given:9092", ["client.id=a=b"]).kafka_client
    assert kafka["bootstrap.servers"] == "given:9092"
    assert kafka["security.protocol"] == "SSL"
    assert kafka["client.id"] == "a=b"


def test_x_goes_before_bootstrap_as_the_more_explicit() -> None:
    kafka = load_settings("given:9092", ["bootstrap.servers=extra:9092"]).kafka_client
    assert kafka["bootstrap.servers"] == "extra:9092"


@pytest.mark.parametrize("pair", ["security.protocol", "=SSL", ""])
def test_an_x_without_key_and_value_is_refused(pair: str) -> None:
    with pytest.raises(typer.BadParameter, match="KEY=VALUE"):
        load_settings(None, [pair])
