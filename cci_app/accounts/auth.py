"""The one door: every request proves who calls, as its blueprint asks."""

from collections.abc import Iterable, Mapping
from typing import Any, cast

import structlog
from flask import Flask, current_app, g, request

from cci_app.accounts.brake import Brake
from cci_app.accounts.caller import Access, Caller, Proof
from cci_app.accounts.origin import READING, refuse_other_sites
from cci_app.accounts.ports import Strategy
from cci_app.core.audit import SYSTEM, Actor, act_as
from cci_app.core.errors import Forbidden, TooManyRequests, Unauthorized


def init_auth(app: Flask, accesses: Mapping[str, Access], strategies: Mapping[Proof, Strategy]) -> None:
    """Ask every request for what its blueprint asks, which `accesses` has by the blueprint's name.

    A blueprint that is not there is closed to everyone: access is denied by default.
    """
    app.extensions["cci_strategies"] = strategies
    app.extensions["cci_brake"] = Brake()

    @app.before_request
    def _authenticate() -> None:
        # `g` belongs to the application context, which may be older than the request.
        g.pop("caller", None)
        if request.endpoint is None:
            return
        access = accesses.get(request.blueprint or "")
        if access is None:
            raise Forbidden("this address is closed")
        act_as(Actor("nobody", "", request.remote_addr, g.request_id))
        changing = request.method not in READING
        if access.is_open:
            if changing:
                refuse_other_sites(request)
            return
        caller = _prove(access.proofs)
        g.caller = caller
        act_as(Actor(caller.who, caller.name, request.remote_addr, g.request_id))
        structlog.contextvars.bind_contextvars(organisation_id=caller.organisation_id)
        if not access.admits(caller, changing=changing):
            raise _refusal(access, caller, changing)

    @app.teardown_request
    def _leave(_error: BaseException | None) -> None:
        act_as(SYSTEM)


class AccessDescription:
    """What the API's description tells of the doors: a part of `core.http.api`, which knows no callers."""

    def __init__(self, accesses: Mapping[str, Access], strategies: Mapping[Proof, Strategy]) -> None:
        self._accesses = accesses
        self._strategies = strategies
        self.schemes: Mapping[str, Mapping[str, Any]] = {
            name: scheme for each in strategies.values() for name, scheme in each.schemes.items()
        }

    def asked(self, blueprint: str, method: str) -> list[dict[str, list[str]]]:
        """What an operation asks: one of these schemes, with that scope or role; nothing where it is open."""
        access = self._accesses[blueprint]
        role = access.role(changing=method.upper() not in READING)
        asked = [
            # A token may be a program's or a member's.
            (self._strategies[proof], role if self._strategies[proof].for_members else access.scope or role)
            for proof in access.proofs
        ]
        return [{scheme: [needed]} for strategy, needed in asked if needed for scheme in strategy.schemes]


def current_caller() -> Caller:
    """The caller of the present request."""
    return cast(Caller, g.caller)


def caller_if_known() -> Caller | None:
    """Who calls an address that is open to everybody, where they present a proof that holds."""
    strategies: Mapping[Proof, Strategy] = current_app.extensions["cci_strategies"]
    try:
        return _prove(strategies)
    except (Unauthorized, Forbidden, TooManyRequests):
        return None


def _prove(proofs: Iterable[Proof]) -> Caller:
    strategies: Mapping[Proof, Strategy] = current_app.extensions["cci_strategies"]
    asked = [strategies[proof] for proof in proofs]
    brake: Brake = current_app.extensions["cci_brake"]
    for strategy in asked:
        if not strategy.claimed(request):
            continue
        if not (secret := strategy.secret(request)):
            return strategy.prove(request)
        with brake.on(request.remote_addr or "", secret):
            return strategy.prove(request)
    raise Unauthorized(", or ".join(strategy.asks for strategy in asked))


def _refusal(access: Access, caller: Caller, changing: bool) -> Forbidden:
    if caller.role is None:
        details: dict[str, Any] = {"scope": access.scope} if access.scope else {}
        return Forbidden(f"this key lacks the scope {access.scope}", details=details)
    needed = access.role(changing=changing)
    if needed is None:
        return Forbidden("members cannot do this: it takes an API key")
    return Forbidden(f"this takes the role {needed}", details={"role": needed})
