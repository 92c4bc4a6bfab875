"""Threads for code that may hang: nobody waits for them longer than they like, the end of the process included."""

import contextvars
import threading
from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue
from typing import Any, TypeVar

T = TypeVar("T")

# Nobody should have to wait for a thread. Where all are taken, calls hang, and waiting would only spread it.
_FREE_SECONDS = 1.0


class DaemonThreads:
    """At most `size` daemon threads, started when they are needed and kept for the next call.

    A ThreadPoolExecutor would not do: the interpreter waits at its end for every thread of one.
    """

    def __init__(self, name: str, size: int) -> None:
        self._name = name
        self._tasks: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self._free = threading.Semaphore(size)
        self._idle = threading.Semaphore(0)

    def run(self, work: Callable[[], T], seconds: float) -> T:
        """Call `work` in a thread, with the caller's context; return what it gives, raise what it raises.

        After `seconds` TimeoutError is raised; the call goes on, and its thread is taken until it ends. RuntimeError
        when all threads are taken. What would end the process is a RuntimeError too.
        """
        if not self._free.acquire(timeout=min(seconds, _FREE_SECONDS)):
            raise RuntimeError("every thread is taken by a call that hangs")
        return self._begin(work).result(seconds)

    def begin(self, work: Callable[[], T]) -> Future[T]:
        """Call `work` in a thread, with the caller's context, while the caller does something else.

        When all threads are taken the caller does it, before this returns.
        """
        if self._free.acquire(blocking=False):
            return self._begin(work)
        future: Future[T] = Future()
        try:
            future.set_result(work())
        except Exception as error:
            future.set_exception(error)
        return future

    def _begin(self, work: Callable[[], T]) -> Future[T]:
        future: Future[T] = Future()
        context = contextvars.copy_context()

        def task() -> None:
            result: Any = None
            problem: Exception | None = None
            try:
                result = context.run(work)
            except Exception as error:
                problem = error
            except BaseException as error:
                problem = RuntimeError(f"it raised {error!r}")
                problem.__cause__ = error
            # Before the caller goes on: the next call must find this thread idle.
            self._idle.release()
            self._free.release()
            if problem is not None:
                future.set_exception(problem)
            else:
                future.set_result(result)

        self._tasks.put(task)
        if not self._idle.acquire(blocking=False):
            threading.Thread(target=self._serve, name=self._name, daemon=True).start()
        return future

    def _serve(self) -> None:
        while True:
            self._tasks.get()()
