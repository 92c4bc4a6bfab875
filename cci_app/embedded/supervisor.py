"""Watches the parts of the product and stops them in order."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import NoReturn

from cci_app.embedded import processes
from cci_app.embedded.console import Console
from cci_app.embedded.errors import CannotStart

# Who takes requests or rings bells goes first, who keeps the data last.
STOPPING = (("web", "beat"), ("worker", "jobs"), ("redis",), ("postgres",))
GRACE = 60.0


class StopAsked(Exception):  # noqa: N818 (like KeyboardInterrupt: a wish, not an error)
    """Somebody pressed Ctrl-C or sent a signal."""


@dataclass
class Part:
    """A running part, and how it is stopped where that is not just SIGTERM."""

    name: str
    process: "subprocess.Popen[bytes]"
    printer: threading.Thread
    stop: Callable[[], None] | None = None

    def ending(self) -> str:
        """How it ended, in words."""
        status = self.process.returncode
        if status is not None and status < 0:
            return f"{self.name} was killed by {signal.Signals(-status).name}"
        return f"{self.name} stopped with exit status {status}"


class Supervisor:
    """The parts that run, each a child in a session of its own."""

    def __init__(self, console: Console, notes: Path) -> None:
        self._console = console
        self._notes = notes
        self._parts: dict[str, Part] = {}
        self._hurried = False
        self._stopping_since = 0.0
        nohup = signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
        self._signals = (signal.SIGINT, signal.SIGTERM) if nohup else (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def listen(self) -> None:
        """From now on a signal raises `StopAsked` here, in the main thread."""
        self._handle(self._on_signal)

    def start(self, name: str, command: Sequence[str | Path], *, cwd: Path, env: Mapping[str, str]) -> None:
        """Start a part."""
        process = processes.spawn(command, output=subprocess.PIPE, cwd=cwd, env=env)
        (self._notes / f"{name}.pid").write_text(f"{process.pid} {' '.join(map(str, command[1:]))}\n")
        self.adopt(name, process)

    def adopt(self, name: str, process: "subprocess.Popen[bytes]", stop: Callable[[], None] | None = None) -> None:
        """Watch a part that was started elsewhere, with its own way of stopping."""
        self._parts[name] = Part(name, process, self._console.follow(name, process), stop)

    def stop_leftovers(self) -> None:
        """Stop the parts of an earlier run that was killed before it could do so."""
        for note in sorted(self._notes.glob("*.pid")):
            pid, _, words = note.read_text().strip().partition(" ")
            if pid.isdigit() and words:
                processes.stop_leftover(int(pid), [words])
            note.unlink()

    def check(self) -> None:
        """Raise when a part has ended."""
        for part in self._parts.values():
            if part.process.poll() is not None:
                raise CannotStart(f"{part.ending()}: see the lines above.")

    def hear_out(self) -> None:
        """Print the last words of those that have ended."""
        for part in self._parts.values():
            if part.process.poll() is not None:
                part.printer.join(2)

    def watch(self) -> NoReturn:
        """Wait until a part ends, a signal comes, or the `make` that started us is gone; each raises."""
        parent = os.getppid()
        while True:
            self.check()
            if os.getppid() != parent:
                raise StopAsked("orphaned")
            time.sleep(0.2)

    def stop(self) -> None:
        """Stop every part, in order. A second Ctrl-C takes away the time they have for it."""
        if not self._parts:
            return
        self._stopping_since = time.monotonic()
        self._handle(self._on_second_signal)
        for names in STOPPING:
            parts = [self._parts.pop(name) for name in names if name in self._parts]
            for part in parts:
                if part.stop is None and part.process.poll() is None:
                    part.process.terminate()
            for part in parts:
                self._stop(part)
                part.printer.join(2)
        self._console.say("All is stopped.")

    def _stop(self, part: Part) -> None:
        if part.stop is not None:
            part.stop()
            return
        deadline = time.monotonic() + GRACE
        while part.process.poll() is None and time.monotonic() < deadline and not self._hurried:
            time.sleep(0.05)
        processes.stop(part.process, grace=0)
        (self._notes / f"{part.name}.pid").unlink(missing_ok=True)

    def _handle(self, handler: Callable[[int, FrameType | None], None] | signal.Handlers) -> None:
        for number in self._signals:
            signal.signal(number, handler)

    def _on_signal(self, number: int, _: FrameType | None) -> None:
        self._handle(signal.SIG_IGN)  # until `stop` listens again
        raise StopAsked(signal.Signals(number).name)

    def _on_second_signal(self, *_: object) -> None:
        # One Ctrl-C may come twice: from the terminal, and from make which passes it on.
        if time.monotonic() - self._stopping_since > 1:
            self._hurried = True
