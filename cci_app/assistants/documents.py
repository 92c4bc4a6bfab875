"""The texts of an assistant's own file as documents that it, and no other, answers from."""

from collections.abc import Iterator

from cci_app.agents.loop.content import LoopContent, OwnDocument
from cci_app.assistants.spec import AssistantSpec
from cci_app.knowledge.documents.register import Said, add_text


def own_documents(spec: AssistantSpec) -> Iterator[OwnDocument]:
    """The documents that stand in the file itself."""
    for content in spec.agents.values():
        if isinstance(content, LoopContent):
            yield from content.documents


def provide_documents(organisation_id: int, spec: AssistantSpec, request_id: str | None = None) -> list[int]:
    """Have the file's documents made searchable, which a worker does; their ids. Those that are known stay."""
    return [
        add_text(organisation_id, each.text, Said(each.title, each.language, spec.name), request_id)[0]
        for each in own_documents(spec)
    ]
