"""A recording as words, by the model that hears voice notes."""

import uuid

from flask import current_app

from cci_app.coordination.links import keep_link
from cci_app.coordination.models import OutsideKind
from cci_app.core.database import tenant_transaction
from cci_app.core.errors import Conflict, InvalidInput, Unavailable
from cci_app.llm.calls import CallOutcome
from cci_app.llm.chat import ModelFailed
from cci_app.llm.senses import MOST_BYTES, senses
from config.settings import Settings

_SECONDS = 30.0


def transcribe(organisation_id: int, recording: bytes, media_type: str) -> tuple[int, str]:
    """What was said in it, and the id of its entry in the history; the recording is kept nowhere.

    Raises Conflict where nothing can hear here, InvalidInput for what is no recording, Unavailable for what may go
    better another time.
    """
    settings: Settings = current_app.config["SETTINGS"]
    hearing = senses(settings)
    if hearing is None:
        raise Conflict("nobody hears recordings here: set OPENAI_API_KEY")
    if len(recording) > MOST_BYTES:
        raise InvalidInput(f"the recording is larger than {MOST_BYTES:,} bytes", details={"file": ["Too large."]})
    try:
        words = hearing.hear(recording, media_type, _SECONDS)
    except ModelFailed as failure:
        if failure.outcome is CallOutcome.INVALID:
            told = "Must be a recording: ogg, mp3, m4a, wav or webm."
            raise InvalidInput("the file cannot be heard", details={"file": [told]}) from None
        raise Unavailable("the recording could not be heard at present: send it again", retry_after=5) from None
    with tenant_transaction(organisation_id) as session:
        link, _ = keep_link(session, organisation_id, OutsideKind.VOICE, f"voice {uuid.uuid4().hex}", direction="in")
    return link.id, words
