"""`make chaos`: the product under faults, each figure beside its control. Exit status 1 when a goal is missed."""

import sys

from benchmarks.chaos import (
    asynchronous,
    channels,
    crashes,
    late,
    model_faults,
    poison,
    postgres_faults,
    redis_faults,
    repeats,
    stops,
    uploads,
    zombies,
)
from benchmarks.chaos.program import Scenario, main
from benchmarks.deliveries import SETTINGS

SCENARIOS = {
    "crashes": Scenario(crashes.run),
    "asynchronous": Scenario(asynchronous.run),
    "channels": Scenario(channels.run, SETTINGS),
    "poison": Scenario(poison.run),
    "redis": Scenario(redis_faults.run),
    "postgres": Scenario(postgres_faults.run),
    "repeats": Scenario(repeats.run),
    "zombies": Scenario(zombies.run),
    "late": Scenario(late.run),
    "stops": Scenario(stops.run),
    "models": Scenario(model_faults.run),
    "uploads": Scenario(uploads.run),
}


if __name__ == "__main__":
    sys.exit(main("make chaos", SCENARIOS))
