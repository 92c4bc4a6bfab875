"""Learning what tells some examples apart, once for all processes: a classifier that is there when it is needed."""

import contextvars
import hashlib
import sys
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from functools import lru_cache, partial
from typing import Final

from cci_app.core.deadline import waits
from cci_app.core.redis import read_shared, share
from cci_app.language.encoder.classifier import Classifier
from cci_app.language.encoder.word_table import SHA256

# That of what is learnt: raised when learning or likeness change.
_FORM: Final = 2
_KEPT_SECONDS: Final = 30 * 24 * 3600


class Learning:
    """The classifier of some examples.

    Learning them takes seconds of processor time, so a thread begins with the first message of a process, whatever that
    says, or earlier; a message that needs them waits for it, as long as its deadline allows.
    """

    def __init__(self, examples: Mapping[str, Sequence[str]], others: Sequence[str] = ()) -> None:
        """`examples` are sentences for each label, `others` some that are of none of them."""
        self._key = (tuple((label, tuple(told)) for label, told in examples.items()), tuple(others))
        self.there_are = len(examples) > 1
        self._learning: Future[Classifier] | None = None
        self._lock = threading.Lock()

    def begin(self) -> None:
        """Have them learnt, unless they are; returns at once."""
        if self._learning is None and self.there_are:
            with self._lock:
                if self._learning is None:
                    learning: Future[Classifier] = Future()
                    self._learning = learning
                    learn = partial(contextvars.copy_context().run, self._learn, learning)
                    threading.Thread(target=learn, name="examples", daemon=True).start()

    def _learn(self, learning: "Future[Classifier]") -> None:
        try:
            # Nobody's deadline: the message that began it is long answered by then.
            with waits(None):
                learning.set_result(_learnt(*self._key))
        except BaseException as error:
            learning.set_exception(error)
            raise

    def learnt(self, timeout: float | None = None) -> Classifier:
        """What tells them. Raises TimeoutError where it is not there in time."""
        self.begin()
        assert self._learning is not None  # noqa: S101 (begun just now)
        return self._learning.result(timeout)


@lru_cache(maxsize=8)
def _learnt(examples: tuple[tuple[str, tuple[str, ...]], ...], others: tuple[str, ...]) -> Classifier:
    """The classifier of some examples: the first process learns, the others find in Redis what it learnt."""
    digest = hashlib.sha256(f"{_FORM} {sys.byteorder} {SHA256} {examples} {others}".encode()).hexdigest()
    found = read_shared(f"examples:{digest}")
    classifier = Classifier(dict(examples), others, least=0.0, learnt=found)
    packed = classifier.packed()
    if packed != found:
        share(f"examples:{digest}", packed, _KEPT_SECONDS)
    return classifier
