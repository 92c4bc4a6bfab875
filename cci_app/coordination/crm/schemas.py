"""HTTP shapes of CRMs and of what they and we did not agree on."""

from typing import Any

import marshmallow as ma

from cci_app.coordination.api.schemas import row_id
from cci_app.coordination.crm.side import CRM_KINDS
from cci_app.coordination.sync.conflicts import OURS, THEIRS
from cci_app.coordination.sync.models import ConflictCause
from cci_app.core.http.fields import PageQuery

_TYPES = [kind.value for kind in CRM_KINDS]


def _moment() -> Any:
    return ma.fields.AwareDateTime(required=True, allow_none=True)


class CrmLeadsResponse(ma.Schema):
    """The mapping by which leads become records, when that was done last, and what was wrong then."""

    mapping = ma.fields.String(required=True)
    checked_at = _moment()
    error = ma.fields.String(required=True, allow_none=True)


class CrmResponse(ma.Schema):
    """A CRM: its mapping, the project of what is new, when it was looked at last, and what was wrong then.

    `mapping` is null for one that takes leads alone, `leads` for one that takes tasks alone.
    """

    type = ma.fields.String(required=True, validate=ma.validate.OneOf(_TYPES))
    name = ma.fields.String(required=True)
    mapping = ma.fields.String(required=True, allow_none=True)
    project_id = ma.fields.Integer(required=True, allow_none=True)
    checked_at = _moment()
    error = ma.fields.String(required=True, allow_none=True)
    leads = ma.fields.Nested(CrmLeadsResponse, required=True, allow_none=True)


class CrmsResponse(ma.Schema):
    """The organisation's CRMs."""

    items = ma.fields.List(ma.fields.Nested(CrmResponse), required=True)


class CrmRecordPayload(ma.Schema):
    """The task that is to be a record, too; `type` where there are several CRMs."""

    task_id = row_id("The task", required=True)
    type = ma.fields.String(validate=ma.validate.OneOf(_TYPES), metadata={"example": "crm"})


class CrmRecordResponse(ma.Schema):
    """The record that a task is; null until it was made."""

    type = ma.fields.String(required=True)
    task_id = ma.fields.Integer(required=True)
    record = ma.fields.String(required=True, allow_none=True)


class ConflictsQuery(PageQuery):
    """Which conflicts, the newest first."""

    state = ma.fields.String(
        load_default="open",
        validate=ma.validate.OneOf(["open", "resolved"]),
        metadata={"description": "Those that wait, or those that are settled", "example": "open"},
    )


class ConflictResponse(ma.Schema):
    """What two sides did not agree on. `ours` and `theirs` are in a task's words; `winner` has it by the rule."""

    id = ma.fields.Integer(required=True)
    type = ma.fields.String(required=True, attribute="kind")
    record = ma.fields.String(required=True)
    task_id = ma.fields.Integer(required=True, allow_none=True)
    cause = ma.fields.String(required=True, validate=ma.validate.OneOf([cause.value for cause in ConflictCause]))
    field = ma.fields.String(required=True)
    ours = ma.fields.String(required=True, allow_none=True)
    theirs = ma.fields.String(required=True, allow_none=True)
    winner = ma.fields.String(required=True, allow_none=True)
    reason = ma.fields.String(required=True)
    at = ma.fields.AwareDateTime(required=True)
    ours_at = _moment()
    theirs_at = _moment()
    resolved_at = _moment()
    resolved_by = ma.fields.String(required=True, allow_none=True)
    kept = ma.fields.String(required=True, allow_none=True)


class ConflictsResponse(ma.Schema):
    """A page of conflicts; `next` is the `before` of the following one."""

    items = ma.fields.List(ma.fields.Nested(ConflictResponse), required=True)
    next = ma.fields.Integer(required=True, allow_none=True)


class ResolvePayload(ma.Schema):
    """What holds: as the task is here, or as the record is there."""

    keep = ma.fields.String(required=True, validate=ma.validate.OneOf([OURS, THEIRS]), metadata={"example": THEIRS})
