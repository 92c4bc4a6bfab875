"""Links to try an assistant: made with an end date, revocable, and looked up by the hash of their token."""

import secrets
from collections.abc import Sequence
from datetime import timedelta

import sqlalchemy as sa

from cci_app.accounts.caller import Caller
from cci_app.accounts.hashed import hash_secret
from cci_app.core import clock
from cci_app.core.audit import record
from cci_app.core.database import keyless_transaction, tenant_transaction
from cci_app.core.errors import Conflict, NotFound
from cci_app.trials.models import TrialLink
from cci_app.trials.talking import Offer, check_offer

LONGEST_DAYS = 90
MOST_OPEN = 100


def make_link(caller: Caller, offer: Offer, *, days: int, note: str = "") -> tuple[TrialLink, str]:
    """A link for so many days, and its token, which nobody can read again.

    Raises InvalidInput for an assistant, version or contact that there is not, Conflict where too many links are open.
    """
    organisation_id = caller.organisation_id
    assistant = check_offer(organisation_id, offer)
    token = secrets.token_urlsafe(32)
    now = clock.now()
    with tenant_transaction(organisation_id) as session:
        if len(session.scalars(_open_links(organisation_id)).all()) >= MOST_OPEN:
            raise Conflict(f"{MOST_OPEN} links are open: revoke one first")
        link = TrialLink(
            organisation_id=organisation_id,
            token_hash=hash_secret(token),
            assistant=assistant,
            version=offer.version,
            user_id=offer.known_as,
            note=note,
            made_by=caller.name,
            created_at=now,
            expires_at=now + timedelta(days=days),
        )
        session.add(link)
        session.flush()
        told = {"assistant": assistant, "days": days, "as_contact": bool(offer.known_as)}
        record(session, organisation_id, "trial_link.created", f"trial_link:{link.id}", told)
    return link, token


def list_links(organisation_id: int) -> Sequence[TrialLink]:
    """The links that are still good, the newest first."""
    with tenant_transaction(organisation_id) as session:
        return session.scalars(_open_links(organisation_id)).all()


def revoke_link(organisation_id: int, link_id: int) -> None:
    """Let a link be over at once. Raises NotFound."""
    with tenant_transaction(organisation_id) as session:
        link = session.get(TrialLink, link_id, with_for_update=True)
        if link is None or link.organisation_id != organisation_id:
            raise NotFound("there is no such link")
        if link.revoked_at is None:
            link.revoked_at = clock.now()
            record(session, organisation_id, "trial_link.revoked", f"trial_link:{link_id}")


def find_link(token: str) -> TrialLink | None:
    """The link with that token, where it is neither over nor revoked."""
    token_hash = hash_secret(token)
    with keyless_transaction(link_hash=token_hash) as session:
        chosen = sa.select(TrialLink).where(TrialLink.token_hash == token_hash, *_open())
        return session.scalars(chosen).one_or_none()


def _open_links(organisation_id: int) -> sa.Select[TrialLink]:
    chosen = sa.select(TrialLink).where(TrialLink.organisation_id == organisation_id, *_open())
    return chosen.order_by(TrialLink.id.desc())


def _open() -> list[sa.ColumnElement[bool]]:
    return [TrialLink.revoked_at.is_(None), TrialLink.expires_at > clock.now()]


def link_of(caller: Caller) -> TrialLink:
    """The link that its holder came by. Raises NotFound where it is gone."""
    with tenant_transaction(caller.organisation_id) as session:
        link = session.get(TrialLink, int(caller.who.partition(":")[2]))
        if link is None:
            raise NotFound("there is no such link")
        return link
