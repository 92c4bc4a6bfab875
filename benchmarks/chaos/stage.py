"""The product under attack: what runs, what is done to it, and what its database holds."""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from benchmarks.chaos.people import Channel, Message
from benchmarks.chaos.providers import Providers
from benchmarks.product import Product, free_port
from cci_app.embedded import processes
from tests.fakes import courier
from tests.fakes.courier import FakeCourier
from tests.fakes.graph import FakeGraph

READY_SECONDS = 60.0
COURIER_NUMBER = "+573009999999"
COURIER_SECRET = "a fictional secret"
_UNSETTLED = (
    "SELECT (SELECT count(*) FROM webhook_events WHERE status = 'received' OR logged_at IS NULL)"
    # What opens somebody's next reply waits for them, not for the product.
    " + (SELECT count(*) FROM outbound_messages WHERE state IN ('sending', 'queued') AND via = 'push') AS left"
)


@dataclass(frozen=True, slots=True)
class Scale:
    """How much of everything; the figures are about the full scale."""

    messages: int = 2000
    people: int = 40
    kills: int = 20
    bursts: int = 35
    control_messages: int = 300
    control_kills: int = 3
    fault_seconds: float = 30.0
    empty_restarts: int = 5
    hung_seconds: float = 20.0
    events: int = 100
    repeats: int = 20
    pairs: int = 200
    stopped: int = 24
    late: int = 40
    model_seconds: float = 15.0
    stops: int = 3
    questionnaires: int = 60
    uploads: int = 20
    killed_uploads: int = 5
    attack_seconds: float = 20.0
    control_seconds: float = 120.0


FULL = Scale()
QUICK = Scale(
    messages=300,
    people=24,
    kills=3,
    bursts=6,
    control_messages=120,
    control_kills=2,
    fault_seconds=12,
    empty_restarts=2,
    hung_seconds=12,
    events=20,
    pairs=40,
    stopped=12,
    late=12,
    model_seconds=12,
    stops=1,
    questionnaires=20,
    uploads=5,
    killed_uploads=2,
    attack_seconds=8,
    control_seconds=60,
)


@dataclass(frozen=True, slots=True)
class Stage:
    """A product with its fake providers, and the SharePoint that its exports go to."""

    product: Product
    providers: Providers
    graph: FakeGraph
    courier: FakeCourier
    seed: int

    def channel(self, address: str | None = None) -> Channel:
        """A channel to the product's own web server, or to another one."""
        return Channel(address or self.product.address, self.product.key)

    def kill(self, *names: str) -> None:
        """Kill parts with all their processes and start them again, as a supervisor would."""
        for name in names:
            os.killpg(self.product.processes[name].pid, signal.SIGKILL)
        for name in names:
            self.product.processes[name].wait()
            self.product.restart(name)

    def kill_children(self, *names: str) -> None:
        """Kill the processes that do the work, as the kernel does when memory runs out; their parents replace them."""
        for name in names:
            for child in self.children(name):
                child.kill()

    def children(self, name: str) -> list[psutil.Process]:
        """The processes below a part's own."""
        return psutil.Process(self.product.processes[name].pid).children(recursive=True)

    def count(self, statement: str, **values: object) -> int:
        """The one number that a statement gives."""
        (row,) = self.product.rows(statement, **values)
        return int(next(iter(row.values())))

    def settle(self, seconds: float = 90.0) -> bool:
        """Wait until everything is answered, told and logged; whether it came to that."""
        return self.supervise(lambda: self.count(_UNSETTLED) == 0, seconds)

    def supervise(self, condition: Callable[[], bool], seconds: float) -> bool:
        """Wait for something as `wait_for` does, and start again what ends meanwhile, as a supervisor would.

        A worker ends by itself when all its processes are killed while they start.
        """

        def check() -> bool:
            for name in ("web", "worker", "jobs"):
                if self.product.processes[name].poll() is not None:
                    self.product.restart(name)
            return condition()

        return wait_for(check, seconds)

    def uncertain(self) -> frozenset[str]:
        """The markers of answers that the product shows as sent with an unknown fate."""
        rows = self.product.rows(
            "SELECT text FROM webhook_events WHERE id IN"
            " (SELECT receipt_id FROM outbound_messages WHERE state = 'uncertain')"
        )
        return frozenset(row["text"].split()[-1] for row in rows)

    def messages(self, name: str) -> tuple[int, int]:
        """How many receipts and how many rows of the record there are of messages whose marker begins with a name."""
        of_name = f"%[{name}.%"
        return (
            self.count("SELECT count(*) FROM webhook_events WHERE text LIKE :name", name=of_name),
            self.count("SELECT count(*) FROM conversations WHERE user_message LIKE :name", name=of_name),
        )

    @contextmanager
    def naive(self) -> Iterator[Channel]:
        """The control that most chatbots are: see `benchmarks.chaos.naive`."""
        port = free_port()
        broker = {"REDIS_URL": self.product.redis.url.removesuffix("/0") + "/1"}
        web = ("gunicorn", "-w", "2", "-k", "gthread", "--threads", "64", "-b", f"{processes.LOOPBACK}:{port}")
        worker = ("celery", "-A", "benchmarks.chaos.naive:celery", "worker", "-c", "8")
        with (
            self.product.part(
                "naive-web", (*web, "--no-control-socket", "benchmarks.chaos.naive:app"), broker
            ) as started,
            self.product.part("naive-worker", worker, broker),
        ):
            channel = self.channel(f"http://{processes.LOOPBACK}:{port}")
            if not processes.wait_until(
                lambda: not processes.is_free(processes.LOOPBACK, port), started, READY_SECONDS
            ):
                raise RuntimeError(f"the naive control did not start:\n{self.product.last_words('naive-web')}")
            first = Message("+573999999999", f"[first.{port}]")
            channel.insist(first)
            wait_for(lambda: first.marker in self.providers.pushed, READY_SECONDS)
            channel.replies.clear()
            yield channel


def wait_for(condition: Callable[[], bool], seconds: float) -> bool:
    """Wait until something is so; whether it came to that in time."""
    limit = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > limit:
            return False
        time.sleep(0.05)
    return True


def say(words: str) -> None:
    """Tell whoever watches how far it is."""
    print(f"{time.strftime('%H:%M:%S')}  {words}", file=sys.stderr, flush=True)


@contextmanager
def stage(seed: int, settings: Mapping[str, str] | None = None, tablespace: Path | None = None) -> Iterator[Stage]:
    """Everything that a run needs; `settings` are more environment variables of the product.

    `tablespace` is a folder in which the database is to be.
    """
    with Providers() as providers, FakeGraph() as graph, FakeCourier() as service:
        given = {**providers.settings, **graph.settings, **service.settings, **(settings or {})}
        with Product(given, tablespace=tablespace) as product:
            fields = {"number": COURIER_NUMBER, "base_url": service.address}
            product.add_account(courier.KIND, fields, {"secret": COURIER_SECRET})
            yield Stage(product, providers, graph, service, seed)
