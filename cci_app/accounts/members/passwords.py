"""Passwords: Argon2id, few at a time."""

import secrets
import threading
import unicodedata
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from cci_app.core.errors import InvalidInput, Unavailable

SHORTEST = 12
LONGEST = 200
# OWASP's least: 19 MiB, two passes, one lane.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
# Each takes memory and a processor: a crowd that signs in, or guesses, waits for one another and not all the rest.
AT_ONCE = 2
_WAIT_SECONDS = 4.0
_turns = threading.BoundedSemaphore(AT_ONCE)


def check_password(password: str, email: str = "") -> None:
    """Raise InvalidInput for a password that is too short, too long, or the address itself."""
    said = ""
    if len(password) < SHORTEST:
        said = f"a password has at least {SHORTEST} characters"
    elif len(password) > LONGEST:
        said = f"a password has at most {LONGEST} characters"
    elif len(set(password)) < SHORTEST // 2:
        said = "this password repeats too few characters: choose another one"
    elif email and email.casefold() in password.casefold():
        said = "the password must not be your address"
    if said:
        raise InvalidInput(said, details={"password": [said]})


def hash_password(password: str) -> str:
    """The hash to keep. Raises Unavailable where too many are being hashed."""
    with _Turn():
        return _HASHER.hash(_normal(password))


def verify_password(password: str, password_hash: str | None) -> bool:
    """Whether it is that password. It takes as long where there is none, so that nobody learns who has one."""
    with _Turn():
        try:
            _HASHER.verify(password_hash or _nobodys(), _normal(password))
        except (VerificationError, InvalidHashError):
            return False
    return password_hash is not None and len(password) <= LONGEST


def is_outdated(password_hash: str) -> bool:
    """Whether the hash was made with other parameters than today's."""
    return _HASHER.check_needs_rehash(password_hash)


def random_password() -> str:
    """A password that nobody chose, of letters that are told apart when they are read."""
    letters = "abcdefghijkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(letters) for _ in range(5)) for _ in range(4))


def _normal(password: str) -> str:
    """The same password from every keyboard: an accent may come as one character or two."""
    return unicodedata.normalize("NFKC", password[:LONGEST])


@cache
def _nobodys() -> str:
    return _HASHER.hash(secrets.token_urlsafe())


class _Turn:
    def __enter__(self) -> None:
        if not _turns.acquire(timeout=_WAIT_SECONDS):
            raise Unavailable("too many people are signing in: try again", retry_after=5)

    def __exit__(self, *_: object) -> None:
        _turns.release()
