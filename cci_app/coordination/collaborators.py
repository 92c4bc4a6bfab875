"""The people who work on projects: kept, found by what they are called, and let go without losing what they did."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from flask import current_app
from psycopg2.errors import UniqueViolation
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from cci_app.accounts.caller import Caller
from cci_app.coordination.changing import apply, check_version, found
from cci_app.coordination.errors import PersonLeft, UnknownPerson
from cci_app.coordination.models import Collaborator, OutsideKind, ProjectTask, TaskStatus
from cci_app.core.audit import record
from cci_app.core.database import tenant_transaction
from cci_app.core.errors import Conflict, InvalidInput
from cci_app.core.phone import to_user_id
from cci_app.core.text import fold
from config.settings import Settings

MOST = 500
HANDLE_LENGTH = 40


def handle_of(name: str) -> str:
    """What somebody is mentioned by, made of their name: `ana.perez` of Ana Pérez."""
    letters = "".join(each if each.isascii() and each.isalnum() else " " for each in fold(name))
    return ".".join(letters.split())[:HANDLE_LENGTH].strip(".") or "someone"


def add_collaborator(organisation_id: int, values: Mapping[str, Any]) -> Collaborator:
    """Keep somebody. Raises Conflict where the handle or the member is another's, or there are too many.

    Raises InvalidInput for a way of reaching them that leads nowhere.
    """
    with tenant_transaction(organisation_id) as session:
        return write_collaborator(session, organisation_id, values)


def write_collaborator(session: Session, organisation_id: int, values: Mapping[str, Any]) -> Collaborator:
    """The same in the session's transaction."""
    values = _as_kept({**values, "handle": values.get("handle") or handle_of(values["name"])})
    if (session.scalar(sa.select(sa.func.count()).select_from(Collaborator)) or 0) >= MOST:
        raise Conflict(f"there are {MOST} collaborators: let one go first")
    _check_manager(session, organisation_id, values.get("manager_id"))
    person = Collaborator(organisation_id=organisation_id, **values)
    session.add(person)
    _flush(session, values)
    record(session, organisation_id, "collaborator.added", f"collaborator:{person.id}")
    session.refresh(person)
    return person


def change_collaborator(
    organisation_id: int, person_id: int, changes: Mapping[str, Any], seen: int | None = None
) -> Collaborator:
    """Change what was named. Raises NotFound, VersionConflict, Conflict, InvalidInput."""
    changes = _as_kept(changes)
    with tenant_transaction(organisation_id) as session:
        person = found(session, Collaborator, organisation_id, person_id, locked=True)
        check_version(person, seen, changes)
        if changes.get("manager_id") != person.manager_id:
            _check_manager(session, organisation_id, changes.get("manager_id"))
        told = apply(person, changes)
        _flush(session, changes)
        if told:
            # How somebody is reached is nobody's business in a log.
            record(session, organisation_id, "collaborator.changed", f"collaborator:{person_id}", {"what": [*told]})
        return person


def remove_collaborator(organisation_id: int, person_id: int) -> None:
    """Forget somebody, with how they were reached: what was theirs is nobody's. Raises NotFound."""
    with tenant_transaction(organisation_id) as session:
        session.delete(found(session, Collaborator, organisation_id, person_id, locked=True))
        record(session, organisation_id, "collaborator.removed", f"collaborator:{person_id}")


def find_collaborator(organisation_id: int, person_id: int) -> Collaborator:
    """One of them. Raises NotFound."""
    with tenant_transaction(organisation_id) as session:
        return found(session, Collaborator, organisation_id, person_id)


def list_collaborators(organisation_id: int, *, also_left: bool = False) -> Sequence[Collaborator]:
    """All who are there, by name; on demand those too who left."""
    chosen = sa.select(Collaborator).where(Collaborator.organisation_id == organisation_id)
    if not also_left:
        chosen = chosen.where(Collaborator.left_on.is_(None))
    with tenant_transaction(organisation_id) as session:
        return session.scalars(chosen.order_by(Collaborator.name, Collaborator.id)).all()


def open_tasks_of(session: Session, organisation_id: int, person_id: int) -> int:
    """How many tasks are somebody's that are not done."""
    return (
        session.scalar(
            sa.select(sa.func.count()).where(
                ProjectTask.organisation_id == organisation_id,
                ProjectTask.assignee_id == person_id,
                ProjectTask.status != TaskStatus.DONE,
            )
        )
        or 0
    )


def collaborator_of(session: Session, caller: Caller) -> Collaborator | None:
    """Who of the collaborators calls; None for programs, and for members who work on nothing."""
    if caller.member_id is None:
        return None
    chosen = sa.select(Collaborator).where(
        Collaborator.organisation_id == caller.organisation_id, Collaborator.member_id == caller.member_id
    )
    return session.scalars(chosen).one_or_none()


def join(caller: Caller, name: str, email: str) -> Collaborator:
    """Make a member one of those who work: whoever is reached at their address is they, else they are added.

    Raises Conflict where somebody has their handle, and InvalidInput for a program.
    """
    if caller.member_id is None:
        raise InvalidInput("a program works on nothing: sign in as a member")
    whose = caller.organisation_id
    with tenant_transaction(whose) as session:
        known = collaborator_of(session, caller) or reached_at(session, whose, OutsideKind.EMAIL, email)
        if known is None:
            reach = [{"via": OutsideKind.EMAIL.value, "to": email}]
            values = {"name": name or email, "reach": reach, "member_id": caller.member_id}
            return write_collaborator(session, whose, values)
        if known.member_id is not None and known.member_id != caller.member_id:
            raise Conflict(f"@{known.handle} is another member: ask an admin")
        if apply(known, {"member_id": caller.member_id}):
            record(session, whose, "collaborator.changed", f"collaborator:{known.id}", {"what": ["member_id"]})
        session.flush()
        return known


def reached_at(session: Session, organisation_id: int, via: str, to: str) -> Collaborator | None:
    """Who is reached that way: whoever writes from there is they. None for strangers, and for who left."""
    way = sa.literal([{"via": via, "to": _written(via, to)}], sa.dialects.postgresql.JSONB)
    chosen = sa.select(Collaborator).where(
        Collaborator.organisation_id == organisation_id,
        Collaborator.left_on.is_(None),
        Collaborator.reach.op("@>")(way),
    )
    return session.scalars(chosen.order_by(Collaborator.id).limit(1)).first()


def assignable(session: Session, organisation_id: int, person_id: int | None) -> None:
    """Raise NotFound for nobody of ours, and PersonLeft for who is there no more; None is always allowed."""
    if person_id is None:
        return
    person = found(session, Collaborator, organisation_id, person_id)
    if person.left_on is not None:
        raise PersonLeft(f"{person.name} left on {person.left_on}: choose somebody else", details={"left": person_id})


def named(session: Session, organisation_id: int, word: str) -> Collaborator:
    """Whoever is called so: by handle, address, whole name or first name. Raises UnknownPerson, also for several."""
    wanted = fold(word.removeprefix("@"))
    people = session.scalars(
        sa.select(Collaborator).where(Collaborator.organisation_id == organisation_id, Collaborator.left_on.is_(None))
    ).all()
    for way in (_is_handle, _is_address, _is_name, _is_first_name):
        found_so = [person for person in people if way(person, wanted)]
        if len(found_so) == 1:
            return found_so[0]
        if found_so:
            who = ", ".join(f"@{person.handle}" for person in found_so)
            raise UnknownPerson(f"{word[:60]} may be {who}: write which", details={"people": [p.id for p in found_so]})
    raise UnknownPerson(f"nobody here is called {word[:60]}", details={"people": []})


def _is_handle(person: Collaborator, wanted: str) -> bool:
    return person.handle == wanted


def _is_address(person: Collaborator, wanted: str) -> bool:
    return any(fold(str(way.get("to", ""))) == wanted for way in person.reach)


def _is_name(person: Collaborator, wanted: str) -> bool:
    return fold(person.name) == wanted


def _is_first_name(person: Collaborator, wanted: str) -> bool:
    return fold(person.name).partition(" ")[0] == wanted


def _as_kept(values: Mapping[str, Any]) -> Mapping[str, Any]:
    """The same with every way of reaching somebody as it is written when they write from there themselves."""
    if not values.get("reach"):
        return values
    try:
        ways = [{**way, "to": _written(way["via"], way["to"])} for way in values["reach"]]
    except InvalidInput:
        fault = "Must be a phone number with its country, as +573001234567."
        raise InvalidInput("a way of reaching them leads nowhere", details={"reach": [fault]}) from None
    return {**values, "reach": ways}


def _written(via: str, to: str) -> str:
    if via == OutsideKind.WHATSAPP:
        settings: Settings = current_app.config["SETTINGS"]
        return to_user_id(to, settings.default_region)
    # Domains have no capitals, and no mailbox that is in use tells them apart.
    return to.strip().lower() if via == OutsideKind.EMAIL else to.strip().removeprefix(f"{via}:")


def _check_manager(session: Session, organisation_id: int, manager_id: int | None) -> None:
    if manager_id is not None:
        assignable(session, organisation_id, manager_id)


def _flush(session: Session, values: Mapping[str, Any]) -> None:
    try:
        session.flush()
    except IntegrityError as error:
        if not isinstance(error.orig, UniqueViolation):
            raise
        raise Conflict(
            f"another collaborator has the handle {values.get('handle', '')}, or is that member already"
        ) from None
