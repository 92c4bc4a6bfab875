"""Work of a process that must not make a request wait: one thread that acts when it is woken, at most so often."""

import threading
from collections.abc import Callable

import structlog

log = structlog.get_logger(__name__)


class Background:
    """Calls `work` in a thread of its own after `wake()`, at most once per `interval` seconds.

    The thread starts with the first wake, so it belongs to the process that needs it, not to the one that forked it.
    """

    def __init__(self, name: str, work: Callable[[], None], interval: float) -> None:
        self._name = name
        self._work = work
        self._interval = interval
        self._woken = threading.Event()
        self._stopping = threading.Event()
        self._start = threading.Lock()
        self._thread: threading.Thread | None = None

    def wake(self) -> None:
        """Ask for the work to be done soon; returns at once."""
        self._woken.set()
        if self._thread is None or not self._thread.is_alive():
            self._start_thread()

    def stop(self, timeout: float = 5.0) -> None:
        """Do what is still asked for, then end the thread."""
        self._stopping.set()
        self._woken.set()
        if self._thread is not None:
            self._thread.join(timeout)

    def _start_thread(self) -> None:
        with self._start:
            if (self._thread is None or not self._thread.is_alive()) and not self._stopping.is_set():
                self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while True:
            self._woken.wait()
            self._stopping.wait(self._interval)
            self._woken.clear()
            try:
                self._work()
            except Exception:
                log.exception("background_work_failed", work=self._name)
            if self._stopping.is_set() and not self._woken.is_set():
                return
