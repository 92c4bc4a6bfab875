"""A site's pages as documents: from one address along the links that stay on its host."""

import time
import uuid
from collections import deque
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from hashlib import blake2b
from pathlib import PurePosixPath
from typing import Any, Self

import httpx
from flask import current_app

from cci_app.core.audit import record
from cci_app.core.database import tenant_transaction
from cci_app.core.errors import InvalidInput, Unavailable
from cci_app.core.outbound.fetch import FetchError, checked_url
from cci_app.core.queue import Task
from cci_app.jobs.asking import ask
from cci_app.jobs.claims import Claim, Rest, claimed
from cci_app.jobs.models import Job
from cci_app.knowledge.documents.ingestion import FETCH_REASONS, Content, fetch_content
from cci_app.knowledge.documents.placed import DocumentPlace, PlacedReport, bring
from cci_app.knowledge.documents.reasons import sentences
from cci_app.knowledge.documents.robots import Robots
from cci_app.knowledge.models import SHARED, Origin
from cci_app.knowledge.reading.document import Document, Reason, UnreadableDocument
from cci_app.knowledge.reading.process import read
from config.settings import Settings

PAUSE_SECONDS = 0.5
# A longer pause is not slept through: the job gives its place back.
LONGEST_SLEEP_SECONDS = 1.0
_KEPT_EVERY_SECONDS = 10.0
_MOST_ADDRESSES = 10_000
LONGEST_ADDRESS = 2000
# Links to these are no pages; others may be, and their content decides.
_PICTURES = frozenset({".jpg", ".jpeg", ".png", ".gif", ".svg", ".webp", ".ico", ".mp3", ".mp4", ".avi", ".mov"})
_OTHERS = frozenset({".css", ".js", ".json", ".xml", ".rss", ".zip", ".gz", ".exe", ".xls", ".xlsx", ".ppt", ".pptx"})
_NO_PAGES = _PICTURES | _OTHERS


@dataclass(slots=True)
class CrawlReport(PlacedReport):
    """What came of the pages; `failed` has each by its `url`."""

    refused_by_robots: int = 0


def request_crawl(
    organisation_id: int,
    address: str,
    *,
    depth: int,
    pages: int,
    language: str | None,
    request_id: str | None,
    assistant: str | None = None,
) -> Job:
    """Have a worker read a site, from `address` along at most `depth` links, at most `pages` pages.

    Raises InvalidInput for an address that can never be fetched.
    """
    payload = payload_of_site(address, depth=depth, pages=pages, language=language, assistant=assistant)
    with tenant_transaction(organisation_id) as session:
        job = ask(organisation_id, Task.CRAWL_SITE, payload, request_id, within=session, once=True)
        record(session, organisation_id, "site.read", f"job:{job.id}", {"url": payload["url"]})
    return job


def payload_of_site(
    url: str, *, depth: int, pages: int, language: str | None = None, assistant: str | None = None
) -> dict[str, Any]:
    """What a crawl is asked. Raises InvalidInput for an address that can never be fetched."""
    try:
        address = str(checked_url(url, loopback=_settings().fetch_loopback))
    except FetchError as error:
        raise InvalidInput(error.message, details={"url": [error.message]}) from error
    return {"url": address, "depth": depth, "pages": pages, "language": language, "assistant": assistant or SHARED}


def run_crawl(job_id: uuid.UUID) -> None:
    """Read a site as a job asks. The job's result is a CrawlReport; its rows are pages.

    Where the site asks for long pauses, each page is a run of its own: no worker waits. A crawl whose worker died goes
    on from what was kept last, and finds the pages since then unchanged. The job fails where the first page cannot be
    had; any other page that cannot is in the report.
    """
    with claimed(job_id) as claim:
        if claim is not None:
            claim.result = asdict(_Crawl(claim).run())


@dataclass(slots=True)
class _Way:
    """How far a crawl is. `seen` has digests of addresses, `waiting` addresses and their links from the start."""

    seen: set[str]
    waiting: deque[tuple[str, int]]
    robots: str | None = None
    done: int = 0
    report: CrawlReport = field(default_factory=CrawlReport)

    @classmethod
    def of(cls, claim: Claim) -> Self:
        """Where the crawl was left, or its beginning."""
        kept = claim.checkpoint
        if not kept:
            start = str(httpx.URL(claim.payload["url"]))
            return cls({_digest(start)}, deque([(start, 0)]))
        waiting = deque((url, depth) for url, depth in kept["waiting"])
        return cls(set(kept["seen"]), waiting, kept["robots"], kept["done"], CrawlReport(**kept["report"]))

    def as_json(self) -> dict[str, Any]:
        """What `of` reads again."""
        return {**asdict(self), "seen": sorted(self.seen), "waiting": list(self.waiting)}


def _digest(address: str) -> str:
    return blake2b(address.encode("utf-8", "replace"), digest_size=8).hexdigest()


class _Crawl:
    def __init__(self, claim: Claim) -> None:
        self._claim = claim
        self._settings = _settings()
        self._start = httpx.URL(claim.payload["url"])
        # A job that an earlier version asked for names none.
        self._assistant: str = claim.payload.get("assistant", SHARED)
        self._most: int = claim.payload["pages"]
        self._way = _Way.of(claim)
        self._report = self._way.report
        self._robots = self._rules()

    def run(self) -> CrawlReport:
        """Take one page after the other, those with fewer links from the start first. Raises Rest."""
        way, pause = self._way, self._robots.pause(PAUSE_SECONDS)
        self._tell()
        kept_at = time.monotonic()
        while way.waiting and way.done < self._most:
            url, depth = way.waiting.popleft()
            self._take(url, depth, first=not way.done)
            way.done += 1
            self._tell()
            if not way.waiting or way.done >= self._most:
                break
            if pause > LONGEST_SLEEP_SECONDS:
                self._claim.keep(way.as_json())
                raise Rest(pause)
            if time.monotonic() - kept_at > _KEPT_EVERY_SECONDS:
                self._claim.keep(way.as_json())
                kept_at = time.monotonic()
            time.sleep(pause)
        return self._report

    def _tell(self) -> None:
        self._claim.progress(self._way.done, min(self._most, self._way.done + len(self._way.waiting)))

    def _rules(self) -> Robots:
        if self._way.robots is not None:
            return Robots(self._way.robots)
        origin = str(self._start.copy_with(raw_path=b"/")).rstrip("/")
        try:
            robots = Robots.of_site(origin, loopback=self._settings.fetch_loopback)
        except FetchError as error:
            if error.passing:
                raise Unavailable(error.message) from error
            raise InvalidInput(f"the site's robots.txt cannot be read: {error.message}") from error
        if not robots.allow(str(self._start)):
            raise InvalidInput(sentences(Reason.PAGE_REFUSED)["en"])
        self._way.robots = robots.text
        return robots

    def _take(self, url: str, depth: int, *, first: bool) -> None:
        try:
            content, place = fetch_content(url, self._settings)
            if place != url and not self._is_new(httpx.URL(place)):
                # A redirect led to another site, or to a page that is taken under its own address.
                return
            document = read(place, content.data, content.kind)
        except FetchError as error:
            if first and error.passing:
                raise Unavailable(error.message) from error
            self._fail(url, FETCH_REASONS[error.reason], first)
        except UnreadableDocument as error:
            self._fail(url, error.reason, first)
        else:
            self._index(place, content, document)
            if depth < self._claim.payload["depth"]:
                self._wait_for(self._new_links(place, document), depth + 1)

    def _wait_for(self, links: Iterator[str], depth: int) -> None:
        """Take these later: those that the site allows, and no more than may be read in all."""
        for link in links:
            if not self._robots.allow(link):
                self._report.refused_by_robots += 1
            elif self._way.done + len(self._way.waiting) < self._most:
                self._way.waiting.append((link, depth))

    def _fail(self, url: str, reason: Reason, first: bool) -> None:
        if first:
            raise InvalidInput(sentences(reason)["en"])
        self._report.fail(reason, url=url)

    def _index(self, url: str, content: Content, document: Document) -> None:
        """Make a page a document, or that document equal to the page."""
        place = DocumentPlace(
            self._claim.organisation_id, self._assistant, Origin.URL, url, self._claim.payload["language"]
        )
        self._report.count(bring(place, url, content, document))

    def _new_links(self, page: str, document: Document) -> Iterator[str]:
        """Where a page leads that nobody has been to, on the same site."""
        base = httpx.URL(page)
        for link in document.links:
            try:
                url = base.join(link).copy_with(fragment=None)
            except (httpx.InvalidURL, ValueError):
                continue
            if self._is_new(url):
                yield str(url)

    def _is_new(self, url: httpx.URL) -> bool:
        """Whether this is a page of the site that was not met before; now it is."""
        start, address = self._start, str(url)
        here = (url.scheme, url.host, url.port) == (start.scheme, start.host, start.port) and not url.userinfo
        page = PurePosixPath(url.path).suffix.lower() not in _NO_PAGES and len(address) <= LONGEST_ADDRESS
        if not here or not page or _digest(address) in self._way.seen or len(self._way.seen) >= _MOST_ADDRESSES:
            return False
        self._way.seen.add(_digest(address))
        return True


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings
