"""S3: every route of the URL map, for the own organisation, another one, nobody, and whoever may not; `make fuzz`.

Whoever is refused or of another organisation asks first, for what the own one has, in which a canary stands; nothing of
that may come back, and no row may change. The controls are the database without its row-level security, and the same
application that takes everybody for the owner.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import httpx

from benchmarks.chaos.figures import Figure
from benchmarks.chaos.stage import say
from benchmarks.every_page import accesses
from benchmarks.members import furnished, signed_in
from benchmarks.product import Product
from cci_app.accounts.caller import Access, Proof, Role, Scope
from cci_app.embedded import processes
from tests.fakes.every_route import Route, listed

CANARY = "canari-7c1f"
_OWN = 1
Rows = Callable[..., list[dict[str, Any]]]
# Where it stands, after what was there.
_PLANTED = (
    *("conversations.user_message", "contacts.first_name", "knowledge_documents.title", "project_tasks.title"),
    *("projects.name", "collaborators.name", "handoff_requests.summary", "task_comments.content"),
    *("labels.name", "trial_links.note", "api_keys.name", "contacts.company"),
)
# Where the things stand that addresses name.
_TABLES: Mapping[str, str] = {
    "action_id": "ai_actions",
    "alert_id": "system_alerts",
    "answer_id": "corrected_answers",
    "chatbot_id": "chatbots",
    "comment_id": "task_comments",
    "conflict_id": "sync_conflicts",
    "conversation_id": "conversation_runs",
    "delivery_id": "webhook_posts",
    "document_id": "knowledge_documents",
    "edition_id": "handbook_editions",
    "entry_id": "delivery_events",
    "evaluation_id": "jobs",
    "experiment_id": "experiments",
    "fact_id": "facts",
    "handoff_id": "handoff_requests",
    "invitation_id": "member_links",
    "job_id": "jobs",
    "key_id": "api_keys",
    "label_id": "labels",
    "link_id": "trial_links",
    "member_id": "members",
    "person_id": "collaborators",
    "project_id": "projects",
    "reply_id": "canned_replies",
    "report_id": "work_reports",
    "rules_id": "monitor_rule_sets",
    "sample_id": "review_samples",
    "schedule_id": "schedules",
    "session_id": "member_sessions",
    "task_id": "project_tasks",
    "violation_id": "rule_violations",
    "webhook_id": "webhook_subscribers",
}
# Kind and name of what an address names by both, by a part of it.
_ACCOUNTS = {
    "channels": ("manychat", "members"),
    "integrations": ("sharepoint", "members"),
    "": ("http", "order-status"),
}
# What a request changes of whoever sends it, or of the count of requests.
_COUNTING = frozenset({"api_metrics", "api_keys", "member_sessions", "audit_log"})
_SCOPES = tuple(scope for scope in Scope if scope is not Scope.OPERATOR)
_REFUSALS = frozenset({401, 403, 410})
# What the callers here have; the rest proves itself by a channel's signature, a link or a token.
_HAD = frozenset({Proof.API_KEY, Proof.SESSION})


@dataclass(frozen=True, slots=True)
class Asking:
    """Somebody who asks: a program by its scopes, a member by their role, or nobody."""

    name: str
    client: httpx.Client
    own: bool = True
    scopes: frozenset[Scope] = frozenset()
    role: Role | None = None

    @property
    def proves(self) -> bool:
        """Whether they prove who they are."""
        return self.role is not None or bool(self.scopes)

    def may(self, access: Access, *, changing: bool) -> bool:
        """Whether they are let in there."""
        if access.is_open:
            return True
        if self.role is not None:
            needed = access.role(changing=changing)
            return Proof.SESSION in access.proofs and needed is not None and self.role.covers(needed)
        return Proof.API_KEY in access.proofs and access.scope in self.scopes


@dataclass(slots=True)
class Heard:
    """How many asked what, by what they were to that route; who was let in, or told something, though they may not."""

    asked: Counter[str] = field(default_factory=Counter)
    leaks: list[str] = field(default_factory=list)
    passed: set[Route] = field(default_factory=set)
    shown: int = 0


class Doors:
    """Routes, what each asks, and values for their addresses that name things of the own organisation."""

    def __init__(self, routes: Sequence[Route], values: Mapping[str, Any]) -> None:
        self._accesses = accesses()
        self.routes = sorted(routes, key=self._late)
        self.values = values

    def access(self, route: Route) -> Access:
        """What a route asks."""
        return self._accesses[route.blueprint]

    def _late(self, route: Route) -> tuple[bool, bool, str]:
        """What signs somebody out comes last."""
        return route.changes and self._accesses[route.blueprint].is_open, route.changes, route.rule

    def strangers(self, callers: Sequence[Asking], *, reading: bool = False) -> Heard:
        """Have those ask who may not, or are of another organisation: for what the own organisation has."""
        heard = Heard()
        for route in self.routes:
            access = self.access(route)
            for caller in callers:
                let_in = caller.may(access, changing=route.changes)
                if (caller.own and let_in and caller.proves) or (reading and route.changes):
                    continue
                answer = caller.client.request(route.method, self._address(route))
                heard.asked[_kind(caller)] += 1
                told = f"{caller.name}: {route.method} {route.rule}: {answer.status_code}"
                if CANARY in answer.text:
                    heard.leaks.append(f"{told}, with the canary")
                elif not let_in and not _refused(answer):
                    heard.leaks.append(told)
        return heard

    def members(self, callers: Sequence[Asking]) -> Heard:
        """Have those ask who may: they see the canary, and are let in."""
        heard = Heard()
        for route in self.routes:
            access = self.access(route)
            for caller in callers:
                if not caller.may(access, changing=route.changes) or not caller.own:
                    continue
                path = route.made_up() if route.changes else self._address(route)
                answer = caller.client.request(route.method, path)
                heard.asked["own"] += 1
                heard.shown += CANARY in answer.text
                if answer.status_code < 500 and (access.is_open or not _refused(answer)):
                    heard.passed.add(route)
        return heard

    def _address(self, route: Route) -> str:
        account = next(named for part, named in _ACCOUNTS.items() if part in route.rule)
        values = {**dict(zip(("kind", "name"), account, strict=True)), **self.values}
        return route.address({**route.nothing, **values})

    def unopened(self, passed: set[Route]) -> list[str]:
        """The routes that nobody came through, and that ask for nothing else."""
        return [
            f"nobody came through {route.method} {route.rule}"
            for route in self.routes
            if route not in passed and (self.access(route).is_open or _HAD & set(self.access(route).proofs))
        ]


def _kind(caller: Asking) -> str:
    if not caller.own:
        return "foreign"
    return "wrong role or scope" if caller.proves else "nobody"


def _refused(answer: httpx.Response) -> bool:
    return answer.status_code in _REFUSALS or answer.headers.get("Location", "").startswith("/login")


def things(rows: Rows, organisation_id: int) -> dict[str, Any]:
    """By argument, one that the organisation has of it; `rows` reads the database past every policy."""
    found: dict[str, Any] = {"assistant": "cci"}
    where = "WHERE organisation_id = :organisation_id ORDER BY id LIMIT 1"
    for argument, table in _TABLES.items():
        for row in rows(f"SELECT id FROM {table} {where}", organisation_id=organisation_id):
            found[argument] = row["id"]
    said = f"SELECT run_id AS conversation_id, id AS message_id, user_id FROM conversations {where}"
    for row in rows(said, organisation_id=organisation_id):
        found |= row
    return found


def plant(product: Product) -> None:
    """Put the canary into what the own organisation has."""
    for table, _, column in (each.partition(".") for each in _PLANTED):
        planted = f"coalesce({column}, '') || ' {CANARY}'"
        product.execute(f"UPDATE {table} SET {column} = {planted} WHERE organisation_id = {_OWN}")


def rows_of_the_own(product: Product) -> dict[str, str]:
    """By table, a sum over all rows of the own organisation, but for when somebody was last seen."""
    row = "(to_jsonb(t) - 'last_seen_at')::text"
    tables = product.rows(
        "SELECT table_name FROM information_schema.columns JOIN information_schema.tables USING (table_name)"
        " WHERE column_name = 'organisation_id' AND table_type = 'BASE TABLE'"
    )
    return {
        name: product.rows(
            f"SELECT md5(coalesce(string_agg({row}, '|' ORDER BY {row}), '')) AS sum FROM {name} t"
            f" WHERE organisation_id = {_OWN}"
        )[0]["sum"]
        for name in sorted({row["table_name"] for row in tables} - _COUNTING)
    }


def _key(product: Product, name: str, scopes: Sequence[Scope], *more: str) -> str:
    return product.flask("keys", "create", "--name", name, "--scopes", ",".join(scopes), *more)


@contextmanager
def callers(product: Product, owner: httpx.Client) -> Iterator[list[Asking]]:
    """Nobody, members of each role, keys of each scope; of another organisation an owner, and a key of all scopes."""
    other = ("--organisation", "other")
    product.flask("organisations", "create", "other", "--name", "Other")
    everything = frozenset(_SCOPES)
    keys = {scope: _key(product, scope, [scope]) for scope in _SCOPES}
    emails = {role: f"{role}@example.org" for role in Role if role is not Role.OWNER}
    passwords = {
        role: product.flask("members", "create", "--email", email, "--role", role) for role, email in emails.items()
    }
    foreign = product.flask("members", "create", "--email", "foreign@example.org", *other)
    with ExitStack() as stack:

        def program(key: str | None) -> httpx.Client:
            headers = {} if key is None else {"X-API-Key": key}
            return stack.enter_context(
                httpx.Client(base_url=product.address, headers=headers, timeout=60, trust_env=False)
            )

        def member(email: str, password: str) -> httpx.Client:
            return stack.enter_context(signed_in(product.address, email, password))

        yield [
            Asking("nobody", program(None)),
            *(Asking(f"key for {scope}", program(key), scopes=frozenset({scope})) for scope, key in keys.items()),
            *(Asking(role, member(emails[role], passwords[role]), role=role) for role in emails),
            Asking("owner", owner, role=Role.OWNER),
            Asking("foreign key", program(_key(product, "all", _SCOPES, *other)), own=False, scopes=everything),
            Asking("foreign owner", member("foreign@example.org", foreign), own=False, role=Role.OWNER),
        ]


def figures(product: Product) -> list[Figure]:
    """Who may not, and both controls, which only read; then who may."""
    with furnished(product) as owner, callers(product, owner) as everybody:
        for part in ("worker", "jobs", "beat"):
            processes.stop(product.processes[part], grace=20)
        plant(product)
        doors = Doors(listed(product.flask("routes", "--all-methods")), things(product.rows, _OWN))
        say(f"S3: {len(doors.routes)} routes, {len(everybody)} callers")
        before = rows_of_the_own(product)
        heard = doors.strangers(everybody)
        changed = [name for name, rows in rows_of_the_own(product).items() if rows != before[name]]
        with _without_row_level_security(product):
            unseparated = doors.strangers([one for one in everybody if not one.own], reading=True)
        with product.web("benchmarks.open_doors:app", "open") as address, ExitStack() as stack:
            opened = doors.strangers([_at(address, one, stack) for one in everybody if one.own], reading=True)
        inside = doors.members(everybody)
    return _judged(doors, heard, changed, inside, {"unseparated": unseparated, "opened": opened})


def _judged(
    doors: Doors, heard: Heard, changed: Sequence[str], inside: Heard, controls: Mapping[str, Heard]
) -> list[Figure]:
    asked = heard.asked + inside.asked
    uncovered = doors.unopened(inside.passed)
    off = {name: len(control.leaks) for name, control in controls.items()}
    made_up = {name for route in doors.routes for name in route.arguments} & set(_TABLES) - set(doors.values)
    return [
        Figure(
            "S3",
            f"{len(doors.routes)} routes: {', '.join(f'{number:,} {kind}' for kind, number in asked.items())}",
            "0 leaks, 0 rows changed, 0 uncovered routes",
            f"{asked.total():,} combinations: {len(heard.leaks)} leaks, {len(changed)} tables changed,"
            f" {len(uncovered)} uncovered",
            f"without row-level security {off['unseparated']}, with open doors {off['opened']} leaks;"
            f" shown to the own {inside.shown} times",
            not heard.leaks and not changed and not uncovered and min(off.values()) > 0 and inside.shown > 0,
            [*heard.leaks, *(f"changed: {name}" for name in changed), *uncovered, *sorted(made_up)],
        )
    ]


@contextmanager
def _without_row_level_security(product: Product) -> Iterator[None]:
    tables = [row["relname"] for row in product.rows("SELECT relname FROM pg_class WHERE relrowsecurity")]
    product.execute(*(f"ALTER TABLE {name} DISABLE ROW LEVEL SECURITY" for name in tables))
    try:
        yield
    finally:
        product.execute(*(f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY" for name in tables))


def _at(address: str, caller: Asking, stack: ExitStack) -> Asking:
    """The same, asking another server."""
    was = caller.client
    client = httpx.Client(base_url=address, headers=was.headers, cookies=was.cookies, timeout=60, trust_env=False)
    return replace(caller, client=stack.enter_context(client))
