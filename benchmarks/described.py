"""schemathesis over the whole description, with all of its checks but for what `schemathesis.toml` tells."""

import json
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cci_app.embedded import processes
from config.settings import ROOT

_EXCEPTIONS = Path(__file__).with_name("schemathesis.toml")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What schemathesis found: test cases sent, answers of 5xx, and every other failed check or error."""

    cases: int
    server_errors: int
    violations: int
    output: str

    def __add__(self, other: "Verdict") -> "Verdict":
        return Verdict(
            self.cases + other.cases,
            self.server_errors + other.server_errors,
            self.violations + other.violations,
            self.output + other.output,
        )


def check(address: str, key: str, folder: Path, *, seed: int, examples: int, more: Sequence[str] = ()) -> Verdict:
    """Run it against a server; `examples` are the cases of each operation in the phase that draws them at random."""
    report, printed = folder / "schemathesis.json", folder / "schemathesis.log"
    report.unlink(missing_ok=True)
    command: list[str | Path] = [
        *(sys.executable, "-m", "schemathesis.cli", "--config-file", _EXCEPTIONS, "run", f"{address}/openapi.json"),
        *("-H", f"X-API-Key: {key}"),
        *("--max-examples", str(examples), "--seed", str(seed), "--generation-database", "none"),
        *("--workers", "2", "--continue-on-failure", "--no-color", "--report", "json", "--report-json-path", report),
        *more,
    ]
    environment = {**os.environ, "SCHEMATHESIS_HOOKS": "benchmarks.schema_hooks", "PYTHONPATH": str(ROOT)}
    with printed.open("wb") as output:
        process = processes.spawn(command, output=output, cwd=folder, env=environment)
        try:
            process.wait()
        finally:
            processes.stop(process)
    text = printed.read_text(errors="replace")
    if process.returncode not in {0, 1} or not report.exists():
        raise RuntimeError(f"schemathesis did not finish:\n{text[-3000:]}")
    return _verdict(json.loads(report.read_text()), text)


def _verdict(report: Any, text: str) -> Verdict:
    server_errors = sum(group["count"] for group in report["failures"] if group["type"] == "ServerError")
    others = sum(group["count"] for group in report["failures"] if group["type"] != "ServerError")
    unfinished = report["operations"]["total"] - report["operations"]["tested"]
    errors = sum(group["count"] for group in report["errors"]) + unfinished
    return Verdict(report["test_cases"]["generated"], server_errors, others + errors, text)
