"""Every page of admins; what members may only look at, what takes an admin, and the pages' own files."""

from flask import Blueprint, Response, request, send_from_directory

from cci_app.dashboard.frame import STATIC, init_pages, make_pages
from cci_app.dashboard.pages import contacts, conversations, exports, knowledge, overview, system

# A year: their addresses change with their content.
_FOREVER = 365 * 24 * 3600
# The pages of signing in name no version.
_BRIEFLY = 600

files = Blueprint("page_files", __name__)
pages = make_pages("pages", __name__, url_prefix="/admin")
export_pages = make_pages("export_pages", __name__, url_prefix="/admin/exports")
pages.record_once(lambda state: init_pages(state.app))

for _module in (overview, conversations, contacts, knowledge, system):
    _module.add_to(pages)
exports.add_to(export_pages)


@files.get("/static/<path:name>")
def get_page_file(name: str) -> Response:
    """A style sheet, a script or a sign of the pages."""
    response = send_from_directory(STATIC, name)
    lasting = f"public, max-age={_FOREVER}, immutable"
    response.headers["Cache-Control"] = lasting if "v" in request.args else f"public, max-age={_BRIEFLY}"
    return response
