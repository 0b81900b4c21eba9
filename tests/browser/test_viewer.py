"""The viewer in a browser: the box on the paper, keys, corrections, and the way back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pages import wire_transfer
from playwright.sync_api import Page, expect
from served import Site

SignIn = Callable[[str], Page]
Rect = dict[str, float]


def read(site: Site) -> Any:
    """The first record of a batch of one voucher."""
    batch = site.batch(("1.png", wire_transfer()), ("2.png", wire_transfer("88.00", words="捌拾捌元整")), declared=2)
    with site.archive.catalogue.read() as tx:
        return tx.records.of_batch(batch.id)[0]


def covered(outer: Rect, inner: Rect) -> float:
    """The share of `inner` that lies within `outer`."""
    wide = min(outer["x"] + outer["width"], inner["x"] + inner["width"]) - max(outer["x"], inner["x"])
    high = min(outer["y"] + outer["height"], inner["y"] + inner["height"]) - max(outer["y"], inner["y"])
    return max(0.0, wide) * max(0.0, high) / (inner["width"] * inner["height"])


def on_screen(page: Page, box: Any, width: int) -> Rect:
    """Where a box of the paper stands on the screen, from the drawn image alone."""
    image = page.locator("#picture").bounding_box()
    assert image
    s = image["width"] / width
    return {"x": image["x"] + box.x * s, "y": image["y"] + box.y * s, "width": box.w * s, "height": box.h * s}


def test_each_fields_box_is_lit_on_the_image_at_every_zoom(site: Site, sign_in: SignIn) -> None:
    record = read(site)
    with site.archive.catalogue.read() as tx:
        width = tx.pages.get(record.page_id).width
    page = sign_in("supervisor")
    page.goto(f"/v/{record.id}?field=amount")
    for key in ("", "+", "0", "1"):
        if key:
            page.keyboard.press(key)
        lit = page.locator("#lit").bounding_box()
        assert lit
        assert covered(lit, on_screen(page, record.fields["amount"].box, width)) >= 0.9, key


def test_j_and_k_walk_the_fields_and_the_address_restores_them(site: Site, sign_in: SignIn) -> None:
    record = read(site)
    page = sign_in("supervisor")
    page.goto(f"/v/{record.id}")
    expect(page.locator(".field:focus")).to_have_attribute("data-field", "date")
    page.keyboard.press("j")
    expect(page.locator(".field:focus")).to_have_attribute("data-field", "payer_name")
    page.wait_for_url("**field=payer_name**")
    page.reload()
    expect(page.locator(".field[aria-current]")).to_have_attribute("data-field", "payer_name")
    page.keyboard.press("k")
    expect(page.locator(".field:focus")).to_have_attribute("data-field", "date")


def test_a_correction_stands_with_its_history(site: Site, sign_in: SignIn) -> None:
    record = read(site)
    page = sign_in("supervisor")
    page.goto(f"/v/{record.id}?field=payer_name")
    page.keyboard.press("e")
    page.keyboard.type("张炜")
    page.keyboard.press("Enter")
    expect(page.locator("#f-payer_name .worth")).to_have_text("张炜")
    expect(page.locator("#f-payer_name .sure")).to_have_text("人工")
    page.keyboard.press("h")
    expect(page.locator(".history li").first).to_contain_text("张伟 → 张炜")


def test_a_value_that_is_none_is_refused_beside_the_field_and_kept(site: Site, sign_in: SignIn) -> None:
    record = read(site)
    page = sign_in("supervisor")
    page.goto(f"/v/{record.id}?field=date")
    page.keyboard.press("e")
    page.keyboard.type("yesterday")
    page.keyboard.press("Enter")
    expect(page.locator(".editor .fault")).to_contain_text("改正")
    expect(page.locator("#new-value")).to_have_value("yesterday")
    page.keyboard.press("Escape")
    expect(page.locator("#f-date .worth")).to_have_text("2026-03-09")


def test_clicking_a_word_on_the_paper_takes_its_field(site: Site, sign_in: SignIn) -> None:
    record = read(site)
    with site.archive.catalogue.read() as tx:
        width = tx.pages.get(record.page_id).width
    page = sign_in("supervisor")
    page.goto(f"/v/{record.id}")
    page.keyboard.press("0")
    at = on_screen(page, record.fields["payee_name"].box, width)
    page.mouse.click(at["x"] + at["width"] / 2, at["y"] + at["height"] / 2)
    expect(page.locator(".field[aria-current]")).to_have_attribute("data-field", "payee_name")


def test_n_and_p_walk_the_list_and_the_tabs_prove_the_voucher(site: Site, sign_in: SignIn) -> None:
    record = read(site)
    page = sign_in("supervisor")
    page.goto(f"/v/{record.id}?list=batch-{record.batch_id}")
    expect(page.locator(".back")).to_have_text("1/2")
    page.keyboard.press("n")
    expect(page.locator(".back")).to_have_text("2/2")
    page.keyboard.press("p")
    expect(page.locator(".back")).to_have_text("1/2")
    page.get_by_role("link", name="证明").click()
    expect(page.locator("#panel")).to_contain_text("SHA-256")


def test_outside_scope_and_absent_read_alike(site: Site, sign_in: SignIn) -> None:
    record = read(site)
    page = sign_in("stranger")
    for number in (record.id, 999_999):
        page.goto(f"/v/{number}")
        expect(page.get_by_role("alert")).to_contain_text("无此内容，或不在权限内")


def test_a_tab_says_that_the_line_is_lost_and_an_ended_session_leads_to_sign_in(site: Site, sign_in: SignIn) -> None:
    record = read(site)
    page = sign_in("supervisor")
    page.goto(f"/v/{record.id}")
    page.context.set_offline(True)
    page.keyboard.press("h")
    expect(page.locator("#status")).to_contain_text("与服务器断线")
    page.context.set_offline(False)
    page.context.clear_cookies()
    page.keyboard.press("h")
    page.wait_for_url("**/sign-in?next=**")
