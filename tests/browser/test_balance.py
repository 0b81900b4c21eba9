"""The balance in a browser: each gap with its evidence, cases with their reasons, and the seal."""

from __future__ import annotations

from collections.abc import Callable

from pages import wire_transfer
from playwright.sync_api import Page, expect
from served import DAY, Site

from supervision.matching import refresh

SignIn = Callable[[str], Page]
HERE = "/balance/2026-03-09/0102/0417"
GOOD = "00001,1001234567890,张伟,1234.50"


def differing(site: Site) -> None:
    """A voucher of 1,234.50 whose journal line says 1,284.50, and a line without paper."""
    site.batch(("1.png", wire_transfer()), declared=1)
    site.journal("00001,1001234567890,张伟,1284.50", "00002,6222021234567890,王芳,77.00")


def test_a_day_that_agrees_is_balanced_and_seals_with_the_typed_count(site: Site, sign_in: SignIn) -> None:
    site.batch(("1.png", wire_transfer()), declared=1)
    with site.archive.catalogue.write() as tx:
        for record in tx.records.of_day(DAY):
            for field in [f for f in record.fields.values() if not f.accepted]:
                tx.records.set_field(record.id, field.name, field.value, source="keyed:t", actor="t", basis="test")
    site.journal(GOOD)
    refresh(site.archive, DAY)
    page = sign_in("supervisor")
    page.goto(HERE)
    expect(page.get_by_text("无差异，可封存")).to_be_visible()
    page.keyboard.press("s")
    page.get_by_label("填写当日张数").fill("7")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("所填张数不符")
    page.get_by_label("填写当日张数").fill("1")
    page.keyboard.press("Enter")
    expect(page.locator(".equation .state.sealed")).to_be_visible()


def test_a_difference_shows_both_sides_and_the_image_at_its_region(site: Site, sign_in: SignIn) -> None:
    differing(site)
    page = sign_in("supervisor")
    page.goto(HERE)
    while "不符" not in page.locator("#gaps [aria-current]").inner_text():
        page.keyboard.press("j")
    expect(page.locator("#evidence")).to_contain_text("1,284.50")
    expect(page.locator(".differs")).to_contain_text("1,234.50")
    lit, cut = page.locator(".cut .lit"), page.locator(".cut img")
    expect(lit).to_be_visible()
    inner, outer = lit.bounding_box(), cut.bounding_box()
    assert inner and outer
    assert outer["x"] - 8 <= inner["x"] and inner["x"] + inner["width"] <= outer["x"] + outer["width"] + 8


def test_a_reason_by_number_explains_the_case(site: Site, sign_in: SignIn) -> None:
    differing(site)
    page = sign_in("supervisor")
    page.goto(HERE)
    before = page.locator("#gaps li").count()
    while not page.locator("#reason").count():
        page.keyboard.press("j")
        page.wait_for_timeout(200)
    page.keyboard.press("1")
    expect(page.locator("#reason")).to_have_value("凭证次日补到")
    page.keyboard.press("Enter")
    expect(page.locator("#gaps li")).to_have_count(before - 1)
    expect(page.locator(".gaprow.told").last).to_contain_text("凭证次日补到")


def test_sealing_an_unbalanced_day_lists_what_is_missing(site: Site, sign_in: SignIn) -> None:
    differing(site)
    page = sign_in("supervisor")
    page.goto(f"{HERE}/seal")
    page.get_by_label("填写当日张数").fill("1")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("未轧平，不能封存")
    expect(page.locator(".lacks")).to_contain_text("流水00002")


def test_a_reason_explains_what_is_missing_and_seals(site: Site, sign_in: SignIn) -> None:
    differing(site)
    page = sign_in("supervisor")
    page.goto(f"{HERE}/seal")
    page.get_by_label("缺口原因").fill("凭证次日补到")
    page.get_by_label("填写当日张数").fill("1")
    page.keyboard.press("Enter")
    expect(page.locator(".equation .state.sealed")).to_be_visible()
    expect(page.locator(".gaps")).to_contain_text("凭证次日补到")


def test_an_operator_sees_the_seal_barred_with_its_rule(site: Site, sign_in: SignIn) -> None:
    differing(site)
    page = sign_in("operator")
    page.goto(HERE)
    barred = page.get_by_text("封存当日")
    expect(barred).to_have_attribute("aria-disabled", "true")
    expect(barred).to_have_attribute("title", "由监督员封存")


def test_unmatching_a_voucher_by_hand_leaves_it_surplus(site: Site, sign_in: SignIn) -> None:
    differing(site)
    page = sign_in("supervisor")
    page.goto(HERE)
    while "不符" not in page.locator("#gaps [aria-current]").inner_text():
        page.keyboard.press("j")
    expect(page.locator(".differs")).to_be_visible()
    page.keyboard.press("u")
    expect(page.locator("#gaps")).to_contain_text("多余凭证")
    expect(page.locator("#gaps")).not_to_contain_text("不符")
