"""The product whose pages have what they must not, and which takes what other sites send. For a control.

A page gets a script in itself and a field without a label, each script of ours an assignment of HTML. It is done here,
in a process of the benchmark; the product has no switch for it.
"""

from flask import Request, Response, request

from cci_app import after_fork, before_exit
from cci_app.accounts import auth, session_cookie
from wsgi import app

__all__ = ["after_fork", "app", "before_exit"]

_UNKEMPT = b"<script>window.ran = true</script><input name=nameless></main>"
_ASSIGNED = b"\n;try { document.createElement('p').innerHTML = '<b>x</b>' } catch {}"


def _let_in(_request: Request) -> None:
    """Take what comes from another site."""


for _module in (auth, session_cookie):
    assert "refuse_other_sites" in vars(_module)
    vars(_module)["refuse_other_sites"] = _let_in


@app.after_request
def _spoil(response: Response) -> Response:
    if response.mimetype == "text/html":
        response.set_data(response.get_data().replace(b"</main>", _UNKEMPT))
    elif request.path.startswith("/static/") and request.path.endswith(".js"):
        response.direct_passthrough = False
        response.set_data(response.get_data() + _ASSIGNED)
    return response
