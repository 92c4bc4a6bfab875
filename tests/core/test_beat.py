"""The beat goes on when the clock is set back, all of it and not only what is nearest."""

import os
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from celery import Celery
from celery.beat import PersistentScheduler

from celery_tasks import beat
from celery_tasks.beat import Beat, Every
from config.settings import ROOT


class Clock:
    """A clock that is set, and one that only goes on."""

    now = datetime(2026, 1, 15, 12, tzinfo=UTC)
    passed = 0.0

    def go_on(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
        self.passed += seconds


CLOCK = Clock()


def _now() -> datetime:
    """The time of day; a schedule is kept on disk, with what it asks."""
    return CLOCK.now


def rung(clock: Clock, folder: Path, kind: type[PersistentScheduler], seconds: float, back: timedelta) -> Counter[str]:
    """How often each of two bells rang after the clock was set back."""
    app = Celery("beat", set_as_current=False)
    app.conf.result_expires = None  # no bell of Celery's own
    bells = {
        name: {"task": name, "schedule": Every(every, nowfun=_now)}
        for name, every in (("often", 5.0), ("seldom", 30.0))
    }
    app.conf.beat_schedule = bells
    told: Counter[str] = Counter()

    class Told(kind):  # type: ignore[misc, valid-type]
        def apply_entry(self, entry: Any, producer: Any = None) -> None:
            told[entry.name] += 1

        @property
        def producer(self) -> None:
            return None

    scheduler = Told(app, schedule_filename=str(folder / "schedule"))
    _run(scheduler, clock, 60)
    assert told["often"] >= 11
    assert told["seldom"] >= 1
    told.clear()
    clock.now -= back
    _run(scheduler, clock, seconds)
    scheduler.close()
    return told


def _run(scheduler: Any, clock: Clock, seconds: float) -> None:
    ends = clock.passed + seconds
    while clock.passed < ends:
        clock.go_on(max(scheduler.tick(), 0.001))


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    monkeypatch.setattr(beat, "monotonic", lambda: CLOCK.passed)
    return CLOCK


def test_everything_rings_on_after_the_clock_is_set_back(clock: Clock, tmp_path: Path) -> None:
    told = rung(clock, tmp_path, Beat, 61, timedelta(hours=1))
    assert told["often"] in {12, 13}
    assert told["seldom"] in {2, 3}


def test_celerys_own_order_lets_some_wait_for_the_time_of_day(clock: Clock, tmp_path: Path) -> None:
    assert rung(clock, tmp_path, PersistentScheduler, 61, timedelta(hours=1))["seldom"] == 0


def test_what_only_rings_loads_no_application() -> None:
    # Recovery after a kill waits for beat; and whoever asks after a worker every few seconds is a process of its own.
    loads = (
        "import sys\nfrom celery_tasks.timetable import celery\ncelery.loader.import_default_modules()\n"
        "assert celery.conf.beat_schedule\n"
        "print(*(name for name in sys.modules if name.startswith(('cci_app.', 'flask_smorest', 'langchain'))))"
    )
    addresses = {"DATABASE_URL": "postgresql://x@127.0.0.1/x", "REDIS_URL": "redis://127.0.0.1/0"}
    told = subprocess.run(
        [sys.executable, "-c", loads], cwd=ROOT, env=os.environ | addresses, capture_output=True, text=True, check=True
    )
    assert all(name.startswith("cci_app.core") for name in told.stdout.split()), told.stdout


def test_a_task_runs_in_the_application() -> None:
    from celery_tasks.app import InApplication, celery

    celery.loader.import_default_modules()
    assert isinstance(celery.tasks["conversation.sweep"], InApplication)
