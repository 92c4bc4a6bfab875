"""API keys: made once, shown once, kept as a hash."""

import secrets

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cci_app.accounts.caller import Caller, Proof, Scope
from cci_app.accounts.hashed import hash_secret
from cci_app.accounts.models import ApiKey
from cci_app.core import clock
from cci_app.core.database import keyless_transaction
from cci_app.core.errors import Conflict

ACTIVE_KEYS_PER_NAME = 2
_PREFIX_LENGTH = 12


def create_key(session: Session, organisation_id: int, name: str, scopes: set[Scope]) -> str:
    """Make a key and return it; nobody can read it again.

    Two keys of one name may be active, so that a key can be changed without a pause; Conflict beyond that.
    """
    active = session.scalar(
        sa.select(sa.func.count()).where(
            ApiKey.organisation_id == organisation_id, ApiKey.name == name, ApiKey.revoked_at.is_(None)
        )
    )
    if (active or 0) >= ACTIVE_KEYS_PER_NAME:
        raise Conflict(f"{ACTIVE_KEYS_PER_NAME} keys named {name} are active: revoke one first")
    key = f"cci_{secrets.token_urlsafe(32)}"
    session.add(
        ApiKey(
            organisation_id=organisation_id,
            name=name,
            prefix=key[:_PREFIX_LENGTH],
            key_hash=hash_secret(key),
            scopes=sorted(scopes),
        )
    )
    return key


def revoke_key(session: Session, organisation_id: int, prefix: str) -> int:
    """Revoke the active keys that begin with `prefix`; returns how many."""
    revoked = session.execute(
        sa.update(ApiKey)
        .where(ApiKey.organisation_id == organisation_id, ApiKey.prefix == prefix, ApiKey.revoked_at.is_(None))
        .values(revoked_at=clock.now())
        .returning(ApiKey.id)
    )
    return len(revoked.all())


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
