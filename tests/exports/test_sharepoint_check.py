"""`flask sharepoint check`: which of the tenant, the secret, the site, the library or the rights is wrong."""

from collections.abc import Iterator
from typing import Any

import pytest
from click.testing import Result
from flask import Flask

from cci_app.integrations import patience
from cci_app.integrations.cli import sharepoint
from cci_app.integrations.graph import Graph, Site
from tests.fakes.graph import HOST, SECRET, SITE, FakeGraph


@pytest.fixture
def graph() -> Iterator[FakeGraph]:
    with FakeGraph() as fake:
        yield fake


def check(app: Flask, graph: FakeGraph, monkeypatch: pytest.MonkeyPatch, **changes: Any) -> Result:
    values = {name.lower(): value for name, value in graph.settings.items()}
    settings = type(app.config["SETTINGS"])(**{**app.config["SETTINGS"].model_dump(), **values, **changes})
    monkeypatch.setitem(app.config, "SETTINGS", settings)
    return app.test_cli_runner().invoke(sharepoint, ["check"])


def test_all_is_well_and_nothing_was_written(app: Flask, graph: FakeGraph, monkeypatch: pytest.MonkeyPatch) -> None:
    result = check(app, graph, monkeypatch)
    assert result.exit_code == 0
    assert result.output.count("ok: ") == 4
    assert "can be delivered" in result.output
    assert graph.published == []
    assert graph.sessions == {}


@pytest.mark.parametrize(
    "written",
    [
        "https://contoso.sharepoint.com/sites/Ventes%20FR",
        "https://contoso.sharepoint.com/sites/Ventes%20FR/SitePages/Home.aspx",
        "https://contoso.sharepoint.com/sites/Ventes%20FR/Shared%20Documents/Forms/AllItems.aspx",
        "https://contoso.sharepoint.com/sites/Ventes%20FR?web=1",
        "https://contoso.sharepoint.com/sites/Ventes%20FR/Lists/Members/AllItems.aspx#top",
        "https://contoso.sharepoint.com/sites/Ventes%20FR/_layouts/15/viewlsts.aspx?view=14",
        "https://contoso.sharepoint.com/:x:/r/sites/Ventes%20FR/Shared%20Documents/book.xlsx?d=w1&csf=1",
        "https://contoso.sharepoint.com/:f:/s/Ventes%20FR/EabcDEF?e=xyz",
        "https://Contoso.SharePoint.com:443/sites/Ventes%20FR/Shared%20Documents/Exports/2026/",
        "contoso.sharepoint.com:/sites/Ventes FR",
        "contoso.sharepoint.com:/sites/Ventes%20FR/",
    ],
)
def test_case_31_whatever_is_looked_at_its_site_is_meant(written: str) -> None:
    assert Site.parse(written) == Site("contoso.sharepoint.com", "/sites/Ventes FR")


@pytest.mark.parametrize(
    ("written", "site"),
    [
        ("https://contoso.sharepoint.com/", Site("contoso.sharepoint.com")),
        ("https://contoso.sharepoint.com/Shared%20Documents/Forms/AllItems.aspx", Site("contoso.sharepoint.com")),
        ("https://contoso.sharepoint.com/teams/a/sub/SitePages/x.aspx", Site("contoso.sharepoint.com", "/teams/a/sub")),
        (
            "https://contoso-my.sharepoint.com/:x:/g/personal/ana_example_org/EabcDEF?e=x",
            Site("contoso-my.sharepoint.com", "/personal/ana_example_org"),
        ),
        ("https://contoso.sharepoint.com/:x:/g/EabcDEF?e=x", Site("contoso.sharepoint.com")),
        ("https://contoso.sharepoint.com/sites/Pages", Site("contoso.sharepoint.com", "/sites/Pages")),
        ("https://contoso.sharepoint.com/sites/Lists/SitePages/x.aspx", Site("contoso.sharepoint.com", "/sites/Lists")),
        ("contoso.sharepoint.com:/sites/a/sub", Site("contoso.sharepoint.com", "/sites/a/sub")),
        ("https://contoso-admin.sharepoint.com/_layouts/15/online/AdminHome.aspx", None),
        ("https://teams.example.org/l/channel/1", None),
        ("Ventes FR", None),
    ],
)
def test_other_addresses_of_sharepoint(written: str, site: Site | None) -> None:
    assert Site.parse(written) == site


def test_case_31_the_check_takes_the_address_of_a_page(
    app: Flask, graph: FakeGraph, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = check(app, graph, monkeypatch, sharepoint_site=f"https://{HOST}{SITE}/SitePages/Home.aspx?web=1")
    assert result.exit_code == 0


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"sharepoint_tenant_id": "elsewhere"}, "SHAREPOINT_TENANT_ID: there is no such tenant"),
        ({"sharepoint_client_id": "other"}, "SHAREPOINT_CLIENT_ID: the tenant has no such application"),
        ({"sharepoint_client_secret": "wrong"}, "SHAREPOINT_CLIENT_SECRET is not right"),
        ({"sharepoint_site": "example.sharepoint.com:/sites/other"}, "SHAREPOINT_SITE: there is no site"),
        ({"sharepoint_drive": "Exprots"}, "has no library Exprots; it has Documents, Exports"),
        ({"sharepoint_site": None}, "needs SHAREPOINT_SITE to be set"),
    ],
)
def test_a_setting_that_is_wrong_is_named(
    app: Flask, graph: FakeGraph, monkeypatch: pytest.MonkeyPatch, changes: dict[str, Any], words: str
) -> None:
    result = check(app, graph, monkeypatch, **changes)
    assert result.exit_code == 1
    assert words in result.output
    assert SECRET not in result.output


@pytest.mark.parametrize(
    ("fault", "words"),
    [(7000222, "has expired"), (53003, "Conditional Access"), (50000, "AADSTS50000"), (900023, "not a tenant's id")],
)
def test_what_entra_says_is_put_into_words(
    app: Flask, graph: FakeGraph, monkeypatch: pytest.MonkeyPatch, fault: int, words: str
) -> None:
    graph.sign_in_fault = fault
    result = check(app, graph, monkeypatch)
    assert result.exit_code == 1
    assert words in result.output


@pytest.mark.parametrize(
    ("rights", "words"), [("none", "may not read the site"), ("read", "may not write to the folder")]
)
def test_rights_that_are_missing_are_told(
    app: Flask, graph: FakeGraph, monkeypatch: pytest.MonkeyPatch, rights: str, words: str
) -> None:
    graph.rights = rights
    result = check(app, graph, monkeypatch)
    assert result.exit_code == 1
    assert words in result.output
    assert "grant it the role write" in result.output


@pytest.mark.parametrize("address", ["http://127.0.0.1:{port}/other/v1.0", "http://127.0.0.1:{port}/graph"])
def test_a_wrong_address_of_graph_is_named(
    app: Flask, graph: FakeGraph, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    result = check(app, graph, monkeypatch, graph_base_url=address.format(port=graph.address.rpartition(":")[2]))
    assert result.exit_code == 1
    assert "GRAPH_BASE_URL" in result.output


def test_an_address_where_something_else_answers_is_named(
    app: Flask, graph: FakeGraph, monkeypatch: pytest.MonkeyPatch
) -> None:
    graph.order("GET .*/sites/", 404, code="")
    result = check(app, graph, monkeypatch)
    assert result.exit_code == 1
    assert "GRAPH_BASE_URL: what answers there is not Microsoft Graph" in result.output


@pytest.mark.parametrize("setting", ["graph_base_url", "graph_authority"])
def test_an_address_where_nobody_answers_is_named(
    app: Flask, graph: FakeGraph, monkeypatch: pytest.MonkeyPatch, setting: str
) -> None:
    monkeypatch.setattr(patience, "FIRST_PAUSE_SECONDS", 0.001)
    if setting == "graph_base_url":
        # The sign-in would refuse a token for such an address before anybody goes there.
        monkeypatch.setattr(Graph, "sign_in", lambda _: None)
    result = check(app, graph, monkeypatch, **{setting: "http://127.0.0.1:1"})
    assert result.exit_code == 1
    assert f"is {setting.upper()} right?" in result.output


def test_an_application_without_any_permission_is_told(
    app: Flask, graph: FakeGraph, monkeypatch: pytest.MonkeyPatch
) -> None:
    graph.order("GET .*/sites/", 401, times=2)
    result = check(app, graph, monkeypatch)
    assert result.exit_code == 1
    assert "Sites.Selected" in result.output
