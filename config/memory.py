"""How the C library keeps memory that was given back."""

import ctypes

# glibc's own number for the parameter (`man mallopt`), and how many heaps the threads of a process share.
_ARENA_MAX, _ARENAS = -8, 2


def share_heaps() -> None:
    """Have all threads of this process share two heaps, where the C library is glibc. Before they begin.

    Otherwise there are eight for each processor, and each keeps what a thread once needed for a large body.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_ARENA_MAX, _ARENAS)
