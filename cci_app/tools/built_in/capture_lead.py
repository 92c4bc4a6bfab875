"""Keeping who wants something, so that somebody can come back to them."""

from collections.abc import Mapping
from typing import Any

from pydantic import Field
from sqlalchemy.orm import Session

from cci_app.core import clock
from cci_app.leads.models import Lead
from cci_app.tools.arguments import TypedArguments, TypedForm
from cci_app.tools.built_in.desk import Desk, ToolOptions
from cci_app.tools.ports import Consent, Tool, ToolContext, ToolResult


class LeadOptions(ToolOptions):
    """`consent` is what a lead needs to be kept: the person's yes, or that all of it is in their own words."""

    consent: Consent = Consent.OWN_WORDS


class _LeadTold(TypedForm):
    name: str = Field(min_length=1, max_length=200, description="The person's name, as they wrote it")
    interest: str = Field(min_length=1, max_length=500, description="What they want, in their own words, word by word")
    email: str | None = Field(None, max_length=254)
    phone: str | None = Field(None, max_length=40, description="Only if they gave another one than they write from")
    company: str | None = Field(None, max_length=200)


def make(options: LeadOptions, _desk: Desk) -> Tool:
    """A row of `leads`, written once for a turn."""

    def record(session: Session, context: ToolContext, arguments: Mapping[str, Any]) -> ToolResult:
        phone = arguments.get("phone") or (context.user_id if context.user_id.startswith("+") else None)
        session.add(
            Lead(
                organisation_id=context.organisation_id,
                assistant=context.assistant,
                user_id=context.user_id,
                event_id=context.receipts[0],
                phone=phone,
                created_at=clock.now(),
                **{name: arguments.get(name) for name in ("name", "interest", "email", "company")},
            )
        )
        session.flush()
        return ToolResult({"kept": True})

    return Tool(
        name="capture_lead",
        description=(
            "Keep the person's name and what they are interested in, so that the organisation can come back to them."
            " Use only what they wrote themselves."
        ),
        arguments=TypedArguments(_LeadTold),
        record=record,
        writes=options.consent,
    )
