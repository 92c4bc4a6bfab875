"""Errors of a delivery."""

from cci_app.core.errors import CciError


class DeliveryFailed(CciError):  # noqa: N818
    """The destination refuses the export, and will again: the message says what to change there or in the settings."""

    status = 409
    code = "delivery_failed"
