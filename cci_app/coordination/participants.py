"""Who takes part in the work when they write to an assistant: a collaborator, a member, a program, or nobody."""

import re
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cci_app.accounts.caller import Caller, Proof, Role, Scope
from cci_app.accounts.members.models import Member
from cci_app.accounts.models import ApiKey
from cci_app.channels.trial import KIND as TRIAL
from cci_app.coordination.collaborators import reached_at
from cci_app.coordination.models import Collaborator
from cci_app.coordination.ways import way_behind

# Members and programs who write by the API, and members who try an assistant on the page for that.
_MEMBER: Final = re.compile(rf"(?:member:|{TRIAL}:m)([0-9]{{1,18}})(?:\..*)?")
_PROGRAM: Final = re.compile(r"key:([0-9]{1,18})")


@dataclass(frozen=True, slots=True)
class Participant:
    """Somebody who may know of the work. `who` is as in the audit log, `person_id` the collaborator that they are."""

    organisation_id: int
    who: str
    name: str
    person_id: int | None
    may_change: bool

    @property
    def caller(self) -> Caller:
        """The same as who asks for lists."""
        return Caller(self.organisation_id, self.who, Proof.CHANNEL, name=self.name)


def participant(session: Session, organisation_id: int, user_id: str) -> Participant | None:
    """Who writes under that id; None for strangers, and for whoever left."""
    if (member := _MEMBER.fullmatch(user_id)) is not None:
        return _member(session, organisation_id, int(member[1]))
    if (program := _PROGRAM.fullmatch(user_id)) is not None:
        return _program(session, organisation_id, int(program[1]))
    way = way_behind(user_id)
    person = reached_at(session, organisation_id, *way) if way is not None else None
    return None if person is None else _collaborator(person)


def _collaborator(person: Collaborator) -> Participant:
    return Participant(person.organisation_id, f"collaborator:{person.id}", person.name, person.id, may_change=True)


def _member(session: Session, organisation_id: int, member_id: int) -> Participant | None:
    whose = {"organisation_id": organisation_id}
    member = session.scalars(sa.select(Member).filter_by(id=member_id, **whose)).one_or_none()
    if member is None:
        return None
    known = sa.select(Collaborator).filter_by(member_id=member_id, **whose).where(Collaborator.left_on.is_(None))
    person = session.scalars(known).one_or_none()
    return Participant(
        organisation_id,
        f"member:{member_id}",
        person.name if person else member.name or member.email,
        person.id if person else None,
        may_change=Role(member.role).covers(Role.AGENT),
    )


def _program(session: Session, organisation_id: int, key_id: int) -> Participant | None:
    key = session.scalars(sa.select(ApiKey).filter_by(id=key_id, organisation_id=organisation_id)).one_or_none()
    if key is None or key.revoked_at is not None or Scope.COORDINATION not in key.scopes:
        return None
    return Participant(organisation_id, f"key:{key_id}", key.name, None, may_change=True)
