"""All assistants of an installation, by organisation, name and version. Nobody sees another organisation's."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import NoReturn

from cci_app.agents.handler.loading import Handler, HandlerError, load_handler
from cci_app.agents.handler.remote import remote_handler
from cci_app.assistants.assistant import Assistant
from cci_app.assistants.chatbots.source import Chatbots
from cci_app.assistants.files import Files, load_contents, load_specs
from cci_app.assistants.ports import AssistantKey, AssistantSource
from cci_app.assistants.spec import AssistantSpec
from cci_app.assistants.versions.source import ChangedFiles
from cci_app.core.errors import CannotStart, InvalidInput, of_setting
from cci_app.core.tenants import NamedOrganisations, zone_of
from cci_app.knowledge.answers.quoting import DocumentAnswerer
from cci_app.knowledge.answers.wording import ModelAnswerer
from cci_app.knowledge.learning.corrected import CorrectedFirst
from cci_app.llm.chains import ChatModels
from cci_app.llm.chat import Chat
from cci_app.tools.workshop import Workshop
from config.settings import Settings

# Assistants at work that are kept ready; one more takes the place of the one that was asked longest ago.
_READY = 256


@dataclass(frozen=True, slots=True)
class OwnAgent:
    """An organisation's own agent, in the place of the assistant of that name: for `organisations` and nobody else."""

    organisations: NamedOrganisations
    assistant: Assistant


class _NoSuchVersion(Exception):  # noqa: N818 (looked for, and not there)
    """No source has a version."""


class Catalogue:
    """Finds the assistants of an organisation, each made when it is first asked. Safe to share between threads."""

    def __init__(
        self,
        sources: Sequence[AssistantSource],
        build: Callable[[AssistantSpec], Assistant],
        default: str,
        own_agent: OwnAgent | None = None,
        files: Files | None = None,
    ) -> None:
        """Of `sources` the first that has a name counts; `default` is the assistant of whoever names none.

        `files` is the one of them that has what stands in files.
        """
        self.files = files or Files({}, "", ())
        self._sources = tuple(sources)
        self._build = build
        self._default = default
        self._own_agent = own_agent
        self._ready: OrderedDict[AssistantKey, Assistant] = OrderedDict()
        # A version never changes.
        self._spec = lru_cache(maxsize=_READY)(self._read_spec)
        self._lock = threading.Lock()

    def names(self, organisation_id: int) -> tuple[str, ...]:
        """The assistants that the organisation's people may talk to."""
        return tuple(sorted(self._serving(organisation_id)))

    def specs(self, organisation_id: int) -> dict[str, AssistantSpec]:
        """What they are made of, by name; the one of who names none is the first."""
        specs = {}
        for name, key in sorted(
            self._serving(organisation_id).items(), key=lambda each: (each[0] != self._default, each)
        ):
            # One that was taken back meanwhile is left out.
            with suppress(_NoSuchVersion):
                specs[name] = self._spec(key)
        return specs

    def find(self, organisation_id: int, name: str | None = None, version: int | None = None) -> Assistant:
        """An assistant of the organisation, the default one where none is named, in the version that serves.

        Raises InvalidInput for one that there is not; another organisation's is none.
        """
        serving = self._serving(organisation_id)
        key = serving.get(name or self._chosen(serving))
        if key is None:
            _refuse(name, serving)
        if version is not None and version != key.version:
            key = self._version(organisation_id, key.name, version) or _refuse_version(key.name, version)
        own = self._own_agent
        if own is not None and key.name == own.assistant.name and organisation_id in own.organisations:
            return own.assistant
        return self._at_work(key) or _refuse_version(key.name, key.version)

    def make(self, spec: AssistantSpec) -> Assistant:
        """The assistant of a spec that serves nobody, to be tried. Raises InvalidInput where none can be made here."""
        try:
            return self._build(spec)
        except CannotStart as error:
            raise InvalidInput(str(error), details={"model": [str(error)]}) from error

    def forget(self, organisation_id: int) -> None:
        """Look again which assistants of an organisation there are."""
        for source in self._sources:
            source.forget(organisation_id)

    def _chosen(self, serving: Mapping[str, AssistantKey]) -> str:
        """The assistant of who names none: the default one, or the only one."""
        return next(iter(serving)) if self._default not in serving and len(serving) == 1 else self._default

    def _version(self, organisation_id: int, name: str, version: int) -> AssistantKey | None:
        found = (source.version(organisation_id, name, version) for source in self._sources)
        return next((key for key in found if key is not None), None)

    def _serving(self, organisation_id: int) -> Mapping[str, AssistantKey]:
        found = [source.serving(organisation_id) for source in self._sources]
        return found[0] if len(found) == 1 else {name: key for one in reversed(found) for name, key in one.items()}

    def _at_work(self, key: AssistantKey) -> Assistant | None:
        with self._lock:
            if key in self._ready:
                self._ready.move_to_end(key)
                return self._ready[key]
        try:
            spec = self._spec(key)
        except _NoSuchVersion:
            return None
        made = self._build(spec)
        with self._lock:
            made = self._ready.setdefault(key, made)
            while len(self._ready) > _READY:
                self._ready.popitem(last=False)
        return made

    def _read_spec(self, key: AssistantKey) -> AssistantSpec:
        for source in self._sources:
            spec = source.spec(key)
            if spec is not None:
                return spec
        raise _NoSuchVersion


def _refuse_version(name: str, version: int) -> NoReturn:
    told = f"{name} has no version {version}"
    raise InvalidInput(told, details={"version": [told]})


def _refuse(name: str | None, serving: Mapping[str, AssistantKey]) -> NoReturn:
    if not serving:
        told = (
            "your organisation has no assistant yet: whoever runs this installation can share those of its files by"
            " ASSISTANTS_SHARED_WITH"
        )
        raise InvalidInput(told, details={"assistant": ["There is none yet."]})
    known = ", ".join(sorted(serving))
    told = f"there is no assistant {name}; there are: {known}" if name else f"name an assistant; there are: {known}"
    raise InvalidInput(told, details={"assistant": [f"One of: {known}."]})


def load_catalogue(settings: Settings, models: ChatModels) -> Catalogue:
    """The assistants of the folder, and the default organisation's own agent where there is one.

    What cannot serve stops the start: raises SpecError, HandlerError, UnknownModel and ModelKeyMissing.
    """

    workshop = Workshop(settings)

    def chain_of(spec: AssistantSpec) -> Chat | None:
        if spec.model:
            return models.chain(spec.model)
        with of_setting("CHAT_MODEL"):
            return models.chain(settings.default_models)

    def build(spec: AssistantSpec) -> Assistant:
        chat = chain_of(spec)
        documents = DocumentAnswerer(spec.own_names, spec.name)
        answerer = CorrectedFirst(ModelAnswerer(chat, documents, spec.title) if chat else documents, spec.name)
        return Assistant.build(spec, answerer, chat, workshop, zone_of)

    with of_setting("ASSISTANTS_PATH"):
        specs = load_specs(settings.assistants_path)
        contents = load_contents(settings.assistants_path)
    for spec in specs.values():
        chain_of(spec)
    shared_with = {slug.strip() for slug in settings.assistants_shared_with.split(",")} - {""}
    files = Files(specs, settings.default_organisation, shared_with, contents)
    sources: list[AssistantSource] = [ChangedFiles(files), files, Chatbots()]
    return Catalogue(sources, build, settings.default_assistant, _own_agent(settings, specs), files)


def _own_agent(settings: Settings, specs: Mapping[str, AssistantSpec]) -> OwnAgent | None:
    handler = _own_handler(settings)
    if handler is None:
        return None
    spec = specs.get(settings.default_assistant)
    if spec is None:
        raise HandlerError(
            f"{handler.module} serves as the default assistant, and there is no assistant"
            f" {settings.default_assistant!r}"
        )
    assistant = Assistant.served_by(
        spec, handler, seconds=settings.agent_handler_seconds, turns_at_once=settings.agent_pool_size
    )
    return OwnAgent(NamedOrganisations({settings.default_organisation}), assistant)


def _own_handler(settings: Settings) -> Handler | None:
    """The organisation's own agent, in this process or as a service; None where there is none. Raises HandlerError."""
    if settings.agent_handler_url is None:
        return load_handler(settings.agent_handler) if settings.agent_handler is not None else None
    if settings.agent_handler is not None:
        raise HandlerError("AGENT_HANDLER and AGENT_HANDLER_URL are both set: an installation has one agent of its own")
    secret = settings.agent_handler_secret
    return remote_handler(settings.agent_handler_url, secret.get_secret_value() if secret else None)
