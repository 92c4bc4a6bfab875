"""The tools of ours by their names, as assistants' files write them. A new one is a line here."""

from collections.abc import Mapping
from typing import Any

from cci_app.tools.built_in import capture_lead, links, people, quote_price, rag_search, work
from cci_app.tools.built_in.desk import BuiltIn, Desk, ToolOptions
from cci_app.tools.ports import Tool

BUILT_IN: Mapping[str, BuiltIn[Any]] = {
    rag_search.NAME: BuiltIn(ToolOptions, rag_search.make),
    "look_up_contact": BuiltIn(ToolOptions, people.look_up_contact),
    "hand_to_human": BuiltIn(ToolOptions, people.hand_to_human),
    "send_link": BuiltIn(links.LinkOptions, links.send_link),
    "contact_owner": BuiltIn(links.OwnerOptions, links.contact_owner),
    "quote_price": BuiltIn(quote_price.PriceOptions, quote_price.make),
    "capture_lead": BuiltIn(capture_lead.LeadOptions, capture_lead.make),
    "find_tasks": BuiltIn(ToolOptions, work.find_work),
    **{name.value: BuiltIn(ToolOptions, work.make_change(name)) for name in work.WorkTool},
}


def read_options(value: object) -> dict[str, ToolOptions]:
    """The options of each tool that is named, by a list of names or by a mapping. Raises ValueError."""
    if isinstance(value, list | tuple):
        value = dict.fromkeys(value)
    if not isinstance(value, Mapping):
        raise ValueError("is a list of names, or a mapping of names to options")
    unknown = sorted(str(name) for name in value if name not in BUILT_IN)
    if unknown:
        raise ValueError(f"{unknown[0]} is none of the tools: {', '.join(sorted(BUILT_IN))}")
    return {
        name: given if isinstance(given, ToolOptions) else BUILT_IN[name].options.model_validate(given or {})
        for name, given in value.items()
    }


def make_tools(options: Mapping[str, ToolOptions], desk: Desk) -> list[Tool]:
    """The tools that an assistant's file names."""
    return [BUILT_IN[name].make(each, desk) for name, each in options.items()]
