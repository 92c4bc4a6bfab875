"""A name means one thing in the whole house."""

import ast
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[2]

# They mean two things still; no name may join them.
DOUBLED = frozenset(
    """
    Account Address Answer CannotStart Choice Column Conflict Content Conversation Document Found LateAnswer Line
    OutboundMessage Part Person Progress Question Refused Sheet Verdict
    """.split()  # noqa: SIM905 (reads better than a list)
)


def doubled(sources: list[str]) -> set[str]:
    """The classes that several modules define, each its own."""
    classes = Counter(
        node.name for source in sources for node in ast.parse(source).body if isinstance(node, ast.ClassDef)
    )
    return {name for name, modules in classes.items() if modules > 1 and not name.startswith("_")}


def test_doubled_names_are_found() -> None:
    assert doubled(["class Kind: ...", "class Kind: ...", "class Claim: ...\nclass _Own: ...", "class _Own: ..."]) == {
        "Kind"
    }


def test_a_class_has_a_name_of_its_own() -> None:
    folders = ("cci_app", "celery_tasks", "config")
    sources = [path.read_text() for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
    assert doubled(sources) - DOUBLED == set()
