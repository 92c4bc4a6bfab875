"""The threads in which agents think, bounded, and the leases that are kept alive meanwhile."""

import contextlib
import contextvars
import threading
import time
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

import structlog
from flask import Flask
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from cci_app.conversation.turns import LeaseLost, Turn, count_attempt, extend_leases, give_back
from cci_app.core.deadline import waits

log = structlog.get_logger(__name__)

HEARTBEAT_SECONDS = 2.0
# Processor time of one turn. What takes more will not end, or not soon; whoever waits for it gets no answer from it.
MOST_PROCESSOR_SECONDS = 30.0
# One suspect waits for another that long, then runs beside it: that one stands still without dying.
_LONGEST_WAIT_SECONDS = 60.0
# The database is away, or its disk is full.
_OUTAGES = (OperationalError, InterfaceError, PoolTimeout)
T = TypeVar("T")


class AgentPool:
    """Runs turns in threads of its own, so that a request may leave before its turn is done.

    The threads start with the first turn: the pool belongs to the process that uses it, not to the one that forked it.
    Of turns whose process may have died of them one is run at a time: should it die again, it is known of which.
    """

    def __init__(self, app: Flask, size: int) -> None:
        self._app = app
        self._threads = ThreadPoolExecutor(max_workers=size, thread_name_prefix="agent")
        self._free = threading.BoundedSemaphore(size)
        self._apart = threading.Lock()
        self._heartbeat = Heartbeat(app)

    def submit(self, turn: Turn, work: Callable[[Turn], T]) -> "Future[T] | None":
        """Run `work(turn)` in a thread with an application context; None when every thread is busy."""
        if not self._free.acquire(blocking=False):
            return None
        self._heartbeat.add(turn)
        context = contextvars.copy_context()
        future = self._threads.submit(context.run, self._run, turn, work)
        future.add_done_callback(lambda _: self._free.release())
        return future

    def _run(self, turn: Turn, work: Callable[[Turn], T]) -> T:
        self._heartbeat.watch(turn)
        try:
            # Whoever asked may leave at their deadline: what the turn made is committed all the same.
            with self._app.app_context(), waits(None), self._one_suspect(turn):
                return work(turn)
        except (*_OUTAGES, LeaseLost):
            if self._heartbeat.keeps(turn):
                self._heartbeat.give_back(turn)
            raise
        finally:
            self._heartbeat.remove(turn)

    @contextlib.contextmanager
    def _one_suspect(self, turn: Turn) -> Iterator[None]:
        if not turn.is_suspect or turn.is_given_up:
            yield
            return
        alone = self._apart.acquire(blocking=False)
        try:
            if not alone:
                # Should the process die meanwhile, it was not of this one.
                count_attempt(turn, -1)
                alone = self._apart.acquire(timeout=_LONGEST_WAIT_SECONDS)
                count_attempt(turn, 1)
            yield
        finally:
            if alone:
                self._apart.release()

    def stop(self) -> None:
        """Let the turns under way end, then stop."""
        self._threads.shutdown(wait=True)
        self._heartbeat.stop()


class Heartbeat:
    """Extends the leases of the turns of this process every two seconds, in one statement an organisation.

    It also gives back turns that an outage of the database cut off, as soon as that is over: that was no attempt. A
    turn that eats the processor is kept no longer: somebody else tries it, or apologises.
    """

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._leases: dict[uuid.UUID, int] = {}
        self._threads: dict[uuid.UUID, tuple[int, float]] = {}
        self._failed: list[Turn] = []
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def add(self, turn: Turn) -> None:
        """Keep the lease of a turn from now on."""
        with self._lock:
            self._leases[turn.token] = turn.person.organisation_id
            if self._thread is None:
                self._thread = threading.Thread(target=self._beat, name="heartbeat", daemon=True)
                self._thread.start()

    def watch(self, turn: Turn) -> None:
        """Count the processor time of this thread from now on as the turn's."""
        with self._lock:
            self._threads[turn.token] = (threading.get_ident(), time.thread_time())

    def keeps(self, turn: Turn) -> bool:
        """Whether the turn's lease is still kept."""
        with self._lock:
            return turn.token in self._leases

    def remove(self, turn: Turn) -> None:
        """Keep it no longer."""
        with self._lock:
            self._leases.pop(turn.token, None)
            self._threads.pop(turn.token, None)

    def give_back(self, turn: Turn) -> None:
        """Give a turn back that failed, as soon as the database can be asked."""
        with self._lock:
            self._leases.pop(turn.token, None)
            self._failed.append(turn)
        self._give_back()

    def stop(self) -> None:
        """End the thread."""
        self._stopping.set()

    def _beat(self) -> None:
        while not self._stopping.wait(HEARTBEAT_SECONDS):
            self._give_back()
            self._let_go()
            by_organisation: dict[int, list[uuid.UUID]] = defaultdict(list)
            with self._lock:
                for token, organisation_id in self._leases.items():
                    by_organisation[organisation_id].append(token)
            for organisation_id, tokens in by_organisation.items():
                try:
                    with self._app.app_context():
                        extend_leases(organisation_id, tokens)
                except Exception as error:
                    log.warning("leases_not_extended", leases=len(tokens), error=type(error).__name__)

    def _let_go(self) -> None:
        """Keep no turn that has used too much of the processor."""
        with self._lock:
            for token, (thread, before) in list(self._threads.items()):
                # The thread is there: it removes its turn, under this lock, before it ends.
                if _processor_time(thread) - before > MOST_PROCESSOR_SECONDS:
                    log.error("turn_eats_processor", seconds=MOST_PROCESSOR_SECONDS)
                    self._leases.pop(token, None)
                    self._threads.pop(token)

    def _give_back(self) -> None:
        with self._lock:
            failed, self._failed = self._failed, []
        while failed:
            try:
                with self._app.app_context():
                    give_back(failed[0])
            except Exception as error:
                log.warning("turns_not_given_back", turns=len(failed), error=type(error).__name__)
                with self._lock:
                    self._failed += failed
                return
            failed.pop(0)


def _processor_time(thread: int) -> float:
    """The processor time of a thread; zero where the system does not tell."""
    clock_of = getattr(time, "pthread_getcpuclockid", None)
    return 0.0 if clock_of is None else time.clock_gettime(clock_of(thread))
