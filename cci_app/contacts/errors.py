"""Errors of the contact book, each a sentence that says what to do."""

from cci_app.core.errors import CciError


class WorkbookError(CciError):
    """The workbook as a whole cannot be used; the contact book stays as it was."""

    status = 422
    code = "workbook_unusable"
