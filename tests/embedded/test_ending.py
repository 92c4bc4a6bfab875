"""Ctrl-C: what is under way ends, nothing stays, and nobody waits for interpreters to take their objects apart."""

import io
import os
import resource
import subprocess
import sys
from contextlib import closing, suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import psutil
import pytest

from cci_app.embedded import processes
from cci_app.embedded.console import Console
from cci_app.embedded.launch import PARTS, part_command
from cci_app.embedded.supervisor import Supervisor
from config.settings import ROOT, Settings

# Notes how it ends: `atexit` must be called, the module's objects must not be taken apart.
ODD = """
import atexit, os, sys, threading
class Heap:
    def __del__(self):
        print("taken apart", flush=True)
heap = Heap()
atexit.register(print, "called")
threading.Thread(target=threading.Event().wait).start()
if sys.argv[1:] == ["fork"] and os.fork():
    os.wait()
    print("its child has ended")
print("not flushed", end=" ")
sys.exit({"2": 2, "none": None, "words": "in words"}.get(sys.argv[-1], 0))
"""

# Seconds of processor time that the web's three processes may take to end. Taken apart they took three; a busy machine
# makes everybody wait longer, but nobody work more.
PROCESSOR_SECONDS = 1.0
WORKERS = 2


@pytest.mark.parametrize(
    ("argument", "status", "printed"),
    [
        ("2", 2, "not flushed called\n"),
        ("none", 0, "not flushed called\n"),
        ("words", 1, "not flushed called\n"),
        ("fork", 0, "not flushed called\nits child has ended\nnot flushed called\n"),
    ],
)
def test_a_part_ends_when_it_has_ended(tmp_path: Path, argument: str, status: int, printed: str) -> None:
    (tmp_path / "odd.py").write_text(ODD)
    command = [sys.executable, "-m", "cci_app.embedded.part", "odd", argument]
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}:{tmp_path}"}
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, env=environment, check=False)
    assert ended.returncode == status
    assert ended.stdout == printed
    assert ended.stderr == ("in words\n" if argument == "words" else "")


def test_without_it_the_objects_are_taken_apart(tmp_path: Path) -> None:
    (tmp_path / "odd.py").write_text(ODD.replace("threading.Event().wait", "print"))
    command = [sys.executable, "odd.py"]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, cwd=tmp_path, check=False)
    assert "taken apart" in ended.stdout


def test_the_web_ends_wholly_and_soon(tmp_path: Path, settings: Settings, addresses: dict[str, str]) -> None:
    port = processes.new_port(tmp_path / "port")
    environment = {
        **os.environ,
        "DATABASE_URL": addresses["web"],
        "REDIS_URL": addresses["redis"],
        "PORT": str(port),
        "WEB_WORKERS": str(WORKERS),
        "SECRET_KEY": settings.secret_key.get_secret_value(),
    }
    supervisor = Supervisor(Console(io.StringIO()), tmp_path)
    supervisor._handle = lambda handler: None  # type: ignore[method-assign]  # signals belong to pytest here
    before = processor_seconds()
    supervisor.start("web", part_command(*PARTS["web"]), cwd=ROOT, env=environment)
    try:
        web = psutil.Process(supervisor._parts["web"].process.pid)
        ready = lambda: answers(port) and len(web.children()) == WORKERS  # noqa: E731
        assert processes.wait_until(ready, supervisor._parts["web"].process, 120)
        family = [web, *web.children(recursive=True)]
        working = sum(sum(process.cpu_times()[:2]) for process in family)
    finally:
        supervisor.stop()
    assert len(family) == 1 + WORKERS
    assert not [process for process in family if runs(process)]
    assert processor_seconds() - before - working < PROCESSOR_SECONDS


def runs(process: psutil.Process) -> bool:
    """Whether it has not ended. One whose parent ended before it is the system's to bury, which may take a while."""
    with suppress(psutil.NoSuchProcess):
        return process.status() != psutil.STATUS_ZOMBIE
    return False


def processor_seconds() -> float:
    """What the children of this process took that have ended, with their children."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def answers(port: int) -> bool:
    """Whether the web is there."""
    connection = HTTPConnection(processes.LOOPBACK, port, timeout=30)
    with closing(connection), suppress(OSError, HTTPException):
        connection.request("GET", "/health")
        return connection.getresponse().status == 200
    return False
