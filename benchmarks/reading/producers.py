"""Programs that make documents, each of which makes them its own way. One that is not here is named, and left out."""

import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import docx

from benchmarks.reading import sources
from benchmarks.reading.drawn import with_fpdf, with_reportlab, with_reportlab_twice
from benchmarks.reading.stories import Story

# What a program gets for all its stories together, seconds.
_SECONDS = 300
_OFFICE = ("soffice", "libreoffice")
_BROWSERS = ("chromium", "chromium-browser", "google-chrome")

Made = Mapping[str, Path]  # the document of each story, by the story's name


@dataclass(frozen=True, slots=True)
class Producer:
    """`needs` are programs of which one must be on the PATH, for each tuple; `make` writes a document of each story."""

    name: str
    needs: Sequence[tuple[str, ...]]
    make: Callable[[Sequence[Story], Path], Iterator[tuple[str, Path]]]

    @property
    def missing(self) -> list[str]:
        """The programs that are not here."""
        return [several[0] for several in self.needs if not any(map(shutil.which, several))]


def _run(folder: Path, *command: str, silent: bool = True) -> None:
    out = subprocess.DEVNULL if silent else None
    subprocess.run(command, cwd=folder, check=False, timeout=_SECONDS, stdin=subprocess.DEVNULL, stdout=out, stderr=out)


def _program(*names: str) -> str:
    return next(found for name in names if (found := shutil.which(name)))


def _written(
    write: Callable[[Story], str], suffix: str, encoding: str = "utf-8"
) -> Callable[..., Iterator[tuple[str, Path]]]:
    def make(several: Sequence[Story], folder: Path) -> Iterator[tuple[str, Path]]:
        for story in several:
            path = folder / f"{story.name}{suffix}"
            path.write_text(write(story), encoding=encoding, errors="replace")
            yield story.name, path

    return make


def _drawn(draw: Callable[[Story, Path], None]) -> Callable[..., Iterator[tuple[str, Path]]]:
    def make(several: Sequence[Story], folder: Path) -> Iterator[tuple[str, Path]]:
        for story in several:
            path = folder / f"{story.name}.pdf"
            draw(story, path)
            yield story.name, path

    return make


def _word(several: Sequence[Story], folder: Path) -> Iterator[tuple[str, Path]]:
    for story in several:
        made = docx.Document()
        made.add_heading(story.title, 0)
        for block in story.blocks:
            if block.kind == "heading":
                made.add_heading(block.text, 1)
            elif block.kind == "table":
                table = made.add_table(len(block.rows), len(block.rows[0]))
                for row, cells in zip(table.rows, block.rows, strict=True):
                    for cell, text in zip(row.cells, cells, strict=True):
                        cell.text = text
            else:
                for row in block.rows:
                    made.add_paragraph(row[0], "List Bullet" if block.kind == "list" else None)
        path = folder / f"{story.name}.docx"
        made.save(str(path))
        yield story.name, path


def _office(
    make: Callable[[Sequence[Story], Path], Iterator[tuple[str, Path]]], to: str
) -> Callable[..., Iterator[tuple[str, Path]]]:
    def convert(several: Sequence[Story], folder: Path) -> Iterator[tuple[str, Path]]:
        with tempfile.TemporaryDirectory(prefix="cci-office-") as profile:
            before = folder / "before"
            before.mkdir()
            files = [str(path) for _, path in make(several, before)]
            home = f"-env:UserInstallation=file://{profile}"
            _run(folder, _program(*_OFFICE), home, "--headless", "--convert-to", to, "--outdir", str(folder), *files)
        yield from _there(several, folder, to.partition(":")[0])

    return convert


def _there(several: Sequence[Story], folder: Path, suffix: str) -> Iterator[tuple[str, Path]]:
    for story in several:
        if (path := folder / f"{story.name}.{suffix}").is_file():
            yield story.name, path


def _browser(several: Sequence[Story], folder: Path) -> Iterator[tuple[str, Path]]:
    quiet = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync")
    for story in several:
        page = folder / f"{story.name}.html"
        page.write_text(sources.html(story))
        with tempfile.TemporaryDirectory(prefix="cci-browser-") as profile:
            to = (f"--user-data-dir={profile}", f"--print-to-pdf={page.with_suffix('.pdf')}", page.as_uri())
            _run(folder, _program(*_BROWSERS), *quiet, *to)
    yield from _there(several, folder, "pdf")


def _tex(encoding: str, *, columns: bool) -> Callable[..., Iterator[tuple[str, Path]]]:
    def make(several: Sequence[Story], folder: Path) -> Iterator[tuple[str, Path]]:
        for story in several:
            source = folder / f"{story.name}.tex"
            source.write_text(sources.latex(story, encoding=encoding, columns=columns))
            _run(folder, "pdflatex", "-interaction=nonstopmode", "-no-shell-escape", source.name)
        yield from _there(several, folder, "pdf")

    return make


def _pandoc(suffix: str) -> Callable[..., Iterator[tuple[str, Path]]]:
    def make(several: Sequence[Story], folder: Path) -> Iterator[tuple[str, Path]]:
        for story in several:
            source = folder / f"{story.name}.md"
            source.write_text(sources.markdown(story))
            _run(folder, "pandoc", "-s", "-f", "gfm", source.name, "-o", f"{story.name}.{suffix}")
        yield from _there(several, folder, suffix)

    return make


def _groff(several: Sequence[Story], folder: Path) -> Iterator[tuple[str, Path]]:
    for story in several:
        source = folder / f"{story.name}.ms"
        source.write_text(sources.troff(story))
        with (folder / f"{story.name}.ps").open("wb") as out:
            subprocess.run(
                ["groff", "-k", "-ms", "-Tps", source.name],
                cwd=folder,
                stdout=out,
                timeout=_SECONDS,
                check=False,
                stderr=subprocess.DEVNULL,
            )
        _run(folder, "ps2pdf", f"{story.name}.ps", f"{story.name}.pdf")
    yield from _there(several, folder, "pdf")


def _distilled(several: Sequence[Story], folder: Path) -> Iterator[tuple[str, Path]]:
    before = folder / "before"
    before.mkdir()
    for name, path in _drawn(with_reportlab)(several, before):
        _run(folder, "gs", "-q", "-dBATCH", "-dNOPAUSE", "-sDEVICE=pdfwrite", f"-sOutputFile={name}.pdf", str(path))
    yield from _there(several, folder, "pdf")


PRODUCERS = (
    Producer("reportlab", (), _drawn(with_reportlab)),
    Producer("reportlab, bold by twice", (), _drawn(with_reportlab_twice)),
    Producer("fpdf2", (), _drawn(with_fpdf)),
    Producer("Ghostscript", (("gs",),), _distilled),
    Producer("groff", (("groff",), ("ps2pdf",)), _groff),
    Producer("LaTeX, OT1", (("pdflatex",),), _tex("OT1", columns=False)),
    Producer("LaTeX, T1, two columns", (("pdflatex",),), _tex("T1", columns=True)),
    Producer("Chromium", (_BROWSERS,), _browser),
    Producer("LibreOffice, from Word", (_OFFICE,), _office(_word, "pdf")),
    Producer(
        "LibreOffice, from HTML", (_OFFICE,), _office(_written(sources.html, ".html"), "pdf:writer_web_pdf_Export")
    ),
    Producer("python-docx", (), _word),
    Producer("LibreOffice, Word", (_OFFICE,), _office(_word, "docx:MS Word 2007 XML")),
    Producer("pandoc, Word", (("pandoc",),), _pandoc("docx")),
    Producer("HTML", (), _written(sources.html, ".html")),
    Producer("pandoc, HTML", (("pandoc",),), _pandoc("html")),
    Producer("Markdown", (), _written(sources.markdown, ".md")),
    Producer("text", (), _written(sources.plain, ".txt")),
    Producer("text, Windows", (), _written(sources.plain, ".txt", "cp1252")),
)
