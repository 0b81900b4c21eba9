"""The forms page: a zone is moved on the picture, kept as a new version, and approved by a second person."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hands import person
from playwright.sync_api import Page, expect
from served import PASSWORD, Site

from archive.known_forms import known_form, propose
from archive.model import Role
from ocr.known.model import KnownForm, Rect, Zone

SignIn = Callable[[str], Page]


def learned(site: Site) -> None:
    """A form of two zones, learned by anna, and two parameter administrators."""
    template = np.zeros((400, 800), np.uint8)
    template[60:64, 40:760] = template[340:344, 40:760] = 200
    zones = (
        Zone("amount", "amount", Rect(120.0, 30.0, 40.0, 7.0), Rect(122.0, 31.0, 30.0, 5.0), 4.0),
        Zone("payee_name", "name", Rect(30.0, 30.0, 60.0, 7.0), Rect(31.0, 31.0, 40.0, 5.0), 4.0),
    )
    anchors = (Rect(1, 1, 8, 5),)
    form = KnownForm("slip", "wire_transfer", "", (203.2, 101.6), template, anchors, (), zones, samples=5)
    for name in ("anna", "bo"):
        person(site.archive, name, Role.PARAMETER_ADMINISTRATOR, password=PASSWORD)
    with site.archive.catalogue.write() as tx:
        propose(tx, form, "anna")


@pytest.mark.slow
def test_a_zone_that_was_dragged_is_kept_as_a_version_that_a_second_person_approves(
    site: Site, sign_in: SignIn
) -> None:
    learned(site)
    page = sign_in("bo")
    page.goto("/forms")
    page.get_by_role("link", name="slip").click()
    zone = page.locator('[data-zone="amount"] .zone')
    spot = zone.bounding_box()
    assert spot
    page.mouse.move(spot["x"] + 10, spot["y"] + 5)
    page.mouse.down()
    page.mouse.move(spot["x"] + 10, spot["y"] + 65, steps=4)
    page.mouse.up()
    moved = float(page.locator('input[name="amount.y"]').input_value())
    assert moved > 35
    page.get_by_role("button", name="另存为新版本").click()
    expect(page).to_have_url(f"{site.url}/forms/slip/2")
    assert page.get_by_role("button", name="批准此版本").count() == 0
    with site.archive.catalogue.read() as tx:
        kept = {zone.field: zone for zone in known_form(tx, "slip", 2).zones}
    assert kept["amount"].box.y == pytest.approx(moved, abs=0.02)
    assert kept["payee_name"].box.y == pytest.approx(30.0, abs=0.02)
    second = sign_in("anna")
    second.goto("/forms/slip/2")
    second.get_by_role("button", name="批准此版本").click()
    expect(second.locator(".pagehead")).to_contain_text("已批准")
