"""What tools do to the world happens once, however often the turn that asks for it is run.

A turn that is run again asks the model again, whose words may differ: of a tool that an earlier attempt began, nothing
is done that is not the very same call, and that one is not done again.
"""

import hashlib
import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cci_app.channels.message import part_from_json, part_to_json
from cci_app.core.database import tenant_transaction
from cci_app.knowledge.search.passage import Source
from cci_app.tools.calls import ToolStatus
from cci_app.tools.models import EffectState, ToolEffect
from cci_app.tools.ports import HumanWanted, Tool, ToolContext, ToolFailed, ToolResult

# One attempt after the other at the effects of a turn: also where one that was given up for dead still runs.
_LOCK = sa.text("SELECT pg_advisory_xact_lock(hashtext('tools.effects'), CAST(:receipt % 2147483647 AS integer))")


def once(
    tool: Tool, context: ToolContext, arguments: Mapping[str, Any], attempt: uuid.UUID
) -> tuple[ToolStatus, ToolResult]:
    """Do what a writing tool does, unless it was done; the result is the same then.

    What is in doubt is not done, and told as data. Raises what the tool raises.
    """
    key = _key(arguments)
    with tenant_transaction(context.organisation_id) as session:
        before = _before(session, tool, context, key, attempt)
        if before is not None:
            return before
        effect = ToolEffect(
            organisation_id=context.organisation_id,
            assistant=context.assistant,
            user_id=context.user_id,
            event_id=context.receipts[0],
            tool=tool.name,
            key=key,
            attempt=attempt,
            state=EffectState.BEGUN.value,
        )
        session.add(effect)
        session.flush()
        if tool.record is not None:
            result = tool.record(session, context, arguments)
            effect.state, effect.result = EffectState.DONE.value, _kept(result)
            return ToolStatus.DONE, result
    return ToolStatus.DONE, _outside(tool, context, arguments, effect.id)


def _outside(tool: Tool, context: ToolContext, arguments: Mapping[str, Any], effect_id: int) -> ToolResult:
    assert tool.run is not None  # noqa: S101 (it has one or the other)

    def write(change: Callable[[Session, ToolEffect], None]) -> None:
        with tenant_transaction(context.organisation_id) as session:
            found = session.scalars(
                sa.select(ToolEffect).where(
                    ToolEffect.organisation_id == context.organisation_id, ToolEffect.id == effect_id
                )
            ).one_or_none()
            if found is not None:
                change(session, found)

    try:
        result = tool.run(context, arguments)
    except ToolFailed as failure:
        if failure.certain:
            write(lambda session, found: session.delete(found))
        raise

    def done(_: Session, found: ToolEffect) -> None:
        found.state, found.result = EffectState.DONE.value, _kept(result)

    write(done)
    return result


def _before(
    session: Session, tool: Tool, context: ToolContext, key: str, attempt: uuid.UUID
) -> tuple[ToolStatus, ToolResult] | None:
    session.execute(_LOCK, {"receipt": min(context.receipts)})
    rows = session.scalars(
        sa.select(ToolEffect).where(
            ToolEffect.organisation_id == context.organisation_id,
            ToolEffect.event_id.in_(context.receipts),
            ToolEffect.tool == tool.name,
        )
    ).all()
    same = next((row for row in rows if row.key == key), None)
    if same is not None and same.state == EffectState.DONE.value:
        return ToolStatus.REPEATED, _read(same.result or {})
    if same is not None:
        return ToolStatus.UNCERTAIN, ToolResult(
            {"error": "this was begun, and it is not known whether it was done: say so, and offer a human"}
        )
    if any(row.attempt != attempt for row in rows):
        return ToolStatus.UNCERTAIN, ToolResult(
            {"error": "something like this was begun for the same message already: say so, and do nothing more"}
        )
    return None


def _key(arguments: Mapping[str, Any]) -> str:
    written = json.dumps(arguments, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)
    return hashlib.sha256(written.encode()).hexdigest()


def _kept(result: ToolResult) -> dict[str, Any]:
    return {
        "data": result.data,
        "sources": [asdict(source) for source in result.sources],
        "parts": [part_to_json(part) for part in result.parts],
        "human": asdict(result.human) if result.human else None,
    }


def _read(kept: Mapping[str, Any]) -> ToolResult:
    human = kept.get("human")
    return ToolResult(
        kept.get("data"),
        tuple(Source(**source) for source in kept.get("sources", ())),
        tuple(part_from_json(part) for part in kept.get("parts", ())),
        HumanWanted(**human) if human else None,
    )
