"""P11: how fast a delivery is acknowledged that nobody waits for, kept by then, beside the floor."""

import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from benchmarks.deliveries import add_meta, add_telegram, add_waha
from benchmarks.product import Product
from benchmarks.speed.clients import Load, Target, run
from benchmarks.speed.rows import Row
from tests.fakes.meta import FakeMeta
from tests.fakes.telegram import FakeTelegram
from tests.fakes.waha import FakeWaha

GOAL, LONGEST = 0.5, 250.0
_SENDERS = 32
_STEPS = ("Bonjour",)


def webhooks(product: Product, floor: Target, seconds: float, seed: int) -> list[Row]:
    """Each service in turn beside the floor, with workers that stand still; then the first while they answer."""
    with ExitStack() as stack:
        targets = [
            Target(product.address, path, steps=_STEPS, service=service)
            for service, path in _accounts(product, stack).items()
        ]
        rows: list[Row] = []
        with _still(product, "worker"):
            for number, target in enumerate(targets):
                rows += _beside_floor(product, floor, target, seconds, seed + 2 * number)
        busy = _acknowledged(product, targets[0], seconds, seed + 2 * len(targets))
        what = f"  while workers answer all of it on the same cores ({targets[0].service})"
        return [*rows, ("", what, "", f"{busy.rate:.0f}/s", True)]


def _beside_floor(product: Product, floor: Target, target: Target, seconds: float, seed: int) -> list[Row]:
    least = run(floor, _SENDERS, seconds, seed)
    load = _acknowledged(product, target, seconds, seed + 1)
    share, slowest = load.rate / least.rate, load.percentile(0.99)
    return [
        (
            "P11",
            f"acknowledged / floor, requests a second, {_SENDERS} senders ({target.service})",
            f">= {GOAL}",
            f"{share:.2f}",
            share >= GOAL,
        ),
        ("", f"  floor {least.rate:.0f}/s, acknowledged {load.rate:.0f}/s, all kept", "", "", True),
        ("P11", f"p99 of an acknowledgement ({target.service})", "< 250 ms", f"{slowest:.0f} ms", slowest < LONGEST),
    ]


def _acknowledged(product: Product, target: Target, seconds: float, seed: int) -> Load:
    """What senders saw; everything that was acknowledged is kept, or there is no figure."""
    before = _kept(product)
    load = run(target, _SENDERS, seconds, seed)
    kept = _kept(product) - before
    if load.failures or kept != len(load.seconds):
        told = f"{load.failures} refused, {len(load.seconds)} acknowledged, {kept} kept"
        raise RuntimeError(f"{target.service}: {told}")
    return load


@contextmanager
def _still(product: Product, part: str) -> Iterator[None]:
    """Hold a part's processes."""
    group = product.processes[part].pid
    os.killpg(group, signal.SIGSTOP)
    try:
        yield
    finally:
        os.killpg(group, signal.SIGCONT)


def _accounts(product: Product, stack: ExitStack) -> dict[str, str]:
    """An account at each service on loopback; by service, where that delivers."""
    return {
        "waha": add_waha(product, stack.enter_context(FakeWaha()).address),
        "telegram": add_telegram(product, stack.enter_context(FakeTelegram()).address),
        "meta": add_meta(product, stack.enter_context(FakeMeta()).address),
    }


def _kept(product: Product) -> int:
    (row,) = product.rows("SELECT count(*) AS kept FROM webhook_events")
    return int(row["kept"])
