"""An organisation's own agent: a module of functions, found by its dotted name and looked over before it serves."""

import inspect
from collections.abc import Callable
from contextvars import Context
from dataclasses import dataclass
from importlib import import_module
from pathlib import PurePath
from typing import Any

from cci_app.core.errors import CannotStart

Function = Callable[..., Any]

# What the product asks of the module: each function with its parameters.
_NEEDED = {
    "whatsapp_chat": ("user_id", "user_input"),
    "get_user_status": ("user_id",),
    "reset_user_conversation": ("user_id",),
}
_OPTIONAL = {"get_contact_info": ("user_id",)}
# The product's own functions of these names would call the handler again, for ever.
_OURS = "cci_app.whatsapp_handler"
_CIRCULAR = {"whatsapp_chat", "reset_user_conversation"}


_PAGE = "where a module and the packages, settings and files it needs are put, docs/your-own-agent.md tells"


class HandlerError(CannotStart):
    """A module that cannot serve as the agent; the message names it and says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Handler:
    """The functions of an organisation's own agent, each plain or `async def`. `contact` is None where it has none."""

    module: str
    chat: Function
    status: Function
    reset: Function
    contact: Function | None = None


def load_handler(dotted: str) -> Handler:
    """Import the module `dotted` and return its functions.

    Raises HandlerError with everything that is wrong: why it cannot be imported, which functions are missing, are no
    functions, or cannot be called as they will be.
    """
    try:
        # In no context: what it makes at its import must not belong to whichever application there is just now.
        module = Context().run(import_module, dotted)
    except (Exception, SystemExit) as error:
        why = f"the module cannot be imported: {type(error).__name__}: {error}{_named(dotted)}"
        raise HandlerError(f"AGENT_HANDLER={dotted}: {why}; {_PAGE}") from error
    if getattr(module, "__file__", None) is None and hasattr(module, "__path__"):
        folder = f"it is a folder: name the module in it (AGENT_HANDLER={dotted}.<module>), or put it into PYTHONPATH"
        raise HandlerError(f"AGENT_HANDLER={dotted}: {folder}; {_PAGE}")
    problems = []
    for name, parameters in {**_NEEDED, **_OPTIONAL}.items():
        problem = _problem(getattr(module, name, None), name, parameters)
        if problem is not None:
            problems.append(problem)
    if problems:
        raise HandlerError(f"AGENT_HANDLER={dotted}: {'; '.join(problems)}")
    return Handler(
        module=dotted,
        chat=module.whatsapp_chat,
        status=module.get_user_status,
        reset=module.reset_user_conversation,
        contact=getattr(module, "get_contact_info", None),
    )


def _named(dotted: str) -> str:
    """How a module is named, for whoever named a file."""
    path = PurePath(dotted)
    if path.suffix != ".py" and len(path.parts) < 2:
        return ""
    return f" (a module is named, not its file: AGENT_HANDLER={path.stem} PYTHONPATH={path.parent})"


def _problem(function: Any, name: str, parameters: tuple[str, ...]) -> str | None:
    wanted = f"{name}({', '.join(parameters)})"
    if function is None:
        return f"{wanted} is missing" if name in _NEEDED else None
    if not callable(function):
        return f"{name} is no function: {wanted} is wanted"
    if inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function):
        return f"{name} is a generator: it must return its result"
    if name in _CIRCULAR and getattr(function, "__module__", None) == _OURS:
        return f"{name} is the product's own: it would call itself"
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return None  # written in C: the first call will tell
    try:
        signature.bind(*parameters)
    except TypeError:
        return f"{name}{signature} cannot be called as {wanted}"
    return None
