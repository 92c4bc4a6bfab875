"""A record to look at."""

from tests.exports.conftest import Add, add

__all__ = ["Add", "add"]
