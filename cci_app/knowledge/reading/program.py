"""A program, not a module: reads a document from standard input, writes what it found to standard output.

It runs in a sandbox (`core.sandbox`) because a document can make the libraries that read it ask for all memory or never
end, which costs nothing there. Its arguments are the document's name and, where it is known, its kind.

Output is one JSON value: `{"title", "sections": [[text, heading, page]], "pages", "links", "report"}`, or
`{"error": reason}`.
"""

import json
import sys
from pathlib import Path


def main() -> None:
    """Read standard input, write the document or the reason why it cannot be read."""
    # The interpreter was told to look at nothing but its own packages: ours are beside them.
    sys.path.insert(0, str(Path(__file__).resolve().parents[3]))
    from cci_app.knowledge.reading.document import Reason, UnreadableDocument
    from cci_app.knowledge.reading.extraction import extract
    from cci_app.knowledge.reading.kinds import DocumentKind
    from cci_app.knowledge.reading.report import written

    name, *kind = sys.argv[1:]
    try:
        document = extract(name, sys.stdin.buffer.read(), DocumentKind(kind[0]) if kind else None)
    except UnreadableDocument as problem:
        found: dict[str, object] = {"error": problem.reason.value}
    except (MemoryError, RecursionError):
        found = {"error": Reason.TOO_COMPLEX.value}
    else:
        found = {
            "title": document.title,
            "sections": [[section.text, section.heading, section.page] for section in document.sections],
            "pages": document.pages,
            "links": document.links,
            "report": written(document.report),
        }
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main()
