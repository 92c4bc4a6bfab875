"""Errors of the documents' API."""

from cci_app.core.errors import CciError


class UnsupportedType(CciError):  # noqa: N818
    """What was sent is of no kind that can be read."""

    status = 415
    code = "unsupported_media_type"


class FileTooLarge(CciError):  # noqa: N818
    """The file is larger than an upload may be."""

    status = 413
    code = "body_too_large"
