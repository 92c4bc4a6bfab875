"""Links that an assistant may send: those of its file, and no other."""

from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import quote

from pydantic import AfterValidator, Field, StringConstraints

from cci_app.channels.message import Link as LinkPart
from cci_app.core.outbound.fetch import FetchError, checked_url
from cci_app.language.localised import Content, Plain
from cci_app.tools.arguments import SchemaArguments
from cci_app.tools.built_in.desk import Desk, ToolOptions
from cci_app.tools.ports import Tool, ToolContext, ToolResult

Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,39}$")]


def _address(address: str) -> str:
    try:
        return str(checked_url(address))
    except FetchError as error:
        raise ValueError(error.message) from None


class OfferedLink(Content):
    """An address with the words on its button; `about` says to the model what is there."""

    url: Annotated[str, AfterValidator(_address)]
    label: Plain
    about: str = Field(min_length=1, max_length=300)


class LinkOptions(ToolOptions):
    """The links."""

    links: dict[Key, OfferedLink] = Field(min_length=1, max_length=30)


class OwnerOptions(ToolOptions):
    """Who owns the assistant, and the WhatsApp number in international form."""

    name: str = Field(min_length=1, max_length=120)
    phone: Annotated[str, StringConstraints(pattern=r"^\+[1-9][0-9]{6,14}$")]
    label: Plain


def send_link(options: LinkOptions, _desk: Desk) -> Tool:
    """One of the links as a part of the reply."""

    def run(context: ToolContext, arguments: Mapping[str, Any]) -> ToolResult:
        link = options.links[arguments["link"]]
        label = link.label[context.language]
        return ToolResult({"sent": True, "url": link.url, "label": label}, parts=(LinkPart("", link.url, label),))

    told = "; ".join(f"{name}: {link.about}" for name, link in options.links.items())
    return Tool(
        name="send_link",
        description=f"Send the person one of these links, as a button below your answer. {told}",
        arguments=SchemaArguments(
            {"properties": {"link": {"type": "string", "enum": list(options.links)}}, "required": ["link"]}
        ),
        run=run,
        words={name: (link.about, *link.label.root.values()) for name, link in options.links.items()},
    )


def contact_owner(options: OwnerOptions, _desk: Desk) -> Tool:
    """A button that opens a chat with the owner, where the person's message already stands."""

    def run(context: ToolContext, _: Mapping[str, Any]) -> ToolResult:
        said = context.said[-1][:300] if context.said else ""
        address = f"https://wa.me/{options.phone.removeprefix('+')}" + (f"?text={quote(said)}" if said else "")
        label = options.label[context.language]
        return ToolResult({"sent": True, "name": options.name, "url": address}, parts=(LinkPart("", address, label),))

    return Tool(
        name="contact_owner",
        description=f"Send the person a button that opens a chat with {options.name}, who owns this business.",
        arguments=SchemaArguments({}),
        run=run,
        examples=(
            "quiero hablar con el dueño",
            "cómo contacto al propietario",
            "je veux parler au patron",
            "comment contacter le propriétaire",
            "contact the owner",
        ),
    )
