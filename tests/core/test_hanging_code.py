"""Code that hangs, or is async: nobody waits for it longer than they like, and the process ends all the same."""

import asyncio
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
import structlog

from cci_app.core.daemon_threads import DaemonThreads
from cci_app.core.event_loop import EventLoop, run_async, stop_event_loop

ROOT = Path(__file__).parents[2]


def test_threads_are_kept_for_the_next_call() -> None:
    threads = DaemonThreads("test", 3)
    used = {threads.run(threading.get_ident, 1) for _ in range(20)}
    assert len(used) == 1


def test_what_is_begun_runs_beside_the_caller_and_by_the_caller_where_no_thread_is_free() -> None:
    threads = DaemonThreads("test", 1)
    go_on = threading.Event()
    begun = threads.begin(lambda: (go_on.wait(10), threading.get_ident()))
    second = threads.begin(threading.get_ident)
    assert second.result(0) == threading.get_ident()
    failed = threads.begin(lambda: 1 / 0)
    assert isinstance(failed.exception(0), ZeroDivisionError)
    assert not begun.done()
    go_on.set()
    waited, thread = begun.result(10)
    assert waited
    assert thread != threading.get_ident()


def test_the_context_of_the_caller_goes_along() -> None:
    def request_id() -> Any:
        return structlog.contextvars.get_contextvars().get("request_id")

    async def request_id_async() -> Any:
        return request_id()

    with structlog.contextvars.bound_contextvars(request_id="r1"):
        assert DaemonThreads("test", 1).run(request_id, 1) == "r1"
        assert run_async(request_id_async(), 1) == "r1"
    stop_event_loop()


def test_a_loop_that_is_stopped_cancels_and_begins_anew() -> None:
    loop = EventLoop()
    assert loop.run(asyncio.sleep(0, 1), 1) == 1
    begun = threading.Event()
    problems: list[Exception] = []

    async def work() -> None:
        begun.set()
        await asyncio.sleep(30)

    def wait() -> None:
        try:
            loop.run(work(), 30)
        except RuntimeError as error:
            problems.append(error)

    waiting = threading.Thread(target=wait)
    waiting.start()
    assert begun.wait(1)
    loop.stop()
    waiting.join(1)
    assert [str(problem) for problem in problems] == ["cancelled"]
    loop.stop()
    assert loop.run(asyncio.sleep(0, 2), 1) == 2
    loop.stop()


@pytest.mark.parametrize("hang", ["time.sleep(60)", "run_async(asyncio.sleep(60), 0.2)", "run_async(block(), 0.2)"])
def test_a_hanging_function_does_not_keep_the_process(hang: str) -> None:
    script = f"""
import asyncio, time
from cci_app.core.daemon_threads import DaemonThreads
from cci_app.core.event_loop import run_async
async def block(): time.sleep(60)
try:
    DaemonThreads("own-agent", 1).run(lambda: {hang}, 0.5)
except TimeoutError:
    print("gave up")
"""
    run = [sys.executable, "-c", script]
    ended = subprocess.run(run, cwd=ROOT, timeout=20, check=True, capture_output=True, text=True)
    assert ended.stdout == "gave up\n"
