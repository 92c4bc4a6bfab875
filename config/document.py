"""`python -m config.document`: write docs/configuration.md and .env.example from the settings."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from config.settings import DEVELOPMENT_SECRET, ROOT, Settings

# A heading stands before the field that it names; the fields keep their order.
HEADINGS = {
    "environment": "The process",
    "database_url": "PostgreSQL",
    "redis_url": "Redis",
    "default_organisation": "Organisation and content",
    "export_folder": "Destinations of exports",
    "chat_model": "Models",
    "reply_budget_seconds": "Limits",
}
# What `compose.yaml` cannot do without.
NEEDED = {"secret_key", "db_password", "db_web_password", "db_worker_password", "redis_password"}


def table() -> str:
    """The table of all variables, in Markdown."""
    lines = [
        "# Configuration",
        "",
        "Every setting is an environment variable; an empty one counts as not set. Durations are seconds and sizes",
        "bytes unless the name says otherwise. `make run` brings what is not set; [`.env.example`](../.env.example) is",
        "for `compose.yaml`. In production the process refuses to start on defaults that are only safe on one's own",
        "machine.",
        "",
        "This page is written by `python -m config.document` from `config/settings.py`.",
    ]
    for heading, fields in groups():
        lines += ["", f"## {heading}", "", "| Variable | Meaning | Default |", "| --- | --- | --- |"]
        lines += [
            f"| `{name.upper()}` | {field.description} | {f'`{default}`' if (default := shown(field)) else ''} |"
            for name, field in fields
        ]
    return "\n".join(lines) + "\n"


def example() -> str:
    """The same as a file of variables, each with its default; only those that must be set are not comments."""
    lines = [
        "# Settings of `compose.yaml`: copy this file to .env. It needs SECRET_KEY and four passwords, each from an",
        "# `openssl rand -hex 32` of its own; the rest has defaults. All of it is explained in docs/configuration.md.",
    ]
    for heading, fields in groups():
        lines += ["", f"# --- {heading}"]
        for name, field in fields:
            commented = "" if name in NEEDED else "# "
            lines += ["", f"# {field.description}", f"{commented}{name.upper()}={shown(field)}"]
    return "\n".join(lines) + "\n"


def groups() -> Iterator[tuple[str, list[tuple[str, FieldInfo]]]]:
    """The settings' fields under their headings."""
    heading, members = "", list[tuple[str, FieldInfo]]()
    for name, field in Settings.model_fields.items():
        if name in HEADINGS:
            if members:
                yield heading, members
            heading, members = HEADINGS[name], []
        members.append((name, field))
    yield heading, members


def shown(field: FieldInfo) -> str:
    """A default as one would write it into the environment; nothing where there is none or it is not for use."""
    value: Any = field.get_default(call_default_factory=True)
    if isinstance(value, SecretStr):
        value = value.get_secret_value()
    if value is None or value == DEVELOPMENT_SECRET:
        return ""
    if isinstance(value, list):
        return ",".join(map(str, value))
    return str(value).replace(f"{ROOT}/", "")


def main() -> None:
    """Write both files."""
    documents = {Path("docs/configuration.md"): table(), Path(".env.example"): example()}
    for path, text in documents.items():
        (ROOT / path).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
