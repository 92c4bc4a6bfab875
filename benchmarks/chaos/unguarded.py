"""The product without its rules behind the model, for a control: what the model cannot say, nobody says.

The protection is taken off here, in a process of the benchmark; the product has no switch for it.
"""

from cci_app import after_fork, before_exit
from cci_app.agents.questionnaire import interpreting
from cci_app.core.errors import Unavailable

__all__ = ["after_fork", "app", "before_exit"]


class _NeverRaised(Exception):  # noqa: N818
    """What is waited for in its place."""


assert vars(interpreting)["Unavailable"] is Unavailable
vars(interpreting)["Unavailable"] = _NeverRaised

from wsgi import app  # noqa: E402 (made from the changed part)
