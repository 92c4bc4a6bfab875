"""All assistants of an installation, by organisation, name and version. Nobody sees another organisation's."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NoReturn

from cci_app.agents.handler.loading import Handler, HandlerError, load_handler
from cci_app.agents.handler.remote import remote_handler
from cci_app.assistants.assistant import Assistant
from cci_app.assistants.files import Files, load_specs
from cci_app.assistants.ports import AssistantKey, AssistantSource
from cci_app.assistants.spec import AssistantSpec
from cci_app.core.errors import InvalidInput
from cci_app.core.tenants import NamedOrganisations
from cci_app.knowledge.answers.quoting import DocumentAnswerer
from cci_app.knowledge.answers.wording import ModelAnswerer
from cci_app.llm.chains import ChatModels
from config.settings import Settings

# Assistants at work that are kept ready; one more takes the place of the one that was asked longest ago.
_READY = 256


@dataclass(frozen=True, slots=True)
class OwnAgent:
    """An organisation's own agent, in the place of the assistant of that name: for `organisations` and nobody else."""

    organisations: NamedOrganisations
    assistant: Assistant


class Catalogue:
    """Finds the assistants of an organisation, each made when it is first asked. Safe to share between threads."""

    def __init__(
        self,
        sources: Sequence[AssistantSource],
        build: Callable[[AssistantSpec], Assistant],
        default: str,
        own_agent: OwnAgent | None = None,
    ) -> None:
        """Of `sources` the first that has a name counts; `default` is the assistant of whoever names none."""
        self._sources = tuple(sources)
        self._build = build
        self._default = default
        self._own_agent = own_agent
        self._ready: OrderedDict[AssistantKey, Assistant] = OrderedDict()
        self._lock = threading.Lock()

    def names(self, organisation_id: int) -> tuple[str, ...]:
        """The assistants that the organisation's people may talk to."""
        return tuple(sorted(self._serving(organisation_id)))

    def specs(self, organisation_id: int) -> dict[str, AssistantSpec]:
        """What they are made of, by name."""
        return {name: self.find(organisation_id, name).spec for name in self.names(organisation_id)}

    def find(self, organisation_id: int, name: str | None = None, version: int | None = None) -> Assistant:
        """An assistant of the organisation, the default one where none is named, in the version that serves.

        Raises InvalidInput for one that there is not; another organisation's is none.
        """
        serving = self._serving(organisation_id)
        key = serving.get(name or self._chosen(serving))
        if key is None:
            _refuse(name, serving)
        if version is not None and version != key.version:
            key = replace(key, version=version)
        own = self._own_agent
        if own is not None and key.name == own.assistant.name and organisation_id in own.organisations:
            return own.assistant
        return self._at_work(key) or _refuse(f"{key.name} in version {key.version}", serving)

    def _chosen(self, serving: Mapping[str, AssistantKey]) -> str:
        """The assistant of who names none: the default one, or the only one."""
        return next(iter(serving)) if self._default not in serving and len(serving) == 1 else self._default

    def _serving(self, organisation_id: int) -> Mapping[str, AssistantKey]:
        found = [source.serving(organisation_id) for source in self._sources]
        return found[0] if len(found) == 1 else {name: key for one in reversed(found) for name, key in one.items()}

    def _at_work(self, key: AssistantKey) -> Assistant | None:
        with self._lock:
            if key in self._ready:
                self._ready.move_to_end(key)
                return self._ready[key]
        spec = next((spec for source in self._sources if (spec := source.spec(key)) is not None), None)
        if spec is None:
            return None
        made = self._build(spec)
        with self._lock:
            made = self._ready.setdefault(key, made)
            while len(self._ready) > _READY:
                self._ready.popitem(last=False)
        return made


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

    def build(spec: AssistantSpec) -> Assistant:
        chat = models.chain(spec.model or settings.default_models)
        documents = DocumentAnswerer(spec.own_names, spec.name)
        return Assistant.build(spec, ModelAnswerer(chat, documents) if chat else documents, chat)

    specs = load_specs(settings.assistants_path)
    for spec in specs.values():
        models.chain(spec.model or settings.default_models)
    shared_with = {slug.strip() for slug in settings.assistants_shared_with.split(",")} - {""}
    files = Files(specs, settings.default_organisation, shared_with)
    return Catalogue([files], build, settings.default_assistant, _own_agent(settings, specs))


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
