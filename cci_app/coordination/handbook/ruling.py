"""Which handbook counts for an organisation."""

from cci_app.coordination.handbook.models import HandbookEdition
from cci_app.coordination.handbook.rules import DEFAULT_FILE, default_handbook, read_handbook
from cci_app.coordination.ruling import Ruling

HANDBOOK = Ruling(HandbookEdition, "handbook", DEFAULT_FILE, read_handbook, default_handbook)
