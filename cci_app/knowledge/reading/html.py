"""Text of a web page: what it is about, without menus and footers, under its headings; and where it leads."""

import logging
from collections.abc import Iterator

from lxml.etree import LxmlError
from lxml.html import HtmlElement
from trafilatura import baseline, extract, load_html

from cci_app.knowledge.reading.document import Reason, Section, UnreadableDocument
from cci_app.knowledge.reading.markdown import read_markdown

# trafilatura tells the log of every page it finds little in.
logging.getLogger("trafilatura").setLevel(logging.CRITICAL)

_MAX_LINKS = 2000


def read_html(data: bytes) -> tuple[str | None, tuple[Section, ...], tuple[str, ...]]:
    """The title, the sections and the links of a page, as they are written there. Raises UnreadableDocument."""
    try:
        tree = load_html(data)
        if tree is None:
            raise UnreadableDocument(Reason.DAMAGED)
        named = _title(tree)
        links = tuple(dict.fromkeys(_links(tree)))[:_MAX_LINKS]
        text = extract(tree, output_format="markdown", include_comments=False, include_tables=True)
        headed, sections = read_markdown(text or "")
        if not sections:
            plain = baseline(tree)[1]
            sections = (Section(plain),) if plain.strip() else ()
    except (MemoryError, RecursionError) as error:
        raise UnreadableDocument(Reason.TOO_COMPLEX) from error
    except (LxmlError, ValueError, AssertionError, TypeError, AttributeError) as error:
        # trafilatura meets odd trees with these.
        raise UnreadableDocument(Reason.DAMAGED) from error
    return headed or named, sections, links


def _title(tree: HtmlElement) -> str | None:
    for path in ("//h1", "//title"):
        for element in tree.xpath(path):
            if words := " ".join(element.text_content().split()):
                return words
    return None


def _links(tree: HtmlElement) -> Iterator[str]:
    for anchor in tree.iter("a"):
        target = (anchor.get("href") or "").strip()
        if target and "nofollow" not in (anchor.get("rel") or ""):
            yield target
