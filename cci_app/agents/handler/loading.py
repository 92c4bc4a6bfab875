"""An organisation's own agent: a module of functions, found by its dotted name and looked over before it serves."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
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


_PACKAGES = "where a module and the packages it needs are put, docs/your-own-agent.md tells"


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
        module = import_module(dotted)
    except (Exception, SystemExit) as error:
        where = f"; {_PACKAGES}" if isinstance(error, ImportError) else ""
        raise HandlerError(
            f"AGENT_HANDLER={dotted}: the module cannot be imported: {type(error).__name__}: {error}{where}"
        ) from error
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
