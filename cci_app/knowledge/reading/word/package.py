"""The parts of a Word file: found by what they are to each other, never by what they are called."""

import io
import posixpath
import zipfile
from collections.abc import Iterator

from lxml.etree import XMLParser, XMLSyntaxError, fromstring
from lxml.etree import _Element as Element

from cci_app.knowledge.reading.document import Reason, UnreadableDocument

MAX_UNPACKED = 100 * 1024 * 1024
# The kind of what a part refers to and the package does not have.
_OUTSIDE = "outside"


def local(element: Element) -> str:
    """An element's name without its namespace: Word's strict form has others. Empty for a comment."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def attribute(element: Element, name: str) -> str | None:
    """The value of an attribute, whatever its namespace."""
    for key, value in element.attrib.items():
        if str(key).rpartition("}")[2] == name:
            return str(value)
    return None


def child(element: Element, name: str) -> Element | None:
    """The first child of that name, whatever its namespace."""
    return next(element.iterchildren("{*}" + name), None)


def flag(element: Element | None, name: str) -> bool:
    """Whether an element has a child that switches something on."""
    switch = None if element is None else child(element, name)
    return switch is not None and attribute(switch, "val") not in {"0", "false", "off"}


class Part:
    """A part of a package as a tree, with those that it refers to."""

    def __init__(self, package: "Package", name: str, root: Element) -> None:
        self._package, self.name, self.root = package, name, root
        self._related = dict(package.relations(name))

    def related(self, kind: str) -> Iterator["Part"]:
        """Those of its parts that are of a kind, as `footnotes`; what is missing or leads nowhere is passed over."""
        for relation, name in self._related.values():
            if relation == kind and (part := self._package.part(name)) is not None:
                yield part

    def address(self, identity: str | None) -> str:
        """The address outside of the package that an element refers to by its id."""
        kind, address = self._related.get(identity or "", (_OUTSIDE, ""))
        return address if kind == _OUTSIDE else ""

    def by_id(self, identity: str | None) -> "Part | None":
        """The part that an element refers to by its id."""
        found = self._related.get(identity or "")
        return None if found is None or found[0] == _OUTSIDE else self._package.part(found[1])


class Package:
    """A zipped file of parts. What is read of it in all stays below `MAX_UNPACKED` bytes."""

    def __init__(self, data: bytes) -> None:
        self._archive = zipfile.ZipFile(io.BytesIO(data))
        # Word does not tell upper from lower case in the names of parts; some programs part folders as Windows does.
        self._names = {name.replace("\\", "/").lstrip("/").lower(): name for name in self._archive.namelist()}
        self._read = 0
        self._parts: dict[str, Part | None] = {}

    def main(self) -> Part:
        """The part that is the document. Raises UnreadableDocument."""
        named = [name for _, (relation, name) in self.relations("") if relation == "officeDocument"]
        for name in (*named, "word/document.xml"):
            if (part := self.part(name)) is not None:
                return part
        raise UnreadableDocument(Reason.DAMAGED)

    def part(self, name: str) -> Part | None:
        """A part by its name; None where there is none, or it is no XML."""
        if name not in self._parts:
            root = self._tree(name)
            self._parts[name] = None if root is None else Part(self, name, root)
        return self._parts[name]

    def relations(self, name: str) -> Iterator[tuple[str, tuple[str, str]]]:
        """What the part `name` refers to: id, then its kind and the name of the other part, or an address outside."""
        folder, _, file = name.rpartition("/")
        root = self._tree(posixpath.join(folder, "_rels", f"{file}.rels"))
        for relation in root if root is not None else ():
            kind, target = relation.get("Type") or "", relation.get("Target") or ""
            if relation.get("TargetMode") == "External":
                yield relation.get("Id") or "", (_OUTSIDE, target)
            elif target:
                path = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
                yield relation.get("Id") or "", (kind.rpartition("/")[2], path)

    def _tree(self, name: str) -> Element | None:
        kept_as = self._names.get(name.lower())
        if kept_as is None:
            return None
        self._read += self._archive.getinfo(kept_as).file_size
        if self._read > MAX_UNPACKED:
            raise UnreadableDocument(Reason.TOO_COMPLEX)
        try:
            return fromstring(self._archive.read(kept_as), XMLParser(resolve_entities=False, no_network=True))
        except XMLSyntaxError:
            return None
