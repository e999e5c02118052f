"""Containers and chart start what exists, with the variables that the services read, over the edges that exist."""

import importlib
import re
from pathlib import Path
from typing import Any

import kubernetes_validate
import msgspec
import pytest
import yaml

from deploy.catalogue import OWNERS, SERVICES
from deploy.container.__main__ import environment_file, nats_conf
from shared.settings import PREFIX, Settings

ROOT = Path(__file__).resolve().parents[2]
CHART = ROOT / "helm" / "vangnet"
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
helm = pytest.importorskip("helm_python", reason="the Helm SDK is not made for this machine")

ONLY_PARTS = {"NATS_PASSWORD", "DB_PASSWORD", "MIGRATOR_PASSWORD"}
"""Variables that stand inside others' values."""


def kinds_of(service: str) -> list[type[Settings]]:
    """The structs of settings that a service reads; without a service those that all read."""
    module = importlib.import_module(f"services.{service}.settings") if _has_settings(service) else None
    own = vars(module).values() if module else ()
    return list(
        dict.fromkeys(
            [Settings, *(each for each in own if isinstance(each, type) and issubclass(each, Settings))]
        )
    )


def settings_of(service: str) -> set[str]:
    """The variables that a service reads."""
    return {PREFIX + name.upper() for kind in kinds_of(service) for name in kind.__struct_fields__}


def _has_settings(service: str) -> bool:
    return (ROOT / "services" / service / "settings.py").exists()


def rendered() -> list[dict[str, Any]]:
    chart = helm.Chart.load(str(CHART))
    values = {"otlp": {"endpoint": "http://collector:4318", "port": 4318}}
    text = chart.render(values, name="vangnet", namespace="vangnet")
    parts = text.values() if isinstance(text, dict) else [text]
    return [each for part in parts for each in yaml.safe_load_all(part) if each]


DOCUMENTS = rendered()


def of(kind: str) -> list[dict[str, Any]]:
    return [each for each in DOCUMENTS if each["kind"] == kind]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda each: f"{each['kind']} {each['metadata']['name']}")
@pytest.mark.parametrize("version", ["1.28", "1.34"])
def test_kubernetes_accepts_it(document: dict[str, Any], version: str) -> None:
    kubernetes_validate.validate(document, version, strict=True)


def test_helm_finds_nothing_to_say_of_the_chart() -> None:
    messages = helm.lint(str(CHART))

    assert not [each for each in messages if "ERROR" in str(each)]


def test_the_chart_and_compose_run_the_services_that_exist() -> None:
    assert {each["metadata"]["name"] for each in of("Deployment")} == set(SERVICES)
    assert set(SERVICES) <= set(COMPOSE["services"])


@pytest.mark.parametrize("service", SERVICES)
def test_every_variable_is_one_that_the_service_reads(service: str) -> None:
    (deployment,) = [each for each in of("Deployment") if each["metadata"]["name"] == service]
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    in_chart = {each["name"] for each in container["env"]} - ONLY_PARTS
    in_compose = set(COMPOSE["services"][service]["environment"])

    assert in_chart <= settings_of(service)
    assert in_compose <= settings_of(service)
    assert in_compose <= in_chart | {"VANGNET_COOKIE_SECURE"}


def documented() -> dict[str, dict[str, str]]:
    """The variables that docs/operations.md names, with their defaults, by service; `` for every service."""
    tables: dict[str, dict[str, str]] = {}
    named = ""
    for line in (ROOT / "docs" / "operations.md").read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            named = ""
        elif line.removesuffix(":") in SERVICES:
            named = line.removesuffix(":")
        elif row := re.match(r"\| `(VANGNET_\w+)`(?: !)? \| (?:`(.*?)`)? ?\|", line):
            tables.setdefault(named, {})[row[1]] = row[2] or ""
    return tables


@pytest.mark.parametrize("service", ["", *SERVICES])
def test_every_setting_is_documented_with_its_default(service: str) -> None:
    everywhere = {each.name for each in msgspec.structs.fields(Settings)}
    kinds = [kind for kind in kinds_of(service) if kind is not Settings or not service]
    read = {
        PREFIX + field.name.upper(): _said(field.default)
        for kind in kinds
        for field in msgspec.structs.fields(kind)
        if field.name not in everywhere or not service
    }

    assert documented().get(service, {}) == read


def _said(default: object) -> str:
    if isinstance(default, bool):
        return str(default).lower()
    return str(default).removeprefix(f"{ROOT}/")


@pytest.mark.parametrize("kind", ["Service", "PodDisruptionBudget", "NetworkPolicy"])
def test_selectors_match_the_pods(kind: str) -> None:
    pods = {
        each["metadata"]["name"]: each["spec"]["template"]["metadata"]["labels"] for each in of("Deployment")
    }
    for document in of(kind):
        spec = document["spec"]
        selector = spec.get("podSelector", spec.get("selector"))
        wanted = selector.get("matchLabels", selector)
        labels = pods[document["metadata"]["name"]]
        assert wanted.items() <= labels.items()


@pytest.mark.parametrize("service", SERVICES)
def test_the_network_lets_each_service_reach_what_it_asks_and_no_other(service: str) -> None:
    code = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "services" / service).rglob("*.py"))
    calls = re.findall(r"\.(?:ask|tell)\(\s*\"(\w+)\"", code)
    asked = set(calls) & set(SERVICES)  # itself too, where one tenant knocks at another's door
    if service not in {"identity", "gateway"}:
        asked.add("identity")  # for its own token, and for the keys
    values = yaml.safe_load((CHART / "values.yaml").read_text(encoding="utf-8"))["services"]

    assert asked <= set(values[service]["asks"])
    if service != "gateway":
        assert set(values[service]["asks"]) <= asked | {"identity"}


def test_pods_run_restricted() -> None:
    for document in [*of("Deployment"), *of("Job")]:
        pod = document["spec"]["template"]["spec"]
        assert pod["securityContext"]["runAsNonRoot"]
        assert pod["automountServiceAccountToken"] is False
        for container in pod["containers"]:
            assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
            assert container["securityContext"]["readOnlyRootFilesystem"]
            mounted = {each["name"] for each in container.get("volumeMounts", [])}
            assert mounted <= {each["name"] for each in pod.get("volumes", [])}


def test_the_nats_configuration_for_containers_is_that_of_the_code() -> None:
    on_disk = (ROOT / "deploy" / "container" / "nats.conf").read_text(encoding="utf-8")

    assert on_disk == nats_conf(), "run: python -m deploy.container nats > deploy/container/nats.conf"


def test_every_secret_that_compose_asks_for_is_made() -> None:
    made = {line.split("=", 1)[0] for line in environment_file().splitlines()}
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")

    asked = {
        part.split("}", 1)[0].rstrip("?:")
        for part in text.split("${")[1:]
        if part.split("}", 1)[0].endswith("?")
    }
    assert asked
    assert asked <= made


def test_each_image_is_named_alike_in_compose_and_chart() -> None:
    tagless = {
        each["metadata"]["name"]: each["spec"]["template"]["spec"]["containers"][0]["image"].rsplit(":", 1)[0]
        for each in of("Deployment")
    }
    for service in SERVICES:
        assert COMPOSE["services"][service]["image"].rsplit(":", 1)[0] == tagless[service]
    assert set(OWNERS) < set(tagless)
