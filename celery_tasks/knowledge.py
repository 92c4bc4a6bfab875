"""Tasks of the documents."""

import uuid

from cci_app.core.queue import Task
from cci_app.knowledge.documents.crawl import run_crawl
from cci_app.knowledge.documents.drive import run_drive
from cci_app.knowledge.documents.ingestion import run_ingestion
from celery_tasks.app import celery


@celery.task(name=Task.INGEST_DOCUMENT.value)
def ingest_document(job_id: str) -> None:
    """Read a document as a job asks."""
    run_ingestion(uuid.UUID(job_id))


@celery.task(name=Task.CRAWL_SITE.value)
def crawl_site(job_id: str) -> None:
    """Read a site as a job asks."""
    run_crawl(uuid.UUID(job_id))


@celery.task(name=Task.READ_DRIVE.value)
def read_drive(job_id: str) -> None:
    """Read a folder at Google Drive as a job asks."""
    run_drive(uuid.UUID(job_id))
