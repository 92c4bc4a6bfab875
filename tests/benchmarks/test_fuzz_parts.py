"""The parts of `make fuzz` that have a product of their own, each as small as it shows that a fault would be seen."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from flask import Flask

from benchmarks import forged
from tests.conftest import Tenant
from tests.fakes.wire import Outcome, over_wsgi

Rows = Callable[..., list[dict[str, Any]]]


def test_forged_deliveries_are_refused_and_would_be_seen(application: Flask, tenant: Tenant, rows: Rows) -> None:
    receiver = forged.programs(tenant.key)
    address = "http://127.0.0.1"
    assert forged.forge([receiver], address, over_wsgi(application)) == (8, Counter(), [])
    kept_of_it = "SELECT text FROM webhook_events WHERE organisation_id = :org"
    assert rows(kept_of_it, org=tenant.organisation_id) == []
    whole = replace(receiver, kind="whole", signs_the_body=True)
    assert forged.forge([whole], address, lambda _: Outcome(200))[:2] == (12, Counter(whole=12))
    assert forged.forge([receiver], address, lambda _: Outcome(500))[2][0] == "api, no signature: 500"


def test_what_services_document_as_signed_is_accepted() -> None:
    accepted = [channel.kind for channel, one in forged.documented() if channel.verify(one)]
    assert accepted == ["meta", "waha", "twilio", "twilio"]
