"""The product in which nothing has seats: as many wait, export and read as come. For a control.

The protection is taken off here, in a process of the benchmark; the product has no switch for it.
"""

from cci_app import after_fork, before_exit
from cci_app.core.seats import Seats

__all__ = ["after_fork", "app", "before_exit"]

assert "_free" in vars(Seats)
Seats._free = lambda *_: True  # type: ignore[method-assign]

from wsgi import app  # noqa: E402 (made with the changed part)
