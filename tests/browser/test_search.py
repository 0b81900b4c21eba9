"""Search in a browser: what is typed is stored, facets narrow, Back restores the row."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from pages import voucher, wire_transfer
from playwright.sync_api import Page, expect
from served import Site

from api.exporting import open_exports
from api.settings import Settings
from processing.exports import run_exports

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


def test_what_was_typed_stays_with_who_typed_it_and_another_branch_finds_none_of_it(
    site: Site, sign_in: SignIn
) -> None:
    seeded(site)
    page, other = sign_in("auditor"), sign_in("stranger")
    for one, found in ((page, "1条"), (other, "0条")):
        one.goto("/search/0")
        one.keyboard.press("/")
        one.keyboard.type("1,234.50")
        one.keyboard.press("Enter")
        expect(one.locator("#total")).to_have_text(found)
    other.goto(page.url)
    expect(other.locator("main [role=alert]")).to_contain_text("无此内容，或不在权限内")


def test_w_shows_the_paper_of_the_row(site: Site, sign_in: SignIn) -> None:
    seeded(site)
    page = sign_in("auditor")
    page.goto("/search/0")
    page.keyboard.press("w")
    expect(page.locator("#large-image")).to_be_visible()
    page.keyboard.press("w")
    expect(page.locator("#large")).to_be_hidden()


def asked(page: Page, text: str) -> None:
    page.keyboard.press("/")
    page.keyboard.type(text)
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/*")


def test_a_row_shows_the_paper_that_answers_and_the_viewer_lights_it(site: Site, sign_in: SignIn) -> None:
    seeded(site)
    page = sign_in("auditor")
    page.goto("/search/0")
    asked(page, "李静")
    expect(page.locator("#total")).to_have_text("2条")
    before = page.locator("#rows tr").first.bounding_box()
    expect(page.locator(".piece rect").first).to_be_visible()
    expect(page.locator(".piece img").first).to_have_js_property("complete", True)
    assert page.locator("#rows tr").first.bounding_box() == before  # nothing has moved
    page.locator("#rows tr").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".stage .hit")).to_be_visible()
    expect(page.locator(".field[aria-current]")).to_have_attribute("data-field", "payee_name")
    hit, lit = page.locator(".stage .hit").bounding_box(), page.locator("#lit").bounding_box()
    assert hit and lit and hit["x"] < lit["x"] + lit["width"] and hit["y"] < lit["y"] + lit["height"]


def test_a_search_is_saved_by_name_opened_renamed_and_deleted(site: Site, sign_in: SignIn) -> None:
    seeded(site)
    page = sign_in("auditor")
    page.goto("/search/0?type=wire_transfer")
    page.keyboard.press("s")
    page.keyboard.type("电汇")
    page.keyboard.press("Enter")
    expect(page.locator("#kept a")).to_have_text("电汇")
    page.keyboard.press("s")
    page.keyboard.type("电汇")
    page.keyboard.press("Enter")
    expect(page.locator("#save-form .fault")).to_contain_text("电汇")
    page.locator(".renaming input").fill("全部电汇")
    page.locator(".renaming input").press("Enter")
    expect(page.locator("#kept a")).to_have_text("全部电汇")
    page.keyboard.press("Escape")
    page.goto("/search/0")
    page.locator("#kept a").click()
    expect(page.locator("#total")).to_have_text("2条")
    page.keyboard.press("s")
    page.get_by_role("button", name="删除").click()
    expect(page.locator("#kept")).to_be_hidden()


def test_an_export_is_asked_for_with_a_reason_followed_and_fetched(site: Site, sign_in: SignIn, tmp_path: Path) -> None:
    seeded(site)
    page = sign_in("auditor")
    page.goto("/search/0?type=wire_transfer")
    page.keyboard.press("e")
    expect(page.locator("#export-count")).to_have_text("导出全部2条")
    page.keyboard.type("年度抽查")
    page.keyboard.press("Enter")
    page.wait_for_url("**/exports")
    expect(page.locator("tr[data-state=waiting]")).to_have_count(1)
    run_exports(site.archive, open_exports(Settings(data=tmp_path / "data")))
    with page.expect_download() as fetched:
        page.get_by_role("link", name="下载").click()
    text = Path(fetched.value.path()).read_text("utf-8-sig")
    assert (len(text.splitlines()), "张伟" in text) == (3, True)


def test_chosen_rows_alone_are_exported(site: Site, sign_in: SignIn) -> None:
    seeded(site)
    page = sign_in("auditor")
    page.goto("/search/0")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("x")
    expect(page.locator("tr[aria-selected=true]")).to_have_count(1)
    page.keyboard.press("e")
    expect(page.locator("#export-count")).to_have_text("导出已选1条")


def test_the_tolerant_search_finds_what_was_misread(site: Site, sign_in: SignIn) -> None:
    seeded(site)
    page = sign_in("auditor")
    page.goto("/search/0")
    asked(page, "622Z0Z")
    expect(page.get_by_text("权限内无结果")).to_be_visible()
    page.keyboard.press("~")
    expect(page.locator("#total")).to_have_text("1条")
    expect(page.locator("#loose")).to_have_attribute("aria-pressed", "true")


def test_rows_come_as_the_list_is_walked_and_back_brings_them_again(site: Site, sign_in: SignIn) -> None:
    site.batch(*((f"{n}.png", wire_transfer(f"{n}.00")) for n in range(1, 54)))
    page = sign_in("auditor")
    page.goto("/search/0")
    expect(page.locator("#rows tr[data-id]")).to_have_count(50)
    page.keyboard.press("End")
    expect(page.locator("#rows tr[data-id]")).to_have_count(53)
    page.keyboard.press("End")
    last = page.locator("#rows tr[data-id]").last.get_attribute("id")
    page.keyboard.press("Enter")
    expect(page.locator(".back")).to_have_text("53/53")
    page.go_back()
    expect(page.locator(f"#{last}")).to_be_focused()


def test_what_is_not_understood_is_underlined_with_an_example(site: Site, sign_in: SignIn) -> None:
    seeded(site)
    page = sign_in("auditor")
    page.goto("/search/0")
    asked(page, "张伟 日期:2026-02-31")
    expect(page.locator(".asked .odd")).to_have_text("日期:2026-02-31")
    expect(page.locator(".hits .notice")).to_contain_text("日期:2026-03-08")
    page.get_by_role("button", name="去掉日期:2026-02-31：2条").click()
    expect(page.locator("#total")).to_have_text("2条")


def test_digits_are_offered_by_what_they_may_mean(site: Site, sign_in: SignIn) -> None:
    seeded(site)
    page = sign_in("auditor")
    page.goto("/day")
    page.keyboard.press("/")
    page.keyboard.type("20260309")
    offered = page.locator("#find-list [role=option]")
    expect(offered).to_have_text(
        ["账号2026 0309", "金额20,260,309.00", "日期2026-03-09", "批次B-20260309", "凭证号码20260309"]
    )
    for _ in range(3):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#total")).to_have_text("3条")
    expect(page.locator(".asked")).to_have_text("日期:2026-03-09")


def test_columns_turn_the_order(site: Site, sign_in: SignIn) -> None:
    seeded(site)
    page = sign_in("auditor")
    page.goto("/search/0")
    page.get_by_role("link", name="金额（元）").click()
    expect(page.locator("th[aria-sort=descending]")).to_have_text("金额（元）")
    expect(page.locator("#rows tr").first).to_contain_text("1,234.50")


def test_on_a_narrow_screen_the_filters_come_over_the_rows(site: Site, sign_in: SignIn) -> None:
    seeded(site)
    page = sign_in("auditor")
    page.set_viewport_size({"width": 683, "height": 480})
    page.goto("/search/0")
    page.get_by_role("button", name="筛选").click()
    page.get_by_role("link", name="电汇凭证 2").click()
    expect(page.locator("#total")).to_have_text("2条")
    expect(page.locator("#filters")).to_be_hidden()
