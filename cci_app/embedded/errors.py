"""What stops a start, said to a person."""


class CannotStart(Exception):  # noqa: N818 (it is a sentence for a person, not a fault in the code)
    """One clear sentence about what is missing and what to do; printed without a traceback."""
