"""A circuit breaker: a service that hangs costs one request its timeout, not every one."""

from collections.abc import Callable

import pybreaker
import structlog

log = structlog.get_logger(__name__)

# After this long one request tries again.
AWAY_SECONDS = 5.0


class _Tells(pybreaker.CircuitBreakerListener):
    def state_change(
        self,
        cb: pybreaker.CircuitBreaker,
        old_state: pybreaker.CircuitBreakerState | None,  # noqa: ARG002 (the names are pybreaker's)
        new_state: pybreaker.CircuitBreakerState,
    ) -> None:
        log.warning("circuit_breaker", service=cb.name, state=new_state.name)


def make_breaker(service: str, is_away: Callable[[BaseException], bool]) -> pybreaker.CircuitBreaker:
    """A breaker that opens with the first error which tells that the service is away.

    It lets one call through at a time, in each process: it is for calls of a millisecond.
    """
    return pybreaker.CircuitBreaker(
        fail_max=1,
        reset_timeout=AWAY_SECONDS,
        exclude=[lambda error: not is_away(error)],
        listeners=[_Tells()],
        name=service,
        throw_new_error_on_trip=False,
    )
