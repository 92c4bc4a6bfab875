"""The words of a text as documents are indexed, embedded and searched by them."""

import re

from cci_app.core.text import fold

_TOKEN = re.compile(r"[a-z0-9]+")
# In a reference as documents write it, CO-5; many type co5.
_HYPHEN = re.compile(r"-(?<=[a-z]-)(?=[0-9])")


def folded(text: str) -> str:
    """`text` as it is indexed and searched: no accents, no case, ligatures written out."""
    return fold(text).replace("œ", "oe").replace("æ", "ae")


def tokens(text: str) -> list[str]:
    """The words of a text, folded, in their order: letters a-z and digits, which all else parts, but CO-5 is co5."""
    return _TOKEN.findall(_HYPHEN.sub("", folded(text)))
