"""Contacts for tests."""

from typing import Any

from cci_app.contacts.models import Contact
from cci_app.core.database import system_transaction
from tests.conftest import Tenant


def add_contact(tenant: Tenant, phone: str = "+573001234567", **values: Any) -> str:
    """Put somebody into the organisation's contact book; their phone."""
    with system_transaction() as session:
        session.add(
            Contact(organisation_id=tenant.organisation_id, phone=phone, national_number=phone[3:], extra={}, **values)
        )
    return phone
