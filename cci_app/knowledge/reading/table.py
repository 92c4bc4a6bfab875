"""Rows of a table as items of a list, each of which can be read on its own."""

from collections.abc import Iterator, Sequence

from cci_app.language.sentences import BULLET


def listed(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """One item for each row that has words: `• Tariff: Single; Fee: 20 euros`, or `• Single: 20 euros` without a head.

    A cell without words is left out, with its name. Of rows without names the first cell names the others.
    """
    for row in rows:
        if any(head):
            named = [(head[place] if place < len(head) else "", cell) for place, cell in enumerate(row)]
            cells = [f"{name}: {cell}" if name else cell for name, cell in named if cell]
            item = "; ".join(cells)
        else:
            first, *others = [cell for cell in row if cell] or [""]
            item = f"{first}: {'; '.join(others)}" if others else first
        if item:
            yield BULLET + item
