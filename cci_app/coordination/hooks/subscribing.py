"""Who is told what is done with the work: addresses outside, each with a secret of its own."""

import base64
import os
from collections.abc import Mapping, Sequence
from typing import Any, Final

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.orm import Session

from cci_app.coordination.hooks.models import PostState, SubscriberState, WebhookPost, WebhookSubscriber
from cci_app.core import clock
from cci_app.core.audit import record
from cci_app.core.database import tenant_transaction
from cci_app.core.errors import Conflict, InvalidInput, NotFound
from cci_app.core.outbound.addresses import all_allowed, resolve
from cci_app.core.outbound.fetch import FetchError, checked_url
from cci_app.core.sealed import Seal
from config.settings import Settings

MOST: Final = 20
# As Standard Webhooks writes a secret: 24 to 64 bytes in base64 behind a prefix.
_PREFIX: Final = "whsec_"
_SECRET_BYTES: Final = 32
_RESOLVE_SECONDS: Final = 3.0
PING: Final = "ping"


def subscribe(organisation_id: int, url: str, acts: Sequence[str]) -> tuple[WebhookSubscriber, str]:
    """Have an address told; the row, and the secret, which is shown this once.

    Raises InvalidInput for an address that is none, or is inside; Conflict for one too many.
    """
    _check(url)
    secret = _PREFIX + base64.b64encode(os.urandom(_SECRET_BYTES)).decode()
    with tenant_transaction(organisation_id) as session:
        known = session.scalar(
            sa.select(sa.func.count()).select_from(WebhookSubscriber).filter_by(organisation_id=organisation_id)
        )
        if (known or 0) >= MOST:
            raise Conflict(f"there are {MOST} webhooks: remove one first")
        row = WebhookSubscriber(
            organisation_id=organisation_id, url=url, acts=[*acts], sealed_secret=_seal(organisation_id).seal(secret)
        )
        session.add(row)
        session.flush()
        session.refresh(row)
        record(session, organisation_id, "webhook.added", f"webhook:{row.id}", {"acts": [*acts]})
        return row, secret


def change_subscriber(organisation_id: int, subscriber_id: int, changes: Mapping[str, Any]) -> WebhookSubscriber:
    """Change address, acts or state. One that is active again is told what waited. Raises NotFound, InvalidInput."""
    if "url" in changes:
        _check(changes["url"])
    with tenant_transaction(organisation_id) as session:
        row = _found(session, organisation_id, subscriber_id)
        for name, value in changes.items():
            setattr(row, name, value)
        if changes.get("state") == SubscriberState.ACTIVE:
            row.failures, row.reason = 0, None
            waiting = sa.update(WebhookPost).where(
                WebhookPost.organisation_id == organisation_id,
                WebhookPost.subscriber_id == subscriber_id,
                WebhookPost.state == PostState.QUEUED,
            )
            session.execute(waiting.values(not_before=clock.now()))
        record(session, organisation_id, "webhook.changed", f"webhook:{row.id}", {"what": sorted(changes)})
        session.flush()
        return row


def unsubscribe(organisation_id: int, subscriber_id: int) -> None:
    """Tell an address no more; what waits for it is gone. Raises NotFound."""
    with tenant_transaction(organisation_id) as session:
        session.delete(_found(session, organisation_id, subscriber_id))
        record(session, organisation_id, "webhook.removed", f"webhook:{subscriber_id}")


def find_subscriber(organisation_id: int, subscriber_id: int) -> WebhookSubscriber:
    """One of them. Raises NotFound."""
    with tenant_transaction(organisation_id) as session:
        return _found(session, organisation_id, subscriber_id)


def list_subscribers(organisation_id: int) -> Sequence[WebhookSubscriber]:
    """All of them, the first first."""
    chosen = sa.select(WebhookSubscriber).filter_by(organisation_id=organisation_id)
    with tenant_transaction(organisation_id) as session:
        return session.scalars(chosen.order_by(WebhookSubscriber.id)).all()


def ping(organisation_id: int, subscriber_id: int) -> WebhookPost:
    """Have an address told that it would be told. Raises NotFound."""
    with tenant_transaction(organisation_id) as session:
        _found(session, organisation_id, subscriber_id)
        body = {"type": PING, "timestamp": clock.now().isoformat(), "data": {"webhook_id": subscriber_id}}
        post = WebhookPost(organisation_id=organisation_id, subscriber_id=subscriber_id, act=PING, body=body)
        return _kept(session, post)


def list_posts(
    organisation_id: int,
    subscriber_id: int,
    state: PostState | None = None,
    before: int | None = None,
    limit: int = 50,
) -> Sequence[WebhookPost]:
    """What an address was told, and is to be told, the newest first. Raises NotFound."""
    chosen = sa.select(WebhookPost).filter_by(organisation_id=organisation_id, subscriber_id=subscriber_id)
    if state is not None:
        chosen = chosen.where(WebhookPost.state == state)
    if before is not None:
        chosen = chosen.where(WebhookPost.id < before)
    with tenant_transaction(organisation_id) as session:
        _found(session, organisation_id, subscriber_id)
        return session.scalars(chosen.order_by(WebhookPost.id.desc()).limit(limit)).all()


def tell_again(organisation_id: int, post_id: int) -> WebhookPost:
    """Have something told once more under the id by which it is known, whatever became of it. Raises NotFound."""
    with tenant_transaction(organisation_id) as session:
        chosen = sa.select(WebhookPost).filter_by(organisation_id=organisation_id, id=post_id).with_for_update()
        post = session.scalars(chosen).one_or_none()
        if post is None:
            raise NotFound(f"there is no delivery {post_id}")
        post.state, post.attempts, post.not_before = PostState.QUEUED, 0, clock.now()
        record(session, organisation_id, "webhook.replayed", f"webhook_delivery:{post_id}")
        return _kept(session, post)


def secret_of(row: WebhookSubscriber) -> bytes | None:
    """The key that its deliveries are signed with; None where SECRET_KEY is another one than when it was made."""
    opened = _seal(row.organisation_id).open(row.sealed_secret)
    return None if opened is None else base64.b64decode(opened.removeprefix(_PREFIX))


def _kept(session: Session, post: WebhookPost) -> WebhookPost:
    session.add(post)
    session.flush()
    session.refresh(post)
    return post


def _found(session: Session, organisation_id: int, subscriber_id: int) -> WebhookSubscriber:
    chosen = sa.select(WebhookSubscriber).filter_by(organisation_id=organisation_id, id=subscriber_id)
    row = session.scalars(chosen.with_for_update()).one_or_none()
    if row is None:
        raise NotFound(f"there is no webhook {subscriber_id}")
    return row


def _seal(organisation_id: int) -> Seal:
    settings: Settings = current_app.config["SETTINGS"]
    return Seal(settings.secret_key, f"webhook of {organisation_id}")


def _check(url: str) -> None:
    """Raise InvalidInput for what nobody could be told at; a name that leads nowhere yet may lead somewhere later."""
    settings: Settings = current_app.config["SETTINGS"]
    try:
        checked = checked_url(url, loopback=settings.fetch_loopback)
        found = resolve(checked.host, checked.port or 443, _RESOLVE_SECONDS)
    except FetchError as error:
        raise InvalidInput(error.message, details={"url": [error.message]}) from None
    except OSError:
        return
    if not all_allowed(found, loopback=settings.fetch_loopback):
        told = "is not on the public internet: use an address that everybody can reach"
        raise InvalidInput(f"the address {told}", details={"url": [told]})
