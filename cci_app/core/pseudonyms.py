"""People told apart without saying who they are: what may outlast them, and what need not know their number."""

import hashlib
import hmac

from flask import current_app

PSEUDONYM_LENGTH = 32


def pseudonym(organisation_id: int, user_id: str) -> str:
    """Always the same word for the same person of an organisation: an HMAC with `SECRET_KEY`, in hexadecimal.

    Without that key nobody can try numbers until one fits. It needs the application's context.
    """
    return keyed(f"person {organisation_id} {user_id}")[:PSEUDONYM_LENGTH]


def keyed(text: str) -> str:
    """What stands for a short text that whoever reads it could find by trying: the whole HMAC."""
    secret: str = current_app.config["SETTINGS"].secret_key.get_secret_value()
    return hmac.digest(secret.encode(), text.encode(), hashlib.sha256).hex()
