"""The product's worker on the pretended internet; with UNGUARDED set, its protection is off, for a control.

The protection is taken off here, in a process of the benchmark; the product has no switch for it.
"""

import os

from cci_app.core.outbound import addresses
from celery_tasks.app import celery
from tests.fakes.internet import Place

__all__ = ["celery"]

Place(int(os.environ["CANARY_PORT"]), int(os.environ["SITE_PORT"]), os.environ["SSL_CERT_FILE"]).pretended().__enter__()
if os.environ.get("UNGUARDED"):
    vars(addresses)["is_public"] = lambda _: True
