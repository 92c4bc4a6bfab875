"""The CRM that an organisation's leads go to."""

from dataclasses import dataclass
from datetime import tzinfo

from cci_app.coordination.models import OutsideKind
from cci_app.core.database import tenant_transaction
from cci_app.core.errors import Conflict
from cci_app.core.tenants import timezone_of
from cci_app.integrations.accounts import integrations
from cci_app.integrations.crm.mapping import CrmMapping
from cci_app.integrations.crm.service import Crm


@dataclass(frozen=True, slots=True)
class LeadSide:
    """An organisation's CRM, asked by its mapping for leads."""

    organisation_id: int
    kind: OutsideKind
    crm: Crm
    zone: tzinfo

    @property
    def mapping(self) -> CrmMapping:
        """How a lead and a record are the same."""
        return self.crm.mapping


def lead_side_of(organisation_id: int, kind: OutsideKind) -> LeadSide:
    """The organisation's CRM of that kind. Raises Conflict where there is none, or it takes no leads."""
    account = integrations.find(organisation_id, kind.value)
    if account is None:
        raise integrations.missing(organisation_id, kind.value, None)
    crm = account.open().for_leads()
    if crm is None:
        raise Conflict("the CRM takes no leads: its account names no mapping for them (`leads`)")
    with tenant_transaction(organisation_id) as session:
        return LeadSide(organisation_id, kind, crm, timezone_of(session, organisation_id))
