"""Logging: one JSON line an event in production, readable lines elsewhere; the standard library's loggers included."""

import logging
import sys
import traceback
from collections.abc import Iterator

import structlog

from config.settings import Environment, Settings

# Of an exception's frames, the last.
_FRAMES = 12


def _tell_places(_logger: object, _method: str, event: structlog.types.EventDict) -> structlog.types.EventDict:
    """Say of an exception what it is and where it was raised, never its words: they may hold what people wrote.

    A line that a library writes about one is told as its template, for the words would be among what fills it.
    """
    told = event.pop("exc_info", None)
    raised = sys.exc_info()[1] if told is True else told[1] if isinstance(told, tuple) else told
    if not isinstance(raised, BaseException):
        return event
    record = event.get("_record")
    if record is not None and not event.get("_from_structlog"):
        event["event"] = record.msg if isinstance(record.msg, str) and record.args else type(raised).__name__
    event["exception"] = list(_chain(raised))
    return event


def _chain(raised: BaseException | None) -> Iterator[dict[str, object]]:
    seen: set[int] = set()
    while raised is not None and id(raised) not in seen:
        seen.add(id(raised))
        frames = traceback.extract_tb(raised.__traceback__)[-_FRAMES:]
        yield {
            "type": f"{type(raised).__module__}.{type(raised).__qualname__}",
            "frames": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
        }
        raised = raised.__cause__ or (None if raised.__suppress_context__ else raised.__context__)


def configure_logging(settings: Settings) -> None:
    """Send every log line of the process to standard error, in one form."""
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    production = settings.environment is Environment.PRODUCTION
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    renderers: list[structlog.types.Processor] = (
        [_tell_places, structlog.processors.JSONRenderer()]
        if production
        else [
            structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback)
        ]
    )
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[*renderers[:-1], structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderers[-1]],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.log_level)
    # At INFO Celery tells of every bell, and httpx of addresses.
    for noisy in ("httpx", "httpcore", "alembic", "celery", "kombu"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    # At DEBUG the clients of models tell what people wrote, word for word.
    for telling in (
        "openai",
        "anthropic",
        "google_genai",
        "langchain_google_genai",
        "langsmith",
        "httpx2",
        "httpcore2",
    ):
        logging.getLogger(telling).setLevel(logging.WARNING)
