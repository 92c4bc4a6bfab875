"""The files of a folder at Google Drive as documents: what changed is read again, what is gone there is gone here."""

import uuid
from dataclasses import asdict, dataclass
from pathlib import PurePath
from typing import Any

import sqlalchemy as sa
import structlog
from flask import current_app

from cci_app.core.audit import record
from cci_app.core.database import tenant_transaction
from cci_app.core.errors import CciError, Unavailable
from cci_app.core.outside.models import AccountState
from cci_app.core.outside.register import Account
from cci_app.core.queue import Task
from cci_app.integrations.accounts import integrations
from cci_app.integrations.drive import DriveFile, DriveFolder, FileRefused
from cci_app.integrations.kinds import GOOGLE_DRIVE
from cci_app.jobs.asking import ask
from cci_app.jobs.claims import Claim, claimed
from cci_app.jobs.models import Job
from cci_app.knowledge.documents.ingestion import Content
from cci_app.knowledge.documents.placed import DocumentPlace, PlacedReport, bring
from cci_app.knowledge.models import SHARED, KnowledgeDocument, Origin
from cci_app.knowledge.reading.document import Reason, UnreadableDocument
from cci_app.knowledge.reading.kinds import MEDIA_TYPES, SUFFIXES, kind_of
from cci_app.knowledge.reading.process import read

log = structlog.get_logger(__name__)

# Says nothing of what it is: then the name does.
_ANYTHING = "application/octet-stream"


@dataclass(slots=True)
class DriveReport(PlacedReport):
    """What came of the files. `ignored` are of no kind that is read here; `failed` has each by its `file`, a name."""

    ignored: int = 0
    removed: int = 0


def request_drive(organisation_id: int, name: str | None, assistant: str | None, request_id: str | None) -> Job:
    """Have a worker read the folder of an integration google_drive; the first one where none is named.

    Raises Conflict where there is none.
    """
    payload = payload_of_drive(organisation_id, name, assistant)
    with tenant_transaction(organisation_id) as session:
        job = ask(organisation_id, Task.READ_DRIVE, payload, request_id, within=session, once=True)
        record(session, organisation_id, "drive.read", f"job:{job.id}", {"account": payload["account"]})
    return job


def payload_of_drive(organisation_id: int, name: str | None, assistant: str | None = None) -> dict[str, Any]:
    """What the reading of a folder is asked. Raises Conflict where there is no such integration."""
    return {"account": _account(organisation_id, name).name, "assistant": assistant or SHARED}


def run_drive(job_id: uuid.UUID) -> None:
    """Read a folder as a job asks. The job's result is a DriveReport; its rows are files.

    What an interrupted one has read the next one finds unchanged. Where the folder cannot be listed whole, the job
    fails, and all documents stay.
    """
    with claimed(job_id) as claim:
        if claim is not None:
            claim.result = asdict(_Reading(claim).run())


def _account(organisation_id: int, name: str | None) -> Account[Any, DriveFolder]:
    found = integrations.find(organisation_id, GOOGLE_DRIVE.name, name)
    if found is None:
        raise integrations.missing(organisation_id, GOOGLE_DRIVE.name, name)
    return found


class _Reading:
    def __init__(self, claim: Claim) -> None:
        self._claim = claim
        self._organisation_id = claim.organisation_id
        self._assistant: str = claim.payload["assistant"]
        self._account = _account(claim.organisation_id, claim.payload["account"])
        self._most: int = current_app.config["SETTINGS"].max_upload_bytes
        self._report = DriveReport()
        # The files of one integration are told from those of another.
        self._prefix = f"{GOOGLE_DRIVE.name}:{self._account.name}/"

    def run(self) -> DriveReport:
        folder = self._account.open()
        listed = self._listed(folder)
        files = [file for file in listed if _may_be_read(file)]
        self._report.ignored = len(listed) - len(files)
        known = self._versions()
        for done, file in enumerate(files):
            self._claim.progress(done, len(files))
            if known.get(self._source(file)) == _version(file):
                self._report.unchanged += 1
            else:
                self._take(folder, file)
        self._claim.progress(len(files), len(files))
        self._report.removed = self._remove_all_but({self._source(file) for file in files})
        return self._report

    def _listed(self, folder: DriveFolder) -> list[DriveFile]:
        """The files of the folder; how that went is seen where integrations are listed, too."""
        account = self._account
        try:
            files = folder.files()
        except CciError as error:
            error.message = account.told(error)
            if not isinstance(error, Unavailable):
                self._note(AccountState.FAILING, error.message)
            raise
        self._note(AccountState.WORKING, None)
        return files

    def _note(self, state: AccountState, reason: str | None) -> None:
        integrations.note(self._organisation_id, GOOGLE_DRIVE.name, self._account.name, state, reason)

    def _take(self, folder: DriveFolder, file: DriveFile) -> None:
        try:
            data = folder.content(file, self._most)
            content = Content(data, kind_of(data, file.name, file.media_type))
            document = read(file.name, data, content.kind)
        except FileRefused as error:
            log.info("drive_file_refused", reason=error.message)
            reason = Reason.TOO_LARGE if error.too_large else Reason.UNREACHABLE
            self._report.fail(reason, file=file.name)
        except UnreadableDocument as error:
            self._report.fail(error.reason, file=file.name)
        else:
            place = DocumentPlace(self._organisation_id, self._assistant, Origin.DRIVE, self._source(file))
            self._report.count(bring(place, file.name, content, document, _version(file)))

    def _source(self, file: DriveFile) -> str:
        return self._prefix + file.id

    @property
    def _ours(self) -> sa.ColumnElement[bool]:
        return sa.and_(
            KnowledgeDocument.origin == Origin.DRIVE,
            KnowledgeDocument.assistant == self._assistant,
            KnowledgeDocument.source.startswith(self._prefix, autoescape=True),
        )

    def _versions(self) -> dict[str, str | None]:
        with tenant_transaction(self._organisation_id) as session:
            found = session.execute(sa.select(KnowledgeDocument.source, KnowledgeDocument.version).where(self._ours))
            return {row.source: row.version for row in found}

    def _remove_all_but(self, sources: set[str]) -> int:
        """Remove the documents whose files are gone from the folder; how many."""
        with tenant_transaction(self._organisation_id) as session:
            listed = session.execute(sa.select(KnowledgeDocument.id, KnowledgeDocument.source).where(self._ours)).all()
            gone = [row.id for row in listed if row.source not in sources]
            session.execute(sa.delete(KnowledgeDocument).where(KnowledgeDocument.id.in_(gone)))
        return len(gone)


def _may_be_read(file: DriveFile) -> bool:
    return PurePath(file.name).suffix.lower() in SUFFIXES or file.media_type in MEDIA_TYPES - {_ANYTHING}


def _version(file: DriveFile) -> str:
    """What tells that a file was changed or named otherwise."""
    return f"{file.version} {file.name}"
