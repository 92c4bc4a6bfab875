"""A Chromium, and what a page in it must not do: run off a phone, break its policy, or have what axe finds."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, Page, sync_playwright

_NAMES = ("chromium", "chromium-browser", "google-chrome")
# As root there is no sandbox; the rest keeps it from calling home.
_ARGUMENTS = (
    *("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
_AXE = Path(__file__).parent / "axe" / "axe.min.js"
# For a page's first script: what it breaks of the policy, trusted types included, stands in `window.violations`.
NOTE_VIOLATIONS: Final = """
window.violations = [];
document.addEventListener("securitypolicyviolation", event => window.violations.push(event.violatedDirective));
"""


class NoChromium(Exception):  # noqa: N818
    """There is none on this machine; the message says how to get one."""


@contextmanager
def chromium() -> Iterator[Browser]:
    """The machine's Chromium. Raises NoChromium."""
    path = next(filter(None, map(shutil.which, _NAMES)), None)
    if path is None:
        raise NoChromium("no Chromium here: apt-get install -y chromium brings one")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(_ARGUMENTS))
        yield browser
        browser.close()


def too_wide(page: Page) -> int:
    """How far the page runs off to the right, in pixels."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def barriers(page: Page) -> list[list[str]]:
    """What axe finds: each rule with the first element that breaks it. The page must let the checker's script in."""
    page.evaluate(_AXE.read_text())
    found: list[list[str]] = page.evaluate("axe.run().then(done => done.violations.map(v => [v.id, v.nodes[0].html]))")
    return found
