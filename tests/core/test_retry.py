"""What may pass is asked again, with pauses that are kept within bounds."""

from collections.abc import Callable

import pytest

from cci_app.core import retry as module
from cci_app.core.deadline import Deadline, waits
from cci_app.core.retry import Patience


class Passing(Exception):  # noqa: N818
    def __init__(self, seconds: float | None = None) -> None:
        super().__init__("passing")
        self.seconds = seconds


class Asked:
    """Fails so often, then answers."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)
        self.times = 0

    def __call__(self) -> str:
        self.times += 1
        if self.errors:
            raise self.errors.pop(0)
        return "an answer"


def patience(attempts: int = 6, first: float = 0.5, longest: float = 10.0) -> Patience:
    return Patience(
        attempts,
        first,
        longest,
        lambda error: isinstance(error, Passing),
        lambda error: getattr(error, "seconds", None),
    )


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    taken: list[float] = []

    class Time:
        sleep: Callable[[float], None] = staticmethod(taken.append)

    monkeypatch.setattr(module, "time", Time)
    return taken


def test_it_is_asked_until_it_answers_with_growing_pauses(pauses: list[float]) -> None:
    asked = Asked(*[Passing() for _ in range(5)])
    assert patience().call(asked) == "an answer"
    assert asked.times == 6
    for pause, full in zip(pauses, (0.5, 1.0, 2.0, 4.0, 8.0), strict=True):
        assert full / 2 <= pause <= full


def test_pauses_have_an_end(pauses: list[float]) -> None:
    assert patience(attempts=12).call(Asked(*[Passing() for _ in range(11)])) == "an answer"
    assert max(pauses) <= 10.0


def test_the_last_error_is_raised(pauses: list[float]) -> None:
    errors = [Passing() for _ in range(7)]
    asked = Asked(*errors)
    with pytest.raises(Passing) as raised:
        patience().call(asked)
    assert raised.value is errors[5]
    assert (asked.times, len(pauses)) == (6, 5)


def test_what_does_not_pass_is_not_asked_again(pauses: list[float]) -> None:
    asked = Asked(ValueError("wrong"))
    with pytest.raises(ValueError, match="wrong"):
        patience().call(asked)
    assert (asked.times, pauses) == (1, [])


def test_a_service_may_say_how_long(pauses: list[float]) -> None:
    assert patience().call(Asked(Passing(7.0), Passing(0.0))) == "an answer"
    assert pauses[0] == 7.0
    assert pauses[1] <= 1.0


def test_who_asks_for_longer_than_we_wait_is_left(pauses: list[float]) -> None:
    asked = Asked(Passing(10.1))
    with pytest.raises(Passing):
        patience().call(asked)
    assert (asked.times, pauses) == (1, [])


def test_no_pause_outlasts_the_deadline(pauses: list[float]) -> None:
    asked = Asked(Passing(2.0), Passing(9.0))
    with waits(Deadline.after(5.0)), pytest.raises(Passing) as raised:
        patience().call(asked)
    assert (raised.value.seconds, pauses) == (9.0, [2.0])
    # The control: whoever may wait gets the answer.
    assert patience().call(Asked(Passing(2.0), Passing(9.0))) == "an answer"
