"""An agent for measurements, served as any organisation's own: it asks a fake model on loopback.

As such agents do, it counts a person's messages in a store without any lock: it reads, thinks, writes one more. Only
whoever has it answer one message of a person at a time gets the count right. A message with
`[poison.` ends its process, one with `[spin.` never comes to an end.
"""

import functools
import os
import signal
from typing import Any

import httpx


def whatsapp_chat(user_id: str, user_input: str) -> str:
    """Ask the model, and count."""
    told = _ask("/answer", {"user_id": user_id, "text": user_input})
    if "[poison." in user_input:
        os.kill(os.getpid(), signal.SIGKILL)
    while "[spin." in user_input:
        pass
    _ask("/count", {"user_id": user_id, "count": told["count"] + 1})
    return str(told["answer"])


def get_user_status(user_id: str) -> dict[str, Any]:
    """Nothing is asked, so nobody stands anywhere."""
    return {}


def reset_user_conversation(user_id: str) -> None:
    """Forget what was counted."""
    _ask("/count", {"user_id": user_id, "count": 0})


def _ask(path: str, question: dict[str, Any]) -> dict[str, Any]:
    response = _client().post(path, json=question)
    response.raise_for_status()
    told: dict[str, Any] = response.json()
    return told


@functools.cache
def _client() -> httpx.Client:
    """One client a process, made by its first message: after the fork."""
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=64)
    return httpx.Client(base_url=os.environ["FAKE_MODEL_URL"], timeout=120, limits=limits, trust_env=False)
