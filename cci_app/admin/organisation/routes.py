"""An organisation's settings."""

from typing import Any

from cci_app.accounts.auth import current_caller
from cci_app.admin.organisation.schemas import SettingsPayload, SettingsResponse
from cci_app.admin.organisation.settings import change_settings, read_settings
from cci_app.core.database import tenant_transaction
from cci_app.core.http.api import EdgeBlueprint

blueprint = EdgeBlueprint(
    "settings", __name__, url_prefix="/api/v1/admin/settings", description="What an organisation sets of itself"
)

_SETTINGS: dict[str, Any] = {
    "slug": "cci",
    "name": "Chambre de commerce Exemple",
    "language": "fr",
    "timezone": "America/Bogota",
    "created_at": "2026-01-01T05:00:00+00:00",
    "retention": [{"table": "conversations", "days": 0}, {"table": "webhook_events", "days": 90}],
}


@blueprint.get("")
@blueprint.response(200, SettingsResponse, example=_SETTINGS)
def get_settings() -> dict[str, Any]:
    """Tell the organisation's name, language and time zone, and for how long what is kept."""
    return read_settings(current_caller().organisation_id)


@blueprint.patch("")
@blueprint.arguments(SettingsPayload, example={"language": "fr", "timezone": "America/Bogota"})
@blueprint.response(200, SettingsResponse, example=_SETTINGS)
def update_settings(payload: dict[str, Any]) -> dict[str, Any]:
    """Change the organisation's name, language or time zone; scheduled work keeps its hour."""
    organisation_id = current_caller().organisation_id
    if payload:
        with tenant_transaction(organisation_id) as session:
            change_settings(session, organisation_id, payload)
    return read_settings(organisation_id)
