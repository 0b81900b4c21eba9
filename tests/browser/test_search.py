"""Search in a browser: what is typed is stored, facets narrow, Back restores the row."""

from __future__ import annotations

from collections.abc import Callable

from conftest import Site
from pages import voucher, wire_transfer
from playwright.sync_api import Page, expect

SignIn = Callable[[str], Page]


def seeded(site: Site) -> None:
    slip = voucher("取款凭条", 日期="2026年03月09日", 户名="王芳", 账号="6222021234567890", 金额="¥300.00")
    names = [("1.png", wire_transfer()), ("2.png", wire_transfer("88.00", words="捌拾捌元整")), ("3.png", slip)]
    site.batch(*names)


def test_typed_words_find_vouchers_and_stay_out_of_the_address(site: Site, sign_in: SignIn) -> None:
    seeded(site)
    page = sign_in("auditor")
    page.goto("/search/0")
    expect(page.locator("#total")).to_have_text("3条")
    page.keyboard.press("/")
    page.keyboard.type("张伟")
    page.keyboard.press("Enter")
    expect(page.locator("#total")).to_have_text("2条")
    assert "张伟" not in page.url and "%" not in page.url
    expect(page.locator(".asked")).to_have_text("张伟")


def test_facets_and_amounts_narrow_and_a_dead_end_offers_the_way_out(site: Site, sign_in: SignIn) -> None:
    seeded(site)
    page = sign_in("auditor")
    page.goto("/search/0")
    page.get_by_role("link", name="电汇凭证 2").click()
    expect(page.locator("#total")).to_have_text("2条")
    page.keyboard.press("f")
    page.locator("[name=min]").fill("1000")
    page.locator("[name=min]").press("Tab")
    expect(page.locator("#total")).to_have_text("1条")
    expect(page.locator(".hitrows .negative")).to_have_count(0)
    page.locator("[name=max]").fill("1001")
    page.locator("[name=max]").press("Tab")
    expect(page.get_by_text("权限内无结果")).to_be_visible()
    page.get_by_role("link", name="去掉金额不高于 1001：1条").click()
    expect(page.locator("#total")).to_have_text("1条")


def test_enter_opens_the_row_in_its_list_and_back_restores_it(site: Site, sign_in: SignIn) -> None:
    seeded(site)
    page = sign_in("auditor")
    page.goto("/search/0?type=wire_transfer")
    page.keyboard.press("ArrowDown")
    row = page.locator(".hitrows tbody tr:focus")
    chosen = row.get_attribute("id")
    page.keyboard.press("Enter")
    expect(page.locator(".back")).to_have_text("2/2")
    page.go_back()
    expect(page.locator(f"#{chosen}")).to_be_focused()


def test_another_branchs_auditor_sees_only_theirs_at_the_same_address(site: Site, sign_in: SignIn) -> None:
    seeded(site)
    page = sign_in("auditor")
    page.goto("/search/0")
    page.keyboard.press("/")
    page.keyboard.type("1,234.50")
    page.keyboard.press("Enter")
    expect(page.locator("#total")).to_have_text("1条")
    other = sign_in("stranger")
    other.goto(page.url)
    expect(other.locator("#total")).to_have_text("0条")


def test_w_shows_the_paper_of_the_row(site: Site, sign_in: SignIn) -> None:
    seeded(site)
    page = sign_in("auditor")
    page.goto("/search/0")
    page.keyboard.press("w")
    expect(page.locator("#large-image")).to_be_visible()
    page.keyboard.press("w")
    expect(page.locator("#large")).to_be_hidden()
