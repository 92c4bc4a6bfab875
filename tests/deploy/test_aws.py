"""AWS' templates start the parts that compose.yaml starts, each with its own secrets."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from config.settings import Settings
from tests.deploy.test_compose import SERVICES

AWS = Path(__file__).parents[2] / "deploy" / "aws"


class _Template(yaml.SafeLoader):
    """YAML with CloudFormation's functions, each as a pair of its name and what it is given."""


def _function(loader: yaml.SafeLoader, name: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.ScalarNode):
        return (name, loader.construct_scalar(node))
    assert isinstance(node, yaml.SequenceNode)
    return (name, loader.construct_sequence(node, deep=True))


_Template.add_multi_constructor("!", _function)


def resources(name: str) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = yaml.load((AWS / name).read_text(), Loader=_Template)["Resources"]
    return {key: each["Properties"] for key, each in found.items()}


ECS = resources("ecs.yaml")
TASKS = {"web": "WebTask", "worker": "TurnsTask", "jobs": "JobsTask", "beat": "BeatTask", "migrate": "MigrateTask"}
LOGIN = {"web": "WebSecret", "migrate": "MigrationsSecret"}


@pytest.mark.parametrize("part", TASKS)
def test_each_part_is_started_as_compose_starts_it_with_its_own_secrets(part: str) -> None:
    [container] = ECS[TASKS[part]]["ContainerDefinitions"]
    assert container.get("Command") == SERVICES[part].get("command")
    assert container["ReadonlyRootFilesystem"]
    assert container["MountPoints"] == [{"SourceVolume": "tmp", "ContainerPath": "/tmp"}]
    given = {each["Name"]: each["ValueFrom"][1] for each in container["Secrets"]}
    own = LOGIN.get(part, "WorkerSecret")
    assert given.pop("SECRET_KEY") == "${CommonSecret}:SECRET_KEY::"
    assert given.pop("REDIS_URL") == "${CommonSecret}:REDIS_URL::"
    assert "DATABASE_URL" in given
    assert given == {name: f"${{{own}}}:{name}::" for name in given}
    names = {*given, *(each["Name"] for each in container["Environment"])}
    assert {name.lower() for name in names} <= set(Settings.model_fields)
    assert container["Image"] == ("Ref", "MigrationsImage" if part == "migrate" else "Image")


def test_there_is_never_a_second_beat() -> None:
    beat = ECS["BeatService"]
    assert beat["DesiredCount"] == ("If", ["Runs", 1, 0])
    assert beat["DeploymentConfiguration"].items() >= {"MaximumPercent": 100, "MinimumHealthyPercent": 0}.items()
    scaled = {str(each["ResourceId"]) for name, each in ECS.items() if name.endswith("Scaling")}
    assert not [name for name in scaled if "Beat" in name]


def test_a_canary_that_fails_is_taken_back() -> None:
    deployment = ECS["WebService"]["DeploymentConfiguration"]
    assert deployment["Strategy"] == "CANARY"
    assert deployment["Alarms"] == {
        "AlarmNames": [("Ref", "BlueFails"), ("Ref", "GreenFails")],
        "Enable": True,
        "Rollback": True,
    }


def test_app_runner_gives_the_web_what_ecs_gives_it() -> None:
    configured = resources("apprunner.yaml")["Web"]["SourceConfiguration"]["ImageRepository"]["ImageConfiguration"]
    [web] = ECS["WebTask"]["ContainerDefinitions"]
    assert configured["RuntimeEnvironmentVariables"] == web["Environment"]
    assert [(each["Name"], each["Value"]) for each in configured["RuntimeEnvironmentSecrets"]] == [
        (each["Name"], each["ValueFrom"]) for each in web["Secrets"]
    ]
