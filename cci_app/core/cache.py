"""A memory for functions of texts, bounded in characters as well as in entries."""

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


def remember(entries: int, *, longest: int) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Keep what a function of texts returned for the last `entries` texts that have at most `longest` characters.

    For a longer text it is worked out anew each time: other people write them, and a few would fill the memory.
    """

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        cached = lru_cache(maxsize=entries)(function)

        @wraps(function)
        def call(*texts: P.args, **named: P.kwargs) -> R:
            for text in texts:
                if len(text) > longest:  # type: ignore[arg-type]  # all are texts
                    return function(*texts, **named)
            return cached(*texts, **named)  # type: ignore[arg-type]  # texts can be hashed

        call.cache_info = cached.cache_info  # type: ignore[attr-defined]
        return call

    return decorate
