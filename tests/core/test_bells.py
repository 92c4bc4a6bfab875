"""Bells that are not to ring yet."""

from typing import Any

import pytest

from cci_app.core.queue import Bells, Task
from tests.conversation.scripted import until


@pytest.fixture
def rung(settings: Any, monkeypatch: pytest.MonkeyPatch) -> tuple[Bells, list[str | None]]:
    heard: list[str | None] = []
    monkeypatch.setattr(Bells, "ring", lambda _self, _task, record_id=None: heard.append(record_id))
    return Bells(settings), heard


def test_bells_ring_in_the_order_of_their_time(rung: tuple[Bells, list[str | None]]) -> None:
    bells, heard = rung
    bells.ring_after(0.2, Task.RESUME_TURN, "later")
    bells.ring_after(0.05, Task.RESUME_TURN, "sooner")
    assert heard == []
    until(lambda: len(heard) == 2)
    assert heard == ["sooner", "later"]
    bells.stop()


def test_at_the_end_what_is_left_rings_at_once(rung: tuple[Bells, list[str | None]]) -> None:
    bells, heard = rung
    bells.ring_after(3600, Task.RESUME_TURN, "much later")
    bells.stop()
    assert heard == ["much later"]
