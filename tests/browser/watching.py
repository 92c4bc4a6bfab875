"""What a page must not do: run off a phone, or have what axe finds."""

from pathlib import Path

from playwright.sync_api import Page

_AXE = Path(__file__).parent / "axe" / "axe.min.js"


def too_wide(page: Page) -> int:
    """How far the page runs off to the right, in pixels."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def barriers(page: Page) -> list[list[str]]:
    """What axe finds: each rule with the first element that breaks it. The page must let the checker's script in."""
    page.evaluate(_AXE.read_text())
    found: list[list[str]] = page.evaluate("axe.run().then(done => done.violations.map(v => [v.id, v.nodes[0].html]))")
    return found
