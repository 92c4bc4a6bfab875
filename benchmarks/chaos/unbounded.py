"""The product without a bound on what a request waits for, for a control.

The protection is taken off here, in a process of the benchmark; the product has no switch for it.
"""

from cci_app import after_fork, before_exit
from cci_app.core.deadline import wait_until
from cci_app.core.http import request

__all__ = ["after_fork", "app", "before_exit"]

assert vars(request)["wait_until"] is wait_until
vars(request)["wait_until"] = lambda _deadline: None

from wsgi import app  # noqa: E402 (made from the changed part)
