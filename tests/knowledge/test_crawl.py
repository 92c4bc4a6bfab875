"""A site read page by page, as it allows."""

import time
import uuid
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from cci_app.core.database import system_transaction
from cci_app.core.outbound.fetch import FetchError, FetchReason
from cci_app.jobs.claims import claim
from cci_app.jobs.models import Job
from cci_app.knowledge.documents import crawl, ingestion, robots
from cci_app.knowledge.documents.crawl import run_crawl
from cci_app.knowledge.documents.robots import Robots
from tests.conftest import Tenant
from tests.fakes.addresses import SITE
from tests.fakes.internet import Internet
from tests.knowledge.desk import Desk

ROOT = f"https://{SITE}"


def page(title: str, *links: str) -> bytes:
    anchors = " ".join(f'<a href="{link}">{link}</a>' for link in links)
    text = f"La page {title} parle longuement de {title} et des services que la Chambre rend à ses membres."
    return f"<!doctype html><title>{title}</title><body><h1>{title}</h1><p>{text}</p>{anchors}</body>".encode()


PAGES = {
    "/robots.txt": b"User-agent: *\nDisallow: /*secret\nCrawl-delay: 0\n",
    "/": page("Accueil", "/visas", "equipe?page=2#bas", "/a-secret", "https://other.example.org/", "/photo.jpg", "/"),
    "/visas": page("Visas", "/visas/delais", "mailto:a@example.org", "http://[", "/to?u=https%3A%2F%2F127.0.0.1%2F"),
    "/equipe?page=2": page("Equipe", "/visas", "/copie", "/vide"),
    "/visas/delais": page("Delais", "/profond"),
    "/profond": page("Profond"),
    "/copie": page("Visas", "/visas/delais", "mailto:a@example.org", "http://[", "/to?u=https%3A%2F%2F127.0.0.1%2F"),
    "/vide": b"<html><body></body></html>",
    "/a-secret": page("Secret"),
}


@pytest.fixture
def site(internet: Internet, monkeypatch: pytest.MonkeyPatch) -> Internet:
    monkeypatch.setattr(crawl, "PAUSE_SECONDS", 0.0)
    internet.pages.update(PAGES)
    return internet


class Crawler:
    """An admin who has sites read."""

    def __init__(self, web: FlaskClient, tenant: Tenant) -> None:
        self._web, self._headers, self.asked_last = web, tenant.headers, ""

    def ask(self, url: str = f"{ROOT}/", **options: Any) -> TestResponse:
        return self._web.post("/api/v1/knowledge/crawls", json={"url": url, **options}, headers=self._headers)

    def done(self, **options: Any) -> dict[str, Any]:
        asked = self.ask(**options)
        assert asked.status_code == 202
        assert asked.json is not None
        self.asked_last = asked.json["id"]
        return self._run(uuid.UUID(self.asked_last))

    def again(self, job_id: uuid.UUID) -> dict[str, Any]:
        """Let the job's time come, and the worker."""
        with system_transaction() as session:
            session.execute(sa.update(Job).where(Job.id == job_id).values(not_before=None))
        return self._run(job_id)

    def _run(self, job_id: uuid.UUID) -> dict[str, Any]:
        run_crawl(job_id)
        job = self._web.get(f"/api/v1/admin/jobs/{job_id}", headers=self._headers).json
        assert job is not None
        return dict(job)


@pytest.fixture
def crawler(web: FlaskClient, tenant: Tenant, bells: list[uuid.UUID]) -> Crawler:
    return Crawler(web, tenant)


def sources(desk: Desk) -> set[str]:
    found = desk.call("GET").json
    assert found is not None
    assert {each["status"] for each in found["documents"]} <= {"ready"}
    return {each["source"].removeprefix(ROOT) for each in found["documents"]}


def test_a_site_is_read_along_its_links(desk: Desk, crawler: Crawler, site: Internet) -> None:
    job = crawler.done(depth=2)
    assert (job["state"], job["rows_done"], job["rows"]) == ("done", 7, 7)
    assert sources(desk) == {"/", "/visas", "/equipe?page=2", "/visas/delais"}
    result = job["result"]
    assert (result["added"], result["copies"], result["refused_by_robots"]) == (4, 1, 1)
    assert {each["url"].removeprefix(ROOT): each["reason"] for each in result["failed"]} == {
        "/vide": "empty",
        "/to?u=https%3A%2F%2F127.0.0.1%2F": "address_not_allowed",
    }
    assert {each["fr"] for each in result["failed"]} == {
        "Le document est vide.",
        "L'adresse, ou celle à laquelle elle mène, n'est pas une adresse https publique.",
    }
    assert site.hits == 0
    [best, *_] = desk.find("visas membres", language="fr", limit=1)
    assert best["title"] == "Visas"


def test_a_crawl_again_finds_what_changed(desk: Desk, crawler: Crawler, site: Internet) -> None:
    crawler.done(depth=1)
    site.pages["/visas"] = page("Visas nouveaux")
    result = crawler.done(depth=1)["result"]
    assert (result["added"], result["changed"], result["unchanged"]) == (0, 1, 2)
    assert sources(desk) == {"/", "/visas", "/equipe?page=2"}


def test_the_number_of_pages_is_bounded(desk: Desk, crawler: Crawler, site: Internet) -> None:
    assert crawler.done(pages=2)["result"]["added"] == 2
    assert len(sources(desk)) == 2


def test_a_site_that_wants_no_robots_is_left_alone(desk: Desk, crawler: Crawler, site: Internet) -> None:
    site.pages["/robots.txt"] = b"User-agent: cci-app\nDisallow: /\n"
    job = crawler.done()
    assert (job["state"], sources(desk)) == ("failed", set())
    assert "robots" in job["reason"]


def test_the_first_page_must_be_there(desk: Desk, crawler: Crawler, site: Internet) -> None:
    job = crawler.done(url=f"{ROOT}/nowhere")
    assert (job["state"], job["reason"]) == ("failed", "There is nothing at this address: correct it.")
    assert crawler.done(url="https://internal.example.org/")["state"] == "failed"
    assert site.hits == 0


def test_a_site_whose_rules_cannot_be_had_is_left_alone_for_now(
    desk: Desk, crawler: Crawler, site: Internet, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_: Any, **__: Any) -> Any:
        raise FetchError(FetchReason.BUSY, f"{SITE} cannot answer at present (503)", http_status=503)

    monkeypatch.setattr(robots, "fetch", busy)
    job = crawler.done()
    assert (job["state"], job["reason"], sources(desk)) == ("queued", f"{SITE} cannot answer at present (503)", set())


@pytest.mark.parametrize(
    "body", [{"depth": 6}, {"pages": 0}, {"pages": 501}, {"url": "http://example.org/"}, {"depth": "2"}, {"x": 1}]
)
def test_what_cannot_be_crawled_is_refused(crawler: Crawler, body: dict[str, Any]) -> None:
    assert crawler.ask(**body).status_code == 422


def test_a_crawl_that_waits_gives_its_place_back(
    desk: Desk, crawler: Crawler, site: Internet, organisation_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = PAGES["/robots.txt"].replace(b"Crawl-delay: 0", b"Crawl-delay: 2")
    site.pages["/robots.txt"] = slow
    slept: list[float] = []
    monkeypatch.setattr(crawl, "time", SimpleNamespace(sleep=slept.append, monotonic=time.monotonic))
    waiting = crawler.done(depth=2)
    assert (waiting["state"], waiting["rows_done"], waiting["reason"]) == ("queued", 1, None)
    job_id = uuid.UUID(waiting["id"])
    assert claim(job_id) is None  # before its time
    # Somebody else's crawl is read meanwhile, and the rules of the site are asked for once.
    asked = site.asked("/robots.txt")
    runs = 1
    while (job := crawler.again(job_id))["state"] == "queued":
        runs += 1
        assert runs < 20
    assert (job["state"], job["rows_done"], job["rows"]) == ("done", 7, 7)
    assert site.asked("/robots.txt") == asked
    assert (runs, slept) == (6, [])
    assert sources(desk) == {"/", "/visas", "/equipe?page=2", "/visas/delais"}
    # The same as at one go.
    site.pages["/robots.txt"] = PAGES["/robots.txt"]
    at_one_go = crawler.done(depth=2)["result"]
    assert {**job["result"], "added": 0, "unchanged": 4} == at_one_go
    # The control: short pauses are slept through, in one run.
    assert len(slept) == 6


def test_a_crawl_goes_on_where_its_worker_died(
    desk: Desk, crawler: Crawler, site: Internet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crawl, "_KEPT_EVERY_SECONDS", 0.0)
    fetched: list[str] = []
    really = ingestion.fetch_content

    def dies_at_the_third(url: str, settings: Any) -> Any:
        fetched.append(url)
        if len(fetched) == 3:
            raise SystemExit
        return really(url, settings)

    monkeypatch.setattr(crawl, "fetch_content", dies_at_the_third)
    with pytest.raises(SystemExit):
        crawler.done(depth=2)
    job_id = uuid.UUID(crawler.asked_last)
    job = crawler.again(job_id)
    assert (job["state"], job["rows_done"]) == ("done", 7)
    assert fetched[3] == fetched[2]
    assert len(set(fetched)) == len(fetched) - 1
    assert sources(desk) == {"/", "/visas", "/equipe?page=2", "/visas/delais"}


def test_robots_know_patterns_and_pauses() -> None:
    rules = Robots("User-agent: *\nDisallow: /*?print\nAllow: /a\nCrawl-delay: 99\n")
    assert not rules.allow(f"{ROOT}/b?print=1")
    assert rules.allow(f"{ROOT}/a?b=1")
    assert rules.pause(0.5) == 10
    assert Robots("").pause(0.5) == 0.5
