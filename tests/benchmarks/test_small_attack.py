"""A small part of `make attack`, on real processes: a flood, exports, strangers, large bodies, rubbish in Redis.

How fast the others were answered is not asked here: that is the machine's affair as well.
"""

import itertools
import json

import pytest

from benchmarks.attack.__main__ import OFFLINE
from benchmarks.attack.crowds import exported, flooded, noisy_key, refused
from benchmarks.attack.oversize import bodies, oversized
from benchmarks.attack.rubbish import littered
from benchmarks.attack.watch import GOAL_MB, Seen
from benchmarks.beside import Beside
from benchmarks.chaos.stage import stage

pytestmark = pytest.mark.filterwarnings("default:This process .* is multi-threaded:DeprecationWarning")

# All of it shares one product: minutes, where others are at work on the machine.
LONGEST_SECONDS = 900
SEED = 7
SECONDS = 2.0
STRANGERS = 5


@pytest.mark.timeout(LONGEST_SECONDS)
def test_others_are_answered_and_nothing_is_lost() -> None:
    with stage(SEED, {**OFFLINE, "RATE_LIMIT_PER_STRANGER": f"{STRANGERS}/minute"}) as scene:
        address = scene.product.address
        # Each of its messages is answered in the end, one after the other.
        seen, answers = flooded(scene, address, "a1", SECONDS / 2, many=30)
        unharmed(seen)
        assert set(answers) == {200}, answers
        # What one person sends is one person's: none of it waits in a second turn of theirs.
        assert scene.count("SELECT count(*) FROM webhook_events WHERE status = 'failed'") == 0
        seen, made, own = exported(scene, address, noisy_key(scene, 20), "a2", SECONDS, many=20)
        unharmed(seen)
        assert made > 0
        assert own == "200"
        seen, looked_up, asked = refused(scene, address, "a3", SECONDS)
        unharmed(seen)
        assert 0 < looked_up <= 2 * 2 * STRANGERS < asked
        seen, refusals = oversized(scene, address, "a4", bodies(), SECONDS)
        unharmed(seen)
        assert refusals > 0
        seen, ended = littered(scene, "a5", SECONDS)
        unharmed(seen)
        assert ended == 0


def unharmed(seen: Seen) -> None:
    assert seen.others.seconds
    assert seen.others.unanswered == seen.lost == 0
    assert max(seen.most.values()) < GOAL_MB, seen.most


def test_bodies_that_just_fit_hold_what_is_too_large() -> None:
    some = list(itertools.islice(bodies(), 20))
    assert len(set(some)) == 9
    assert max(map(len, some)) > 1_048_576 > min(map(len, some)) > 400_000
    assert len(json.loads(some[5])) > 50_000


def test_a_second_without_an_answer_is_seen() -> None:
    slow = Beside([0.1] * 19 + [1.5] * 2)
    assert slow.p95 == 1.5
    assert Beside([], 3).p95 == float("inf")
