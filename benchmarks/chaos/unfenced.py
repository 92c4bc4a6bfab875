"""The product with the fences of a turn taken down, for a control: whoever finishes commits, whose turn it ever is.

The lease is one, and what a turn used, which is counted once, is another. The protection is taken off here, in a
process of the benchmark; the product has no switch for it.
"""

import sqlalchemy as sa

from cci_app import after_fork, before_exit
from cci_app.conversation import completing

__all__ = ["after_fork", "app", "before_exit"]

for _name in ("_COMPLETE", "_COMPLETE_MORE"):
    _fenced: sa.TextClause = getattr(completing, _name)
    _unfenced = _fenced.text
    for _fence, _gap in (
        (" AND lease_token = :token", " AND :token IS NOT NULL"),
        ("WHERE id = :receipt_id AND status = 'received'", "WHERE id = :receipt_id"),
        ("CAST(:tokens AS bigint) > 0)", "CAST(:tokens AS bigint) > 0 ON CONFLICT DO NOTHING)"),
    ):
        assert _fence in _unfenced
        _unfenced = _unfenced.replace(_fence, _gap)
    vars(completing)[_name] = sa.text(_unfenced).bindparams(*_fenced.compile().binds.values())

from wsgi import app  # noqa: E402 (made from the changed part)
