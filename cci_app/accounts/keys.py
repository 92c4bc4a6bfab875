"""API keys: made once, shown once, kept as a hash."""

import secrets
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cci_app.accounts.caller import Caller, Proof, Scope
from cci_app.accounts.hashed import hash_secret
from cci_app.accounts.models import ApiKey
from cci_app.core import clock
from cci_app.core.audit import record
from cci_app.core.database import keyless_transaction, tenant_transaction
from cci_app.core.errors import Conflict, Forbidden, NotFound

ACTIVE_KEYS_PER_NAME = 2
NAME_LENGTH = 64
_PREFIX_LENGTH = 12


def create_key(session: Session, organisation_id: int, name: str, scopes: set[Scope]) -> str:
    """Make a key and return it; nobody can read it again.

    Two keys of one name may be active, so that a key can be changed without a pause; Conflict beyond that.
    """
    key, _ = _add_key(session, organisation_id, name, scopes)
    return key


def _add_key(session: Session, organisation_id: int, name: str, scopes: set[Scope]) -> tuple[str, ApiKey]:
    active = session.scalar(
        sa.select(sa.func.count()).where(
            ApiKey.organisation_id == organisation_id, ApiKey.name == name, ApiKey.revoked_at.is_(None)
        )
    )
    if (active or 0) >= ACTIVE_KEYS_PER_NAME:
        raise Conflict(f"{ACTIVE_KEYS_PER_NAME} keys named {name} are active: revoke one first")
    key = f"cci_{secrets.token_urlsafe(32)}"
    made = ApiKey(
        organisation_id=organisation_id,
        name=name,
        prefix=key[:_PREFIX_LENGTH],
        key_hash=hash_secret(key),
        scopes=sorted(scopes),
    )
    session.add(made)
    session.flush()
    record(session, organisation_id, "key.created", f"key:{made.id}", {"name": name, "scopes": made.scopes})
    return key, made


def make_key(caller: Caller, name: str, scopes: set[Scope]) -> tuple[str, ApiKey]:
    """Make a key as the caller may. Raises Forbidden for a scope that they cannot give, Conflict."""
    lacking = sorted(scopes - caller.scopes) if caller.role is None else []
    if lacking or Scope.OPERATOR in scopes:
        raise Forbidden(f"you cannot give the scope {(lacking or [Scope.OPERATOR])[0]}")
    with tenant_transaction(caller.organisation_id) as session:
        return _add_key(session, caller.organisation_id, name, scopes)


def list_keys(organisation_id: int) -> Sequence[ApiKey]:
    """The organisation's keys, the newest first."""
    chosen = sa.select(ApiKey).where(ApiKey.organisation_id == organisation_id).order_by(ApiKey.id.desc())
    with tenant_transaction(organisation_id) as session:
        return session.scalars(chosen).all()


def revoke_key_by_id(caller: Caller, key_id: int) -> ApiKey:
    """Revoke a key; one that was revoked before stays as it is. Raises NotFound, and Conflict for the key that asks."""
    organisation_id = caller.organisation_id
    if caller.who == f"key:{key_id}":
        raise Conflict("a key does not revoke itself: a slip would shut its holder out")
    with tenant_transaction(organisation_id) as session:
        key = session.get(ApiKey, key_id, with_for_update=True)
        if key is None or key.organisation_id != organisation_id:
            raise NotFound("there is no such key")
        if key.revoked_at is None:
            key.revoked_at = clock.now()
            record(session, organisation_id, "key.revoked", f"key:{key_id}", {"name": key.name})
        session.flush()
        return key


def revoke_key(session: Session, organisation_id: int, prefix: str) -> int:
    """Revoke the active keys that begin with `prefix`; returns how many."""
    revoked = session.execute(
        sa.update(ApiKey)
        .where(ApiKey.organisation_id == organisation_id, ApiKey.prefix == prefix, ApiKey.revoked_at.is_(None))
        .values(revoked_at=clock.now())
        .returning(ApiKey.id, ApiKey.name)
    ).all()
    for key in revoked:
        record(session, organisation_id, "key.revoked", f"key:{key.id}", {"name": key.name})
    return len(revoked)


def find_caller(key: str) -> Caller | None:
    """The caller that an active key names, or None.

    The hash is the look-up: the time it takes tells nothing of the key that a caller could use.
    """
    key_hash = hash_secret(key)
    with keyless_transaction(api_key_hash=key_hash) as session:
        found = session.execute(
            sa.select(ApiKey.id, ApiKey.organisation_id, ApiKey.name, ApiKey.scopes).where(
                ApiKey.key_hash == key_hash, ApiKey.revoked_at.is_(None)
            )
        ).one_or_none()
    if found is None:
        return None
    who = f"key:{found.id}"
    return Caller(found.organisation_id, who, Proof.API_KEY, name=found.name, scopes=frozenset(found.scopes))
