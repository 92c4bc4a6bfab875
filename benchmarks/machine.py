"""On what a figure was taken."""

import os
import platform
from importlib.metadata import version

import psutil

from benchmarks.product import Product


def describe(product: Product, seed: int, *packages: str) -> str:
    """Seed, versions and machine, in a line each."""
    (database,) = product.rows("SHOW server_version")
    versions = [f"Python {platform.python_version()}", *(f"{name} {version(name)}" for name in packages)]
    versions.append(f"PostgreSQL {database['server_version']}")
    memory = psutil.virtual_memory().total / 2**30
    machine = f"{os.cpu_count()} cores, {memory:.0f} GiB of memory, {platform.system()} {platform.machine()}"
    return f"seed      {seed}\nversions  {', '.join(versions)}\nmachine   {machine}"
