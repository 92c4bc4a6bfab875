"""An organisation's own agent at work: its module answers, the product does everything around it.

Its plain functions run in threads that may hang, its `async def` ones on the event loop of the process; no call is
waited for without end. The reply's own deadline is the conversation's business: a call may take longer than a person
is kept waiting, and its answer is then a late one.
"""

import inspect
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from functools import partial
from typing import Any

import structlog

from cci_app.agents.handler.asking import ASKING, Asking
from cci_app.agents.handler.loading import Function, Handler
from cci_app.agents.handler.results import (
    CONTACT_NAMES,
    NOTHING_ASKED,
    STATUS_NAMES,
    read_contact,
    read_language,
    read_progress,
)
from cci_app.agents.handler.returned import as_dictionary, where
from cci_app.agents.ports import AgentReply, Progress, TurnContext
from cci_app.contacts.card import ContactCard
from cci_app.core.daemon_threads import DaemonThreads
from cci_app.core.deadline import Deadline
from cci_app.core.event_loop import run_async
from cci_app.core.text import clean

log = structlog.get_logger(__name__)

# What is done beside the reply must not make its person wait: who somebody is and where they stand, and the reset.
_ASIDE_SECONDS = 2.0
_RESET_SECONDS = 5.0
# What a turn needs after its agent to leave in time, and what even a late one has for the status.
_COMPLETION_SECONDS = 0.25
_LEAST_SECONDS = 0.1
_NAMES_LOGGED = 20


# What the module said of the person whose turn it is, until the turn's state is made.
_TOLD: ContextVar[tuple[str, ContactCard] | None] = ContextVar("own_agent_told", default=None)


class HandlerFailed(Exception):  # noqa: N818
    """A call of the module that took too long, or gave what it must not give."""


class HandlerAgent:
    """Answers with the functions of a module; they know a person by the user id alone and keep what they like."""

    def __init__(self, handler: Handler, languages: Sequence[str], *, seconds: float, turns_at_once: int) -> None:
        self._handler = handler
        self._languages = tuple(languages)
        self._seconds = seconds
        # As many again as there are turns: calls that hang for ever leave room for the others.
        self._threads = DaemonThreads("own-agent", 2 * turns_at_once)
        self._unread: set[str] = set()

    def reply(self, turn: TurnContext) -> AgentReply:
        """Answer with `whatsapp_chat`, then ask `get_user_status` where the person stands."""
        message = _message(turn)
        text = self._call(self._handler.chat, turn.user_id, message, seconds=self._seconds, reply=turn.deadline)
        if not isinstance(text, str):
            raise HandlerFailed(f"whatsapp_chat returned {type(text).__name__}, not str")
        text = clean(text).strip()
        if not text:
            raise HandlerFailed("whatsapp_chat returned an empty text")
        progress, language = self._standing(turn)
        who, told = _TOLD.get() or (None, None)
        state = _kept(progress, told if who == turn.user_id else None)
        return AgentReply.saying(text, state, progress=progress, language=language)

    def contact(self, user_id: str, known: ContactCard | None) -> ContactCard | None:
        """Who the module says a person is; `known` for what it does not say, in whatever way it says nothing."""
        _TOLD.set(None)
        if self._handler.contact is None:
            return known
        try:
            info = self._call(self._handler.contact, user_id, seconds=_ASIDE_SECONDS)
            told = read_contact(self._dictionary("get_contact_info", info, CONTACT_NAMES), user_id) if info else None
        except Exception:
            log.exception("own_agent_contact_failed", module=self._handler.module)
            return known
        if told is None:
            return known
        _TOLD.set((user_id, told))
        return told.over(known)

    def remembered(self, state: Mapping[str, Any], known: ContactCard | None) -> ContactCard | None:
        """Who the module said a person is when they last wrote, over `known`; the module is not asked."""
        if self._handler.contact is None or "contact" not in state:
            return known
        return ContactCard(**state["contact"]).over(known)

    def forget(self, user_id: str) -> None:
        """Have the module forget a person's conversation. Raises what it raises."""
        self._call(self._handler.reset, user_id, seconds=_RESET_SECONDS)

    def _standing(self, turn: TurnContext) -> tuple[Progress, str | None]:
        """Where the person stands, and the language they are spoken to; as before where the module cannot tell."""
        before = Progress(**turn.state["progress"]) if "progress" in turn.state else NOTHING_ASKED
        try:
            returned = self._call(self._handler.status, turn.user_id, seconds=_for_status(turn.deadline))
            status = self._dictionary("get_user_status", returned, STATUS_NAMES)
            return read_progress(status, before), read_language(status, self._languages)
        except Exception:
            log.exception("own_agent_status_failed", module=self._handler.module)
            return before, None

    def _dictionary(self, function: str, returned: Any, names: Sequence[str]) -> Mapping[str, Any]:
        """What a function told. Where it does so under none of the `names` that are read, the log says it once."""
        told = as_dictionary(returned)
        if told is None:
            raise HandlerFailed(f"{function} returned {type(returned).__name__}, not dict")
        if told and function not in self._unread and not where(told, names):
            self._unread.add(function)
            # A key that is no name may be somebody's number.
            names_told = sorted(filter(str.isidentifier, told))[:_NAMES_LOGGED]
            log.warning("own_agent_told_nothing", function=function, told=names_told, read=names)
        return told

    def _call(self, function: Function, *arguments: str, seconds: float, reply: Deadline | None = None) -> Any:
        """Call one of the functions, however it is written, and wait for at most `seconds` and its limit."""
        limit = Deadline.after(min(seconds, self._seconds))
        asking = ASKING.set(Asking(limit, reply))
        try:
            if inspect.iscoroutinefunction(function):
                return run_async(function(*arguments), limit.left())
            result = self._threads.run(partial(function, *arguments), limit.left())
            # A decorated or partial `async def` looks like a plain function.
            return run_async(result, limit.left()) if inspect.isawaitable(result) else result
        except TimeoutError as error:
            if limit.passed:
                name = getattr(function, "__name__", "a function")
                raise HandlerFailed(f"{name} took more than {min(seconds, self._seconds):g} s") from error
            raise
        finally:
            ASKING.reset(asking)


def _for_status(deadline: Deadline) -> float:
    """How long the status may take: less where the reply, which is ready, would become a late one for it."""
    if deadline.passed:
        return _ASIDE_SECONDS
    return max(_LEAST_SECONDS, min(_ASIDE_SECONDS, deadline.left() - _COMPLETION_SECONDS))


def _message(turn: TurnContext) -> str:
    """The message as a text; an attachment without one is named in brackets, with its address where there is one."""
    if turn.text.strip() or not turn.attachments:
        return turn.text
    return "\n".join(" ".join(filter(None, (f"[{part.kind}]", getattr(part, "url", "")))) for part in turn.attachments)


def _kept(progress: Progress, told: ContactCard | None) -> dict[str, Any]:
    contact = {name: value for name, value in told.as_dict().items() if value} if told else None
    return {
        **({"contact": contact} if contact else {}),
        "progress": {
            "current_question": progress.current_question,
            "questions_answered": progress.questions_answered,
            "completed": progress.completed,
        },
    }
