"""What a piece of work costs this thread alone, whatever else the machine and the process do meanwhile."""

import gc
import time
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def own_time() -> Iterator[None]:
    """Collect no garbage meanwhile: what thousands of earlier tests left is looked through at every collection, and
    would count for the one in whose middle it comes.
    """
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


@contextmanager
def processor_time_below(seconds: float) -> Iterator[None]:
    """Fail when what is done inside takes this thread more processor time than this."""
    with own_time():
        began = time.thread_time()
        yield
        taken = time.thread_time() - began
    assert taken < seconds, f"{taken:.2f} s of processor time, {seconds} s are allowed"
