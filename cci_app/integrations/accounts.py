"""The integrations of organisations."""

from cci_app.core.outside.register import Register
from cci_app.integrations.kinds import KINDS
from cci_app.integrations.models import Integration

integrations = Register(Integration, KINDS, "integration")
