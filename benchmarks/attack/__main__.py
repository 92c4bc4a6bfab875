"""`make attack`: each attack beside its control. Exit status 1 when a goal is missed."""

import sys

from benchmarks import slow_clients
from benchmarks.attack import crowds, disk, oversize, rubbish, spin
from benchmarks.chaos import postgres_faults
from benchmarks.chaos.figures import Figure
from benchmarks.chaos.program import Scenario, main
from benchmarks.chaos.stage import Scale, Stage

# The assistant that comes with the product, without a model.
OFFLINE = {"AGENT_HANDLER": "", "CHAT_MODEL": "offline", "ASSISTANTS_SHARED_WITH": "*"}


def _slow(stage: Stage, scale: Scale) -> list[Figure]:
    return slow_clients.figures(stage.product, seconds=scale.attack_seconds)


SCENARIOS = {
    "flood": Scenario(crowds.flood),
    "neighbour": Scenario(crowds.neighbour, OFFLINE),
    "strangers": Scenario(crowds.strangers, OFFLINE),
    "oversize": Scenario(oversize.run, OFFLINE),
    "rubbish": Scenario(rubbish.run, OFFLINE),
    "slow": Scenario(_slow, OFFLINE),
    "spin": Scenario(spin.run),
    "disk": Scenario(disk.run, opened=disk.on_small_disk),
    "postgres": Scenario(postgres_faults.run),
}


if __name__ == "__main__":
    sys.exit(main("make attack", SCENARIOS))
