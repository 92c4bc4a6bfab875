"""The samples' seller with its table, in a database of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from benchmarks.retrieval.__main__ import loaded
from benchmarks.retrieval.collection import Collection
from cci_app.assistants.assistant import Assistant
from cci_app.assistants.files import load_specs
from cci_app.assistants.intents import IntentRouter
from cci_app.assistants.spec import AssistantSpec
from cci_app.catalog.register import Table, find_table
from cci_app.catalog.samples import load_tables
from cci_app.knowledge.search.passage import Answer
from cci_app.llm.chat import Chat
from cci_app.tools.workshop import Workshop
from config.settings import ROOT, Settings

SAMPLES = ROOT / "config" / "samples" / "autos"
NAME = "autos"


class NoDocuments:
    """An `Answerer` that knows nothing: what documents answer is measured elsewhere."""

    def answer(self, *_asked: object, **_more: object) -> Answer | None:
        """Nothing."""
        return None


@dataclass(frozen=True, slots=True)
class Shop:
    """An organisation with the samples' table."""

    organisation_id: int
    spec: AssistantSpec
    table: Table

    def assistant(self, chat: Chat | None = None) -> Assistant:
        """The seller, with a model or without one."""
        return Assistant.build(self.spec, NoDocuments(), chat, Workshop(Settings()))

    def router(self) -> IntentRouter:
        """Its router without a model, with all examples learnt."""
        if self.spec.router is None:
            raise TypeError("the samples' seller has no router by intents")
        router = IntentRouter(self.spec.router, self.assistant().agents)
        router.learning.learnt()
        return router


class _Tables(Collection):
    """A collection without documents, with a table."""

    def load(self, organisation_id: int) -> None:
        """Declare the table and fill it."""
        list(load_tables(organisation_id, SAMPLES))


@contextmanager
def open_shop() -> Iterator[Shop]:
    """The shop, for the length of a measurement."""
    spec = load_specs(ROOT / "config" / "assistants")[NAME]
    with loaded(_Tables(NAME, (), ())) as (organisation_id,):
        yield Shop(organisation_id, spec, find_table(organisation_id, "cars"))
