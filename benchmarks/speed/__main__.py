"""P1, P5 to P11 and the stages of a turn; every figure from the outside, beside its floor or its alternative."""

import argparse
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psutil

from benchmarks.deliveries import SETTINGS
from benchmarks.machine import describe
from benchmarks.product import READY_SECONDS, Product, answers, free_port
from benchmarks.speed import reading
from benchmarks.speed.clients import Load, Target, run
from benchmarks.speed.exports import CONVERSATIONS, exports
from benchmarks.speed.knowledge import knowledge
from benchmarks.speed.pages import pages
from benchmarks.speed.rows import Row
from benchmarks.speed.webhooks import webhooks
from cci_app.embedded import processes
from cci_app.embedded.database import NAME
from config.settings import Settings

MESSAGE = "/api/v1/whatsapp/message"
STEPS = ("Bonjour", "Oui, j'ai accédé à l'espace membre", "le salon du vin, très utile", "vendre plus à Bogotá")
MANY_ROWS, FEW_ROWS, PEOPLE = 1_000_000, 1_000, 50_000


def main() -> int:
    """Print the table; status 1 when a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=8.0, help="length of each measurement")
    parser.add_argument("--rows", type=int, default=MANY_ROWS, help="rows of the log for P9")
    parser.add_argument("--conversations", type=int, default=CONVERSATIONS, help="conversations exported for P5")
    parser.add_argument("--passages", type=int, default=100_000, help="passages that P6 searches")
    parser.add_argument("--only", choices=("step", "webhooks", "pages"), help="only P1, only P11 or only P10")
    options = parser.parse_args()
    started = time.monotonic()
    with (
        Product({"WEB_WORKERS": "2", "WEB_THREADS": "64", **SETTINGS}, durable=True) as product,
        _floor(product) as floor,
    ):
        ours = Target(product.address, MESSAGE, product.key, STEPS)
        rows: list[Row] = []
        if options.only == "pages":
            product.flask("demo", "fill", "--conversations", str(options.conversations), "--seed", str(options.seed))
            product.execute("VACUUM ANALYZE")
            rows += pages(product)
        if options.only in {None, "step"}:
            rows += _speed(floor, ours, options.seconds, options.seed)
        if options.only in {None, "webhooks"}:
            rows += webhooks(product, floor, options.seconds, options.seed)
        if options.only is None:
            rows += [
                *_memory(product, ours, options.seed),
                *_reading(product),
                *exports(product, options.seed, options.conversations),
                *pages(product),
                *_growth(product, ours, options.rows, options.seed),
                *knowledge(product, options.seed, options.passages),
            ]
        print(describe(product, options.seed, "flask", "sqlalchemy", "gunicorn"))
    print(f"{'':4}{'what':58}{'goal':>16}{'measured':>14}")
    for figure, what, goal, measured, reached in rows:
        print(f"{figure:4}{what:58}{goal:>16}{measured:>14}{'' if reached else '  missed'}")
    print(f"took {time.monotonic() - started:.0f} s")
    return 0 if all(row[4] for row in rows) else 1


@contextmanager
def _floor(product: Product) -> Iterator[Target]:
    owner = Settings(database_url=product.postgres.superuser_url(NAME)).app_database
    product.execute("CREATE TABLE floor (id bigserial PRIMARY KEY, text text)")
    port = free_port()
    words = f"gunicorn -k gthread --preload -w 2 --threads 64 --no-control-socket -b {processes.LOOPBACK}:{port}"
    command = (*words.split(), "benchmarks.speed.floor:app")
    with product.part("floor", command, {"FLOOR_DATABASE_URL": owner}) as process:
        if not processes.wait_until(lambda: answers(port), process, READY_SECONDS):
            raise RuntimeError(f"the floor did not start:\n{product.last_words('floor')}")
        yield Target(f"http://{processes.LOOPBACK}:{port}")


def _speed(floor: Target, ours: Target, seconds: float, seed: int) -> list[Row]:
    """Three runs in turns, so that both meet the same machine; the median of the three ratios."""
    rates, waits, singles = [], [], []
    for number in range(3):
        crowd = [run(target, 32, seconds, seed + number * 2) for target in (floor, ours)]
        single = [run(target, 1, seconds / 2, seed + number * 2 + 1) for target in (floor, ours)]
        rates.append((crowd[1].rate / crowd[0].rate, crowd[0].rate, crowd[1].rate))
        waits.append((single[1].percentile(0.95) / single[0].percentile(0.95), single[1].percentile(0.95)))
        singles.append(single[1])
        if crowd[1].failures or single[1].failures:
            raise RuntimeError(f"{crowd[1].failures + single[1].failures} answers were not 200")
    rate, wait = sorted(rates)[1], sorted(waits)[1]
    return [
        ("P1", "questionnaire step / floor, requests a second, 32 clients", ">= 0.3", f"{rate[0]:.2f}", rate[0] >= 0.3),
        ("", f"  floor {rate[1]:.0f}/s, step {rate[2]:.0f}/s", "", "", True),
        ("P1", "p95 at one client / floor's", "<= 8", f"{wait[0]:.1f}", wait[0] <= 8),
        *_stages(singles),
    ]


def _stages(loads: list[Load]) -> list[Row]:
    names = dict.fromkeys(name for load in loads for name in load.stages)
    every = {name: [value for load in loads for value in load.stages.get(name, [])] for name in names}
    return [
        ("", f"  stage {name}: median, one client", "", f"{statistics.median(values):.1f} ms", True)
        for name, values in every.items()
    ]


def _memory(product: Product, ours: Target, seed: int) -> list[Row]:
    served = 0
    while served < 1000:
        served += len(run(ours, 8, 3, seed + 100 + served).seconds)
    children = psutil.Process(product.processes["web"].pid).children()
    largest = max(child.memory_full_info().pss for child in children) / 2**20
    begun = time.monotonic()
    with product.web("wsgi:app", "second"):
        ready = time.monotonic() - begun
    return [
        (
            "P8",
            f"memory (PSS) of a web worker after {served} turns",
            "<= 180 MiB",
            f"{largest:.0f} MiB",
            largest <= 180,
        ),
        ("P8", "web ready after its start", "< 4 s", f"{ready:.1f} s", ready < 4),
    ]


def _reading(product: Product) -> list[Row]:
    """What a model reads: no time is measured, one conversation says it all."""
    found = reading.measure(product)
    share = found.ours / found.resent
    return [
        (
            "P7",
            "tokens read / by an agent loop that resends all",
            f"<= {reading.GOAL}",
            f"{share:.2f}",
            share <= reading.GOAL,
        ),
        ("", f"  {found.ours:,} in {found.our_calls} calls, {found.resent:,} in {found.resent_calls}", "", "", True),
    ]


def _growth(product: Product, ours: Target, many: int, seed: int) -> list[Row]:
    """The same turns over a short and over a long log, in turns, so that both meet the same machine."""
    medians: dict[int, list[float]] = {FEW_ROWS: [], many: []}
    for number in range(3):
        for rows in (FEW_ROWS, many):
            product.execute(
                "TRUNCATE webhook_events, turn_state, conversations, conversation_runs, answers, user_sessions",
                *_fill(rows),
                "VACUUM ANALYZE",
            )
            medians[rows].append(run(ours, 1, 4, seed + 200 + number).percentile(0.5))
    ratio = statistics.median(medians[many]) / statistics.median(medians[FEW_ROWS])
    return [("P9", f"a turn with {many:,} rows logged / with {FEW_ROWS:,}", "<= 1.1", f"{ratio:.2f}", ratio <= 1.1)]


def _fill(rows: int) -> tuple[str, ...]:
    person = f"(SELECT min(id) FROM organisations), 'cci', 'fill:' || mod(n, {PEOPLE})"
    return (
        "INSERT INTO webhook_events (organisation_id, assistant, user_id, channel_account, event_id, keyless, kind,"
        " text, channel, status, outcome, reply, completed_at, logged_at)"
        f" SELECT {person}, 'api', 'fill ' || n, false, 'message', 'Bonjour', 'api', 'completed',"
        f" '{{\"text\": \"Bienvenue\"}}', 'Bienvenue', now(), now() FROM generate_series(1, {rows}) n",
        "INSERT INTO conversations (organisation_id, assistant, user_id, event_id, run_id, user_message,"
        " agent_response, has_client_context, response_time_ms)"
        f" SELECT {person}, -n, gen_random_uuid(), 'Bonjour', 'Bienvenue', false, 20 FROM generate_series(1, {rows}) n",
        "INSERT INTO turn_state (organisation_id, assistant, user_id)"
        f" SELECT {person} FROM generate_series(1, {min(rows, PEOPLE)}) n",
    )


if __name__ == "__main__":
    sys.exit(main())
