"""The record that is exported: an organisation's conversations as they stood at one moment, narrowed to a selection.

All of it comes from the view `export_conversations`, in the order in which the conversations began; PostgreSQL formats
what goes into CSV and JSON. Rows are put together as they are reached, so that the first leave at once and memory stays
flat however many there are.
"""

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Protocol

import sqlalchemy as sa

from cci_app.assistants.spec import AssistantSpec
from cci_app.core.csv_file import BYTE_ORDER_MARK, Separator, guarded_sql
from cci_app.core.database import tenant_snapshot
from cci_app.exports.columns import Column, ColumnKind, Layout
from cci_app.exports.selection import Selection

_FETCH_ROWS = 2_000
_ORDER = "v.started_at, v.id"
_NUMBERS = itertools.count()
_MESSAGES_OF = "JOIN LATERAL (SELECT * FROM conversations m WHERE m.run_id = v.id AND m.kind = 'message'"
# Quoting characters that JSON never holds as they are: PostgreSQL then adds nothing to a row.
_BARE = r"FORMAT csv, QUOTE E'\x01', DELIMITER E'\x02', ENCODING 'UTF8'"


# What a day's hash is over.
_HASHED = (
    *(
        "id",
        "assistant",
        "user_id",
        "company",
        "contact_name",
        "started_at",
        "ended_at",
        "questions_answered",
        "status",
    ),
    *("language", "answers", "messages", "mean_ms", "p95_ms", "longest_ms", "share_within_8s", "late_answers"),
)
# What it is over besides, of each message, where the export holds the messages too.
_HASHED_OF_MESSAGES = (
    *("timestamp", "user_message", "agent_response", "current_question"),
    *("detected_language", "response_time_ms", "late"),
)


class Writable(Protocol):
    """What an export is written to."""

    def write(self, data: bytes, /) -> object:
        """Take these bytes."""


@dataclass(frozen=True, slots=True)
class Day:
    """The conversations that began on a day: how many, and how many of them were completed."""

    day: date
    conversations: int
    completed: int


@dataclass(frozen=True, slots=True)
class Figures:
    """The whole selection in figures; times in milliseconds, None where there were no messages."""

    conversations: int
    completed: int
    in_progress: int
    abandoned: int
    people: int
    messages: int
    mean_response_ms: int | None
    p95_response_ms: int | None
    longest_response_ms: int | None
    share_within_8s: float | None
    late_answers: int


# A moment in each form: what people read in the three is the same second.
_CELL_MOMENT = "date_trunc('second', {value}::timestamp)"
_CSV_MOMENT = "to_char({value}, 'YYYY-MM-DD HH24:MI:SS')"
_JSON_MOMENT = "to_char({value}, 'YYYY-MM-DD\"T\"HH24:MI:SSTZH:TZM')"


def _value(column: Column, moment: str) -> str:
    forms = {ColumnKind.MOMENT: moment, ColumnKind.SHARE: "({value})::float8"}
    return forms.get(column.kind, "{value}").format(value=column.value)


class _Counted:
    """Counts the rows that PostgreSQL sends, one a call."""

    def __init__(self, file: Writable, count: Callable[[int], None]) -> None:
        self._file = file
        self._count = count
        self._rows = 0

    def write(self, data: bytes, /) -> None:
        """Take a row."""
        self._file.write(data)
        self._rows += 1
        if self._rows == _FETCH_ROWS:
            self._count(self._rows)
            self._rows = 0


class _Lines:
    """Puts commas between the lines of JSON that PostgreSQL sends, one a call or many."""

    def __init__(self, file: Writable) -> None:
        self._file = file
        self._before = b"\n"

    def write(self, data: bytes, /) -> None:
        """Take whole lines."""
        self._file.write(self._before + data.removesuffix(b"\n").replace(b"\n", b",\n"))
        self._before = b",\n"


class Record:
    """See the module. Good while its `open_record` is open, for one thread."""

    def __init__(
        self, connection: sa.Connection, selection: Selection, layout: Layout, organisation_id: int, timezone: str
    ) -> None:
        self._connection = connection
        self.selection = selection
        self.layout = layout
        self.timezone = timezone
        self.separator = Separator.of_language(layout.language)
        # Told now and then how many conversations were read; may raise, which ends the reading.
        self.watch: Callable[[int], None] = lambda _: None
        # Told when the messages' turn has come, which takes as long again as the conversations.
        self.step: Callable[[str], None] = lambda _: None
        self._read = 0
        self._parameters: dict[str, Any] = {
            **asdict(selection),
            **layout.parameters,
            "organisation_id": organisation_id,
            "timezone": timezone,
        }
        self._chosen = f"export_conversations v WHERE {' AND '.join(selection.conditions)}"

    def copy_csv(self, file: Writable) -> None:
        """Write the conversations as CSV: UTF-8 with a byte order mark, moments in the organisation's time."""
        file.write(f"{BYTE_ORDER_MARK}{self.separator.line(self.layout.header)}".encode())
        values = ", ".join(
            f"{_value(column, _CSV_MOMENT)} AS c{place}" for place, column in enumerate(self.layout.columns)
        )
        cells = ", ".join(
            guarded_sql(f"c{place}") if column.kind is ColumnKind.TEXT else f"c{place}"
            for place, column in enumerate(self.layout.columns)
        )
        # OFFSET 0 keeps the two apart: the guard reads a value several times, and it should be made once.
        rows = f"SELECT {values} FROM {self._chosen} ORDER BY {_ORDER} OFFSET 0"
        self._copy(
            f"SELECT {cells} FROM ({rows}) c", f"FORMAT csv, DELIMITER '{self.separator.sign}', ENCODING 'UTF8'", file
        )

    def copy_json(self, file: Writable) -> None:
        """Write the conversations as a JSON array, a line each, moments in the organisation's time with its offset."""
        file.write(b"[")
        lines = _Lines(file)
        self._copy(f"SELECT {self._json_object()} FROM {self._chosen} ORDER BY {_ORDER}", _BARE, lines)
        file.write(b"\n]\n")

    def conversations(self) -> Iterator[tuple[Any, ...]]:
        """The cells of every conversation, as `layout.columns`, for people to read.

        Moments are naive, in the organisation's time, and the status is in its language.
        """
        cells = ", ".join(
            self.layout.said_status(column.value) if column.kind is ColumnKind.STATUS else _value(column, _CELL_MOMENT)
            for column in self.layout.columns
        )
        return self._rows(f"SELECT {cells} FROM {self._chosen} ORDER BY {_ORDER}", counted=True)

    def messages(self) -> Iterator[tuple[Any, ...]]:
        """The cells of every message, as `layout.messages`, by conversation and in the order in which they came."""
        cells = ", ".join(_value(column, _CELL_MOMENT) for column in self.layout.messages)
        self.step("reading the messages")
        yield from self._rows(
            f"SELECT {cells} FROM (SELECT v.id, v.user_id FROM {self._chosen} ORDER BY {_ORDER}) v"
            f" {_MESSAGES_OF} ORDER BY m.timestamp, m.id) m ON true"
        )

    def size(self) -> tuple[int, int]:
        """How many conversations and messages there are."""
        conversations, messages = self._one(
            f"SELECT count(DISTINCT v.id), count(m.id) FROM (SELECT v.id FROM {self._chosen}) v"
            f" LEFT {_MESSAGES_OF}) m ON true"
        )
        return conversations, messages

    def reaches(self, assistant: str) -> bool:
        """Whether a conversation with that assistant is among them."""
        with self._cursor() as cursor:
            cursor.execute(
                f"SELECT EXISTS (SELECT FROM {self._chosen} AND v.assistant = %(reached)s)",
                {**self._parameters, "reached": assistant},
            )
            reached: bool = cursor.fetchone()[0]
            return reached

    def count(self) -> int:
        """How many conversations there are."""
        count: int = self._one(f"SELECT count(*) FROM {self._chosen}")[0]
        return count

    def ends(self) -> tuple[str | None, str | None]:
        """The ids of the first and of the last conversation."""
        first, last = (
            self._one(f"SELECT (SELECT v.id::text FROM {self._chosen} ORDER BY {order} LIMIT 1)")[0]
            for order in (_ORDER, "v.started_at DESC, v.id DESC")
        )
        return first, last

    def days(self) -> list[Day]:
        """Every day on which a conversation began, in order."""
        rows = self._rows(
            "SELECT v.started_at::date, count(*), count(*) FILTER (WHERE v.status = 'completed')"
            f" FROM {self._chosen} GROUP BY 1 ORDER BY 1"
        )
        return [Day(*row) for row in rows]

    def hashes(self, *, with_messages: bool) -> dict[str, tuple[int, str]]:
        """By day: how many conversations began, and a hash of all that an export says of them, or of the messages too.

        Only the latter reads the messages' texts.
        """
        hashed = ", ".join(f"v.{name}" for name in _HASHED)
        if with_messages:
            said = ", ".join(f"m.{name}" for name in _HASHED_OF_MESSAGES)
            hashed += (
                f", (SELECT md5(string_agg(ROW({said})::text, '' ORDER BY m.timestamp, m.id))"
                " FROM conversations m WHERE m.run_id = v.id AND m.kind = 'message')"
            )
        rows = self._rows(
            "SELECT v.started_at::date::text, count(*),"
            f" md5(string_agg(md5(ROW({hashed})::text), '' ORDER BY {_ORDER})) FROM {self._chosen} GROUP BY 1"
        )
        return {day: (conversations, digest) for day, conversations, digest in rows}

    def figures(self) -> Figures:
        """Count what a summary tells."""
        ms = "m.response_time_ms"
        row = self._one(
            "SELECT count(DISTINCT v.id), count(DISTINCT v.id) FILTER (WHERE v.status = 'completed'),"
            " count(DISTINCT v.id) FILTER (WHERE v.status = 'in_progress'),"
            " count(DISTINCT v.id) FILTER (WHERE v.status = 'abandoned'), count(DISTINCT v.user_id), count(m.id),"
            f" round(avg({ms}))::integer, percentile_disc(0.95) WITHIN GROUP (ORDER BY {ms}), max({ms}),"
            f" round(avg(({ms} <= 8000)::integer), 4)::float8, count(*) FILTER (WHERE m.late)"
            f" FROM (SELECT v.id, v.user_id, v.status FROM {self._chosen}) v LEFT {_MESSAGES_OF}) m ON true"
        )
        return Figures(*row)

    def _json_object(self) -> str:
        pairs = []
        for column in self.layout.columns:
            if column.name.startswith("answer_"):
                continue
            if column.name == "other_answers":
                pairs += [("answers", self._json_answers()), (column.name, f"({column.value})::json")]
            else:
                pairs.append((column.name, _value(column, _JSON_MOMENT)))
        names = {f"name_{place}": name for place, (name, _) in enumerate(pairs)}
        self._parameters |= names
        members = (f"%({bound})s, {value}" for bound, (_, value) in zip(names, pairs, strict=True))
        return f"json_build_object({', '.join(members)})"

    def _json_answers(self) -> str:
        arrays = {
            name: "json_build_array("
            + ", ".join(
                f"json_build_object('question', %(number_{question.place})s,"
                f" 'text', %(question_{question.place})s::text,"
                f" 'answer', {question.answer}, 'status', {question.status})"
                for question in questions
            )
            + ")"
            for name, questions in self.layout.by_assistant().items()
        }
        return self.layout.case(arrays, "'[]'::json")

    def _copy(self, query: str, options: str, file: Writable) -> None:
        with self._cursor() as cursor:
            statement = cursor.mogrify(f"COPY ({query}) TO STDOUT WITH ({options})", self._parameters)
            # The first rows are wanted at once: by the index of the start, not after sorting all of them.
            cursor.execute("SET LOCAL enable_sort = off")
            try:
                cursor.copy_expert(statement, _Counted(file, self._count_rows))
            except BaseException:
                # Else the rest of the rows would be fetched, and thrown away, before the connection is free again.
                cursor.connection.cancel()
                raise
            cursor.execute("SET LOCAL enable_sort = on")

    def _rows(self, query: str, *, counted: bool = False) -> Iterator[tuple[Any, ...]]:
        # A name of its own: the rows of one sheet may not be at their end when those of the next begin.
        with self._cursor(name=f"export_{next(_NUMBERS)}") as cursor:
            cursor.execute(query, self._parameters)
            while rows := cursor.fetchmany(_FETCH_ROWS):
                self._count_rows(len(rows) if counted else 0)
                yield from rows

    def _count_rows(self, rows: int) -> None:
        self._read += rows
        self.watch(self._read)

    def _one(self, query: str) -> Sequence[Any]:
        with self._cursor() as cursor:
            cursor.execute(query, self._parameters)
            row: Sequence[Any] = cursor.fetchone()
            return row

    @contextmanager
    def _cursor(self, **kwargs: Any) -> Iterator[Any]:
        driver: Any = self._connection.connection.driver_connection
        with driver.cursor(**kwargs) as cursor:
            yield cursor


@contextmanager
def open_record(
    organisation_id: int,
    selection: Selection,
    specs: Mapping[str, AssistantSpec],
    default: str,
    timezone: str | None = None,
) -> Iterator[Record]:
    """The organisation's record as it stands now, in its own time zone or in `timezone`.

    `specs` are the organisation's assistants by name: those that the selection reaches give the columns of the
    questions, `default` where it reaches none.
    """
    with tenant_snapshot(organisation_id) as connection:
        organisation = connection.execute(_ORGANISATION).one()
        timezone = timezone or organisation.timezone
        connection.execute(_TIMEZONE, {"timezone": timezone})
        everything = Record(connection, selection, Layout(organisation.language, ()), organisation_id, timezone)
        reached = [spec for name, spec in specs.items() if everything.reaches(name)] or [
            specs[selection.assistant or default]
        ]
        layout = Layout(organisation.language, reached)
        yield Record(connection, selection, layout, organisation_id, timezone)


_ORGANISATION = sa.text("SELECT language, timezone FROM organisations")
_TIMEZONE = sa.text("SELECT set_config('TimeZone', :timezone, true)")
