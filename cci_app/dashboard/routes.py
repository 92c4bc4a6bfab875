"""Every page of admins; what members may only look at, what takes an admin, and the pages' own files."""

from flask import Blueprint, Response, request, send_from_directory

from cci_app.dashboard.frame import STATIC, init_pages, make_pages
from cci_app.dashboard.pages import (
    accounts,
    assistant,
    bell,
    catalogs,
    chatbots,
    contacts,
    conversations,
    desk,
    exports,
    feedback,
    inbox,
    keys,
    knowledge,
    me,
    overview,
    questions,
    reviews,
    settings,
    system,
    team,
    tools,
    trying,
    usage,
    versions,
    web_chats,
)
from cci_app.dashboard.pages.work import conflicts, handbook, lists, monitor, projects, reports, rules, task, unasked

# A year: their addresses change with their content.
_FOREVER = 365 * 24 * 3600
# The pages of signing in name no version.
_BRIEFLY = 600

files = Blueprint("page_files", __name__)
pages = make_pages("pages", __name__, url_prefix="/admin")
inbox_pages = make_pages("inbox_pages", __name__, url_prefix="/admin/inbox")
export_pages = make_pages("export_pages", __name__, url_prefix="/admin/exports")
work_pages = make_pages("work_pages", __name__, url_prefix="/admin/work")
review_pages = make_pages("review_pages", __name__, url_prefix="/admin/reviews")
me_pages = make_pages("me_pages", __name__, url_prefix="/admin/me")
team_pages = make_pages("team_pages", __name__, url_prefix="/admin/team")
try_pages = make_pages("try_pages", __name__, url_prefix="/try")
try_link_pages = make_pages("try_link_pages", __name__, url_prefix="/try/links")
guest_pages = make_pages("guest_pages", __name__, url_prefix="/try/link")
pages.record_once(lambda state: init_pages(state.app))

for _module in (
    overview,
    conversations,
    contacts,
    knowledge,
    catalogs,
    questions,
    feedback,
    versions,
    assistant,
    chatbots,
    web_chats,
    tools,
    usage,
    desk,
    accounts,
    settings,
    system,
):
    _module.add_to(pages)
inbox.add_to(inbox_pages)
for _pages in (lists, task, projects, monitor, rules.MONITOR_PAGES, unasked, handbook, conflicts, reports):
    _pages.add_to(work_pages)
exports.add_to(export_pages)
reviews.add_to(review_pages)
me.add_to(me_pages)
bell.add_to(me_pages)
team.add_to(team_pages)
keys.add_to(team_pages)
trying.add_to(try_pages)
trying.add_links_to(try_link_pages)
trying.add_guests_to(guest_pages)


@files.get("/static/<path:name>")
def get_page_file(name: str) -> Response:
    """A style sheet, a script or a sign of the pages."""
    response = send_from_directory(STATIC, name)
    lasting = f"public, max-age={_FOREVER}, immutable"
    response.headers["Cache-Control"] = lasting if "v" in request.args else f"public, max-age={_BRIEFLY}"
    return response
