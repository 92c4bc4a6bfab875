"""A person's state in Redis: a copy, with the sequence number of the turn that made it.

Status is read from here. PostgreSQL has the original, so a fault of Redis costs a look-up, never a state.
"""

import json
from collections.abc import Mapping
from typing import Any

import redis
import structlog

from cci_app.conversation.inbound import Person
from cci_app.conversation.state import PersonState
from cci_app.core.pseudonyms import pseudonym
from cci_app.core.redis import ask_redis

log = structlog.get_logger(__name__)

# Turns of one person may reach Redis out of order: an older copy never replaces a newer one.
_SAVE = """
local kept = redis.call('GET', KEYS[1])
if kept then
    local is_read, copy = pcall(cjson.decode, kept)
    local sequence = is_read and type(copy) == 'table' and tonumber(copy['sequence'])
    if sequence and sequence >= tonumber(ARGV[2]) then return 0 end
end
redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[3])
return 1
"""
# In place of a copy that was erased: newer than what a turn may save that was committed just before.
_ERASED = json.dumps({"sequence": 2**53, "state": {}})
_ERASED_SECONDS = 300


def _key(person: Person) -> str:
    # The number is that of the state's form: another one is not read.
    whose = pseudonym(person.organisation_id, person.user_id)
    return f"cci:state:3:{person.organisation_id}:{person.assistant}:{whose}"


def _key_before(person: Person) -> str:
    """The key of copies that an earlier version made, which are kept for weeks."""
    return f"cci:state:2:{person.organisation_id}:{person.assistant}:{person.user_id}"


def save(person: Person, state: Mapping[str, Any], sequence: int, ttl_seconds: int) -> None:
    """Keep a copy of the state that turn number `sequence` made."""
    body = json.dumps({"sequence": sequence, "state": state})
    try:
        ask_redis(lambda client: client.eval(_SAVE, 1, _key(person), body, sequence, ttl_seconds))
    except redis.RedisError as error:
        log.warning("state_not_copied", error=type(error).__name__)


def load(person: Person) -> PersonState | None:
    """The copy of a person's state; None where there is none, Redis is away, or what it holds cannot be read."""
    try:
        body = ask_redis(lambda client: client.get(_key(person)))
    except redis.RedisError as error:
        log.warning("state_copy_not_read", error=type(error).__name__)
        return None
    if not body:
        return None
    try:
        state = json.loads(str(body))["state"]
        return PersonState.from_json(state) if state and isinstance(state, dict) else None
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        log.warning("state_copy_unreadable", error=type(error).__name__)
        return None


def erase(person: Person) -> None:
    """Leave no copy of a person's state, nor let a turn save one that was committed before. Raises redis.RedisError."""

    def replace(client: redis.Redis) -> None:
        client.set(_key(person), _ERASED, ex=_ERASED_SECONDS)
        client.delete(_key_before(person))

    ask_redis(replace)
