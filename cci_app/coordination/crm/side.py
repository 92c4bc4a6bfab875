"""Which CRM an organisation has, and how far it was read."""

import json
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from typing import Any, Final, Self

import sqlalchemy as sa

from cci_app.coordination.changing import found
from cci_app.coordination.models import OutsideKind, Project
from cci_app.coordination.sync.models import SyncPosition
from cci_app.core.database import tenant_transaction
from cci_app.core.errors import Conflict, NotFound
from cci_app.core.tenants import timezone_of
from cci_app.integrations.accounts import integrations
from cci_app.integrations.crm.mapping import CrmMapping
from cci_app.integrations.crm.service import Crm
from cci_app.integrations.kinds import CRM, HUBSPOT

CRM_KINDS: Final = (OutsideKind(CRM.name), OutsideKind(HUBSPOT.name))


@dataclass(frozen=True, slots=True)
class CrmSide:
    """An organisation's CRM. New records become tasks of the project, and its new tasks records; None for neither."""

    organisation_id: int
    kind: OutsideKind
    service: Crm
    project_id: int | None
    zone: tzinfo

    @property
    def mapping(self) -> CrmMapping:
        """How tasks and records are the same."""
        return self.service.mapping


def kind_of_leads(kind: OutsideKind) -> str:
    """What the leads of a CRM are called among positions and conflicts."""
    return f"{kind.value}_leads"


def mapping_name(organisation_id: int, kind: OutsideKind, field: str) -> str | None:
    """The mapping of tasks (`mapping`) or of `leads` that the organisation's CRM of that kind names."""
    listed = integrations.list(organisation_id, kind.value)
    return listed[0].settings.get(field) if listed else None


def crm_of(organisation_id: int, kind: OutsideKind) -> CrmSide:
    """The organisation's CRM of that kind, for tasks. Raises Conflict where there is none, or no such project."""
    account = integrations.find(organisation_id, kind.value)
    if account is None:
        raise integrations.missing(organisation_id, kind.value, None)
    if account.fields.mapping is None:
        raise Conflict("the CRM takes leads alone: its account names no `mapping` of tasks")
    project_id = account.fields.project_id
    with tenant_transaction(organisation_id) as session:
        zone = timezone_of(session, organisation_id)
        if project_id is not None:
            try:
                found(session, Project, organisation_id, project_id)
            except NotFound:
                raise Conflict(f"project_id: there is no project {project_id} for what is new") from None
    return CrmSide(organisation_id, kind, account.open(), project_id, zone)


@dataclass(frozen=True, slots=True)
class ReadUpTo:
    """How far a CRM was read: what changed until `since`, and of what changed after it the pages before `page`.

    `highest` is the last change that these pages told of.
    """

    since: datetime
    page: str | None = None
    highest: datetime | None = None

    @classmethod
    def of(cls, cursor: str | None, begun: datetime) -> Self:
        """What a position keeps; where it keeps nothing yet, it begins then."""
        if cursor is None:
            return cls(begun)
        kept = json.loads(cursor)
        highest = datetime.fromisoformat(kept["highest"]) if kept["highest"] else None
        return cls(datetime.fromisoformat(kept["since"]), kept["page"], highest)

    def kept(self) -> str:
        """The same to be kept."""
        highest = self.highest.isoformat() if self.highest else None
        return json.dumps({"since": self.since.isoformat(), "page": self.page, "highest": highest})

    def seen(self, moment: datetime) -> Self:
        """After a record that was changed then."""
        return self if self.highest and self.highest >= moment else replace(self, highest=moment)

    def anew(self) -> Self:
        """Where to begin when there are no more pages: behind the last change that was told."""
        return type(self)(max(self.since, self.highest or self.since))


def rewind(session: Any, organisation_id: int, kind: str, moment: datetime) -> None:
    """Have what changed since then be read once more."""
    chosen = sa.select(SyncPosition).filter_by(organisation_id=organisation_id, kind=kind).with_for_update()
    position = session.scalars(chosen).one_or_none()
    if position is not None:
        since = min(moment, ReadUpTo.of(position.cursor, position.since).since)
        position.cursor = ReadUpTo(since).kept()
