"""Documents of an organisation, and of one of its assistants: read by whom they belong to, and by nobody else."""

import uuid
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from cci_app.core.deadline import Deadline
from cci_app.knowledge.answers.quoting import DocumentAnswerer
from cci_app.knowledge.documents import register
from cci_app.knowledge.documents.ingestion import run_ingestion
from cci_app.knowledge.documents.loading import load_folder
from cci_app.knowledge.search.retrieval import search
from tests.conftest import Tenant
from tests.knowledge.desk import Desk

QUESTION = "Quel est le tarif du parapente ?"
Bells = list[uuid.UUID]


def text_of(owner: str) -> str:
    return f"# Parapente\n\nLe tarif du parapente pour {owner} est de 45 euros.\n"


def read_by(tenant: Tenant, assistant: str | None) -> set[str]:
    """The titles of what a search of that assistant finds."""
    return {passage.title for passage in search(tenant.organisation_id, QUESTION, "fr", 20, assistant=assistant)}


@pytest.fixture
def three(tenant: Tenant, store: Path, bells: Bells) -> dict[str, int]:
    """A document of all, one of `one` and one of `other`; their ids by title."""
    made = {}
    for owner in (None, "one", "other"):
        title = owner or "all"
        said = register.Said(title=title, language="fr", assistant=owner)
        made[title], new = register.add_text(tenant.organisation_id, text_of(title), said, None)
        assert new
    for job in bells:
        run_ingestion(job)
    return made


def test_an_assistant_reads_what_all_share_and_its_own(tenant: Tenant, three: dict[str, int]) -> None:
    assert read_by(tenant, "one") == {"all", "one"}
    assert read_by(tenant, "other") == {"all", "other"}
    assert read_by(tenant, None) == read_by(tenant, "third") == {"all"}
    for name in ("one", "other"):
        answer = DocumentAnswerer((), name).answer(tenant.organisation_id, QUESTION, "fr", Deadline.after(30))
        assert answer is not None
        assert {source.title for source in answer.sources} <= {"all", name}


def test_what_is_of_others_does_not_crowd_out_ones_own(tenant: Tenant, store: Path, bells: Bells) -> None:
    for number in range(60):
        said = register.Said(title=f"{number}", language="fr", assistant="other")
        register.add_text(tenant.organisation_id, f"{text_of('other')} Numéro {number}.", said, None)
    said = register.Said(title="mine", language="fr", assistant="one")
    register.add_text(tenant.organisation_id, f"Au sujet de vols divers, le parapente. {text_of('one')}", said, None)
    for job in bells:
        run_ingestion(job)
    assert read_by(tenant, "one") == {"mine"}


def test_the_same_is_one_document_for_whoever_reads_it(tenant: Tenant, store: Path, bells: Bells) -> None:
    def send(assistant: str | None) -> tuple[int, bool]:
        said = register.Said(title="Parapente", assistant=assistant)
        return register.add_text(tenant.organisation_id, text_of("x"), said, None)

    one, other = send("one"), send("other")
    assert (one[1], other[1]) == (True, True)
    assert one[0] != other[0]
    assert send("one") == (one[0], False)
    shared, new = send(None)
    assert new
    # What all share is there for a third one, too, which does not rename it.
    said = register.Said(title="Another title", assistant="third")
    assert register.add_text(tenant.organisation_id, text_of("x"), said, None) == (shared, False)
    assert register.find_document(tenant.organisation_id, shared)["title"] == "Parapente"
    assert send("one") == (one[0], False)


def test_lists_removal_and_reading_again(tenant: Tenant, three: dict[str, int], bells: Bells) -> None:
    def titles(assistant: str | None) -> list[str]:
        return sorted(each["title"] for each in register.list_documents(tenant.organisation_id, assistant=assistant))

    assert titles(None) == ["all", "one", "other"]
    assert titles("one") == ["all", "one"]
    assert register.find_document(tenant.organisation_id, three["one"])["assistant"] == "one"
    assert register.find_document(tenant.organisation_id, three["all"])["assistant"] is None
    bells.clear()
    register.reindex_document(tenant.organisation_id, three["one"], None)
    for job in bells:
        run_ingestion(job)
    assert (read_by(tenant, "one"), read_by(tenant, "other")) == ({"all", "one"}, {"all", "other"})
    register.remove_document(tenant.organisation_id, three["one"])
    assert read_by(tenant, "one") == {"all"}


def test_a_folder_for_one_assistant_touches_no_other(tenant: Tenant, tmp_path: Path) -> None:
    for owner in ("all", "one"):
        (tmp_path / owner).mkdir()
        (tmp_path / owner / "prices.md").write_text(text_of(owner).replace("Parapente", owner, 1))
    load_folder(tenant.organisation_id, tmp_path / "all")
    report = load_folder(tenant.organisation_id, tmp_path / "one", assistant="one")
    assert (report.added, report.removed) == (["prices.md"], [])
    assert read_by(tenant, "one") == {"all", "one"}
    assert read_by(tenant, "other") == {"all"}
    (tmp_path / "one" / "prices.md").rename(tmp_path / "one" / "tariffs.md")
    assert load_folder(tenant.organisation_id, tmp_path / "one", assistant="one").removed == ["prices.md"]
    assert load_folder(tenant.organisation_id, tmp_path / "all").unchanged == ["prices.md"]


def test_over_the_api(web: FlaskClient, tenant: Tenant, desk: Desk) -> None:
    sent = {"text": text_of("cci"), "title": "Own", "language": "fr", "assistant": "cci"}
    made = web.post("/api/v1/knowledge/documents", json=sent, headers=tenant.headers)
    assert (made.status_code, (made.json or {})["assistant"]) == (202, "cci")
    for path, body in (
        ("documents", {**sent, "assistant": "nobody"}),
        ("search", {"query": QUESTION, "assistant": "nobody"}),
        ("crawls", {"url": "https://www.example.org", "assistant": "nobody"}),
    ):
        refused = web.post(f"/api/v1/knowledge/{path}", json=body, headers=tenant.headers)
        assert (refused.status_code, set((refused.json or {})["error"]["details"])) == (422, {"assistant"})
    listed = web.get("/api/v1/knowledge/documents?assistant=cci", headers=tenant.headers)
    assert [each["title"] for each in (listed.json or {})["documents"]] == ["Own"]
