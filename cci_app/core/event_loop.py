"""The event loop of the process: whatever is written with `async def` runs on it, in one thread of its own.

A loop for each call (`asyncio.run`) would break clients and locks that belong to the loop they were made on.
"""

import asyncio
import concurrent.futures
import threading
from collections.abc import Awaitable
from contextlib import suppress
from typing import TypeVar

T = TypeVar("T")

_STOP_SECONDS = 5.0


class EventLoop:
    """A loop in a thread that starts with the first call, so that it belongs to the process that uses it.

    The thread is a daemon: what blocks the loop does not keep the process from ending.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    def run(self, awaitable: Awaitable[T], seconds: float) -> T:
        """Await something on the loop and return what it gives; what it raises is raised here.

        After `seconds` it is cancelled and TimeoutError is raised. What would end the process is a RuntimeError.
        """
        future = asyncio.run_coroutine_threadsafe(_guarded(awaitable), self._running())
        try:
            return future.result(seconds)
        except concurrent.futures.CancelledError as error:
            raise RuntimeError("cancelled") from error
        finally:
            future.cancel()

    def stop(self) -> None:
        """Cancel what is under way and end the thread; a later call starts another."""
        with self._lock:
            loop, thread = self._loop, self._thread
            self._loop = self._thread = None
        if loop is None or thread is None or not thread.is_alive():
            return
        with suppress(RuntimeError):  # it ended by itself just now
            loop.call_soon_threadsafe(loop.stop)
        thread.join(_STOP_SECONDS)

    def _running(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._loop is None or self._thread is None or not self._thread.is_alive():
                self._loop = asyncio.new_event_loop()
                self._thread = threading.Thread(target=_serve, args=(self._loop,), name="event-loop", daemon=True)
                self._thread.start()
            return self._loop


def _serve(loop: asyncio.AbstractEventLoop) -> None:
    asyncio.set_event_loop(loop)
    try:
        loop.run_forever()
        tasks = asyncio.all_tasks(loop)
        for task in tasks:
            task.cancel()
        # A task may refuse to be cancelled: it gets a moment, not for ever.
        if tasks:
            loop.run_until_complete(asyncio.wait(tasks, timeout=_STOP_SECONDS / 2))
        loop.run_until_complete(loop.shutdown_asyncgens())
    finally:
        asyncio.set_event_loop(None)
        loop.close()


async def _guarded(awaitable: Awaitable[T]) -> T:
    """Await something that may try to end the process: on a loop that all share this must stay its own affair."""
    try:
        return await awaitable
    except (SystemExit, KeyboardInterrupt) as error:
        raise RuntimeError(f"it raised {error!r}") from error


_loop = EventLoop()


def run_async(awaitable: Awaitable[T], seconds: float) -> T:
    """Await something on the event loop of this process; see `EventLoop.run`."""
    return _loop.run(awaitable, seconds)


def stop_event_loop() -> None:
    """End the event loop of this process, if there is one."""
    _loop.stop()
