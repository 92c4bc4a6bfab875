"""HTTP shapes of projects, the people who work on them, labels, comments and what was done."""

from datetime import date
from typing import Any
from zoneinfo import available_timezones

import marshmallow as ma

from cci_app.coordination.collaborators import HANDLE_LENGTH
from cci_app.coordination.models import LONGEST_NAME, LONGEST_TEXT, MOST_HOURS, OutsideKind, ProjectStatus
from cci_app.core.http.fields import HIGHEST_ID, CleanText, PageQuery, WholeNumber
from cci_app.language.detect import ADMIN_LANGUAGES

_EARLIEST, _LATEST = date(1990, 1, 1), date(2199, 12, 31)
_MOST_WAYS = 8
_MOST_SKILLS = 30
WAYS = (OutsideKind.EMAIL, OutsideKind.TELEGRAM, OutsideKind.WHATSAPP)
HANDLE_PATTERN = r"^[a-z0-9][a-z0-9._-]{0,39}$"


def row_id(what: str, **options: Any) -> Any:
    """The id of something of ours, in a body."""
    metadata = {"description": what, "example": 7}
    return WholeNumber(validate=ma.validate.Range(1, HIGHEST_ID), metadata=metadata, **options)


def day(what: str, example: str, **options: Any) -> Any:
    """A day of the organisation's time zone."""
    metadata = {"description": what, "example": example}
    return ma.fields.Date(validate=_is_near, metadata=metadata, **options)


def _is_near(value: date) -> None:
    if not _EARLIEST <= value <= _LATEST:
        raise ma.ValidationError(f"Must be from {_EARLIEST} to {_LATEST}.")


def hours(what: str, example: float, least: float = 0, **options: Any) -> Any:
    """Hours, to a hundredth."""
    most = float(MOST_HOURS)
    metadata = {"description": what, "example": example, "type": "number", "minimum": least, "maximum": most}
    return Hours(places=2, validate=ma.validate.Range(least, most), metadata=metadata, **options)


class Hours(ma.fields.Decimal):
    """A decimal that is a number of JSON on both ways."""

    def _serialize(self, value: Any, *_: Any, **__: Any) -> Any:
        return None if value is None else float(value)


class IfMatch(ma.Schema):
    """Which version the caller saw."""

    class Meta:
        """Other headers are none of ours."""

        unknown = ma.EXCLUDE

    if_match = ma.fields.String(
        data_key="If-Match",
        validate=ma.validate.Regexp(r'^"?[0-9]{1,9}"?$', error="Must be the `version` that was seen."),
        metadata={"description": "The `version` that you saw: another one since is a 409 with both", "example": '"1"'},
    )


def seen(headers: dict[str, Any]) -> int | None:
    """The version that the caller saw; None where they do not say."""
    written = headers.get("if_match")
    return int(written.strip('"')) if written else None


class WayOfReachingSchema(ma.Schema):
    """A way to reach somebody."""

    via = ma.fields.String(
        required=True, validate=ma.validate.OneOf([way.value for way in WAYS]), metadata={"example": "email"}
    )
    to = CleanText(min_length=1, max_length=160, required=True, metadata={"example": "ana@example.org"})


class ProjectPayload(ma.Schema):
    """A project, or what changes of it: what is left out stays, null empties."""

    name = CleanText(min_length=1, max_length=LONGEST_NAME, metadata={"example": "Sitio web"})
    description = CleanText(max_length=LONGEST_TEXT, metadata={"example": "El sitio nuevo, en dos idiomas"})
    status = ma.fields.String(
        validate=ma.validate.OneOf([each.value for each in ProjectStatus]), metadata={"example": "active"}
    )
    start_date = day("When it begins", "2026-01-12", allow_none=True)
    deadline = day("By when it shall be done", "2026-06-30", allow_none=True)
    owner_id = row_id("Who answers for it: hears last of what is late", allow_none=True)
    manager_id = row_id("Who leads it: hears of what is late before the owner", allow_none=True)


class NewProjectPayload(ProjectPayload):
    """A project to begin."""

    name = CleanText(min_length=1, max_length=LONGEST_NAME, required=True, metadata={"example": "Sitio web"})


class VersionedRowResponse(ma.Schema):
    """What every row says of itself."""

    id = ma.fields.Integer(required=True)
    version = ma.fields.Integer(required=True)
    created_at = ma.fields.AwareDateTime(required=True)
    updated_at = ma.fields.AwareDateTime(required=True)


class ProjectResponse(VersionedRowResponse):
    """A project."""

    name = ma.fields.String(required=True)
    description = ma.fields.String(required=True)
    status = ma.fields.String(required=True)
    start_date = ma.fields.Date(required=True, allow_none=True)
    deadline = ma.fields.Date(required=True, allow_none=True)
    owner_id = ma.fields.Integer(required=True, allow_none=True)
    manager_id = ma.fields.Integer(required=True, allow_none=True)


class ProjectsResponse(ma.Schema):
    """A page of projects, newest first; `next` is null on the last."""

    items = ma.fields.List(ma.fields.Nested(ProjectResponse), required=True)
    next = ma.fields.Integer(required=True, allow_none=True)


class ProjectsQuery(PageQuery):
    """Which projects."""

    status = ma.fields.Enum(ProjectStatus, by_value=True, metadata={"example": "active"})


class LoadResponse(ma.Schema):
    """What somebody has to do that is not done; `weeks_left` is the hours by those that they have in a week."""

    id = ma.fields.Integer(required=True)
    handle = ma.fields.String(required=True)
    name = ma.fields.String(required=True)
    open = ma.fields.Integer(required=True)
    overdue = ma.fields.Integer(required=True)
    in_progress = ma.fields.Integer(required=True)
    unestimated = ma.fields.Integer(required=True)
    hours_left = ma.fields.Float(required=True)
    hours_per_week = ma.fields.Float(required=True)
    weeks_left = ma.fields.Float(required=True)


class WorkStatsResponse(ma.Schema):
    """Counts of tasks, and hours."""

    total = ma.fields.Integer(required=True)
    by_status = ma.fields.Dict(keys=ma.fields.String(), values=ma.fields.Integer(), required=True)
    by_priority = ma.fields.Dict(keys=ma.fields.String(), values=ma.fields.Integer(), required=True)
    overdue = ma.fields.Integer(required=True)
    due_this_week = ma.fields.Integer(required=True)
    unassigned = ma.fields.Integer(required=True)
    completed_last_7_days = ma.fields.Integer(required=True)
    estimate_hours = ma.fields.Float(required=True)
    spent_hours = ma.fields.Float(required=True)


class BurnUpResponse(ma.Schema):
    """How many tasks there were at the end of a day, and how many of them were done."""

    day = ma.fields.Date(required=True)
    total = ma.fields.Integer(required=True)
    done = ma.fields.Integer(required=True)


class ProjectFiguresResponse(ma.Schema):
    """How a project stands: counts, how it came on in the last 30 days, and who has how much of it."""

    stats = ma.fields.Nested(WorkStatsResponse, required=True)
    burn_up = ma.fields.List(ma.fields.Nested(BurnUpResponse), required=True)
    people = ma.fields.List(ma.fields.Nested(LoadResponse), required=True)


class PersonPayload(ma.Schema):
    """Somebody who works on projects, or what changes of them; `left_on` says that they are there no more."""

    name = CleanText(min_length=1, max_length=LONGEST_NAME, metadata={"example": "Ana Pérez"})
    handle = ma.fields.String(
        validate=[ma.validate.Length(1, HANDLE_LENGTH), ma.validate.Regexp(HANDLE_PATTERN)],
        metadata={"description": "What they are mentioned by; made of the name", "example": "ana.perez"},
    )
    role = CleanText(max_length=80, metadata={"description": "What they do", "example": "designer"})
    skills = ma.fields.List(
        CleanText(min_length=1, max_length=60),
        validate=ma.validate.Length(max=_MOST_SKILLS),
        metadata={"example": ["diseño", "figma"]},
    )
    reach = ma.fields.List(
        ma.fields.Nested(WayOfReachingSchema),
        validate=ma.validate.Length(max=_MOST_WAYS),
        metadata={"description": "How they are reached, the best way first"},
    )
    member_id = row_id("The member of the organisation that they are", allow_none=True)
    manager_id = row_id("Who hears next where they do not answer", allow_none=True)
    language = ma.fields.String(
        allow_none=True, validate=ma.validate.OneOf(ADMIN_LANGUAGES), metadata={"example": "es"}
    )
    timezone = ma.fields.String(
        allow_none=True,
        validate=ma.validate.Length(1, 64),
        metadata={"description": "Theirs, where it is not the organisation's", "example": "America/Bogota"},
    )
    hours_per_week = hours("The hours that they have for tasks", 40.0)
    left_on = day("Their last day", "2026-12-31", allow_none=True)

    @ma.validates("timezone")
    def _is_zone(self, value: str | None, **_: Any) -> None:
        if value is not None and value not in available_timezones():
            raise ma.ValidationError("Must be a zone of the tz database, such as America/Bogota.")


class NewPersonPayload(PersonPayload):
    """Somebody to keep."""

    name = CleanText(min_length=1, max_length=LONGEST_NAME, required=True, metadata={"example": "Ana Pérez"})


class PersonResponse(VersionedRowResponse):
    """Somebody who works on projects."""

    name = ma.fields.String(required=True)
    handle = ma.fields.String(required=True)
    role = ma.fields.String(required=True)
    skills = ma.fields.List(ma.fields.String(), required=True)
    reach = ma.fields.List(ma.fields.Nested(WayOfReachingSchema), required=True)
    member_id = ma.fields.Integer(required=True, allow_none=True)
    manager_id = ma.fields.Integer(required=True, allow_none=True)
    language = ma.fields.String(required=True, allow_none=True)
    timezone = ma.fields.String(required=True, allow_none=True)
    hours_per_week = Hours(required=True, metadata={"type": "number"})
    left_on = ma.fields.Date(required=True, allow_none=True)


class PeopleResponse(ma.Schema):
    """All who are there, by name: one page."""

    items = ma.fields.List(ma.fields.Nested(PersonResponse), required=True)
    next = ma.fields.Integer(required=True, allow_none=True)


class PeopleQuery(ma.Schema):
    """Whom to list."""

    also_left = ma.fields.Boolean(load_default=False, metadata={"description": "Those too who left", "example": False})


class LabelPayload(ma.Schema):
    """A label, or what changes of it."""

    name = CleanText(min_length=1, max_length=60, metadata={"example": "diseño"})
    color = ma.fields.String(
        validate=ma.validate.Regexp(r"^#[0-9a-f]{6}$"), metadata={"example": "#007bff", "pattern": "^#[0-9a-f]{6}$"}
    )


class NewLabelPayload(LabelPayload):
    """A label to make."""

    name = CleanText(min_length=1, max_length=60, required=True, metadata={"example": "diseño"})


class LabelResponse(VersionedRowResponse):
    """A label."""

    name = ma.fields.String(required=True)
    color = ma.fields.String(required=True)


class AllLabelsResponse(ma.Schema):
    """All labels, by name: one page."""

    items = ma.fields.List(ma.fields.Nested(LabelResponse), required=True)
    next = ma.fields.Integer(required=True, allow_none=True)


class CommentPayload(ma.Schema):
    """Words about a task; `@handle` means somebody."""

    content = CleanText(
        min_length=1, max_length=LONGEST_TEXT, required=True, metadata={"example": "@ana.perez, ¿para cuándo?"}
    )


class NewCommentPayload(CommentPayload):
    """Words, and the task that they are about."""

    task_id = row_id("The task", required=True)


class CommentResponse(VersionedRowResponse):
    """Words about a task, and who is meant by them."""

    task_id = ma.fields.Integer(required=True)
    author_id = ma.fields.Integer(required=True, allow_none=True)
    author = ma.fields.String(required=True)
    content = ma.fields.String(required=True)
    mentions = ma.fields.List(ma.fields.Integer(), required=True)
    via = ma.fields.String(required=True)


class CommentsResponse(ma.Schema):
    """A page of comments, newest first."""

    items = ma.fields.List(ma.fields.Nested(CommentResponse), required=True)
    next = ma.fields.Integer(required=True, allow_none=True)


class CommentsQuery(PageQuery):
    """Which comments."""

    task_id = ma.fields.Integer(validate=ma.validate.Range(1, HIGHEST_ID), metadata={"example": 7})


class ActivityQuery(PageQuery):
    """What was done with what."""

    project_id = ma.fields.Integer(validate=ma.validate.Range(1, HIGHEST_ID), metadata={"example": 7})
    task_id = ma.fields.Integer(validate=ma.validate.Range(1, HIGHEST_ID), metadata={"example": 7})


class EventResponse(ma.Schema):
    """What somebody did: of each field what it was and what it is."""

    id = ma.fields.Integer(required=True)
    at = ma.fields.AwareDateTime(required=True)
    project_id = ma.fields.Integer(required=True)
    task_id = ma.fields.Integer(required=True, allow_none=True)
    act = ma.fields.String(required=True)
    who = ma.fields.String(required=True)
    name = ma.fields.String(required=True)
    changes = ma.fields.Dict(required=True)


class ActivityResponse(ma.Schema):
    """A page of what was done, newest first."""

    items = ma.fields.List(ma.fields.Nested(EventResponse), required=True)
    next = ma.fields.Integer(required=True, allow_none=True)


class RemovedRowResponse(ma.Schema):
    """What was removed."""

    id = ma.fields.Integer(required=True)
    removed = ma.fields.Boolean(required=True)
