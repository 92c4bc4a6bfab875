"""Who is writing, and a human who takes over."""

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from cci_app.tools.arguments import TypedArguments, TypedForm
from cci_app.tools.built_in.desk import Desk, ToolOptions
from cci_app.tools.ports import HumanWanted, Tool, ToolContext, ToolResult


class _NothingAsked(TypedForm):
    pass


class _HumanAsked(TypedForm):
    reason: str = Field("", max_length=200, description="Why a human is needed, in a few words")
    summary: str = Field("", max_length=1000, description="What the human should know, in the person's language")


def look_up_contact(_options: ToolOptions, _desk: Desk) -> Tool:
    """What the contact book knows of the person who writes, and of nobody else: the number is the conversation's."""

    def run(context: ToolContext, _: Mapping[str, Any]) -> ToolResult:
        if context.contact is None:
            return ToolResult({"known": False})
        card = context.contact.as_dict()
        return ToolResult({"known": True, **{name: value for name, value in card.items() if value}})

    return Tool(
        name="look_up_contact",
        description=(
            "Who the person is that you talk to: name, company, role, city, membership, as the organisation's contact"
            " book has them. It knows of nobody else."
        ),
        arguments=TypedArguments(_NothingAsked),
        run=run,
        examples=(
            "quién soy",
            "qué datos tienen de mí",
            "qui suis-je",
            "quelles informations avez-vous sur moi",
            "who am i",
        ),
    )


def hand_to_human(_options: ToolOptions, _desk: Desk) -> Tool:
    """A human is told, with this answer: it needs no yes."""

    def run(context: ToolContext, arguments: Mapping[str, Any]) -> ToolResult:
        reason = arguments["reason"] or "asked"
        summary = arguments["summary"] or (context.said[-1] if context.said else "")
        return ToolResult({"handed_over": True}, human=HumanWanted(reason, summary[:1000]))

    return Tool(
        name="hand_to_human",
        description=(
            "Hand the person over to a human of the organisation: when they ask for one, complain, or need what you"
            " cannot do. Tell them that somebody will write to them here."
        ),
        arguments=TypedArguments(_HumanAsked),
        run=run,
        examples=(
            "quiero hablar con una persona",
            "pásame un asesor humano",
            "necesito que me llame alguien",
            "je veux parler à quelqu'un",
            "passez-moi un conseiller humain",
            "i want to talk to a human",
        ),
    )
