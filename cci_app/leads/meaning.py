"""What a person's leads are as one record: what they said last of each thing."""

from collections.abc import Sequence
from datetime import tzinfo
from typing import Any, Final

from cci_app.integrations.crm.mapping import CrmMapping
from cci_app.leads.models import UNTOLD, Lead

_FROM_DETAILS: Final = ("thing", "summary")


def of_leads(mapping: CrmMapping, leads: Sequence[Lead], zone: tzinfo) -> dict[str, Any]:
    """The fields that the mapping speaks of, as JSON has them; `leads` begin with the oldest."""
    told: dict[str, Any] = {}
    for lead in leads:
        told |= {name: value for name, value in _told(lead).items() if value not in {None, "", UNTOLD}}
    told["visit"] = "yes" if any(lead.details.get("visit") for lead in leads) else "no"
    told["score"] = max((lead.score for lead in leads if lead.score is not None), default=None)
    told["day"] = leads[0].created_at.astimezone(zone).date().isoformat()
    return {pair.ours: told.get(pair.ours) for pair in mapping.fields}


def _told(lead: Lead) -> dict[str, Any]:
    plan = lead.details.get("plan") or {}
    return {
        "name": lead.name,
        "phone": lead.phone,
        "email": lead.email,
        "company": lead.company,
        "interest": lead.interest,
        "contact": lead.user_id,
        "assistant": lead.assistant,
        "plan": ", ".join(f"{name} {value}" for name, value in plan.items()),
        **{name: lead.details.get(name) for name in _FROM_DETAILS},
    }
