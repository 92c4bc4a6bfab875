"""An agent of one's own: a florist takes orders. It knows nothing of the product that serves it.

AGENT_HANDLER=own_agent PYTHONPATH=docs/examples make run
"""

import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

QUESTIONS = ("¿Qué flores desea?", "¿Para qué día?", "¿Qué escribimos en la tarjeta?")
# Several processes answer: what an agent remembers belongs in a store that they share, not in a variable.
STORE = Path(tempfile.gettempdir()) / "own_agent.sqlite"


def _said(user_id: str, new: str | None = None) -> int:
    with closing(sqlite3.connect(STORE)) as store, store:
        store.execute("CREATE TABLE IF NOT EXISTS said (user_id TEXT, text TEXT)")
        if new is not None:
            store.execute("INSERT INTO said VALUES (?, ?)", (user_id, new))
        return store.execute("SELECT count(*) FROM said WHERE user_id = ?", (user_id,)).fetchone()[0]


def whatsapp_chat(user_id: str, user_input: str) -> str:
    """The reply to a message: the first one is a greeting, each later one answers a question."""
    answered = _said(user_id, user_input) - 1
    if answered < len(QUESTIONS):
        return f"Floristería El Clavel. {QUESTIONS[answered]}"
    return "¡Gracias! Su ramo está encargado."


def get_user_status(user_id: str) -> dict:
    """Where a person stands."""
    answered = min(max(_said(user_id) - 1, 0), len(QUESTIONS))
    return {"current_question": answered + 1, "questions_answered": answered, "completed": answered == len(QUESTIONS)}


async def reset_user_conversation(user_id: str) -> None:
    """Forget an order. Any of the functions may be `async def`."""
    with closing(sqlite3.connect(STORE)) as store, store:
        store.execute("DELETE FROM said WHERE user_id = ?", (user_id,))
