"""What the runs of a Word paragraph show: its text, and what stands beside it and is read after it."""

from collections import Counter
from dataclasses import dataclass

from lxml.etree import _Element as Element

from cci_app.knowledge.reading.contact import is_said, reached
from cci_app.knowledge.reading.document import Omission
from cci_app.knowledge.reading.word.package import Part, attribute, child, flag, local
from cci_app.knowledge.reading.word.styles import Styles

_SIGNS = {"tab": " ", "ptab": " ", "br": " ", "cr": " ", "noBreakHyphen": "-"}
_DELETED = frozenset(("del", "moveFrom"))
# What says how something looks, or what was there before, or is nothing to read.
_PASSED = frozenset(
    ("delText", "delInstrText", "docPr", "cNvPr", "fldData", "posOffset", "align", "softHyphen", "tblGrid")
)
# Fields that number the page they stand on: nothing that a passage needs.
_NUMBERING = frozenset(("PAGE", "NUMPAGES", "SECTIONPAGES"))
_NOTES = {"footnoteReference": "footnotes", "endnoteReference": "endnotes"}


@dataclass(slots=True)
class _Field:
    """An open field: what it asks for, whether its result has begun, where that leads.

    `paragraph` and `words` are where it was opened: in which paragraph, after how many words.
    """

    asked: str = ""
    begun: bool = False
    address: str = ""
    paragraph: int = 0
    words: int = 0


class Runs:
    """Reads paragraph after paragraph of a document: a field may reach over several of them."""

    def __init__(self, main: Part, styles: Styles, left_out: Counter[Omission]) -> None:
        self._part = main
        self._styles = styles
        self._left_out = left_out
        self._notes = {mark: _notes(main, kind) for mark, kind in _NOTES.items()}
        self._fields: list[_Field] = []
        self._paragraph = 0
        self._words: list[str] = []
        self._after: list[Element] = []

    def enter(self, part: Part) -> None:
        """What is read next stands in that part."""
        self._part = part
        self._fields = []

    def read(self, paragraph: Element) -> tuple[str, list[Element]]:
        """What a paragraph says, and boxes and notes that hang on it."""
        self._words, self._after = [], []
        self._paragraph += 1
        self._inside(paragraph)
        return " ".join("".join(self._words).split()), self._after

    def delete(self, element: Element) -> None:
        """Count what was deleted and is not read."""
        texts = (str(each.text or "") for each in element.iter("{*}t", "{*}delText"))
        self._left_out[Omission.DELETED_TEXT] += len(" ".join(texts).split())

    def chosen(self, alternatives: Element) -> Element:
        """The form of some content that is read, of several."""
        return next((each for each in alternatives if any(True for _ in each.iter("{*}t"))), alternatives[0])

    def _inside(self, element: Element) -> None:
        for each in element:
            self._take(each, local(each))

    def _take(self, element: Element, name: str) -> None:
        if name == "t":
            if self._is_shown():
                self._words.append(element.text or "")
        elif name == "r":
            self._run(element)
        elif name in _SIGNS:
            self._words.append(_SIGNS[name])
        elif name in _DELETED:
            self.delete(element)
        elif name in {"fldChar", "instrText", "fldSimple"}:
            self._field(element, name)
        elif name == "hyperlink":
            begin = len(self._words)
            self._inside(element)
            self._lead(self._part.address(attribute(element, "id")), begin)
        elif name == "sym":
            self._words.append(_symbol(element))
        elif name in _NOTES:
            note = self._notes[name].get(attribute(element, "id") or "")
            self._after += [] if note is None else [note]
        elif name == "txbxContent":
            self._after.append(element)
        elif name == "AlternateContent":
            if len(element):
                self._inside(self.chosen(element))
        elif name in {"chart", "OLEObject", "relIds"}:
            self._drawn(element, name)
        elif name and name not in _PASSED and not name.endswith(("Pr", "PrChange")):
            self._inside(element)

    def _run(self, run: Element) -> None:
        properties = child(run, "rPr")
        if properties is not None:
            style = child(properties, "rStyle")
            styled = self._styles.of(None if style is None else attribute(style, "val"))
            if flag(properties, "vanish") or (styled.hidden and child(properties, "vanish") is None):
                texts = " ".join(str(each.text or "") for each in run.iter("{*}t"))
                self._left_out[Omission.HIDDEN_TEXT] += len(texts.split())
                return
        self._inside(run)

    def _is_shown(self) -> bool:
        return all(field.begun and field.asked not in _NUMBERING for field in self._fields)

    def _field(self, element: Element, name: str) -> None:
        if name == "fldSimple":
            asked = (attribute(element, "instr") or "").split()
            self._fields.append(_Field(asked[0].upper() if asked else "", begun=True))
            self._inside(element)
            self._fields.pop()
            return
        if name == "instrText":
            if self._fields and not self._fields[-1].asked and (asked := (element.text or "").split()):
                self._fields[-1].asked = asked[0].upper()
                self._fields[-1].address = asked[1].strip('"') if len(asked) > 1 and asked[0] == "HYPERLINK" else ""
            return
        kind = attribute(element, "fldCharType")
        if kind == "begin":
            if self._is_shown():
                self._words.append(_chosen_value(element))
            self._fields.append(_Field(paragraph=self._paragraph, words=len(self._words)))
        elif kind == "separate" and self._fields:
            self._fields[-1].begun = True
        elif kind == "end" and self._fields:
            field = self._fields.pop()
            self._lead(field.address, field.words if field.paragraph == self._paragraph else 0)

    def _lead(self, address: str, begin: int) -> None:
        """Say whom a link leads to, where its words, from `begin` on, do not."""
        shown = reached(address)
        if not shown or not self._is_shown():
            return
        words = "".join(self._words[begin:])
        if not is_said(shown, words):
            self._words.append(f" ({shown})" if words.strip() else shown)

    def _drawn(self, element: Element, name: str) -> None:
        """A diagram's words are read after the paragraph; charts and embedded files are not, and counted."""
        if name == "OLEObject":
            self._left_out[Omission.EMBEDDED_FILES] += 1
            return
        part = self._part.by_id(attribute(element, "dm" if name == "relIds" else "id"))
        if name == "chart":
            self._left_out[Omission.CHARTS] += 1
        elif part is not None:
            self._after.append(part.root)


def _notes(main: Part, kind: str) -> dict[str, Element]:
    """The notes of a document by their id, save the lines that Word draws above them."""
    notes = (each for part in main.related(kind) for each in part.root)
    return {attribute(each, "id") or "": each for each in notes if local(each) and attribute(each, "type") is None}


def _symbol(element: Element) -> str:
    """A sign of a font: private letters of symbol fonts are pictures, and say nothing."""
    try:
        code = int(attribute(element, "char") or "", 16)
    except ValueError:
        return ""
    return chr(code) if 0x20 <= code < 0xD800 else ""


def _chosen_value(element: Element) -> str:
    """What an old form's list or box shows: it stands in its data alone."""
    for choices in element.iter("{*}ddList"):
        values = [attribute(each, "val") or "" for each in choices.iterchildren("{*}listEntry")]
        result = child(choices, "result")
        result = child(choices, "default") if result is None else result
        chosen = attribute(result, "val") if result is not None else "0"
        if chosen and chosen.isdecimal() and int(chosen) < len(values):
            return values[int(chosen)]
    for box in element.iter("{*}checkBox"):
        return "☒ " if flag(box, "checked") or (child(box, "checked") is None and flag(box, "default")) else "☐ "
    return ""
