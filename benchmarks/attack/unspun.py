"""The product that keeps a turn however much of the processor it uses, for a control.

The protection is taken off here, in a process of the benchmark; the product has no switch for it.
"""

import math

from cci_app import after_fork, before_exit
from cci_app.conversation import pool

__all__ = ["after_fork", "app", "before_exit"]

assert vars(pool)["MOST_PROCESSOR_SECONDS"] > 0
vars(pool)["MOST_PROCESSOR_SECONDS"] = math.inf

from wsgi import app  # noqa: E402 (made from the changed part)
