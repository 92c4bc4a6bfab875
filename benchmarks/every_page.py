"""S9: every page in a Chromium, its policy and what axe finds; what changes something, sent from another site.

Pages are those of the URL map: all without arguments, and where those lead. `make fuzz`; the control is the same
application with pages that have faults, and no look at where a request comes from.
"""

from collections import Counter, deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import httpx
from playwright.sync_api import Browser, Page
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.utils import import_string

from benchmarks.chaos.figures import Figure
from benchmarks.chaos.stage import say
from benchmarks.members import furnished
from benchmarks.product import Product
from cci_app.accounts.caller import Access, Proof
from cci_app.blueprints import BLUEPRINTS
from tests.fakes.every_route import Route, listed
from tests.fakes.watching import NOTE_VIOLATIONS, NoChromium, barriers, chromium

OTHER_SITES: tuple[Mapping[str, str], ...] = (
    {"Origin": "https://evil.example"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Origin": "null"},
)
REFUSED = 403
# The pages of whoever has not signed in.
_STRANGERS = frozenset({"sign_in", "sign_up"})
_PAGES = "cci_app.dashboard.routes:"
# Of pages that show one of many.
_MOST_OF_A_KIND = 2
_CONTROL_PAGES = 8
_SCHEMES: Sequence[Literal["light", "dark"]] = ("light", "dark")
_LINKS = "all => all.map(each => each.getAttribute('href') || each.getAttribute('hx-get'))"


def accesses() -> dict[str, Access]:
    """What each blueprint asks, by its name."""
    return {import_string(dotted).name: access for dotted, access in BLUEPRINTS}


def figures(product: Product) -> list[Figure]:
    """The pages in a Chromium, then every way to change something from another site."""
    asked = accesses()
    routes = listed(product.flask("routes", "--all-methods"))
    ours = {import_string(dotted).name for dotted, _ in BLUEPRINTS if dotted.startswith(_PAGES)}
    with furnished(product) as owner, product.web("benchmarks.unkempt:app", "unkempt") as unkempt:
        try:
            with chromium() as browser:
                found = _opened(browser, product.address, unkempt, owner, routes, ours)
        except NoChromium as error:
            goal = "0 violations, 0 findings"
            found = [Figure("S9", "every page in a Chromium", goal, "not looked at", "", False, [str(error)])]
        unsafe = [route for route in routes if route.changes and may_be_crossed(asked[route.blueprint])]
        say(f"S9: {len(unsafe)} routes from another site")
        taken = from_other_sites(owner.cookies, product.address, unsafe)
        off = from_other_sites(owner.cookies, unkempt, unsafe)
    sent = len(unsafe) * len(OTHER_SITES)
    return [
        *found,
        Figure(
            "S9",
            f"{len(unsafe)} unsafe routes, {sum(r.blueprint in ours for r in unsafe)} of them pages', from"
            f" {len(OTHER_SITES)} other sites: {sent} requests",
            "0 taken",
            f"{len(taken)} taken",
            f"without the look at the origin: {len(off)} taken",
            not taken and bool(off),
            taken,
        ),
    ]


def may_be_crossed(access: Access) -> bool:
    """Whether a browser proves who calls there by itself, or nobody has to."""
    return access.is_open or Proof.SESSION in access.proofs


def from_other_sites(cookies: httpx.Cookies, address: str, routes: Sequence[Route]) -> list[str]:
    """Send everything that changes something as other sites make that member's browser do; what was not refused."""
    taken = []
    with httpx.Client(base_url=address, cookies=cookies, timeout=60, trust_env=False) as client:
        for route in routes:
            for headers in OTHER_SITES:
                status = client.request(route.method, route.made_up(), headers=headers).status_code
                if status != REFUSED:
                    taken.append(f"{route.method} {route.rule} {dict(headers)}: {status}")
    return taken


@dataclass(slots=True)
class Looked:
    """The addresses that were opened, by rule; rules that give no whole page; and what was wrong with pages."""

    opened: dict[str, list[str]] = field(default_factory=dict)
    parts: set[str] = field(default_factory=set)
    violations: list[str] = field(default_factory=list)
    barriers: list[str] = field(default_factory=list)

    @property
    def pages(self) -> int:
        """How many were opened."""
        return sum(map(len, self.opened.values()))


def _opened(
    browser: Browser, address: str, unkempt: str, owner: httpx.Client, routes: Sequence[Route], ours: set[str]
) -> list[Figure]:
    members = [route for route in routes if not route.changes and route.blueprint in ours]
    strangers = [route for route in routes if not route.changes and route.blueprint in _STRANGERS]
    say(f"S9: {len(members) + len(strangers)} routes of pages")
    seen = [walk(browser, address, owner.cookies, members), walk(browser, address, httpx.Cookies(), strangers)]
    off = walk(browser, unkempt, owner.cookies, members, most=_CONTROL_PAGES)
    pages, parts = sum(each.pages for each in seen), sum(len(each.parts) for each in seen)
    unopened = [
        route.rule
        for some, each in zip((members, strangers), seen, strict=True)
        for route in some
        if route.rule not in each.opened and route.rule not in each.parts
    ]
    violations = [one for each in seen for one in each.violations]
    found = [one for each in seen for one in each.barriers]
    what = f"{pages} pages of {len(members) + len(strangers) - parts} routes in a Chromium"
    return [
        Figure(
            "S9",
            f"{what}, all of the URL map but {parts} that give no page",
            "0 violations of CSP and Trusted Types",
            f"{len(violations)} violations",
            f"{off.pages} pages with a script in them: {len(off.violations)}",
            not violations and not unopened and bool(off.violations) and _both_kinds(off.violations),
            [*violations, *(f"not opened: {rule}" for rule in unopened)],
        ),
        Figure(
            "S9",
            "the same pages, in light and dark",
            "0 findings of axe",
            f"{len(found)} findings",
            f"{off.pages} pages with a field without a label: {len(off.barriers)}",
            not found and len(off.barriers) >= len(_SCHEMES) * off.pages,
            found,
        ),
    ]


def _both_kinds(violations: Sequence[str]) -> bool:
    """Whether a script in the page was seen, and an assignment of HTML."""
    kinds = Counter(one.rpartition(" ")[2] for one in violations)
    return kinds["script-src-elem"] > 0 and kinds["require-trusted-types-for"] > 0


def walk(
    browser: Browser, address: str, cookies: httpx.Cookies, routes: Sequence[Route], most: int | None = None
) -> Looked:
    """Open a page of every route: those without arguments, what they lead to, what is nowhere; `most` are enough."""
    looked = Looked()
    site = Map([Rule(route.rule, endpoint=route.rule, methods=["GET"]) for route in routes]).bind("")
    waiting = deque(sorted(route.made_up() for route in routes if not route.arguments))
    known = set(waiting)
    given: list[Any] = [{"name": name, "value": value, "url": address} for name, value in cookies.items()]
    strict, lenient = (
        browser.new_context(locale="fr-FR", bypass_csp=bypass, reduced_motion="reduce") for bypass in (False, True)
    )
    for context in (strict, lenient):
        context.add_cookies(given)
    page, checked = strict.new_page(), lenient.new_page()
    page.add_init_script(NOTE_VIOLATIONS)
    nowhere = iter(routes)
    while most is None or looked.pages < most:
        if not waiting:
            left = next((route for route in nowhere if route.rule not in {*looked.opened, *looked.parts}), None)
            if left is None:
                break
            waiting.append(left.made_up())
        path = waiting.popleft()
        rule = _rule(site, path)
        if rule is None or len(looked.opened.get(rule, ())) >= _MOST_OF_A_KIND:
            continue
        answer = strict.request.get(address + path)
        if "<html" not in (answer.text() if "html" in answer.headers.get("content-type", "") else ""):
            looked.parts.add(rule)
            continue
        looked.opened.setdefault(rule, []).append(path)
        looked.violations += [f"{path}: {one}" for one in _violations(page, address + path)]
        links = page.eval_on_selector_all("a[href^='/'], [hx-get^='/']", _LINKS)
        waiting.extend(new for link in links if (new := link.partition("#")[0].partition("?")[0]) not in known)
        known.update(waiting)
        looked.barriers += [f"{path}: {one}" for one in _barriers(checked, address + path)]
    for context in (strict, lenient):
        context.close()
    return looked


def _rule(site: Any, path: str) -> str | None:
    try:
        return str(site.match(path, method="GET")[0])
    except HTTPException:
        return None


def _violations(page: Page, url: str) -> list[str]:
    page.goto(url)
    page.wait_for_load_state("networkidle")
    return list(page.evaluate("window.violations"))


def _barriers(page: Page, url: str) -> Iterator[str]:
    for scheme in _SCHEMES:
        # Before the page is there: colours that pass into others are no contrast of either.
        page.emulate_media(color_scheme=scheme)
        page.goto(url)
        page.wait_for_load_state("networkidle")
        yield from (f"{scheme}, {rule}: {element[:200]}" for rule, element in barriers(page))
