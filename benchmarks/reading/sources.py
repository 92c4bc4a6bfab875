"""A story in the languages of markup: HTML, Markdown, LaTeX and troff."""

import re
from html import escape

from benchmarks.reading.stories import Block, Story


def html(story: Story) -> str:
    """A page, as an editor of web pages leaves it."""
    parts = "".join(_html(block) for block in story.blocks)
    return (
        f'<!doctype html><html lang="{story.language}"><head><meta charset="utf-8"><title>{escape(story.title)}</title>'
        "<style>table{border-collapse:collapse}td,th{border:1px solid}</style></head>"
        f"<body><nav><a href='/'>Home</a></nav><main><h1>{escape(story.title)}</h1>{parts}</main></body></html>"
    )


def _html(block: Block) -> str:
    if block.kind == "heading":
        return f"<h2>{escape(block.text)}</h2>"
    if block.kind == "paragraph":
        return f"<p>{escape(block.text)}</p>"
    if block.kind == "list":
        return "<ul>" + "".join(f"<li>{escape(row[0])}</li>" for row in block.rows) + "</ul>"
    cell = {True: "th", False: "td"}
    rows = (
        "".join(f"<{cell[not place]}>{escape(each)}</{cell[not place]}>" for each in row)
        for place, row in enumerate(block.rows)
    )
    return "<table>" + "".join(f"<tr>{row}</tr>" for row in rows) + "</table>"


def markdown(story: Story) -> str:
    """A text in Markdown."""
    parts = [f"# {story.title}"]
    for block in story.blocks:
        if block.kind == "heading":
            parts.append(f"## {block.text}")
        elif block.kind == "paragraph":
            parts.append(block.text)
        elif block.kind == "list":
            parts.append("\n".join(f"- {row[0]}" for row in block.rows))
        else:
            head, *rows = (" | ".join(row) for row in block.rows)
            parts.append("\n".join([head, " | ".join("---" for _ in block.rows[0]), *rows]))
    return "\n\n".join(parts) + "\n"


def plain(story: Story) -> str:
    """A text without markup."""
    rows = ("\n".join("    ".join(row) for row in block.rows) for block in story.blocks)
    return "\n\n".join([story.title, *rows]) + "\n"


_TEX = str.maketrans({"€": r"\texteuro{}", "%": r"\%", "&": r"\&", "#": r"\#", "_": r"\_", "°": r"\textdegree{}"})


def latex(story: Story, *, encoding: str, columns: bool) -> str:
    """A source for pdfLaTeX. In the encoding OT1 an accent is a sign of its own, and no font has a space."""
    language = {"fr": "french", "es": "spanish", "en": "english"}[story.language]
    fonts = r"\usepackage[T1]{fontenc}\usepackage{lmodern}" if encoding == "T1" else ""
    parts = "\n\n".join(_latex(block) for block in story.blocks)
    return (
        rf"\documentclass[{'twocolumn' if columns else 'onecolumn'}]{{article}}{fonts}\usepackage[utf8]{{inputenc}}"
        rf"\usepackage{{textcomp}}\usepackage[{language}]{{babel}}\title{{{story.title}}}\date{{}}"
        rf"\begin{{document}}\maketitle {parts} \end{{document}}"
    )


def _latex(block: Block) -> str:
    rows = [[cell.translate(_TEX) for cell in row] for row in block.rows]
    if block.kind == "heading":
        return rf"\section*{{{rows[0][0]}}}"
    if block.kind == "paragraph":
        return rows[0][0]
    if block.kind == "list":
        return r"\begin{itemize}" + "".join(rf"\item {row[0]}" for row in rows) + r"\end{itemize}"
    body = r"\\".join(" & ".join(row) for row in rows)
    return rf"\noindent\begin{{tabular}}{{lll}}{body}\end{{tabular}}"


def troff(story: Story) -> str:
    """A source for groff's macros ms."""
    parts = [f".TL\n{story.title}"]
    for block in story.blocks:
        if block.kind == "heading":
            parts.append(f".SH\n{block.text}")
        elif block.kind == "table":
            parts += [".LP\n" + "\n.br\n".join("    ".join(row) for row in block.rows)]
        else:
            macro = ".IP \\(bu 2" if block.kind == "list" else ".PP"
            parts += [f"{macro}\n{row[0]}" for row in block.rows]
    return re.sub(r"(?m)^'", r"\\&'", "\n".join(parts)) + "\n"
