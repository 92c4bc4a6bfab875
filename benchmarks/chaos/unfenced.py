"""The product with the fence of a turn taken down, for a control: whoever finishes commits, whose turn it ever is.

The protection is taken off here, in a process of the benchmark; the product has no switch for it.
"""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from cci_app import after_fork, before_exit
from cci_app.conversation import completing

__all__ = ["after_fork", "app", "before_exit"]

_FENCED = completing._COMPLETE.text
_UNFENCED = _FENCED.replace(" AND lease_token = :token", " AND :token IS NOT NULL").replace(
    "WHERE id = :receipt_id AND status = 'received'", "WHERE id = :receipt_id"
)
assert _UNFENCED.count("lease_token = :token") == 0 < _FENCED.count("lease_token = :token")
vars(completing)["_COMPLETE"] = sa.text(_UNFENCED).bindparams(
    *(sa.bindparam(name, type_=JSONB) for name in ("outcome", "state", "reply_to"))
)

from wsgi import app  # noqa: E402 (made from the changed part)
