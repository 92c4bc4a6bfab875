"""A report as files: JSON for programs, and a page of its own for people, which needs nothing beside it."""

import json
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from cci_app.evaluation.simulation.pictured import decision, pictured


def write_json(report: dict[str, Any], path: Path) -> None:
    """Write the report as JSON."""
    path.write_text(json.dumps(report, ensure_ascii=False, indent=1, default=str) + "\n", encoding="utf-8")


def write_html(report: dict[str, Any], path: Path) -> None:
    """Write the report as one page."""
    path.write_text(render_html(report), encoding="utf-8")


def render_html(report: dict[str, Any]) -> str:
    """The report as one page: whatever was said in it is text there."""
    folder = Path(__file__).parent / "templates"
    environment = Environment(loader=FileSystemLoader(folder), autoescape=True, undefined=StrictUndefined)
    page = environment.get_template("report.html")
    return page.render(report=report, pictured=pictured(report), reason=decision(report)[1])
