"""Tools, a server of tools and a chatbot that are there already, as the API's description shows them."""

from cci_app.admin.chatbots.examples import FIELDS
from cci_app.admin.tools.examples import ORDER, SERVER_ORDER
from cci_app.assistants.chatbots.draft import read_draft
from cci_app.assistants.chatbots.register import create_chatbot, publish_chatbot
from cci_app.core.database import tenant_transaction
from cci_app.tools.models import ToolServer
from cci_app.tools.own.definitions import ToolDefinition, compared
from cci_app.tools.own.registers import own_tools, tool_servers
from cci_app.usage.alerts import Alert, Severity, list_alerts, raise_alert
from tests.conftest import Tenant


def make_tools(tenant: Tenant) -> None:
    """An address, and a server whose tool is pinned; nobody answers at either."""
    own_tools.add(tenant.organisation_id, **ORDER)
    tool_servers.add(tenant.organisation_id, **SERVER_ORDER)
    definition = ToolDefinition("order_status", "Where an order is", {"properties": {"order": {"type": "string"}}})
    with tenant_transaction(tenant.organisation_id) as session:
        row = session.query(ToolServer).where(ToolServer.organisation_id == tenant.organisation_id).one()
        row.definitions = {name: pin.to_json() for name, pin in compared({}, [definition], accept=False).items()}


def make_chatbot(tenant: Tenant, name: str = "counter") -> str:
    """A chatbot that is published as version 1; its id."""
    made = create_chatbot(tenant.organisation_id, name, read_draft(FIELDS))
    publish_chatbot(tenant.organisation_id, made["id"])
    return str(made["id"])


def make_alert(tenant: Tenant, cause: str = "a fault") -> str:
    """An alert that is open; its id."""
    with tenant_transaction(tenant.organisation_id) as session:
        raise_alert(session, tenant.organisation_id, Alert(cause, Severity.ERROR, "a step", "an error"))
    return str(list_alerts(tenant.organisation_id, limit=1)["alerts"][0]["id"])
