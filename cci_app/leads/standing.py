"""How leads stand at the CRM, for people who look."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

import sqlalchemy as sa

from cci_app.core.database import tenant_transaction
from cci_app.leads.models import Lead, LeadRecord


def count_records(organisation_id: int) -> Mapping[str, Mapping[str, int]]:
    """How many leads are in each state, by the kind of CRM."""
    chosen = (
        sa.select(LeadRecord.kind, LeadRecord.state, sa.func.count().label("records"))
        .filter_by(organisation_id=organisation_id)
        .group_by(LeadRecord.kind, LeadRecord.state)
    )
    counted: defaultdict[str, dict[str, int]] = defaultdict(dict)
    with tenant_transaction(organisation_id) as session:
        for row in session.execute(chosen):
            counted[row.kind][row.state] = row.records
    return counted


def leads_called(organisation_id: int, keys: Iterable[str]) -> Mapping[str, Lead]:
    """The first lead of each of the records that are called so here."""
    ids = [int(number) for _, _, number in (key.partition("lead ") for key in keys) if number.isdecimal()]
    if not ids:
        return {}
    with tenant_transaction(organisation_id) as session:
        leads = session.scalars(sa.select(Lead).where(Lead.organisation_id == organisation_id, Lead.id.in_(ids)))
        return {f"lead {lead.id}": lead for lead in leads}
