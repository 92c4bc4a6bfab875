"""The accounts of organisations at services outside: adding, opening, checking and removing them.

The environment's variables make one more account of a kind, named `default`, which belongs to the organisation that
`DEFAULT_ORGANISATION` names and to nobody else. It has no row.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

import sqlalchemy as sa
import structlog
from flask import current_app
from psycopg2.errors import UniqueViolation
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from cci_app.core import clock
from cci_app.core.audit import record
from cci_app.core.database import keyless_transaction, system_transaction, tenant_transaction
from cci_app.core.errors import CciError, Conflict, InvalidInput, NotFound
from cci_app.core.outside.kind import AccountKind, Checkable, Fields, tried
from cci_app.core.outside.models import NAME_LENGTH, OUTSIDE_ID_LENGTH, AccountRow, AccountState
from cci_app.core.sealed import Seal
from cci_app.core.tenants import organisation_named
from config.settings import Settings

log = structlog.get_logger(__name__)

DEFAULT = "default"
MOST = 50
NAME_PATTERN = rf"^[a-z0-9][a-z0-9-]{{0,{NAME_LENGTH - 1}}}$"
_NAME = re.compile(NAME_PATTERN.removesuffix("$") + r"\Z")

_LOOK_AT = sa.text("SELECT set_config('app.channel_account', :account, true)")

R = TypeVar("R", bound=AccountRow)
F = TypeVar("F", bound=Fields)
S = TypeVar("S", bound=Checkable)


@dataclass(frozen=True, slots=True)
class Account(Generic[F, S]):
    """An account with its secrets opened, whose text shows none of them."""

    organisation_id: int
    kind: AccountKind[F, S]
    name: str
    fields: F
    assistant: str | None = None

    @property
    def outside_id(self) -> str | None:
        """What the service calls the account."""
        return self.kind.outside_id(self.fields)

    @property
    def of_environment(self) -> bool:
        """Whether the environment's variables make it."""
        return self.name == DEFAULT

    def open(self) -> S:
        """The service that it leads to."""
        return self.kind.open(self.fields, _settings())

    def told(self, error: CciError) -> str:
        """What an error of the service says, in the words of this account: of its fields, or of the variables."""
        return error.message if self.of_environment else self.kind.fields.in_own_words(error.message)


@dataclass(frozen=True, slots=True)
class Listed:
    """What may be shown of an account; of its secrets the names of those that are set."""

    kind: str
    name: str
    outside_id: str | None
    assistant: str | None
    settings: Mapping[str, Any]
    secrets: Sequence[str]
    state: AccountState
    reason: str | None
    checked_at: datetime | None
    created_at: datetime | None


class Register(Generic[R]):
    """The accounts of one table; `noun` is what people call one."""

    def __init__(self, model: type[R], kinds: Mapping[str, AccountKind[Any, Any]], noun: str) -> None:
        self._model = model
        self.kinds = kinds
        self.noun = noun

    @property
    def leads_to_assistants(self) -> bool:
        """Whether an account names the assistant that answers there."""
        return "assistant" in self._model.__table__.columns

    def kind(self, name: str) -> AccountKind[Any, Any]:
        """Raises InvalidInput for a kind that there is none of."""
        if name not in self.kinds:
            raise InvalidInput(f"there is no {self.noun} of the kind {name}: use one of {', '.join(self.kinds)}")
        return self.kinds[name]

    def add(
        self,
        organisation_id: int,
        kind: str,
        name: str,
        settings: Mapping[str, Any],
        secrets: Mapping[str, Any],
        *,
        assistant: str | None = None,
    ) -> Listed:
        """Add an account. Raises InvalidInput, which names what is missing or wrong, and Conflict for a double."""
        chosen = self.kind(kind)
        _check_name(name)
        fields = chosen.fields.read(chosen.fields.together(settings, secrets), _settings())
        outside_id = chosen.outside_id(fields)
        row = self._model(organisation_id=organisation_id, kind=kind, name=name, settings=fields.public())
        row.sealed_secrets = self._seal(organisation_id, kind, name).seal(json.dumps(fields.secrets()))
        for column, value in {"outside_id": outside_id, "assistant": assistant}.items():
            if value is not None:
                setattr(row, column, value)
        taken = Conflict(f"another {self.noun} of the kind {kind} leads to {outside_id} already")
        if outside_id is not None and outside_id == self._outside_id_of_environment(chosen):
            raise taken
        try:
            with tenant_transaction(organisation_id) as session:
                known = session.scalar(sa.select(sa.func.count()).where(self._model.organisation_id == organisation_id))
                if (known or 0) >= MOST:
                    raise Conflict(f"there are {known} accounts: remove one first")
                session.add(row)
                session.flush()
                session.refresh(row)
                record(session, organisation_id, f"{self._model.__tablename__}.added", f"{kind}:{name}")
        except IntegrityError as error:
            if not isinstance(error.orig, UniqueViolation):
                raise
            if "outside_id" in (error.orig.diag.constraint_name or ""):
                raise taken from None
            raise Conflict(f"there is a {self.noun} {kind} named {name} already: remove it first") from None
        log.info("account_added", kind=kind, account=name, table=self._model.__tablename__)
        return self._listed(row)

    def change(
        self, organisation_id: int, kind: str, name: str, settings: Mapping[str, Any], secrets: Mapping[str, Any]
    ) -> Listed:
        """Give an account other settings; secrets that are not given stay. Raises NotFound, InvalidInput, Conflict."""
        chosen = self.kinds.get(kind)
        with tenant_transaction(organisation_id) as session:
            row = session.scalars(self._chosen(organisation_id, kind, name).with_for_update()).one_or_none()
            if chosen is None or row is None:
                raise self._no_such()
            kept = self._opened(row).fields.secrets()
            fields = chosen.fields.read(chosen.fields.together(settings, {**kept, **secrets}), _settings())
            row.settings = fields.public()
            row.sealed_secrets = self._seal(organisation_id, kind, name).seal(json.dumps(fields.secrets()))
            row.state, row.reason, row.checked_at = AccountState.UNCHECKED.value, None, None
            record(session, organisation_id, f"{self._model.__tablename__}.changed", f"{kind}:{name}")
            session.flush()
            return self._listed(row)

    def list(self, organisation_id: int, kind: str | None = None) -> list[Listed]:
        """The organisation's accounts of that kind, or of all: the environment's first, then as they were added."""
        kinds = list(self.kinds.values()) if kind is None else [self.kind(kind)]
        with tenant_transaction(organisation_id) as session:
            rows = session.scalars(
                sa.select(self._model)
                .where(self._model.organisation_id == organisation_id, self._model.kind.in_([k.name for k in kinds]))
                .order_by(self._model.created_at, self._model.id)
            ).all()
            of_environment = _is_default(session, organisation_id)
        listed = [_listed_of_environment(kind) for kind in kinds if of_environment and _in_environment(kind)]
        return [*listed, *map(self._listed, rows)]

    def find(self, organisation_id: int, kind: str, name: str | None = None) -> Account[Any, Any] | None:
        """The organisation's account of that name, opened, or the first one; None where there is none.

        The first is the environment's, for the organisation that it belongs to, else the one that was added first.
        Raises Conflict where its secrets cannot be opened, InvalidInput where the environment's variables do not do.
        """
        chosen = self.kind(kind)
        if name not in {None, DEFAULT} and not _NAME.match(name or ""):
            return None
        with tenant_transaction(organisation_id) as session:
            if name in {None, DEFAULT} and _in_environment(chosen) and _is_default(session, organisation_id):
                return _of_environment(organisation_id, chosen)
            found = sa.select(self._model).where(
                self._model.organisation_id == organisation_id, self._model.kind == kind
            )
            if name is not None:
                found = found.where(self._model.name == name)
            row = session.scalars(found.order_by(self._model.created_at, self._model.id).limit(1)).one_or_none()
        return None if row is None else self._opened(row)

    def at(self, kind: str, outside_id: str) -> Account[Any, Any] | None:
        """The account that the service calls so, whichever organisation's it is; None where there is none.

        Raises Conflict where its secrets cannot be opened.
        """
        if kind not in self.kinds or not outside_id or len(outside_id) > OUTSIDE_ID_LENGTH:
            return None
        chosen = self.kinds[kind]
        try:
            # By its name as well: whoever sets it up by variables need not know what the service calls it.
            if _in_environment(chosen) and outside_id in {DEFAULT, self._outside_id_of_environment(chosen)}:
                return _of_environment(organisation_named(_settings().default_organisation), chosen)
        except InvalidInput as error:
            # What is wrong with the installation's own account keeps nobody else's.
            log.warning("account_of_environment_unusable", kind=kind, reason=error.message)
        table = self._model.__table__
        with keyless_transaction() as session:
            # Who knows the outside id may read that one row to learn the organisation.
            session.execute(_LOOK_AT, {"account": f"{kind} {outside_id}"})
            found = sa.select(self._model).where(table.c.kind == kind, table.c.outside_id == outside_id)
            row = session.scalars(found).one_or_none()
        return None if row is None else self._opened(row)

    def check(self, organisation_id: int, kind: str, name: str) -> Iterator[str]:
        """Try an account, saying what works; keep and raise what does not (CciError). Raises NotFound."""
        if kind not in self.kinds:
            raise self._no_such()
        try:
            account = self.find(organisation_id, kind, name)
        except Conflict as error:
            self.note(organisation_id, kind, name, AccountState.FAILING, error.message)
            raise
        if account is None:
            raise self._no_such()
        try:
            yield from tried(account.open())
        except CciError as error:
            error.message = account.told(error)
            self.note(organisation_id, kind, name, AccountState.FAILING, error.message)
            raise
        self.note(organisation_id, kind, name, AccountState.WORKING, None)

    def all_of(self, kinds: Iterable[str]) -> Sequence[tuple[int, str, str]]:
        """Organisation, kind and name of every account of these kinds, for background work."""
        chosen = [kind for kind in kinds if kind in self.kinds]
        own = [kind for kind in chosen if _in_environment(self.kinds[kind])]
        with system_transaction() as session:
            model = self._model
            found = sa.select(model.organisation_id, model.kind, model.name).where(model.kind.in_(chosen))
            rows = [
                (row.organisation_id, row.kind, row.name) for row in session.execute(found.order_by(model.created_at))
            ]
        organisation_id = organisation_named(_settings().default_organisation) if own else 0
        return [*((organisation_id, kind, DEFAULT) for kind in own), *rows]

    def remove(self, organisation_id: int, kind: str, name: str) -> None:
        """Remove an account with its secrets. Raises NotFound, and Conflict for the environment's."""
        with tenant_transaction(organisation_id) as session:
            chosen = self.kinds.get(kind)
            if chosen and name == DEFAULT and _in_environment(chosen) and _is_default(session, organisation_id):
                variables = ", ".join(sorted(chosen.fields.variable(secret) for secret in chosen.fields.secret_names()))
                raise Conflict(f"the environment's variables make this account: unset {variables}")
            # Of two who remove it at once the second waits, and finds none.
            row = session.scalars(self._chosen(organisation_id, kind, name).with_for_update()).one_or_none()
            if row is None:
                raise self._no_such()
            session.delete(row)
            record(session, organisation_id, f"{self._model.__tablename__}.removed", f"{kind}:{name}")
        log.info("account_removed", kind=kind, account=name, table=self._model.__tablename__)

    def missing(self, organisation_id: int, kind: str, name: str | None = None) -> CciError:
        """What to tell an organisation that has no such account."""
        with tenant_transaction(organisation_id) as session:
            default = _is_default(session, organisation_id)
        if default and name in {None, DEFAULT} and self.kind(kind).fields.variables:
            try:
                self.kind(kind).fields.of_environment(_settings(), kind)
            except InvalidInput as error:
                return InvalidInput(f"{error.message}, or an account to be added")
        named = f"named {name}" if name else "of its own"
        return Conflict(f"the organisation has no {self.noun} {kind} {named}: add it first")

    def _listed(self, row: R) -> Listed:
        secrets = sorted(self.kinds[row.kind].fields.secret_names()) if row.kind in self.kinds else []
        try:
            secrets = sorted(self._opened(row).fields.secrets())
            state, reason = AccountState(row.state), row.reason
        except Conflict as error:
            state, reason = AccountState.FAILING, error.message
        return Listed(
            row.kind,
            row.name,
            getattr(row, "outside_id", None),
            getattr(row, "assistant", None),
            row.settings,
            secrets,
            state,
            reason,
            row.checked_at,
            row.created_at,
        )

    def _opened(self, row: R) -> Account[Any, Any]:
        chosen = self.kinds[row.kind]
        opened = self._seal(row.organisation_id, row.kind, row.name).open(row.sealed_secrets)
        if opened is None:
            raise Conflict(
                f"the secrets of the {self.noun} {row.kind} {row.name} were sealed with another SECRET_KEY: remove it"
                " and add it again"
            )
        try:
            fields = chosen.fields.read({**row.settings, **json.loads(opened)}, _settings())
        except InvalidInput as error:
            raise Conflict(f"{self.noun} {row.kind} {row.name}: {error.message}") from None
        return Account(row.organisation_id, chosen, row.name, fields, getattr(row, "assistant", None))

    def _seal(self, organisation_id: int, kind: str, name: str) -> Seal:
        # For this row alone: sealed secrets that somebody copies into another row are of no use there.
        purpose = f"{self._model.__tablename__} {organisation_id} {kind} {name}"
        return Seal(_settings().secret_key, purpose)

    def _chosen(self, organisation_id: int, kind: str, name: str) -> sa.Select[R]:
        if not _NAME.match(name) or not _NAME.match(kind.replace("_", "-")):
            return sa.select(self._model).where(sa.false())
        return sa.select(self._model).where(
            self._model.organisation_id == organisation_id, self._model.kind == kind, self._model.name == name
        )

    def note(self, organisation_id: int, kind: str, name: str, state: AccountState, reason: str | None) -> None:
        """Keep how an account was found to be; nothing for one that has no row."""
        with tenant_transaction(organisation_id) as session:
            row = session.scalars(self._chosen(organisation_id, kind, name)).one_or_none()
            if row is not None:
                row.state, row.reason, row.checked_at = state.value, reason, clock.now()

    def _no_such(self) -> NotFound:
        return NotFound(f"there is no such {self.noun}")

    def _outside_id_of_environment(self, kind: AccountKind[Any, Any]) -> str | None:
        if not _in_environment(kind):
            return None
        outside_id: str | None = kind.outside_id(kind.fields.of_environment(_settings(), kind.name))
        return outside_id


def _of_environment(organisation_id: int, kind: AccountKind[Any, Any]) -> Account[Any, Any]:
    fields = kind.fields.of_environment(_settings(), kind.name)
    return Account(organisation_id, kind, DEFAULT, fields, _assistant_of_environment(kind))


def _assistant_of_environment(kind: AccountKind[Any, Any]) -> str | None:
    return getattr(_settings(), f"{kind.name}_assistant", None)


def _listed_of_environment(kind: AccountKind[Any, Any]) -> Listed:
    try:
        fields = kind.fields.of_environment(_settings(), kind.name)
    except InvalidInput as error:
        return Listed(kind.name, DEFAULT, None, None, {}, [], AccountState.FAILING, error.message, None, None)
    return Listed(
        kind.name,
        DEFAULT,
        kind.outside_id(fields),
        _assistant_of_environment(kind),
        fields.public(),
        sorted(fields.secrets()),
        AccountState.UNCHECKED,
        None,
        None,
        None,
    )


def _check_name(name: str) -> None:
    if name == DEFAULT:
        words = f"{DEFAULT} is the account that the environment's variables make: choose another name"
    elif not _NAME.match(name):
        words = f"a name has up to {NAME_LENGTH} small letters, digits and dashes"
    else:
        return
    raise InvalidInput(words, details={"name": [words]})


def _is_default(session: Session, organisation_id: int) -> bool:
    named = sa.text("SELECT slug = :default FROM organisations WHERE id = :id")
    found = session.scalar(named, {"id": organisation_id, "default": _settings().default_organisation})
    return found is True


def _in_environment(kind: AccountKind[Any, Any]) -> bool:
    return bool(kind.fields.in_environment(_settings()))


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings
