"""What the tests of the contact book share."""

import pytest
from flask import Flask

from tests.conftest import make_tenant


@pytest.fixture
def foreign_id(app: Flask) -> int:
    """Somebody else's organisation."""
    return make_tenant("other-contacts").organisation_id
