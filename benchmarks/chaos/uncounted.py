"""The product without its count of attempts, for a control: a turn of which the process dies is tried for ever.

The protection is taken off here, in a process of the benchmark; the product has no switch for it.
"""

from cci_app import after_fork, before_exit
from cci_app.conversation import turns

__all__ = ["after_fork", "app", "before_exit"]

assert turns.MAX_ATTEMPTS == 2
vars(turns).update(MAX_ATTEMPTS=1000, MAX_TAKEOVERS=1000)

from wsgi import app  # noqa: E402 (made from the changed part)
