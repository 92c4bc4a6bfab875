"""How an organisation's people answer: when they are there, who is told, and after what silence something happens."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from cci_app.core.audit import record
from cci_app.core.database import tenant_transaction
from cci_app.core.errors import InvalidInput
from cci_app.core.lookups import LookUps
from cci_app.core.tenants import timezone_of
from cci_app.handoff.models import HandoffDesk

# Whoever is away for longer says so on the way that they are reached by.
_LOOKED_AHEAD_DAYS = 60
# As far as the longest time after which a request may be told of again.
_LOOKED_BACK_DAYS = 31
_MOST_DESKS = 1000


class Weekday(StrEnum):
    """The days of a week, as a calendar counts them."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


_DAYS = tuple(Weekday)
Minutes = Annotated[int, Field(ge=1, le=60 * 24 * 30)]


class Shift(BaseModel):
    """Some hours of a day, in the organisation's zone; `until` 00:00 is midnight at its end."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    since: time
    until: time

    @model_validator(mode="after")
    def _forward(self) -> Self:
        if self.until != time(0) and self.until <= self.since:
            raise ValueError("a shift ends after it begins")
        return self

    def holds(self, at: time) -> bool:
        """Whether that moment of the day is in it."""
        return self.since <= at and (self.until == time(0) or at < self.until)


class NoticeReceiver(BaseModel):
    """Who is told of a request: an address of mail, an account at Slack by its name here, or somebody on a channel.

    On a channel `to` is its kind, the name of the account there and the number, as `waha:default:+573001234567`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    via: Literal["email", "slack", "channel"]
    to: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=254)]

    @model_validator(mode="after")
    def _reachable(self) -> Self:
        if self.via == "email" and ("@" not in self.to or len(self.to.split()) != 1):
            raise ValueError("is no address of mail")
        if self.via == "channel" and len(list(filter(None, self.to.split(":", 2)))) != 3:
            raise ValueError("is written as kind:account:number")
        return self


class ReopeningTemplate(BaseModel):
    """The approved template that may be sent when the channel's window is closed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, StringConstraints(min_length=1, max_length=512)]
    language: Annotated[str, StringConstraints(min_length=2, max_length=15)]
    text: Annotated[str, StringConstraints(min_length=1, max_length=1024)]


class AnsweringDesk(BaseModel):
    """How people answer. Without hours they are there always; `holidays` are days on which nobody is.

    A request that a person waits on for `escalate_minutes` of working time is told of again; after `resume_minutes` of
    a human's silence the assistant goes on. `ask_rating`: the person is asked for 1 to 5 when it is closed; `drafts`:
    the assistant may word a reply that a human sends.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    hours: Mapping[Weekday, tuple[Shift, ...]] = Field(default_factory=dict)
    holidays: Annotated[tuple[date, ...], Field(max_length=200)] = ()
    notify: Annotated[tuple[NoticeReceiver, ...], Field(max_length=20)] = ()
    escalate_minutes: Minutes = 15
    resume_minutes: Minutes = 12 * 60
    ask_rating: bool = True
    drafts: bool = False
    template: ReopeningTemplate | None = None

    def is_open(self, at: datetime) -> bool:
        """Whether somebody is there; `at` is in the organisation's zone."""
        return bool(self._begins(at.date(), at.time()))

    def open_since(self, at: datetime) -> datetime | None:
        """Since when somebody has been there without a break that the hours tell; None where nobody is."""
        if not self.is_open(at):
            return None
        since = at
        for day in (at.date() - timedelta(days=back) for back in range(_LOOKED_BACK_DAYS)):
            begins = self._begins(day, time.max if day < at.date() else at.time())
            if not begins:
                break
            since = datetime.combine(day, min(begins), at.tzinfo)
            if min(begins) != time(0):
                break
        return since

    def opens(self, at: datetime) -> datetime | None:
        """When somebody is there next, `at` itself where somebody is; None where that is in no foreseeable time."""
        if self.is_open(at):
            return at
        for ahead in range(_LOOKED_AHEAD_DAYS):
            day = at.date() + timedelta(days=ahead)
            if day in self.holidays:
                continue
            begins = [shift.since for shift in self._shifts(day)] if self.hours else [time(0)]
            for begin in sorted(begins):
                moment = datetime.combine(day, begin, at.tzinfo)
                if moment >= at:
                    return moment
        return None

    def _begins(self, day: date, at: time) -> list[time]:
        """When the shifts that hold that moment of the day begin."""
        if day in self.holidays:
            return []
        return [shift.since for shift in self._shifts(day) if shift.holds(at)] if self.hours else [time(0)]

    def _shifts(self, day: date) -> tuple[Shift, ...]:
        return self.hours.get(_DAYS[day.weekday()], ())


_desks: LookUps[int, tuple[AnsweringDesk, ZoneInfo]] = LookUps(_MOST_DESKS)


def read_desk(session: Session | sa.Connection, organisation_id: int) -> AnsweringDesk:
    """How the organisation's people answer."""
    chosen = sa.select(HandoffDesk.settings).where(HandoffDesk.organisation_id == organisation_id)
    kept = session.scalar(chosen)
    return AnsweringDesk.model_validate(kept or {})


def desk_of(organisation_id: int) -> tuple[AnsweringDesk, ZoneInfo]:
    """How the organisation's people answer, and in which zone; as of some seconds ago."""
    return _desks.find(organisation_id, lambda: _desk_of(organisation_id))


def change_desk(organisation_id: int, changes: dict[str, Any]) -> AnsweringDesk:
    """Change some of it; returns all. Raises InvalidInput, which names the fields."""
    with tenant_transaction(organisation_id) as session:
        known = read_desk(session, organisation_id).model_dump(mode="json")
        try:
            desk = AnsweringDesk.model_validate({**known, **changes})
        except ValidationError as error:
            details = {".".join(map(str, each["loc"])): [each["msg"]] for each in error.errors()}
            raise InvalidInput("the desk cannot work like that", details=details) from error
        settings = desk.model_dump(mode="json")
        row = insert(HandoffDesk).values(organisation_id=organisation_id, settings=settings)
        session.execute(row.on_conflict_do_update(index_elements=["organisation_id"], set_={"settings": settings}))
        record(session, organisation_id, "handoff_desk.changed", "handoff_desk", {"fields": sorted(changes)})
    _desks.forget(organisation_id)
    return desk


def _desk_of(organisation_id: int) -> tuple[AnsweringDesk, ZoneInfo]:
    with tenant_transaction(organisation_id) as session:
        return read_desk(session, organisation_id), timezone_of(session, organisation_id)
