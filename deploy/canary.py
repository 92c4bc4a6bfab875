"""Watch a canary: `python deploy/canary.py http://prometheus:9090 --minutes 15`; the exit status says whether it holds.

It asks Prometheus each minute for the errors of both tracks (the rule `cci:errors:ratio5m`). A canary that fails more
often than the version beside it, or gets no requests at all, does not. The standard library is enough for it.
"""

import argparse
import json
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Callable

CANARY, STABLE = "web-canary", "web"
# Of the last five minutes, which begin with the canary: what it is judged by is not older.
QUERIES = {"errors": "cci:errors:ratio5m", "requests": "cci:requests:rate5m"}


def ask(prometheus: str, query: str) -> dict[str, float]:
    """The value of each track."""
    address = f"{prometheus.rstrip('/')}/api/v1/query?{urllib.parse.urlencode({'query': query})}"
    if not address.startswith(("http://", "https://")):
        raise SystemExit("write Prometheus' address as http://host:9090")
    with urllib.request.urlopen(address, timeout=10) as answer:  # noqa: S310 (its scheme was looked at)
        results = json.load(answer)["data"]["result"]
    return {each["metric"].get("app_kubernetes_io_component", ""): float(each["value"][1]) for each in results}


def verdict(errors: dict[str, float], allowed: float) -> str | None:
    """Why the canary does not hold; None where it does. `allowed` is a share of its requests, beside the other's."""
    beside = errors.get(STABLE, 0.0)
    if errors.get(CANARY, 0.0) > beside + allowed:
        return f"{errors[CANARY]:.1%} of its requests fail, {beside:.1%} of the others"
    return None


def watch(prometheus: str, minutes: int, allowed: float, wait: Callable[[float], None] = time.sleep) -> str | None:
    """Look once a minute; returns why the canary does not hold, as soon as it does not."""
    seen = 0.0
    for _ in range(minutes):
        wait(60)
        fault = verdict(ask(prometheus, QUERIES["errors"]), allowed)
        if fault is not None:
            return fault
        seen = max(seen, ask(prometheus, QUERIES["requests"]).get(CANARY, 0.0))
    return None if seen > 0 else "it got no request: nothing is known of it"


def main() -> None:
    """Read the words of the command line and end with the verdict."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("prometheus")
    parser.add_argument("--minutes", type=int, default=15)
    parser.add_argument("--allowed", type=float, default=0.01, help="share of failed requests above the stable track's")
    given = parser.parse_args()
    fault = watch(given.prometheus, given.minutes, given.allowed)
    sys.exit(f"the canary does not hold: {fault}" if fault is not None else None)


if __name__ == "__main__":
    main()
