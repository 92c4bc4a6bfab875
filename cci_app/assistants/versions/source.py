"""Assistants of files as an organisation changed them: a source of the catalogue, for that organisation alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa
import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from cci_app.assistants.files import Files
from cci_app.assistants.ports import AssistantKey
from cci_app.assistants.spec import AssistantSpec
from cci_app.assistants.versions.changes import changed_spec
from cci_app.assistants.versions.models import AssistantVersion
from cci_app.core.database import tenant_transaction
from cci_app.core.errors import InvalidInput
from cci_app.core.lookups import LookUps

log = structlog.get_logger(__name__)

_OWNER: Final = "changed by "
_ORGANISATIONS: Final = 5_000


@dataclass(frozen=True, slots=True)
class _Known:
    """An organisation's versions, by name and number, and which of them serves by name."""

    versions: Mapping[tuple[str, int], AssistantVersion]
    serving: Mapping[str, AssistantKey]


class ChangedFiles:
    """What organisations changed. A version of a file that is there no longer takes its changes along."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self._known: LookUps[int, _Known] = LookUps(_ORGANISATIONS)

    def serving(self, organisation_id: int) -> Mapping[str, AssistantKey]:
        """See AssistantSource."""
        return self._of(organisation_id).serving

    def version(self, organisation_id: int, name: str, version: int) -> AssistantKey | None:
        """See AssistantSource."""
        if (name, version) not in self._of(organisation_id).versions:
            return None
        return AssistantKey(f"{_OWNER}{organisation_id}", name, version)

    def spec(self, key: AssistantKey) -> AssistantSpec | None:
        """See AssistantSource."""
        if not key.owner.startswith(_OWNER):
            return None
        row = self._of(int(key.owner.removeprefix(_OWNER))).versions.get((key.name, key.version))
        if row is None:
            return None
        try:
            return changed_spec(self._files.content(key.name), row.changes, key.version)
        except InvalidInput:
            # The code knows a field no longer that it knew when the version was made.
            log.warning("version_unusable", assistant=key.name, version=key.version)
            return None

    def forget(self, organisation_id: int) -> None:
        """Look again."""
        self._known.forget(organisation_id)

    def _of(self, organisation_id: int) -> _Known:
        files = self._files.serving(organisation_id)
        if not files:
            return _NOTHING
        try:
            return self._known.find(organisation_id, lambda: _read(organisation_id, files))
        except (DBAPIError, PoolTimeout):
            # Files answer also while the database is away.
            log.warning("versions_unknown", organisation_id=organisation_id)
            return _NOTHING


_NOTHING: Final = _Known({}, {})


def _read(organisation_id: int, files: Mapping[str, AssistantKey]) -> _Known:
    asked = sa.select(AssistantVersion).where(AssistantVersion.organisation_id == organisation_id)
    with tenant_transaction(organisation_id) as session:
        rows = session.scalars(asked).all()
        session.expunge_all()
    good = [row for row in rows if row.assistant in files and row.base == files[row.assistant].version]
    owner = f"{_OWNER}{organisation_id}"
    return _Known(
        {(row.assistant, row.version): row for row in good},
        {row.assistant: AssistantKey(owner, row.assistant, row.version) for row in good if row.serving},
    )
