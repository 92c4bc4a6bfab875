"""A program of ours in a process with limits: what it is given to read can exhaust or end nothing but that process."""

import json
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

_BEGINNING = Path(__file__).with_name("sandbox_beginning.py")
_AT_ONCE = 64 * 1024
# Of what a program says to its standard error: the last line names the exception.
_LAST_WORDS = 4_096
_MEMORY_ERROR = "MemoryError"


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a program may take. It may write no file, begin no other program and, on Linux, open no connection."""

    seconds: float
    processor_seconds: int
    memory_bytes: int
    output_bytes: int
    open_files: int = 64


class Excess(StrEnum):
    """Why a program did not end by itself, and well."""

    TIME = "time"
    PROCESSOR_TIME = "processor_time"
    MEMORY = "memory"
    OUTPUT = "output"
    CRASH = "crash"  # a library in C took it along, as it does where memory runs out too
    FAULT = "fault"  # an exception that the program did not expect


class Exceeded(Exception):  # noqa: N818
    """The program came to no result. `error` names the exception of a FAULT; what it was about is in none of it."""

    def __init__(self, excess: Excess, code: int | None = None, error: str = "") -> None:
        super().__init__(excess.value)
        self.excess = excess
        self.code = code
        self.error = error


def run(program: Path, arguments: Sequence[str], data: bytes, allowed: Allowance) -> bytes:
    """What `program` writes to standard output when `data` is its standard input. Raises Exceeded.

    It is run by our interpreter, which looks at nothing but its own packages, with an empty environment and in a
    process group of its own; whatever is left of that when this returns is killed.
    """
    for_child = {"processor": allowed.processor_seconds, "memory": allowed.memory_bytes, "files": allowed.open_files}
    # What is untrusted is its standard input.
    with subprocess.Popen(  # noqa: S603
        [sys.executable, "-I", str(_BEGINNING), json.dumps(for_child), str(program), *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={"LANG": "C.UTF-8"},
        cwd="/",
        start_new_session=True,
    ) as process:
        try:
            exchange = _Exchange(process, data, allowed)
            code = exchange.code()
        finally:
            # macOS answers PermissionError where all of a group have ended.
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
    if code != 0:
        raise _exceeded(code, exchange.last_words.decode("utf-8", "replace"))
    return bytes(exchange.output)


class _Exchange:
    """Gives a process its input and takes its output, both by the clock and no more of it than may be."""

    def __init__(self, process: "subprocess.Popen[bytes]", data: bytes, allowed: Allowance) -> None:
        self._process, self._waiting, self._allowed = process, memoryview(data), allowed
        self._until = time.monotonic() + allowed.seconds
        self.output = bytearray()
        self.last_words = bytearray()

    def code(self) -> int:
        """Carry on until the process ends; how it did. Raises Exceeded."""
        pipes = (
            (self._process.stdin, selectors.EVENT_WRITE, self._give),
            (self._process.stdout, selectors.EVENT_READ, self._take),
            (self._process.stderr, selectors.EVENT_READ, self._hear),
        )
        with selectors.DefaultSelector() as selector:
            for pipe, event, step in pipes:
                if pipe is not None:
                    os.set_blocking(pipe.fileno(), False)
                    selector.register(pipe, event, step)
            while selector.get_map():
                for key, _ in selector.select(self._left()):
                    if not key.data(key.fd):
                        selector.unregister(key.fileobj)
                        key.fileobj.close()  # type: ignore[union-attr]
        try:
            return self._process.wait(self._left())
        except subprocess.TimeoutExpired as error:
            raise Exceeded(Excess.TIME) from error

    def _left(self) -> float:
        left = self._until - time.monotonic()
        if left <= 0:
            raise Exceeded(Excess.TIME)
        return left

    def _give(self, pipe: int) -> bool:
        try:
            self._waiting = self._waiting[os.write(pipe, self._waiting[:_AT_ONCE]) :]
        except BrokenPipeError:
            # It has read enough, or has ended.
            return False
        return bool(self._waiting)

    def _take(self, pipe: int) -> bool:
        read = os.read(pipe, _AT_ONCE)
        self.output += read
        if len(self.output) > self._allowed.output_bytes:
            raise Exceeded(Excess.OUTPUT)
        return bool(read)

    def _hear(self, pipe: int) -> bool:
        read = os.read(pipe, _AT_ONCE)
        self.last_words = (self.last_words + read)[-_LAST_WORDS:]
        return bool(read)


def _exceeded(code: int, told: str) -> Exceeded:
    # The last line names the exception; what is above it may quote what was read.
    error = told.strip().rpartition("\n")[2].partition(":")[0][:100]
    if code == -signal.SIGXCPU:
        return Exceeded(Excess.PROCESSOR_TIME, code)
    if error == _MEMORY_ERROR:
        return Exceeded(Excess.MEMORY, code)
    return Exceeded(Excess.CRASH, code) if code < 0 else Exceeded(Excess.FAULT, code, error)
