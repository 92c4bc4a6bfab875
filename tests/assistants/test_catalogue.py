"""An organisation sees and reaches its own assistants, wherever they are kept, and no trace of another's."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import pytest
from flask import Flask
from flask.testing import FlaskClient

from cci_app import before_exit, create_app
from cci_app.agents.kind import AgentContent, AgentKind, Means
from cci_app.agents.ports import AgentReply, Progress, TurnContext
from cci_app.assistants.assistant import Assistant
from cci_app.assistants.catalogue import Catalogue
from cci_app.assistants.files import Files, load_specs
from cci_app.assistants.kinds import KINDS
from cci_app.assistants.ports import AssistantKey
from cci_app.assistants.spec import AssistantSpec
from cci_app.conversation.state import PersonState
from cci_app.core.errors import InvalidInput
from config.settings import ROOT
from tests.agents.speaker import FewPassages
from tests.conftest import Tenant, make_tenant

ASK = "/api/v1/whatsapp/message"
NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


class EchoContent(AgentContent):
    kind: Literal["echo"]
    before: str


class Echo:
    def __init__(self, content: EchoContent, means: Means) -> None:
        self.content, self.means = content, means

    def reply(self, turn: TurnContext) -> AgentReply:
        return AgentReply.saying(self.content.before + turn.text, {})


@pytest.fixture(autouse=True)
def echo(monkeypatch: pytest.MonkeyPatch) -> None:
    """A kind of agent that is registered in one place."""
    monkeypatch.setitem(KINDS, "echo", AgentKind(EchoContent, Echo))


def written(name: str, **more: Any) -> dict[str, Any]:
    texts = {text: {"es": "Un momento."} for text in ("holding", "apology")}
    agents = {"echo": {"kind": "echo", "before": "> "}}
    known = {"name": name, "title": name, "languages": ["es"], "default_language": "es", "texts": texts}
    return {**known, "agents": agents, **more}


class Rows:
    """Assistants as a table would keep them: each an organisation's own, in versions of which one serves."""

    def __init__(self) -> None:
        self.kept: dict[AssistantKey, AssistantSpec] = {}
        self.served: dict[int, dict[str, AssistantKey]] = {}

    def add(self, tenant: Tenant, spec: AssistantSpec) -> None:
        key = AssistantKey(tenant.slug, spec.name, spec.version)
        self.kept[key] = spec
        self.served.setdefault(tenant.organisation_id, {})[spec.name] = key

    def serving(self, organisation_id: int) -> Mapping[str, AssistantKey]:
        return self.served.get(organisation_id, {})

    def version(self, organisation_id: int, name: str, version: int) -> AssistantKey | None:
        key = self.serving(organisation_id).get(name)
        return replace(key, version=version) if key else None

    def spec(self, key: AssistantKey) -> AssistantSpec | None:
        return self.kept.get(key)


# The assistants of the folder.
OURS = ("autos", "cci", "concierge", "coordinator")


def catalogue(*sources: Any, default: str = "cci") -> Catalogue:
    return Catalogue(sources, lambda spec: Assistant.build(spec, FewPassages()), default)


@pytest.fixture
def other(app: Flask, tenant: Tenant) -> Tenant:
    return make_tenant(f"other-{tenant.slug}")


@pytest.fixture
def client(settings: Any, tenant: Tenant) -> Iterator[FlaskClient]:
    """An application whose files are those of `tenant` alone."""
    changed = {"default_organisation": tenant.slug, "assistants_shared_with": ""}
    app = create_app(settings.model_copy(update=changed))
    yield app.test_client()
    before_exit(app)


def named(client: FlaskClient, headers: dict[str, str]) -> list[Any]:
    """What the description lists for `assistant`, wherever it stands."""
    document = client.get("/openapi.json", headers=headers).get_json()
    parameters = document["paths"]["/api/v1/users/{user_id}/status"]["get"]["parameters"]
    found = [one["schema"].get("enum") for one in parameters if one["name"] == "assistant"]
    return [*found, document["components"]["schemas"]["MessagePayload"]["properties"]["assistant"].get("enum")]


def test_files_are_the_default_organisations(client: FlaskClient, tenant: Tenant, other: Tenant) -> None:
    message = {"user_id": "+573000000001", "message": "Hola, buenos días"}
    assert client.post(ASK, json=message, headers=tenant.headers).status_code == 200
    for asked in ({}, {"assistant": "cci"}, {"assistant": "nobody"}):
        refused = client.post(ASK, json={**message, **asked}, headers=other.headers)
        assert refused.status_code == 422
        assert "ASSISTANTS_SHARED_WITH" in refused.get_json()["error"]["message"]
        for path in ("status", "reset"):
            address = f"/api/v1/users/+573000000001/{path}"
            method = client.post if path == "reset" else client.get
            refused = method(address, query_string=asked, headers=other.headers)
            assert refused.status_code == 422
            assert "cci" not in refused.text.replace(other.key, "")
    unknown = client.post(ASK, json={**message, "assistant": "nobody"}, headers=tenant.headers)
    assert "there are: autos, cci" in unknown.get_json()["error"]["message"]


def test_the_description_names_the_assistants_of_who_asks(client: FlaskClient, tenant: Tenant, other: Tenant) -> None:
    in_query, in_body = named(client, tenant.headers)
    assert in_query == ["autos", "cci", "concierge", "coordinator"]
    assert in_body[:4] == ["autos", "cci", "concierge", "coordinator"]
    for headers in ({}, other.headers, {"X-API-Key": "no key"}):
        assert named(client, headers) == [None, None]


def test_sharing(app: Flask, tenant: Tenant, other: Tenant) -> None:
    specs = load_specs(ROOT / "config" / "assistants")
    third = make_tenant(f"third-{tenant.slug}")
    shared = catalogue(Files(specs, tenant.slug, {other.slug, "not-made-yet"}))
    assert [shared.names(one.organisation_id) for one in (tenant, other, third)] == [OURS, OURS, ()]
    mine = shared.find(tenant.organisation_id)
    # One file, one assistant at work.
    assert shared.find(other.organisation_id, "cci") is mine
    everybody = catalogue(Files(specs, tenant.slug, {"*"}))
    assert everybody.names(third.organisation_id) == OURS


def test_rows_are_one_more_source(app: Flask, tenant: Tenant, other: Tenant) -> None:
    rows = Rows()
    for number, one in enumerate((tenant, other)):
        rows.add(one, AssistantSpec.model_validate(written("desk", title=f"Desk {number}", version=1)))
    rows.add(tenant, AssistantSpec.model_validate(written("desk", title="Desk 2", version=2)))
    rows.add(other, AssistantSpec.model_validate(written("secret")))
    both = catalogue(rows, Files(load_specs(ROOT / "config" / "assistants"), tenant.slug, ()))
    assert both.names(tenant.organisation_id) == (*OURS, "desk")
    assert both.names(other.organisation_id) == ("desk", "secret")
    assert both.find(tenant.organisation_id, "desk").spec.title == "Desk 2"
    assert both.find(tenant.organisation_id, "desk", version=1).spec.title == "Desk 0"
    assert both.find(other.organisation_id, "desk").spec.title == "Desk 1"
    assert set(both.specs(other.organisation_id)) == {"desk", "secret"}
    for organisation_id, name, version in (
        (tenant.organisation_id, "secret", None),
        (other.organisation_id, "cci", None),
        (other.organisation_id, "desk", 2),
    ):
        with pytest.raises(InvalidInput, match=r"there is no assistant|desk has no version 2"):
            both.find(organisation_id, name, version)
    with pytest.raises(InvalidInput, match="name an assistant; there are: desk, secret"):
        both.find(other.organisation_id)


def test_the_only_assistant_is_the_default_one(app: Flask, tenant: Tenant) -> None:
    rows = Rows()
    rows.add(tenant, AssistantSpec.model_validate(written("desk")))
    assert catalogue(rows).find(tenant.organisation_id).name == "desk"


def test_a_kind_is_a_model_and_a_factory() -> None:
    spec = AssistantSpec.model_validate(written("desk", silence="30 minutes"))
    assert spec.silence == timedelta(minutes=30)
    agent = Assistant.build(spec, FewPassages()).agents["echo"]
    assert isinstance(agent, Echo)
    assert agent.content.before == "> "
    assert agent.means.languages == ("es",)
    kinds = ", ".join(sorted(KINDS))
    with pytest.raises(ValueError, match=f"'oracle' is none of the kinds of agents: {kinds}"):
        AssistantSpec.model_validate(written("desk", agents={"one": {"kind": "oracle"}}))


def test_silence_begins_a_new_conversation() -> None:
    half_an_hour = timedelta(minutes=30)
    soon, late = NOW + half_an_hour, NOW + half_an_hour + timedelta(seconds=1)
    asks_nothing = PersonState(last_at=NOW)
    finished = PersonState(last_at=NOW, progress=Progress(None, 7, True))
    under_way = PersonState(last_at=NOW, progress=Progress(3, 2, False))
    assert [state.is_stale(soon, half_an_hour) for state in (asks_nothing, finished, under_way)] == [False] * 3
    assert [state.is_stale(late, half_an_hour) for state in (asks_nothing, finished, under_way)] == [True, True, False]
