"""What breaks rules of the handbook, in the sentences of the assistant's file."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from cci_app.agents.work.wording import WorkWording
from cci_app.coordination.handbook.words import place_in_words


def told_breaches(say: WorkWording, rows: Sequence[Mapping[str, Any]], counts: Mapping[str, int]) -> list[str]:
    """Lines about rows that stand rule by rule: each rule with where it stands and what to do, below it its tasks.

    `counts` says how often each rule is broken, also by what is not among the rows.
    """
    told, number = list[str](), 0
    for rule, group in groupby(rows, key=lambda row: row["rule"]):
        broken = list(group)
        title, do = (broken[0][name][say.language] for name in ("title", "do"))
        place = place_in_words(broken[0]["place"], say.language)
        told.append(f"• {say('breached_rule', rule=title, place=place, count=counts[rule], do=do)}")
        for row in broken:
            number += 1
            told.append(f"{number}. {_line(say, row)}")
    return told


def _line(say: WorkWording, row: Mapping[str, Any]) -> str:
    line = say(
        "breach",
        title=say.title(row["task"]),
        project=row["project"],
        person=row["person"] or say("nobody"),
        day=say.day(row["since"].astimezone(say.zone).date()),
        id=row["task_id"],
    )
    return f"{line} ({row['why']})" if row["why"] else line
