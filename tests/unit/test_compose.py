"""`docker-compose.kafka.yml`, as far as it can be checked without an engine."""

import json
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from connectors.settings import Settings
from flows import FLOWS
from manifold.runner import _CLOSING
from manifold.supervisor import _PATIENCE
from tests.unit.command_lines import parse
from tests.unit.setting_names import is_setting

ROOT = Path(__file__).parents[2]
FILE = ROOT / "docker-compose.kafka.yml"
SCHEMA = ROOT / "tests" / "schemas" / "compose-spec.json"

INFRASTRUCTURE = {"kafka", "registry", "redis", "postgres"}
PREPARATIONS = {"topics", "contracts", "migrations"}


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return found


@pytest.fixture(scope="module")
def services(compose: dict[str, Any]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = compose["services"]
    return found


@pytest.fixture(scope="module")
def ours(services: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {name: each for name, each in services.items() if "build" in each}


def settings_of(service: Mapping[str, Any], monkeypatch: pytest.MonkeyPatch) -> Settings:
    for name, value in service["environment"].items():
        monkeypatch.setenv(name, str(value))
    return Settings.load()


def seconds(duration: str) -> float:
    found = re.fullmatch(r"(\d+)(s|m)", duration)
    assert found is not None
    return float(found[1]) * {"s": 1, "m": 60}[found[2]]


def bytes_of(size: str) -> float:
    return float(size[:-1]) * {"m": 1024**2, "g": 1024**3}[size[-1]]


def test_it_follows_the_compose_specification(compose: dict[str, Any]) -> None:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    problems = [
        f"{error.json_path}: {error.message}"
        for error in jsonschema.Draft202012Validator(schema).iter_errors(compose)
    ]
    assert problems == []


@pytest.mark.skipif(
    shutil.which("docker") is None
    or subprocess.run(["docker", "compose", "version"], capture_output=True).returncode != 0,
    reason="there is no docker compose; the specification's schema is checked anyway",
)
@pytest.mark.parametrize("profile", [[], ["--profile", "all"], ["--profile", "tools"]])
def test_docker_compose_takes_it(profile: list[str]) -> None:
    command = ["docker", "compose", "-f", str(FILE), *profile, "config", "--quiet"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_the_infrastructure_alone_is_what_starts_by_default(
    services: dict[str, dict[str, Any]],
) -> None:
    assert {name for name, each in services.items() if "profiles" not in each} == INFRASTRUCTURE


def test_every_flow_runs(services: dict[str, dict[str, Any]]) -> None:
    for flow in FLOWS:
        assert services[flow]["command"] == ["run", flow]
        assert services[flow]["profiles"] == ["all"]


def test_every_command_line_is_one_of_ours(ours: dict[str, dict[str, Any]]) -> None:
    told = {name: parse(each["command"]) for name, each in ours.items() if "command" in each}
    assert set(told) == {*FLOWS, *PREPARATIONS, "lag", "probe", "web"}


def test_every_setting_is_one_of_ours(
    ours: dict[str, dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    for service in ours.values():
        assert [name for name in service["environment"] if not is_setting(name)] == []
        with monkeypatch.context() as environment:
            settings = settings_of(service, environment)
        assert settings.kafka_client["bootstrap.servers"] == "kafka:9093"


def test_each_flow_has_a_name_of_its_own_and_can_be_asked_how_it_is(
    services: dict[str, dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    for flow in FLOWS:
        service = services[flow]
        with monkeypatch.context() as environment:
            settings = settings_of(service, environment)
        assert settings.instance
        assert "container_name" in service, "two replicas would have one name"
        assert str(settings.telemetry.port) in service["healthcheck"]["test"][-1]


def test_what_is_waited_for_can_come_true(services: dict[str, dict[str, Any]]) -> None:
    for name, service in services.items():
        for awaited, how in service.get("depends_on", {}).items():
            condition = how["condition"]
            there = services[awaited]
            if condition == "service_healthy":
                assert "healthcheck" in there, f"{name} waits for the health of {awaited}"
            else:
                assert condition == "service_completed_successfully"
                assert there["restart"] == "on-failure:5", f"{awaited} would run for ever"
            profiles = set(there.get("profiles", service.get("profiles", [])))
            assert profiles >= set(service.get("profiles", [])), f"{name} without {awaited}"


def test_flows_wait_for_all_that_prepares_the_cluster(
    services: dict[str, dict[str, Any]],
) -> None:
    for flow in FLOWS:
        assert set(services[flow]["depends_on"]) >= PREPARATIONS


def test_a_flow_has_time_to_finish(services: dict[str, dict[str, Any]]) -> None:
    for flow in FLOWS:
        assert seconds(services[flow]["stop_grace_period"]) > _PATIENCE > _CLOSING


def test_no_port_is_taken_twice_and_none_is_open_to_others(
    services: dict[str, dict[str, Any]],
) -> None:
    ports = [port for each in services.values() for port in each.get("ports", [])]
    assert all(port.startswith("127.0.0.1:") for port in ports)
    taken = Counter(port.split(":")[1] for port in ports)
    assert [port for port, times in taken.items() if times > 1] == []


def test_every_service_is_bounded_and_can_come_back(services: dict[str, dict[str, Any]]) -> None:
    for name, service in services.items():
        if name == "manifold":
            continue  # one command of somebody who waits for it
        assert bytes_of(service["mem_limit"]) >= 128 * 1024**2, name
        assert service["restart"] in {"unless-stopped", "on-failure:5"}, name
        assert name in PREPARATIONS or "healthcheck" in service, name


def test_extract_has_the_memory_that_its_workers_may_use(
    services: dict[str, dict[str, Any]],
) -> None:
    documents = Settings().documents
    needed = documents.workers * documents.read_memory
    assert bytes_of(services["extract"]["mem_limit"]) > needed


def test_ours_run_without_rights_on_a_root_that_cannot_be_written(
    ours: dict[str, dict[str, Any]],
) -> None:
    for service in ours.values():
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert service["init"] is True
        assert service["tmpfs"][0].startswith("/tmp:")


def test_images_of_others_are_pinned(services: dict[str, dict[str, Any]]) -> None:
    images = [each["image"] for each in services.values() if "build" not in each]
    assert all(re.search(r":v?\d+\.\d+(\.\d+)?$", image) for image in images), images


def test_what_is_mounted_is_there(compose: dict[str, Any]) -> None:
    volumes = [
        volume.split(":")[0]
        for service in compose["services"].values()
        for volume in service.get("volumes", [])
    ]
    named = {volume for volume in volumes if not volume.startswith(".")}
    assert named == set(compose["volumes"])
    assert (ROOT / "dashboards" / "prometheus" / "prometheus.yml").is_file()
    assert (ROOT / "dashboards" / "alertmanager" / "alertmanager.yml").is_file()


def test_prometheus_scrapes_every_flow_and_what_looks_at_them() -> None:
    text = (ROOT / "dashboards" / "prometheus" / "prometheus.yml").read_text(encoding="utf-8")
    scraped = {
        target
        for job in yaml.safe_load(text)["scrape_configs"]
        for group in job.get("static_configs", [])
        for target in group["targets"]
    }
    assert scraped >= {f"{name}:9464" for name in (*FLOWS, "lag", "probe", "web")}
