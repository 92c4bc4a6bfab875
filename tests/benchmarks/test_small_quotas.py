"""The measurement of quotas on a few turns: what holds is told from what does not."""

from flask import Flask

from benchmarks.quotas import Counted, holds, run, table
from tests.conftest import Tenant


def test_forty_at_once_against_a_limit_of_thirty(app: Flask, tenant: Tenant) -> None:
    counted = run(app, f"{tenant.slug}-limited", 40, 30)
    assert (counted.answered, counted.refused, counted.counted, counted.alerts) == (30, 10, 30, 1)
    assert holds(counted)


def test_one_over_one_short_and_one_untold_are_told() -> None:
    right = Counted(turns=10, limit=7, answered=7, refused=3, counted=7, alerts=1, seconds=1.0)
    assert holds(right)
    wrong = {"answered": 8, "refused": 2, "counted": 8, "alerts": 2}
    for name, value in wrong.items():
        fields = {each: getattr(right, each) for each in ("turns", "limit", "answered", "refused", "counted", "alerts")}
        assert not holds(Counted(**{**fields, name: value}, seconds=1.0)), name
    assert "| limited | 10 | 7 | 7 | 3 | 0 | 0 | 7 | 1 | 10 |" in table({"limited": right})
