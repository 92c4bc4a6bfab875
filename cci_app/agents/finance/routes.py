"""What whoever holds the link of a plan may fetch."""

from flask import Blueprint, Response

from cci_app.agents.finance.sheet import plan_of

blueprint = Blueprint("plans", __name__)


@blueprint.get("/plans/<token>")
def get_plan(token: str) -> Response:
    """The plan that a link carries, month by month, as a workbook."""
    plan = plan_of(token)
    response = Response(plan.workbook, content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
    response.headers["Content-Disposition"] = f'attachment; filename="plan-{plan.loan.months}.xlsx"'
    response.headers["Cache-Control"] = "private, no-store"
    return response
