"""On what a figure was taken."""

import os
import platform
from importlib.metadata import version

import psutil

from benchmarks.product import Product


def describe(product: Product, seed: int, *packages: str) -> str:
    """Seed, versions and machine, in a line each."""
    (database,) = product.rows("SHOW server_version")
    return f"seed      {seed}\n{versions_and_machine(*packages, database=database['server_version'])}"


def versions_and_machine(*packages: str, database: str | None = None) -> str:
    """Versions and machine, in a line each."""
    versions = [f"Python {platform.python_version()}", *(f"{name} {version(name)}" for name in packages)]
    if database is not None:
        versions.append(f"PostgreSQL {database}")
    memory = psutil.virtual_memory().total / 2**30
    machine = f"{os.cpu_count()} cores, {memory:.0f} GiB of memory, {platform.system()} {platform.machine()}"
    return f"versions  {', '.join(versions)}\nmachine   {machine}"
