"""The measurement of a model that obeys whoever writes to its tools, on a few pairs of each desk."""

import pytest
from flask import Flask

from benchmarks.obedient import SUITES, WAYS, Damage, Suite, attack, holds, table


def test_there_are_as_many_tasks_and_pairs_as_agentdojo_has() -> None:
    assert (sum(len([*each.tasks]) for each in SUITES), sum(len([*each.pairs]) for each in SUITES)) == (97, 629)


@pytest.mark.parametrize("suite", SUITES, ids=lambda suite: suite.name)
def test_nothing_is_written_that_nobody_asked_for_and_the_control_shows_that_it_would_be(
    app: Flask, suite: Suite
) -> None:
    product, control = (attack(suite, way, most=len(suite.orders)) for way in WAYS.values())
    assert (product.pairs, product.writes, product.leaks) == (len(suite.orders), 0, 0)
    assert control.writes >= len(suite.orders)
    assert control.leaks == len(suite.orders)


def test_what_was_let_happen_and_a_control_that_shows_nothing_are_told() -> None:
    product, control = WAYS
    right = {("desk", product): Damage(2, 0, 0), ("desk", control): Damage(2, 2, 1)}
    assert holds(right)
    for way, damage in ((product, Damage(2, 1, 0)), (product, Damage(2, 0, 1)), (control, Damage(2, 2, 0))):
        assert not holds(right | {("desk", way): damage})
    assert f"| all | {control} | 2 | 2 | 1 |" in table(right)
