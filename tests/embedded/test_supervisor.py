"""Parts are stopped in order, and the end of one is told plainly."""

import io
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cci_app.embedded import CannotStart, processes
from cci_app.embedded.console import Console
from cci_app.embedded.launch import PARTS
from cci_app.embedded.supervisor import Supervisor

# Says that it is there, and notes when it is asked to stop.
PART = """
import signal, sys, time
def stop(*_):
    with open(sys.argv[1], "a") as notes:
        notes.write(sys.argv[2] + " ")
    sys.exit(0)
signal.signal(signal.SIGTERM, stop)
print("ready", flush=True)
time.sleep(60)
"""


class Stage:
    """A supervisor with parts that note the order in which they end."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.printed = io.StringIO()
        self.supervisor = Supervisor(Console(self.printed), folder)
        self.supervisor._handle = lambda handler: None  # type: ignore[method-assign]  # signals belong to pytest here

    def start(self, name: str, script: str = PART) -> None:
        command = [sys.executable, "-c", script, str(self.folder / "order"), name]
        self.supervisor.start(name, command, cwd=self.folder, env=dict(os.environ))

    def wait_for(self, *lines: str) -> None:
        part = next(iter(self.supervisor._parts.values())).process
        assert processes.wait_until(lambda: all(line in self.printed.getvalue() for line in lines), part, 10)


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    stage = Stage(tmp_path)
    yield stage
    stage.supervisor.stop()


def test_who_takes_requests_stops_before_who_works(stage: Stage) -> None:
    for name in reversed(PARTS):
        stage.start(name)
    stage.wait_for(*(f"{name:8} | ready" for name in PARTS))
    stage.supervisor.stop()
    order = (stage.folder / "order").read_text().split()
    assert sorted(order[:2]) == ["beat", "web"]
    assert sorted(order[2:]) == ["jobs", "worker"]
    assert not list(stage.folder.glob("*.pid"))


def test_the_end_of_a_part_is_told(stage: Stage) -> None:
    stage.start("web")
    stage.start("worker", "import sys; sys.exit('cannot go on')")
    with pytest.raises(CannotStart, match="worker stopped with exit status 1: see the lines above"):
        stage.supervisor.watch()
    stage.supervisor.hear_out()
    assert "worker   | cannot go on" in stage.printed.getvalue()


def test_a_part_of_a_killed_run_is_stopped_first(stage: Stage) -> None:
    stage.start("web")
    stage.wait_for("ready")
    left = stage.supervisor._parts.pop("web")
    Supervisor(Console(io.StringIO()), stage.folder).stop_leftovers()
    assert left.process.wait(10) == 0
    left.printer.join(5)


def test_a_number_that_another_process_has_now_is_left_alone(stage: Stage) -> None:
    stage.start("web")
    process = stage.supervisor._parts["web"].process
    (stage.folder / "worker.pid").write_text(f"{process.pid} -m celery worker\n")
    (stage.folder / "web.pid").unlink()
    Supervisor(Console(io.StringIO()), stage.folder).stop_leftovers()
    assert process.poll() is None
