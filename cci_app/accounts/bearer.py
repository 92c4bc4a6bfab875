"""What a request carries as `Authorization: Bearer`: a key, or a signed token."""

from flask import Request


def bearer_in(request: Request) -> str:
    """The word after Bearer; empty where there is none."""
    scheme, _, word = request.headers.get("Authorization", "").partition(" ")
    return word if scheme.lower() == "bearer" else ""


def is_token(word: str) -> bool:
    """Whether it is a signed token: three parts with dots between them, which no key has."""
    return word.count(".") == 2
