"""Links to sign up, and the organisation that one of them makes.

A link goes to its address by mail, as an invitation does. Without a mail server whoever invites hands it on; where
everybody may sign up it leads straight to the form, which production refuses: there the mail proves the address.
"""

import re
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from flask import current_app
from limits import parse
from psycopg2.errors import UniqueViolation
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from cci_app.accounts.caller import Role
from cci_app.accounts.hashed import hash_secret
from cci_app.accounts.members.links import MadeLink, announce, keep_link, look_at, open_link
from cci_app.accounts.members.models import LinkKind, Member, MemberLink
from cci_app.accounts.members.passwords import check_password, hash_password
from cci_app.accounts.members.register import add_member, check_email
from cci_app.accounts.members.sessions import Device, start_session
from cci_app.accounts.models import Organisation
from cci_app.accounts.organisations import known_timezone
from cci_app.core import clock
from cci_app.core.audit import acting_for, record
from cci_app.core.database import enter_organisation, keyless_transaction, system_transaction
from cci_app.core.errors import CannotStart, Conflict, InvalidInput, NotFound, Unavailable, of_setting
from cci_app.core.http.limits import Counted, RateLimits
from cci_app.core.text import fold
from cci_app.usage.plans import Plan, load_plans
from cci_app.usage.quotas import put_on_plan
from config.settings import Settings

LONGEST_ORGANISATION = 100
NO_PLAN = "none"
_OF_ADDRESS = parse("10/hour")
_OF_ACCOUNT = parse("3/hour")
_FOUNDED = parse("20/hour")
_LONGEST_SLUG = 48
_TRIES = 5


@dataclass(frozen=True, slots=True)
class Founding:
    """What whoever signs up says of their organisation, and of themselves."""

    organisation: str
    language: str
    timezone: str
    name: str
    password: str


def ask_sign_up(email: str, language: str, address: str) -> str | None:
    """Send a link to sign up to that address; the path of the link where no mail can be sent.

    Nothing tells whether somebody has that address already. Raises NotFound where not everybody may sign up,
    InvalidInput, TooManyRequests.
    """
    if _settings().sign_up != "open":
        raise NotFound("nobody signs up here without an invitation")
    checked = check_email(email)
    limits: RateLimits = current_app.extensions["cci_limits"]
    limits.count_together(
        Counted(_OF_ADDRESS, ("sign-up", address)), Counted(_OF_ACCOUNT, ("sign-up-of", hash_secret(checked)))
    )
    with keyless_transaction() as session:
        made = keep_link(session, _link(checked, language), "")
    announce(made)
    return made.path


def invite_to_sign_up(email: str, language: str | None = None, plan: str | None = None) -> MadeLink:
    """Let somebody make an organisation of their own, on that plan. For whoever runs the installation.

    Raises InvalidInput for what is no address, or no plan, and Conflict where nobody may sign up.
    """
    settings = _settings()
    if settings.sign_up == "closed":
        raise Conflict("nobody may sign up here: set SIGN_UP to invitation, or to open")
    if plan is not None:
        _check_plan(settings, plan)
    with system_transaction() as session:
        made = keep_link(session, _link(check_email(email), language, plan), "")
    announce(made)
    return made


def look_at_sign_up(token: str) -> str:
    """The address that a link to sign up went to; it stays good. Raises LinkOver, and NotFound where nobody may."""
    if _settings().sign_up == "closed":
        raise NotFound("nobody may sign up here")
    return look_at(token, LinkKind.SIGN_UP).email


def found(token: str, given: Founding, device: Device) -> tuple[Member, str]:
    """Make an organisation with its owner, as a link allows once: the owner, and the token of a session.

    Raises LinkOver, NotFound where nobody may, InvalidInput, TooManyRequests.
    """
    email = look_at_sign_up(token)
    _check(given, email)
    limits: RateLimits = current_app.extensions["cci_limits"]
    limits.count(_FOUNDED, "founded", device.address)
    hashed = hash_password(given.password)
    for slug in _slugs(given.organisation):
        try:
            with keyless_transaction(link_hash=hash_secret(token), organisation_slug=slug) as session:
                return _found(session, slug, token, given, hashed, device)
        except IntegrityError as error:
            # Somebody else is called so; nobody is told who there is.
            if not isinstance(error.orig, UniqueViolation):
                raise
    raise Unavailable("no short name was free: try again")


def _found(session: Session, slug: str, token: str, given: Founding, hashed: str, device: Device) -> tuple[Member, str]:
    link = open_link(session, token, LinkKind.SIGN_UP, locked=True)
    organisation = Organisation(slug=slug, name=given.organisation, language=given.language, timezone=given.timezone)
    session.add(organisation)
    with known_timezone(given.timezone):
        session.flush()
    enter_organisation(session, organisation.id)
    link.organisation_id, link.used_at, link.sealed_token = organisation.id, clock.now(), None
    with acting_for(f"sign_up:{link.id}", link.email):
        told = {"name": given.organisation, "slug": slug}
        record(session, organisation.id, "organisation.signed_up", f"organisation:{organisation.id}", told)
        member = add_member(session, organisation.id, link.email, Role.OWNER, hashed, given.name)
        member.language = given.language
        name = link.plan or _settings().sign_up_plan
        if name != NO_PLAN:
            put_on_plan(session, organisation.id, name, _plans(_settings())[name])
    with acting_for(f"member:{member.id}", member.email):
        return member, start_session(session, member, device, how="sign_up")


def check_at_start(settings: Settings) -> None:
    """Raise CannotStart where whoever signs up would be put on a plan that there is not."""
    if settings.sign_up == "closed":
        return
    try:
        _check_plan(settings, settings.sign_up_plan)
    except InvalidInput as error:
        raise CannotStart(f"SIGN_UP_PLAN: {error.message}") from error


def _check_plan(settings: Settings, plan: str) -> None:
    plans = _plans(settings)
    if plan != NO_PLAN and plan not in plans:
        raise InvalidInput(f"there is no plan {plan}; there are: {', '.join(plans)}, or {NO_PLAN}")


def _plans(settings: Settings) -> Mapping[str, Plan]:
    with of_setting("PLANS_PATH"):
        return load_plans(settings.plans_path)


def _check(given: Founding, email: str) -> None:
    if not given.organisation:
        said = "write the name of your organisation"
        raise InvalidInput(said, details={"organisation": [said]})
    with known_timezone(given.timezone):
        check_password(given.password, email)


def _slugs(name: str) -> Iterator[str]:
    """Short names to try, the plain one first, but for one that the settings speak of."""
    settings = _settings()
    plain = "-".join(re.findall("[a-z0-9]+", fold(name)))[:_LONGEST_SLUG].strip("-") or "organisation"
    spoken_of = {settings.default_organisation, *map(str.strip, settings.assistants_shared_with.split(","))}
    if plain not in spoken_of:
        yield plain
    for _ in range(_TRIES):
        yield f"{plain}-{secrets.token_hex(3)}"


def _link(email: str, language: str | None, plan: str | None = None) -> MemberLink:
    return MemberLink(kind=LinkKind.SIGN_UP, email=email, language=language, plan=plan)


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings
