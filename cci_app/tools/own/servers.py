"""Looking at a server of tools: what it says is pinned, and what it says otherwise later is off, with an alert."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
import structlog
from sqlalchemy.orm import Session

from cci_app.core import clock
from cci_app.core.audit import record
from cci_app.core.database import tenant_transaction
from cci_app.core.deadline import waits
from cci_app.core.errors import NotFound, Unavailable
from cci_app.core.outside.models import AccountState
from cci_app.tools.models import ToolServer
from cci_app.tools.own.definitions import DefinitionState, Pinned, compared, read_pinned
from cci_app.tools.own.registers import ServerService, tool_servers
from cci_app.tools.ports import ToolFailed
from cci_app.usage.alerts import Alert, Severity, raise_alert

log = structlog.get_logger(__name__)


def look_at(organisation_id: int, kind: str, name: str, *, accept: bool = False) -> dict[str, Pinned]:
    """Ask a server for its tools and keep what it says; `accept` takes changed ones as they are now.

    Raises NotFound, Unavailable where the server does not tell, Conflict where its secrets cannot be opened.
    """
    account = tool_servers.find(organisation_id, kind, name) if kind in tool_servers.kinds else None
    if account is None:
        raise NotFound("there is no such server of tools")
    service: ServerService = account.open()
    # A server may take longer than a request waits for the database.
    with waits(None):
        return _kept(organisation_id, kind, name, service, accept=accept)


def _kept(organisation_id: int, kind: str, name: str, service: ServerService, *, accept: bool) -> dict[str, Pinned]:
    try:
        told = service.definitions()
    except ToolFailed as failure:
        with tenant_transaction(organisation_id) as session:
            row = _row(session, organisation_id, kind, name)
            row.state, row.reason, row.checked_at = AccountState.FAILING.value, failure.message, clock.now()
            raise_alert(session, organisation_id, _alert(Severity.ERROR, name, "away", failure.message))
        raise Unavailable(failure.message) from failure
    with tenant_transaction(organisation_id) as session:
        row = _row(session, organisation_id, kind, name)
        pins = compared(read_pinned(row.definitions), told, accept=accept)
        row.definitions = {each: pin.to_json() for each, pin in pins.items()}
        row.state, row.reason, row.checked_at = AccountState.WORKING.value, None, clock.now()
        changed = sorted(each for each, pin in pins.items() if pin.state is DefinitionState.CHANGED)
        if changed:
            row.reason = f"these tools were changed, and are off until they are accepted: {', '.join(changed)}"
            raise_alert(session, organisation_id, _alert(Severity.WARNING, name, "changed", row.reason))
        if accept:
            record(session, organisation_id, "tool_servers.accepted", f"{kind}:{name}")
    return pins


def pinned_of(organisation_id: int) -> Mapping[tuple[str, str], Mapping[str, Any]]:
    """The pins of an organisation's servers, by kind and name."""
    with tenant_transaction(organisation_id) as session:
        rows = session.execute(
            sa.select(ToolServer.kind, ToolServer.name, ToolServer.definitions).where(
                ToolServer.organisation_id == organisation_id
            )
        )
        return {(row.kind, row.name): row.definitions for row in rows}


def _row(session: Session, organisation_id: int, kind: str, name: str) -> ToolServer:
    found = session.scalars(
        sa.select(ToolServer)
        .where(ToolServer.organisation_id == organisation_id, ToolServer.kind == kind, ToolServer.name == name)
        .with_for_update()
    ).one_or_none()
    if found is None:
        raise NotFound("there is no such server of tools")
    return found


def _alert(severity: Severity, name: str, step: str, error: str) -> Alert:
    return Alert(cause=f"tool server {name} {step}", severity=severity, step=f"tools: {name}", error=error)
