"""What the Helm chart was rendered to starts the parts that compose.yaml starts, and keeps what is promised of them."""

import importlib.util
import re
import tomllib
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml

from config import reach
from config.settings import Settings
from tests.conftest import make_settings
from tests.deploy.test_compose import SERVICES

ROOT = Path(__file__).parents[2]
CHART = ROOT / "deploy" / "chart"
VALUES: dict[str, Any] = yaml.safe_load((CHART / "values.yaml").read_text())
EXAMPLES = ("ingress", "canary")
OF_COMPOSE = {"web": "web", "web-canary": "web", "turns": "worker", "jobs": "jobs", "beat": "beat"}


def load(name: str) -> ModuleType:
    """A script of deploy/, which is no package."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "deploy" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@cache
def objects(example: str) -> dict[tuple[str, str], dict[str, Any]]:
    """The objects of a manifest, by kind and name."""
    written = (ROOT / "deploy" / "manifests" / f"{example}.yaml").read_text()
    documents = yaml.load_all(written, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return {(each["kind"], each["metadata"]["name"]): each for each in documents}


def parts(example: str) -> dict[str, dict[str, Any]]:
    """The Deployments, by part."""
    return {name.removeprefix("cci-"): each for (kind, name), each in objects(example).items() if kind == "Deployment"}


def pod(part: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = part["spec"]["template"]["spec"]
    assert len(found["containers"]) == 1
    return found


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_manifests_are_those_of_the_chart(example: str) -> None:
    check = load("check")
    assert check.EXAMPLES == EXAMPLES
    written = (ROOT / "deploy" / "manifests" / f"{example}.yaml").read_text()
    assert written.startswith(check.heading(example)), "run `make manifests`"


def test_another_chart_is_another_fingerprint(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    check = load("check")
    (tmp_path / "templates").mkdir()
    (tmp_path / "examples").mkdir()
    (tmp_path / "examples" / "ingress.yaml").write_text("a: 1")
    (tmp_path / "examples" / "canary.yaml").write_text("a: 1")
    monkeypatch.setattr(check, "CHART", tmp_path)
    seen = {check.fingerprint("ingress")}
    (tmp_path / "templates" / "web.yaml").write_text("kind: Service")
    seen.add(check.fingerprint("ingress"))
    (tmp_path / "examples" / "canary.yaml").write_text("a: 2")
    assert check.fingerprint("ingress") in seen
    (tmp_path / "examples" / "ingress.yaml").write_text("a: 2")
    seen.add(check.fingerprint("ingress"))
    assert len(seen) == 3


@pytest.mark.parametrize("example", EXAMPLES)
def test_each_part_is_started_as_compose_starts_it(example: str) -> None:
    found = parts(example)
    assert set(found) == set(OF_COMPOSE) - ({"web-canary"} if example == "ingress" else set())
    for name, part in found.items():
        [container] = pod(part)["containers"]
        assert container.get("command") == SERVICES[OF_COMPOSE[name]].get("command"), name
    [container] = objects(example)["Job", "cci-migrate"]["spec"]["template"]["spec"]["containers"]
    assert container["command"] == SERVICES["migrate"]["command"]


@pytest.mark.parametrize("example", EXAMPLES)
def test_each_part_has_the_secrets_that_it_needs_and_no_other(example: str) -> None:
    names = VALUES["secrets"]
    pods = {name: pod(part) for name, part in parts(example).items()}
    pods["migrate"] = objects(example)["Job", "cci-migrate"]["spec"]["template"]["spec"]
    for name, of in pods.items():
        [container] = of["containers"]
        own = {"web": "web", "web-canary": "web", "migrate": "migrations"}.get(name, "worker")
        assert [source["secretRef"]["name"] for source in container["envFrom"]] == [names["common"], names[own]], name
        given = {variable["name"]: variable["value"] for variable in container["env"]}
        assert {setting.lower() for setting in given} <= set(Settings.model_fields), name
        assert given["FILE_STORAGE"].startswith("s3://"), name
    # A hook runs before the release's own objects are there: it names none of them.
    assert "serviceAccountName" not in pods["migrate"]


@pytest.mark.parametrize("example", EXAMPLES)
def test_no_part_is_root_or_writes_beside_tmp(example: str) -> None:
    pods = [*map(pod, parts(example).values()), objects(example)["Job", "cci-migrate"]["spec"]["template"]["spec"]]
    for of in pods:
        assert of["securityContext"]["runAsNonRoot"]
        assert not of["automountServiceAccountToken"]
        [container] = of["containers"]
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert container["volumeMounts"] == [{"name": "tmp", "mountPath": "/tmp"}]
        assert "memory" in container["resources"]["limits"]
    user = str(pods[0]["securityContext"]["runAsUser"])
    assert f"USER {user}:{user}\n" in (ROOT / "Dockerfile").read_text()


def test_what_may_be_twice_is_and_survives_a_node() -> None:
    found = objects("canary")
    for name in ("web", "turns", "jobs"):
        assert found["HorizontalPodAutoscaler", f"cci-{name}"]["spec"]["scaleTargetRef"]["name"] == f"cci-{name}"
        # The autoscaler's number, which a release would set back.
        assert "replicas" not in found["Deployment", f"cci-{name}"]["spec"]
    for name in ("web", "web-canary", "turns", "jobs"):
        labels = found["Deployment", f"cci-{name}"]["spec"]["template"]["metadata"]["labels"]
        selector = found["PodDisruptionBudget", f"cci-{name}"]["spec"]["selector"]["matchLabels"]
        assert selector.items() <= labels.items()
        assert selector == found["Deployment", f"cci-{name}"]["spec"]["selector"]["matchLabels"]
    beat = found["Deployment", "cci-beat"]["spec"]
    assert (beat["replicas"], beat["strategy"]) == (1, {"type": "Recreate"})
    assert ("HorizontalPodAutoscaler", "cci-beat") not in found
    hook = found["Job", "cci-migrate"]["metadata"]["annotations"]["helm.sh/hook"]
    assert hook == "pre-install,pre-upgrade"


def test_a_part_has_the_time_to_finish() -> None:
    told = re.search(r"^graceful_timeout = (\d+)$", (ROOT / "config" / "gunicorn.py").read_text(), re.MULTILINE)
    assert told is not None
    [web] = [pod(part) for name, part in parts("ingress").items() if name == "web"]
    pause = web["containers"][0]["lifecycle"]["preStop"]["sleep"]["seconds"]
    assert web["terminationGracePeriodSeconds"] > pause + int(told[1])
    for name in ("turns", "jobs"):
        assert pod(parts("ingress")[name])["terminationGracePeriodSeconds"] >= 70


def test_a_new_pod_counts_when_the_database_lets_it_in_and_stays_when_it_does_not(
    web: Any, addresses: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    [container] = pod(parts("ingress")["web"])["containers"]
    assert container["startupProbe"]["exec"]["command"] == ["python", "-m", reach.__name__]
    assert container["startupProbe"]["timeoutSeconds"] > reach.SECONDS
    for probe in ("readiness", "liveness"):
        assert web.get(container[f"{probe}Probe"]["httpGet"]["path"]).status_code == 200
    for address, reached in ((addresses["web"], True), (addresses["web"].replace(":test@", ":other@"), False)):
        monkeypatch.setattr(reach, "get_settings", lambda given=address: make_settings(given, addresses["redis"]))
        said = reach.fault()
        assert (said is None) is reached
        assert reached or "other" not in str(said)


def test_the_canary_gets_its_share_with_its_own_image_which_migrates() -> None:
    found = objects("canary")
    [rule] = found["HTTPRoute", "cci-web"]["spec"]["rules"]
    assert {to["name"]: to["weight"] for to in rule["backendRefs"]} == {"cci-web-stable": 90, "cci-web-canary": 10}
    for track, part in (("stable", "web"), ("canary", "web-canary")):
        labels = found["Deployment", f"cci-{part}"]["spec"]["template"]["metadata"]["labels"]
        both = found["Service", "cci-web"]["spec"]["selector"]
        own = found["Service", f"cci-web-{track}"]["spec"]["selector"]
        assert both.items() <= labels.items()
        assert own.items() <= labels.items()
        assert not own.items() <= found["Deployment", "cci-turns"]["spec"]["template"]["metadata"]["labels"].items()
    images = {name: pod(part)["containers"][0]["image"].split(":")[1] for name, part in parts("canary").items()}
    assert images == {
        name: "0.1.1-rc.1" if name == "web-canary" else "0.1.0"
        for name in ("web", "web-canary", "turns", "jobs", "beat")
    }
    migrating = found["Job", "cci-migrate"]["spec"]["template"]["spec"]["containers"][0]["image"]
    assert migrating.endswith(":0.1.1-rc.1")


def test_external_secrets_make_the_secrets_that_the_chart_names() -> None:
    made = yaml.safe_load_all((CHART / "examples" / "external-secrets.yaml").read_text())
    targets = {each["spec"]["target"]["name"] for each in made}
    assert targets == {*VALUES["secrets"].values(), VALUES["monitoring"]["keySecret"]}


def test_the_chart_is_of_the_product_s_version() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    chart = yaml.safe_load((CHART / "Chart.yaml").read_text())
    assert (chart["version"], chart["appVersion"]) == (version, version)
