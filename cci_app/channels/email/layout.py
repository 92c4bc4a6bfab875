"""The one layout of our mails."""

from functools import lru_cache
from importlib.resources import files

from css_inline import CSSInliner
from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup

from cci_app.channels.markup import TELEGRAM, marked_up


def laid_out(title: str, content: Markup, language: str = "") -> str:
    """A whole page of HTML around `content`, with the styles at each element.

    Readers of mail drop what stands in a head, and fetch nothing: the page needs neither.
    """
    page = _layout().render(title=title, content=content, language=language)
    return _inliner().inline(page)


def in_paragraphs(text: str) -> Markup:
    """A text with its Markdown as HTML: paragraphs, and lines in them."""
    # Telegram's tags are those of HTML.
    shown = marked_up(text, TELEGRAM)
    paragraphs = [block.strip("\n").replace("\n", "<br>\n") for block in shown.split("\n\n") if block.strip()]
    return Markup("\n").join(Markup(f"<p>{paragraph}</p>") for paragraph in paragraphs)  # noqa: S704 (escaped there)


@lru_cache(maxsize=1)
def _layout() -> Template:
    source = files(__package__).joinpath("layout.html").read_text(encoding="utf-8")
    return Environment(autoescape=True, undefined=StrictUndefined).from_string(source)


@lru_cache(maxsize=1)
def _inliner() -> CSSInliner:
    return CSSInliner(load_remote_stylesheets=False, keep_style_tags=False)
