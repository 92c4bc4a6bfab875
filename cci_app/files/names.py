"""What senders call their files."""

from cci_app.core.text import clean

_LONGEST = 200


def clean_name(filename: str | None) -> str:
    """What a sender calls a file, as it can be kept and shown: without folders, and never nothing."""
    name = clean(filename or "").replace("\\", "/").rpartition("/")[2].strip()
    return name[-_LONGEST:] or "document"
