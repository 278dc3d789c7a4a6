"""`deploy/kubernetes`: each overlay built by kubectl, and held against schemas and settings."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from connectors.contracts import Contracts
from connectors.settings import Settings
from flows import COLLECT, DELIVERIES, EXTRACT, FLOWS
from manifold.supervisor import _PATIENCE
from tests.unit.command_lines import parse
from tests.unit.kubernetes_schemas import problems
from tests.unit.setting_names import is_setting

KUBERNETES = Path(__file__).parents[2] / "deploy" / "kubernetes"
OVERLAYS = ("small", "production")

KAFKA_TRIGGER = set(
    "bootstrapServers consumerGroup topic lagThreshold activationLagThreshold offsetResetPolicy "
    "allowIdleConsumers excludePersistentLag limitToPartitionsWithLag version tls sasl".split()
)
"""What KEDA's scaler for Kafka takes (pkg/scalers/kafka_scaler.go)."""

Objects = list[dict[str, Any]]


@cache
def build(overlay: str) -> Objects:
    kubectl = shutil.which("kubectl", path=str(Path(sys.executable).parent))
    assert kubectl is not None, "install requirements-dev.lock"
    command = [kubectl, "kustomize", str(KUBERNETES / "overlays" / overlay)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return [each for each in yaml.safe_load_all(done.stdout) if each]


@pytest.fixture(params=OVERLAYS)
def objects(request: pytest.FixtureRequest) -> Objects:
    return build(request.param)


@pytest.fixture
def production() -> Objects:
    return build("production")


def of_kind(objects: Objects, *kinds: str) -> dict[str, dict[str, Any]]:
    return {each["metadata"]["name"]: each for each in objects if each["kind"] in kinds}


def flow_of(thing: dict[str, Any]) -> str:
    return str(thing["metadata"]["labels"]["app.kubernetes.io/component"])


def pods(objects: Objects) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, each in of_kind(objects, "StatefulSet", "Deployment", "Job").items():
        yield name, each["spec"]["template"]
    for name, each in of_kind(objects, "CronJob").items():
        yield name, each["spec"]["jobTemplate"]["spec"]["template"]


def containers(pod: dict[str, Any]) -> list[dict[str, Any]]:
    return [*pod["spec"].get("initContainers", []), *pod["spec"]["containers"]]


def settings_of(objects: Objects, pod: dict[str, Any], container: dict[str, Any]) -> dict[str, str]:
    """The variables that a container gets, those of secrets as if they were any text."""
    found: dict[str, str] = {}
    maps = of_kind(objects, "ConfigMap")
    for source in container["envFrom"]:
        if "configMapRef" in source:
            found |= maps[source["configMapRef"]["name"]]["data"]
    for variable in container.get("env", []):
        origin = variable.get("valueFrom", {})
        field = origin.get("fieldRef", {}).get("fieldPath", "")
        label = re.fullmatch(r"metadata\.labels\['(.+)'\]", field)
        if label:
            found[variable["name"]] = pod["metadata"]["labels"][label[1]]
        else:
            found[variable["name"]] = field or variable.get("value", "sqlite:///secret")
    return found


def test_every_object_follows_its_schema(objects: Objects) -> None:
    wrong = {
        f"{each['kind']} {each['metadata']['name']}": said
        for each in objects
        if (said := problems(each))
    }
    assert wrong == {}


def test_a_field_that_there_is_not_is_noticed(production: Objects) -> None:
    for kind in ("StatefulSet", "ScaledObject", "PodMonitor"):
        thing = next(iter(of_kind(production, kind).values()))
        assert problems({**thing, "spec": {**thing["spec"], "replicaz": 1}})


def test_there_is_a_set_of_pods_for_each_flow(objects: Objects) -> None:
    sets = of_kind(objects, "StatefulSet")
    assert sorted(flow_of(each) for each in sets.values()) == sorted(FLOWS)
    accounts, budgets = of_kind(objects, "ServiceAccount"), of_kind(objects, "PodDisruptionBudget")
    for name, each in sets.items():
        labels = each["spec"]["template"]["metadata"]["labels"]
        assert each["spec"]["template"]["spec"]["serviceAccountName"] == name
        assert name in accounts
        selected = budgets[name]["spec"]["selector"]["matchLabels"]
        assert selected == each["spec"]["selector"]["matchLabels"]
        assert selected.items() <= labels.items()
        assert budgets[name]["spec"]["maxUnavailable"] == 1


def test_selectors_tell_flows_apart(objects: Objects) -> None:
    selectors = [
        tuple(sorted(each["spec"]["selector"]["matchLabels"].items()))
        for each in of_kind(objects, "StatefulSet", "Deployment").values()
    ]
    assert len(selectors) == len(set(selectors)) == len(FLOWS) + 4


def test_every_command_line_is_one_of_ours(objects: Objects) -> None:
    commands = []
    for _, pod in pods(objects):
        for container in containers(pod):
            given = settings_of(objects, pod, container)
            line = [given.get(each.strip("$()"), each) for each in container["args"]]
            commands.append(line[-1] if parse(line) == ["run"] else " ".join(parse(line)))
    others = [
        *("contracts register", "db migrate", "dlq retry", "documents sweep", "lag", "probe"),
        *("serve", "topics apply"),
    ]
    assert sorted(commands) == sorted([*FLOWS, *others])


def test_every_setting_is_one_of_ours(objects: Objects, monkeypatch: pytest.MonkeyPatch) -> None:
    for _, pod in pods(objects):
        for container in containers(pod):
            given = settings_of(objects, pod, container)
            ours = {name: value for name, value in given.items() if name.startswith("MANIFOLD_")}
            assert [name for name in ours if not is_setting(name)] == []
            with monkeypatch.context() as environment:
                for name, value in ours.items():
                    environment.setenv(name, value)
                settings = Settings.load()
            assert settings.telemetry.host == "0.0.0.0"


def test_a_pod_is_a_process_with_a_name_that_stays(objects: Objects) -> None:
    for thing in of_kind(objects, "StatefulSet").values():
        pod = thing["spec"]["template"]
        given = settings_of(objects, pod, pod["spec"]["containers"][0])
        assert given["MANIFOLD_INSTANCE"] == "metadata.name"
        assert given["FLOW"] == flow_of(thing)
        assert thing["spec"]["podManagementPolicy"] == "Parallel"
        assert thing["spec"]["updateStrategy"] == {"type": "RollingUpdate"}
        assert "replicas" not in thing["spec"], "applying again would undo what KEDA has scaled"
        assert pod["spec"]["terminationGracePeriodSeconds"] > _PATIENCE


def test_probes_ask_what_the_process_serves(objects: Objects) -> None:
    for thing in of_kind(objects, "StatefulSet").values():
        pod = thing["spec"]["template"]
        container = pod["spec"]["containers"][0]
        port = settings_of(objects, pod, container)["MANIFOLD_TELEMETRY__PORT"]
        assert {each["name"]: each["containerPort"] for each in container["ports"]} == {
            "telemetry": int(port)
        }
        for kind, path in (("startup", "startup"), ("readiness", "ready"), ("liveness", "live")):
            asked = container[f"{kind}Probe"]["httpGet"]
            assert asked == {"path": f"/health/{path}", "port": "telemetry"}


def test_pods_are_as_restricted_as_can_be(objects: Objects) -> None:
    namespace = next(iter(of_kind(objects, "Namespace").values()))
    assert namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"
    for name, pod in pods(objects):
        context = pod["spec"]["securityContext"]
        assert context["runAsNonRoot"] is True
        assert context["runAsUser"] == 10001
        assert context["seccompProfile"] == {"type": "RuntimeDefault"}
        assert pod["spec"]["automountServiceAccountToken"] is False
        kinds = {kind for each in pod["spec"]["volumes"] for kind in each} - {"name"}
        assert kinds <= {"emptyDir", "secret", "configMap"}, name
        for container in containers(pod):
            assert container["securityContext"] == {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            }
            assert {"name": "tmp", "mountPath": "/tmp"} in container["volumeMounts"]
            assert "memory" in container["resources"]["limits"]
            assert container["resources"]["requests"].keys() == {"cpu", "memory"}


def test_secrets_are_named_and_not_here(objects: Objects) -> None:
    assert of_kind(objects, "Secret") == {}
    for _, pod in pods(objects):
        for container in containers(pod):
            for variable in container.get("env", []):
                assert "PASSWORD" not in variable["name"] or "valueFrom" in variable


def test_only_those_who_need_a_secret_have_it(objects: Objects) -> None:
    have: dict[str, set[str]] = {}
    for name, pod in pods(objects):
        for container in containers(pod):
            named = [each.get("secretRef", {}).get("name") for each in container["envFrom"]]
            named += [
                each.get("valueFrom", {}).get("secretKeyRef", {}).get("name")
                for each in container.get("env", [])
            ]
            for secret in filter(None, named):
                have.setdefault(secret, set()).add(name)
    assert have["manifold-database"] == {
        f"manifold-{COLLECT}",
        "manifold-preparation",
        "manifold-web",
    }
    assert have["manifold-documents"] == {f"manifold-{EXTRACT}", "manifold-sweep"}
    assert have["manifold-receivers"] == {f"manifold-{flow}" for flow in DELIVERIES}
    assert have["manifold-web"] == {"manifold-web"}
    assert set(have) == {
        "manifold-kafka",
        "manifold-database",
        "manifold-documents",
        "manifold-receivers",
        "manifold-web",
    }


def test_only_extract_has_the_large_image(objects: Objects) -> None:
    for name, pod in pods(objects):
        for container in containers(pod):
            image = container["image"].rpartition("/")[2]
            assert image == (
                "manifold-extract:0.1.0" if name == f"manifold-{EXTRACT}" else "manifold:0.1.0"
            )


def test_extract_has_the_memory_that_its_workers_may_use(objects: Objects) -> None:
    documents = Settings().documents
    extract = of_kind(objects, "StatefulSet")[f"manifold-{EXTRACT}"]
    limit = extract["spec"]["template"]["spec"]["containers"][0]["resources"]["limits"]["memory"]
    assert int(limit.removesuffix("Mi")) * 1024**2 > documents.workers * documents.read_memory


def test_flows_are_scaled_by_the_lag_of_their_own_group(production: Objects) -> None:
    sets = of_kind(production, "StatefulSet")
    scaled = of_kind(production, "ScaledObject")
    assert set(scaled) == set(sets)
    for name, each in scaled.items():
        spec = each["spec"]
        assert spec["scaleTargetRef"] == {
            "apiVersion": "apps/v1",
            "kind": "StatefulSet",
            "name": name,
        }
        trigger = spec["triggers"][0]
        assert trigger["type"] == "kafka"
        assert trigger["metadata"]["consumerGroup"] == flow_of(each)
        assert trigger["metadata"].keys() <= KAFKA_TRIGGER
        assert trigger["authenticationRef"]["name"] in of_kind(production, "TriggerAuthentication")


def test_there_are_never_more_processes_than_partitions(production: Objects) -> None:
    settings = next(iter(of_kind(production, "ConfigMap").values()))["data"]
    wanted = Contracts.load().every_topic(int(settings["MANIFOLD_PARTITIONS"]))
    partitions = {topic.name: topic.partitions for topic in wanted}
    for each in of_kind(production, "ScaledObject").values():
        read = {partitions[topic.name] for topic in Contracts.load().read_by(flow_of(each))}
        assert each["spec"]["maxReplicaCount"] == min(read)


def test_the_base_scales_up_to_the_partitions_of_the_contracts() -> None:
    text = (KUBERNETES / "base" / "flow" / "scaled-object.yaml").read_text(encoding="utf-8")
    counts = {topic.partitions for flow in FLOWS for topic in Contracts.load().read_by(flow)}
    assert {yaml.safe_load(text)["spec"]["maxReplicaCount"]} == counts


def test_nothing_is_let_through_but_what_is_said(objects: Objects) -> None:
    policies = of_kind(objects, "NetworkPolicy")
    nothing = policies["manifold-nothing"]["spec"]
    assert nothing == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    reach = {
        (name, peer["namespaceSelector"]["matchLabels"]["kubernetes.io/metadata.name"])
        for name, each in policies.items()
        for rule in each["spec"].get("egress", [])
        for peer in rule["to"]
        if "namespaceSelector" in peer
    }
    assert reach == {
        ("manifold-names", "kube-system"),
        ("manifold-kafka", "kafka"),
        ("manifold-kafka", "registry"),
        ("manifold-database", "postgres"),
        ("manifold-redis", "redis"),
    }
    assert all(
        rule["ports"]
        for each in policies.values()
        for way in ("ingress", "egress")
        for rule in each["spec"].get(way, [])
    )


def test_prometheus_finds_every_pod_that_serves(production: Objects) -> None:
    monitor = next(iter(of_kind(production, "PodMonitor").values()))["spec"]
    wanted = monitor["selector"]["matchLabels"].items()
    for name, pod in pods(production):
        ports = {port["name"] for each in containers(pod) for port in each.get("ports", [])}
        if name not in ("manifold-preparation", "manifold-sweep"):
            assert wanted <= pod["metadata"]["labels"].items()
            assert monitor["podMetricsEndpoints"][0]["port"] in ports


def test_the_small_overlay_needs_no_operator() -> None:
    groups = {each["apiVersion"].rpartition("/")[0] for each in build("small")}
    assert groups == {"", "apps", "batch", "policy", "networking.k8s.io"}


def test_the_front_door_has_time_to_finish_and_is_asked_where_it_serves(objects: Objects) -> None:
    pod = of_kind(objects, "Deployment")["manifold-web"]["spec"]["template"]
    web = Settings().web
    needed = 5 + (web.finish + web.acknowledge_limit).total_seconds()
    assert pod["spec"]["terminationGracePeriodSeconds"] > needed
    [container] = pod["spec"]["containers"]
    given = settings_of(objects, pod, container)
    ports = {each["name"]: str(each["containerPort"]) for each in container["ports"]}
    assert ports["http"] == given["MANIFOLD_WEB__PORT"]
    assert ports["telemetry"] == given["MANIFOLD_TELEMETRY__PORT"]
    service = of_kind(objects, "Service")["manifold-web"]["spec"]
    assert service["selector"].items() <= pod["metadata"]["labels"].items()


def test_what_nobody_points_at_is_swept_once_a_day_by_one_job_at_a_time(objects: Objects) -> None:
    [sweep] = of_kind(objects, "CronJob").values()
    minute, hour, *days = sweep["spec"]["schedule"].split()
    assert (minute.isdigit(), hour.isdigit(), days) == (True, True, ["*", "*", "*"])
    assert sweep["spec"]["timeZone"] == "Etc/UTC"
    assert sweep["spec"]["concurrencyPolicy"] == "Forbid"
    pod = sweep["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    assert pod["restartPolicy"] == "Never"
    assert pod["serviceAccountName"] in of_kind(objects, "ServiceAccount")


def test_who_reaches_the_store_is_who_works_with_documents(objects: Objects) -> None:
    policies = of_kind(objects, "NetworkPolicy")
    told = {
        name: policies[f"manifold-{name}"]["spec"]["podSelector"]["matchExpressions"][0]["values"]
        for name in ("documents", "redis")
    }
    assert set(told["documents"]) == {EXTRACT, "sweep", "web"}
    assert set(told["redis"]) == {EXTRACT, "web", *DELIVERIES}


def test_all_that_talks_to_kafka_has_its_certificate_in_production(production: Objects) -> None:
    for name, pod in pods(production):
        for container in containers(pod):
            mounted = {each["name"]: each["mountPath"] for each in container["volumeMounts"]}
            if container["args"][0] != "db":
                assert mounted["kafka-ca"] == "/etc/kafka", name
