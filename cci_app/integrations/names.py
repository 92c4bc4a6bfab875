"""Names of files that every destination takes."""

import re

# What SharePoint, OneDrive and Windows refuse in a name, and what would lead elsewhere.
_FORBIDDEN = re.compile(r'["*:<>?/\\|\x00-\x1f\x7f]')
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d|\.lock|desktop\.ini)(?=\.|\Z)")
_LONGEST = 200


def mended(name: str) -> str:
    """`name` with what SharePoint refuses in a file's or folder's name replaced by a dash.

    These are `" * : < > ? / \\ |`, control characters, spaces and dots at either end, `~$` at the beginning, names that
    Windows keeps for itself, and what is longer than 200 characters, of which the extension stays.
    """
    name = _FORBIDDEN.sub("-", name).strip(" .")
    if name.startswith("~$"):
        name = f"-{name[2:]}"
    name = name.replace("_vti_", "-vti-")
    if _RESERVED.match(name):
        name = f"-{name}"
    if len(name) > _LONGEST:
        stem, dot, extension = name.rpartition(".")
        name = f"{stem[: _LONGEST - len(dot + extension)]}{dot}{extension}" if stem else name[:_LONGEST]
    return name or "export"
