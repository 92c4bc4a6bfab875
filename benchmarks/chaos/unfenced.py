"""The product with the fence of a turn taken down, for a control: whoever finishes commits, whose turn it ever is.

The protection is taken off here, in a process of the benchmark; the product has no switch for it.
"""

import sqlalchemy as sa

from cci_app import after_fork, before_exit
from cci_app.conversation import completing

__all__ = ["after_fork", "app", "before_exit"]

for _name in ("_COMPLETE", "_COMPLETE_MORE"):
    _fenced: sa.TextClause = getattr(completing, _name)
    _unfenced = _fenced.text.replace(" AND lease_token = :token", " AND :token IS NOT NULL").replace(
        "WHERE id = :receipt_id AND status = 'received'", "WHERE id = :receipt_id"
    )
    assert _unfenced.count("lease_token = :token") == 0 < _fenced.text.count("lease_token = :token")
    vars(completing)[_name] = sa.text(_unfenced).bindparams(*_fenced.compile().binds.values())

from wsgi import app  # noqa: E402 (made from the changed part)
