"""Child processes that never outlive us, and the loopback ports they listen on."""

import contextlib
import ctypes
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

import psutil

LOOPBACK = "127.0.0.1"
PR_SET_PDEATHSIG = 1


def spawn(
    command: Sequence[str | Path],
    *,
    output: int | IO[Any] | None = None,
    errors: int | IO[Any] | None = subprocess.STDOUT,
    orphaned: signal.Signals = signal.SIGTERM,
    as_user: Mapping[str, Any] | None = None,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    stdin: int | IO[Any] = subprocess.DEVNULL,
) -> "subprocess.Popen[bytes]":
    """Start a child in a session of its own, so that Ctrl-C reaches only us and we choose the order of stopping.

    On Linux the kernel sends it `orphaned` when we are killed outright. Call it from the main thread: the kernel
    means the thread that started the child, not the process.
    """
    return subprocess.Popen(
        [str(word) for word in command],
        stdin=stdin,
        stdout=output,
        stderr=errors if output is not None else None,
        start_new_session=True,
        cwd=cwd,
        env=env,
        preexec_fn=_signal_when_orphaned(orphaned),
        **(as_user or {}),
    )


def _signal_when_orphaned(number: signal.Signals) -> Callable[[], None] | None:
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None).prctl
    parent = os.getpid()

    def prepare() -> None:
        prctl(PR_SET_PDEATHSIG, int(number), 0, 0, 0)
        if os.getppid() != parent:  # killed between the fork and the line above
            os._exit(1)

    return prepare


def stop(
    process: "subprocess.Popen[bytes]", *, politely: signal.Signals = signal.SIGTERM, grace: float = 10.0
) -> int | None:
    """Ask a child to stop, wait for `grace` seconds, then leave nothing of its process group."""
    if process.poll() is None:
        process.send_signal(politely)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(grace)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(5)
    return process.returncode


def stop_leftover(pid: int, words: Sequence[str], *, politely: signal.Signals = signal.SIGTERM) -> None:
    """Stop a process that an earlier run left behind; `words` of its command line prove that it is the one."""
    try:
        process = psutil.Process(pid)
        command = " ".join(process.cmdline())
        if not all(word in command for word in words):
            return
        process.send_signal(politely)
        try:
            process.wait(15)
        except psutil.TimeoutExpired:
            process.kill()
            process.wait(5)
    except psutil.NoSuchProcess:
        return


def kept_port(file: Path) -> int:
    """The port of the last run when it is still free, else a new one; noted in `file`."""
    with contextlib.suppress(OSError, ValueError):
        port = int(file.read_text())
        if is_free(LOOPBACK, port):
            return port
    return new_port(file)


def new_port(file: Path) -> int:
    """A free loopback port, noted in `file`."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port = int(probe.getsockname()[1])
    file.write_text(f"{port}\n")
    return port


def is_free(host: str, port: int) -> bool:
    """Whether a server could listen there now."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def kept_secret(file: Path) -> str:
    """The random secret in `file`, readable by us alone; made when it is not there."""
    with contextlib.suppress(FileNotFoundError):
        if secret := file.read_text().strip():
            return secret
    secret = secrets.token_urlsafe(24)
    write_private(file, f"{secret}\n")
    return secret


def write_private(file: Path, text: str) -> None:
    """Replace a file in one step; nobody else may read it at any moment."""
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        stream.write(text)
    draft.replace(file)


def wait_until(ready: Callable[[], bool], process: "subprocess.Popen[bytes]", seconds: float) -> bool:
    """Whether `ready` came true before the process ended and the time was over."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and process.poll() is None:
        if ready():
            return True
        time.sleep(0.02)
    return False
