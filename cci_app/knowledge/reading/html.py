"""Text of a web page: what it is about, without menus and footers, under its headings; and where it leads."""

import re
from collections.abc import Iterable, Iterator, Set
from itertools import chain, islice

from lxml.etree import LxmlError
from lxml.html import HtmlElement, HTMLParser, document_fromstring

from cci_app.knowledge.reading.contact import reached, tells_how_to_reach
from cci_app.knowledge.reading.document import Found, Omission, Reason, Section, UnreadableDocument
from cci_app.knowledge.reading.encoding import decoded
from cci_app.knowledge.reading.hypertext import Hypertext, with_breaks, words_in
from cci_app.knowledge.reading.outline import Outline, join_blocks

_MAX_LINKS = 2000
_MOST_BESIDES = 50
_CHARSET = re.compile(
    rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([\w-]{1,40})|<\?xml[^>]{0,100}encoding=[\"']([\w-]{1,40})", re.I
)
_DECLARATION = re.compile(r"\A\s*<\?xml[^>]*>")
_ROLES = frozenset({"navigation", "banner", "contentinfo", "search", "menu", "menubar"})
# What makers of pages call what stands around the text, as a whole name of a class or an id.
_AROUND = re.compile(
    r"(?:(?:main|site|page|top|nav|global|mobile|footer)[-_]?)?(?:nav|navbar|navigation|menu|footer|breadcrumbs?|sidebar)"
    r"|cookies?[-_]?(?:banner|notice|bar|consent)?|skip[-_]?(?:link|nav|to[-_]content)|pagination|share[-_]?buttons?",
    re.I,
)
# A page has less than this where only its script would bring the rest.
_FEW_WORDS = 12
_MOUNT = re.compile(r"app|root|__next|__nuxt|application|gatsby|svelte|q-app", re.I)
_WANTS_SCRIPT = re.compile(r"javascript", re.I)


def read_html(data: bytes) -> Found:
    """The title, the sections and the links of a page, as they are written there. Raises UnreadableDocument."""
    try:
        page = _parsed(data)
        links = tuple(dict.fromkeys(_links(page)))[:_MAX_LINKS]
        named = _title(page)
        shell = _is_shell(page)
        outline = Outline(named)
        reader = Hypertext(outline, links=False)
        parts, around, left_out = _cut(page)
        for part in parts:
            reader.read(part)
        sections = outline.close()
        besides = _besides(around, sections)
    except (MemoryError, RecursionError) as error:
        raise UnreadableDocument(Reason.TOO_COMPLEX) from error
    except (LxmlError, ValueError, AssertionError) as error:
        raise UnreadableDocument(Reason.DAMAGED) from error
    if shell and sum(len(section.text.split()) for section in sections) < _FEW_WORDS:
        raise UnreadableDocument(Reason.NEEDS_SCRIPT)
    if besides:
        sections = (*sections, Section(join_blocks(besides)))
        left_out = max(left_out - sum(len(each.split()) for each in besides), 0)
    reader.left_out[Omission.MENUS_AND_FOOTERS] += left_out
    return Found(outline.title, sections, {"lxml": 1}, links=links, left_out=reader.left_out)


def _parsed(data: bytes) -> HtmlElement:
    declared = _CHARSET.search(data[:4096])
    name = next((each for each in declared.groups() if each), b"") if declared else b""
    text = _DECLARATION.sub("", decoded(data, name.decode("ascii", "ignore")))
    if not text.strip():
        raise UnreadableDocument(Reason.EMPTY)
    return document_fromstring(with_breaks(text.replace("\x00", "")), parser=HTMLParser())


def _title(page: HtmlElement) -> str | None:
    for tag in ("h1", "title"):
        for element in page.iter(tag):
            if words := " ".join(element.text_content().split()):
                return words
    return None


def _links(page: HtmlElement) -> Iterator[str]:
    for anchor in page.iter("a"):
        target = (anchor.get("href") or "").strip()
        if target and "nofollow" not in (anchor.get("rel") or ""):
            yield target


def _cut(page: HtmlElement) -> tuple[list[HtmlElement], list[HtmlElement], int]:
    """The elements that a page is about, those that stand around them, and how many words are in none of the first.

    What a page calls its main part is believed where most of the text stands in it.
    """
    body = page.find("body")
    body = page if body is None else body
    whole = words_in(body)
    around = _outermost([each for each in body.iter() if each is not body and _is_around(each)])
    besides = sum(words_in(each) for each in around)
    mains = _outermost([each for each in body.iter() if each.tag == "main" or each.get("role") == "main"])
    if mains and 2 * sum(map(words_in, mains)) >= whole - besides:
        menus = [each for main in mains for each in main.iter("nav", "menu") if each is not main]
        cut = [each for each in menus if not any(reached(link.get("href") or "") for link in each.iter("a"))]
        held = set(mains)
        around = [each for each in around if not _shares(each, held)]
    elif whole - besides >= min(_FEW_WORDS, whole):
        mains, cut = [body], around
    else:
        # The whole text stands in what is called something else.
        mains, around, cut = [body], [], list(body.iter("nav"))
    for element in _outermost(cut):
        element.drop_tree()
    return mains, around, whole - sum(map(words_in, mains))


def _besides(around: Iterable[HtmlElement], sections: Iterable[Section]) -> list[str]:
    """What stands around a page's text and tells how to reach its people, each once, save what the text says."""
    shown = " ".join(each.text for each in sections)
    told = dict.fromkeys(block for element in around for block in _blocks(element) if tells_how_to_reach(block))
    return [block for block in islice(told, _MOST_BESIDES) if block not in shown]


def _blocks(element: HtmlElement) -> Iterator[str]:
    """The blocks of what stands around the text, without the links of its menus."""
    for link in element.xpath(".//a"):
        if not reached(link.get("href") or "") and not tells_how_to_reach(link.text_content()):
            link.drop_tree()
    outline = Outline("")
    Hypertext(outline, links=False).read(element)
    return (block for section in outline.close() for block in section.text.split("\n") if block)


def _shares(element: HtmlElement, mains: Set[HtmlElement]) -> bool:
    """Whether an element stands in one of `mains`, or one of those in it."""
    return any(each in mains for each in chain(element.iterancestors(), element.iter()))


def _outermost(elements: list[HtmlElement]) -> list[HtmlElement]:
    held = set(elements)
    return [each for each in elements if not any(above in held for above in each.iterancestors())]


def _is_around(element: HtmlElement) -> bool:
    tag = element.tag
    if not isinstance(tag, str):
        return False
    if tag in {"nav", "footer", "aside"} or element.get("role") in _ROLES:
        return not _inside(element)
    if tag == "header":
        return not _inside(element) and next(element.iter("h1"), None) is None
    names = f"{element.get('class') or ''} {element.get('id') or ''}".split()
    return any(_AROUND.fullmatch(name) for name in names) and not _inside(element)


def _inside(element: HtmlElement) -> bool:
    """Whether an element stands within the text."""
    return any(above.tag in {"main", "article"} for above in element.iterancestors())


def _is_shell(page: HtmlElement) -> bool:
    """Whether a page says that a script will bring its text."""
    scripts = [each for each in page.iter("script") if "json" not in (each.get("type") or "")]
    if not scripts:
        return False
    if any(_WANTS_SCRIPT.search(each.text_content()) for each in page.iter("noscript")):
        return True
    body = page.find("body")
    seen = 0 if body is None else _seen(body)
    mounts = [each for each in page.iter("div", "main") if _MOUNT.fullmatch(each.get("id") or "")]
    mounts += [each for each in page.iter() if isinstance(each.tag, str) and each.tag.endswith("-root")]
    return seen == 0 or any(_seen(each) < _FEW_WORDS for each in mounts)


def _seen(element: HtmlElement) -> int:
    return words_in(element) - sum(words_in(each) for each in element.iter("script", "style", "noscript", "template"))
