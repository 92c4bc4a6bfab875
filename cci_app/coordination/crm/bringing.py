"""Rounds with a CRM: what was not answered is looked for, then what changed there is taken in, then given out."""

from datetime import datetime
from functools import partial
from typing import Any

from cci_app.coordination.crm.giving_out import give_out_all, look_for_made, meet_linked
from cci_app.coordination.crm.side import CRM_KINDS, crm_of, mapping_name
from cci_app.coordination.crm.taking_in import take_in_all
from cci_app.coordination.models import OutsideKind
from cci_app.coordination.sync.conflicts import forget_old
from cci_app.coordination.sync.rounds import one_round, rounds_of_all
from cci_app.core.database import tenant_transaction
from cci_app.integrations.crm.service import CrmUnreadable
from cci_app.usage.alerts import Alert, Severity, raise_alert


def bring_records_together(now: datetime | None = None) -> None:
    """A round for every organisation that has a CRM."""
    for kind in CRM_KINDS:
        rounds_of_all(kind.value, partial(bring_crm_together, kind), now)


def bring_crm_together(kind: OutsideKind, organisation_id: int, now: datetime) -> bool:
    """A round for one organisation's CRM; whether it was time for one. What it met is kept with its position."""
    if mapping_name(organisation_id, kind, "mapping") is None:
        return False

    def take_round(position: Any) -> None:
        side = crm_of(organisation_id, kind)
        try:
            look_for_made(side)
            meet_linked(side)
            take_in_all(side, position, now)
        except CrmUnreadable as error:
            # It answers, and the next round would read the same: somebody has to look at the mapping, or at the CRM.
            with tenant_transaction(organisation_id) as session:
                alert = Alert(f"{kind.value} {error.code}", Severity.ERROR, kind.value, error.message)
                raise_alert(session, organisation_id, alert)
            raise
        give_out_all(side, position.since)
        forget_old(organisation_id, now)

    return one_round(organisation_id, kind.value, now, take_round)
