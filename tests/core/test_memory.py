"""However many threads a process has, few heaps keep what they gave back."""

import platform
import re
import subprocess
import sys

import pytest

from config.settings import ROOT

_PROGRAM = """
import ctypes, sys, threading
from config.memory import share_heaps
if sys.argv[1] == "shared":
    share_heaps()
libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
gate = threading.Barrier(12)
def take():
    gate.wait()
    libc.free(ctypes.c_void_p(libc.malloc(100_000)))
    gate.wait()
threads = [threading.Thread(target=take) for _ in range(12)]
for thread in threads: thread.start()
for thread in threads: thread.join()
libc.fdopen.restype = ctypes.c_void_p
out = ctypes.c_void_p(libc.fdopen(1, b"w"))
libc.malloc_info(0, out)
libc.fflush(out)
"""


def heaps(how: str) -> int:
    told = subprocess.run([sys.executable, "-c", _PROGRAM, how], cwd=ROOT, capture_output=True, text=True, check=True)
    return len(re.findall(r"<heap nr", told.stdout))


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library has no such heaps")
def test_threads_share_two_heaps() -> None:
    assert 1 <= heaps("shared") <= 2 < heaps("each its own")
