"""An organisation's AI assistant on WhatsApp."""

from __future__ import annotations

from contextlib import suppress
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask import Flask

    from cci_app.accounts.caller import Access
    from config.settings import Settings

# Loaded in this order when an application is made: importing one room loads no other.
ROOMS: tuple[str, ...] = (
    "cci_app.accounts.models",
    "cci_app.accounts.members.models",
    "cci_app.core.models",
    "cci_app.core.outside.models",
    "cci_app.core.audit",
    "cci_app.contacts.models",
    "cci_app.channels.models",
    "cci_app.integrations.models",
    "cci_app.jobs.models",
    "cci_app.knowledge.models",
    "cci_app.handoff.models",
    "cci_app.records.models",
    "cci_app.coordination.models",
    "cci_app.catalog.models",
    "cci_app.leads.models",
    "cci_app.coordination.monitor.models",
    "cci_app.coordination.handbook.models",
    "cci_app.coordination.hooks.models",
    "cci_app.coordination.sync.models",
    "cci_app.tools.models",
    "cci_app.assistants.chatbots.models",
    "cci_app.assistants.versions.models",
    "cci_app.assistants.experiments.models",
    "cci_app.feedback.models",
    "cci_app.conversation.models",
    "cci_app.conversation.identities",
    "cci_app.conversation.media",
    "cci_app.evaluation.review.models",
    "cci_app.reports.models",
    "cci_app.trials.models",
    "cci_app.usage.models",
    "cci_app.web_chats.models",
    "cci_app.admin.overview.models",
)

COMMANDS: tuple[str, ...] = (
    "cci_app.accounts.cli:keys",
    "cci_app.accounts.members.cli:cli",
    "cci_app.contacts.cli:cli",
    "cci_app.knowledge.cli:cli",
    "cci_app.catalog.cli:cli",
    "cci_app.webhooks.cli:cli",
    "cci_app.evaluation.cli:cli",  # those of assistants, and `evaluate`
    "cci_app.integrations.cli:cli",
    "cci_app.integrations.cli:sharepoint",
    "cci_app.integrations.cli:sheets",
    "cci_app.people.cli:cli",
    "cci_app.usage.cli:cli",
    "cci_app.admin.cli:organisations",
    "cci_app.admin.cli:schedules",
    "cci_app.admin.cli:seed",
    "cci_app.admin.cli:logins",
    "cci_app.admin.cli:demo",
)


def create_app(settings: Settings | None = None, *, serves: bool = True) -> Flask:
    """Make an application from `settings`, or from the environment.

    One that does not serve has no routes, and is made in two thirds of the time.
    """
    from cci_app.blueprints import BLUEPRINTS
    from cci_app.core.http.application import Application
    from config.settings import get_settings

    settings = settings or get_settings()
    app = Application(__name__, static_folder=None)
    app.url_map.strict_slashes = False
    app.url_map.merge_slashes = False
    app.config["SETTINGS"] = settings
    app.config["MAX_CONTENT_LENGTH"] = settings.max_body_bytes
    for room in ROOMS:
        import_module(room)
    _check_accounts(settings)
    _init_database(app, settings)
    _init_edge(app, settings, BLUEPRINTS if serves else ())
    _load("cci_app.llm.embeddings:init_embeddings")(app, settings)
    _load("cci_app.knowledge.index.stores.choice:init_vector_store")(app, settings)
    _load("cci_app.conversation.service:init_conversation")(app)
    if settings.agent_handler is not None:
        _load("cci_app.core.at_work:put_to_work")(app)
    _load("cci_app.sign_up.founding:check_at_start")(settings)
    if settings.trusted_proxies:
        from werkzeug.middleware.proxy_fix import ProxyFix

        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops)  # type: ignore[method-assign]
    for command in COMMANDS:
        app.cli.add_command(_load(command))
    return app


def start(*, serves: bool = True) -> Flask:
    """Make the application of this process from the environment, see `create_app`.

    Where that is not possible the process ends with a sentence that says what to change, without a traceback.
    """
    from cci_app.core.errors import CannotStart
    from config.memory import share_heaps

    share_heaps()
    settings = read_settings()
    try:
        return create_app(settings, serves=serves)
    except CannotStart as error:
        raise SystemExit(f"cannot start: {error}") from error


def read_settings() -> Settings:
    """The settings of this process from the environment, with its log set up; ends as `start` does."""
    import structlog
    from pydantic import ValidationError

    from config.logs import configure_logging
    from config.settings import get_settings, told

    try:
        settings = get_settings()
    except ValidationError as error:
        raise SystemExit(f"cannot start: {told(error)}") from error
    configure_logging(settings)
    for setting, parameters in settings.ignored_parameters.items():
        structlog.get_logger(__name__).warning("parameters_ignored", setting=setting, parameters=parameters)
    return settings


def _load(dotted: str) -> Any:
    module, _, name = dotted.partition(":")
    return getattr(import_module(module), name)


def _check_accounts(settings: Settings) -> None:
    """Raise CannotStart for variables of the environment's own accounts that cannot be what they say."""
    from cci_app.core.errors import CannotStart

    kinds = [*_load("cci_app.channels.kinds:KINDS").values(), *_load("cci_app.integrations.kinds:KINDS").values()]
    faults = [fault for kind in kinds for fault in kind.fields.faults_of_environment(settings)]
    if faults:
        raise CannotStart("; ".join(dict.fromkeys(faults)))


def _init_database(app: Flask, settings: Settings) -> None:
    from flask_migrate import Migrate

    from cci_app.core.database import db, engine_options

    app.config["SQLALCHEMY_DATABASE_URI"] = settings.app_database
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = engine_options(settings.db_pool_size, settings.db_pool_timeout)
    if settings.system_database != settings.app_database:
        app.config["SQLALCHEMY_BINDS"] = {"system": settings.system_database}
    db.init_app(app)
    Migrate(app, db, directory=str(settings.migrations_path))


def _init_edge(app: Flask, settings: Settings, served: Sequence[tuple[str, Access]]) -> None:
    from cci_app.accounts.auth import AccessDescription, init_auth
    from cci_app.blueprints import STRATEGIES
    from cci_app.core.http.api import EdgeBlueprint, make_api
    from cci_app.core.http.errors import init_errors
    from cci_app.core.http.limits import init_limits
    from cci_app.core.http.request import init_requests
    from cci_app.core.metrics import MetricsLog
    from cci_app.core.queue import init_queue
    from cci_app.core.redis import init_redis

    metrics = app.extensions["cci_metrics"] = MetricsLog(app)
    init_redis(app, settings.redis_address)
    init_queue(app, settings)
    init_requests(app, metrics)
    blueprints = [(_load(dotted), access) for dotted, access in served]
    accesses = {blueprint.name: access for blueprint, access in blueprints}
    strategies = {proof: _load(dotted)() for proof, dotted in STRATEGIES.items()}
    init_auth(app, accesses, strategies)
    init_limits(app, settings)
    api = make_api(app, AccessDescription(accesses, strategies))
    for blueprint, _ in blueprints:
        # Pages are no part of the API's description.
        (api if isinstance(blueprint, EdgeBlueprint) else app).register_blueprint(blueprint)
    init_errors(app)


def after_fork(app: Flask) -> None:
    """Forget the database connections of the process that forked this one: two must not speak on one socket."""
    from cci_app.core.database import db

    with app.app_context():
        for engine in db.engines.values():
            engine.dispose(close=False)


def begin_to_learn(app: Flask) -> None:
    """Have what the default assistant learns from its examples learnt before the first message; returns at once.

    At an installation's first start that takes seconds of processor time. Where it cannot begin yet, the first message
    begins it.
    """
    from threading import Thread

    from sqlalchemy.exc import DBAPIError
    from sqlalchemy.exc import TimeoutError as PoolTimeout

    from cci_app.core.errors import CannotStart, InvalidInput, NotFound
    from cci_app.core.tenants import organisation_named

    def begin() -> None:
        with app.app_context(), suppress(DBAPIError, PoolTimeout, CannotStart, InvalidInput, NotFound):
            organisation_id = organisation_named(app.config["SETTINGS"].default_organisation)
            app.extensions["cci_conversation"].assistant(organisation_id, None).begin_to_learn()

    Thread(target=begin, name="preparing", daemon=True).start()


def before_exit(app: Flask) -> None:
    """Finish what was begun: the turns under way first, then what they asked for. Then close what is held open."""
    from cci_app.core.database import db
    from cci_app.core.event_loop import stop_event_loop
    from cci_app.core.redis import close_redis

    app.extensions["cci_conversation"].stop()
    app.extensions["cci_models"].close()
    stop_event_loop()
    app.extensions["cci_bells"].stop()
    app.extensions["cci_metrics"].stop()
    with app.app_context():
        for engine in db.engines.values():
            engine.dispose()
    close_redis(app)
