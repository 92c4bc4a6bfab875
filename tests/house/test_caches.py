"""No cache grows with what other people write."""

import ast
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from cci_app.core.cache import remember
from cci_app.core.errors import InvalidInput
from cci_app.core.phone import to_user_id
from cci_app.knowledge.search.words import Term, closeness, words_of
from cci_app.llm.offline_embedding import OfflineEmbedding

ROOT = Path(__file__).parents[2]
MEGABYTE = 1 << 20
# Caches without a bound in characters, and why no text from outside reaches them.
OURS = {
    "cci_app/agents/loop/graph.py:_graph": "sets of tools of assistants, 32 of them; a schema has 20,000 characters",
    "cci_app/agents/loop/graph.py": "the same",
    "cci_app/tools/own/links.py:mcp_links": "takes nothing",
    "cci_app/tools/own/links.py": "the same",
    "cci_app/language/encoder/learning.py:_learnt": "the examples of an assistant's content",
    "cci_app/agents/questionnaire/examples.py": "the examples of an assistant's content",
    "cci_app/language/copied.py:_flat_letter": "a letter",
    "cci_app/agents/questionnaire/reading.py:pattern_of": "words of an assistant's content",
    "cci_app/assistants/catalogue.py": "which version of which assistant: those that sources name",
    "cci_app/integrations/crm/mapping.py:mapping_named": "names of mappings, of which there are files: 16 of them",
    "cci_app/channels/vendor.py:_tls": "takes nothing",
    "cci_app/channels/vendor.py": "the same",
    "cci_app/channels/accounts.py:service_of": "accounts that admins added; a field has 16,384 characters at most",
    "cci_app/channels/markup.py:_reader": "takes nothing",
    "cci_app/reports/page.py:_template": "takes nothing",
    "cci_app/reports/page.py": "the same",
    "cci_app/channels/email/layout.py:_layout": "takes nothing",
    "cci_app/channels/email/layout.py:_inliner": "takes nothing",
    "cci_app/channels/email/layout.py": "the same",
    "cci_app/channels/message.py:_reader": "a kind of part; an unknown one raises, which is not kept",
    "cci_app/language/encoder/word_table.py:word_table": "takes nothing",
    "cci_app/contacts/countries.py:_names": "takes nothing",
    "cci_app/core/database.py:_as_the_driver_takes_it": "a statement of our own, made when a module is loaded",
    "cci_app/core/database.py:_set_scope": "names of settings, of which there are seven",
    "cci_app/accounts/members/passwords.py:_nobodys": "takes nothing",
    "cci_app/core/outbound/transport.py": "takes nothing",
    "cci_app/dashboard/frame.py:asset": "a file of the pages, which templates name",
    "cci_app/dashboard/words.py:catalogue": "one of three languages",
    "cci_app/dashboard/told.py:_shapes": "one of two languages",
    "cci_app/core/s3.py": "takes nothing",
    "cci_app/knowledge/learning/corrected.py:_known": "what admins wrote: 500 examples of 300 characters at most",
    "cci_app/knowledge/learning/corrected.py": "the same",
    "cci_app/knowledge/index/stores/pgvector.py": "takes nothing from outside",
    "cci_app/agents/work/agent.py:_book": "the languages of an assistant, 8 sets of them",
    "cci_app/agents/work/agent.py": "the same",
    "cci_app/conversation/refusing.py:_book": "the languages of an assistant, 32 sets of them",
    "cci_app/conversation/refusing.py": "the same",
    "cci_app/whatsapp/routes.py": "takes nothing",
    "cci_app/whatsapp_handler/__init__.py": "takes nothing",
    "cci_app/coordination/monitor/calendar.py:_holidays": "64 years of countries",
    "cci_app/coordination/monitor/calendar.py": "the same",
    "cci_app/coordination/monitor/rules.py:default_rules": "takes nothing",
    "cci_app/coordination/monitor/rules.py": "the same",
    "cci_app/coordination/handbook/rules.py:default_handbook": "takes nothing",
    "cci_app/coordination/handbook/rules.py": "the same",
    "cci_app/core/cache.py": "the bounded one",
}


def unbounded_caches() -> list[str]:
    found = []
    for path in sorted((ROOT / "cci_app").rglob("*.py")):
        tree = ast.parse(path.read_text())
        where = str(path.relative_to(ROOT))
        for node in ast.walk(tree):
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Call):
                continue
            written = [ast.unparse(each) for each in getattr(node, "decorator_list", [])]
            if isinstance(node, ast.Call):
                written = [ast.unparse(node.func)]
            if any(each.split("(")[0].split(".")[-1] in {"lru_cache", "cache"} for each in written):
                found.append(f"{where}:{getattr(node, 'name', '')}".rstrip(":"))
    return found


def test_every_cache_is_bounded_or_is_for_our_own() -> None:
    found = unbounded_caches()
    # They are really found.
    assert "cci_app/agents/questionnaire/reading.py:pattern_of" in found
    # A decorator that is called is found as a call too, without the function's name.
    named = {each.split(":")[0] for each in OURS}
    unknown = [each for each in found if each not in OURS and each.split(":")[0] not in OURS]
    assert [each for each in unknown if ":" in each or each not in named] == []


def kept_of(work: Callable[[int], object], times: int) -> int:
    """How many bytes are kept after `work` was done so many times."""
    work(0)
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        for number in range(1, times + 1):
            work(number)
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    return after - before


def refuse(number: int) -> None:
    with pytest.raises(InvalidInput):
        to_user_id(f"{number}" + "7" * MEGABYTE, "CO")


@pytest.mark.parametrize(
    "work",
    [
        refuse,
        lambda number: OfflineEmbedding().embed([f"{number}" + "z" * 200_000], 1.0),
        lambda number: words_of(f"{number} " + "palabra " * 20_000),
        lambda number: closeness(Term(f"{number}" + "a" * 100_000), "b" * 100_000),
    ],
    ids=["ids", "embedding", "words of a passage", "words alike"],
)
def test_what_is_long_is_not_kept(work: Callable[[int], object]) -> None:
    assert kept_of(work, 4) < 400_000


def test_the_measure_sees_what_is_kept() -> None:
    kept = remember(64, longest=10 * MEGABYTE)(lambda text: text.upper())
    assert kept_of(lambda number: kept(f"{number}" + "a" * MEGABYTE), 4) > 4 * MEGABYTE


def test_what_is_short_is_kept() -> None:
    asked = []

    @remember(2, longest=3)
    def length(text: str) -> int:
        asked.append(text)
        return len(text)

    assert [length("ab"), length("ab"), length("abcd"), length("abcd")] == [2, 2, 4, 4]
    assert asked == ["ab", "abcd", "abcd"]
