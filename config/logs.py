"""Logging: one JSON line an event in production, readable lines elsewhere; the standard library's loggers included."""

import logging
import sys

import structlog

from config.settings import Environment, Settings


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
    # Tracebacks without the values of variables: those hold what people wrote.
    traceback = structlog.processors.ExceptionRenderer(structlog.tracebacks.ExceptionDictTransformer(show_locals=False))
    renderers: list[structlog.types.Processor] = (
        [traceback, structlog.processors.JSONRenderer()]
        if production
        else [
            structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback)
        ]
    )
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *renderers],
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
