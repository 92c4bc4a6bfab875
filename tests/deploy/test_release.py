"""A release by canary: what each step asks Helm for, and when a canary does not hold."""

import os
import subprocess
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from tests.deploy.test_chart import ROOT, load

OLD, NEW = "sha256:old", "sha256:new"
KEPT = '{"canary":{"digest":"sha256:new","enabled":true},"image":{"digest":"sha256:old","pullPolicy":"Always"}}'


def asked(step: str, folder: Path) -> str:
    """What Helm is asked for in a step; it tells of the release before."""
    helm = folder / "helm"
    helm.write_text(f'#!/bin/sh\n[ "$1" = get ] && echo \'{KEPT}\' || echo "$@"\n')
    helm.chmod(0o755)
    done = subprocess.run(
        ["sh", ROOT / "deploy" / "release.sh", step],
        env={"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}", "DIGEST": NEW, "NAMESPACE": "n", "VALUES": "v.yaml"},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


@pytest.mark.parametrize(
    ("step", "sets"),
    [
        ("canary", {f"image.digest={OLD}", "canary.enabled=true", f"canary.digest={NEW}"}),
        ("promote", {f"image.digest={NEW}", "canary.enabled=false"}),
        ("withdraw", {f"image.digest={OLD}", "canary.enabled=false"}),
    ],
)
def test_each_step_sets_who_has_which_image(step: str, sets: set[str], tmp_path: Path) -> None:
    words = asked(step, tmp_path).split()
    assert words[:3] == ["upgrade", "cci", "deploy/chart"]
    assert {word for word in words if "=" in word} == sets
    # What is taken back migrates nothing.
    assert ("--no-hooks" in words) is (step == "withdraw")


def series(**values: float) -> dict[str, object]:
    found = [
        {"metric": {"app_kubernetes_io_component": name.replace("_", "-")}, "value": [0, str(value)]}
        for name, value in values.items()
    ]
    return {"status": "success", "data": {"resultType": "vector", "result": found}}


@pytest.mark.parametrize(
    ("errors", "requests", "fault"),
    [
        (series(web=0.01, web_canary=0.015), series(web=9, web_canary=1), None),
        (
            series(web=0.01, web_canary=0.05),
            series(web=9, web_canary=1),
            "5.0% of its requests fail, 1.0% of the others",
        ),
        # The installation is ill, not the canary.
        (series(web=0.2, web_canary=0.2), series(web=9, web_canary=1), None),
        (series(web=0.0), series(web=9), "it got no request"),
    ],
)
def test_a_canary_holds_where_it_fails_no_more_than_the_others(
    errors: dict[str, object], requests: dict[str, object], fault: str | None, httpserver: HTTPServer
) -> None:
    canary = load("canary")
    for name, answer in (("errors", errors), ("requests", requests)):
        query = {"query": canary.QUERIES[name]}
        httpserver.expect_request("/api/v1/query", query_string=query).respond_with_json(answer)
    waited: list[float] = []
    said = canary.watch(httpserver.url_for("/"), 3, 0.01, waited.append)
    assert (said or "").startswith(fault or "")
    assert (said is None) is (fault is None)
    # It is told as soon as it is known.
    assert len(waited) == (1 if fault and "fail" in fault else 3)
