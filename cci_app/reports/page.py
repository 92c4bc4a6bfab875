"""A report as the page of a mail."""

from functools import lru_cache
from importlib.resources import files

from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup

from cci_app.channels.email.layout import laid_out
from cci_app.reports.words import COLUMNS, IN_DAYS, NOW, ReportTexts


def as_page(texts: ReportTexts) -> str:
    """The whole page, with the styles at each element."""
    content = _template().render(
        texts=texts,
        words=texts.words,
        figures=texts.report.figures,
        groups=(("in_days", IN_DAYS), ("now", NOW)),
        columns=COLUMNS,
    )
    return laid_out(texts.title, Markup(content), texts.language)  # noqa: S704 (escaped by the template)


@lru_cache(maxsize=1)
def _template() -> Template:
    source = files(__package__).joinpath("mail.html").read_text(encoding="utf-8")
    return Environment(autoescape=True, undefined=StrictUndefined).from_string(source)
