"""The four functions for callers that await: `await whatsapp_chat(...)`, with the same behaviour and the same log.

They are the plain ones in threads of their own, so that a turn that takes its time, or waits for the database, holds up
nobody else on the caller's event loop. A caller that is cancelled hears no more of its turn, which goes on.
"""

import asyncio
import contextvars
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from functools import wraps
from typing import Any, ParamSpec, TypeVar, cast

from flask import Flask, current_app, has_app_context

from cci_app import whatsapp_handler as plain
from cci_app.agents.handler.asking import ASKING

P = ParamSpec("P")
R = TypeVar("R")

# As many as the threads that think about turns, and some for status and reset; who comes later waits for one.
_THREADS = ThreadPoolExecutor(64, thread_name_prefix="whatsapp-handler")


def _awaitable(function: Callable[P, R]) -> Callable[P, Coroutine[Any, Any, R]]:
    @wraps(function)
    async def call(*args: P.args, **kwargs: P.kwargs) -> R:
        app = cast(Flask, current_app._get_current_object()) if has_app_context() else None  # type: ignore[attr-defined]

        def work() -> R:
            if app is None:
                return function(*args, **kwargs)
            # The caller's own context belongs to its loop: two threads must not share what hangs on it.
            with app.app_context():
                return function(*args, **kwargs)

        # The first call may have to make the application: that too happens in the thread, in a context that knows
        # nothing but who called: an agent that would be asked in turn is refused here too.
        context = contextvars.Context()
        context.run(ASKING.set, ASKING.get())
        return await asyncio.get_running_loop().run_in_executor(_THREADS, context.run, work)

    return call


whatsapp_chat = _awaitable(plain.whatsapp_chat)
get_user_status = _awaitable(plain.get_user_status)
reset_user_conversation = _awaitable(plain.reset_user_conversation)
get_contact_info = _awaitable(plain.get_contact_info)
