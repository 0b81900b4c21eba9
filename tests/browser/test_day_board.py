"""The day board in a browser: live figures, and nothing else that moves."""

from __future__ import annotations

from collections.abc import Callable

from hands import work_off
from pages import wire_transfer
from playwright.sync_api import Page, expect
from served import Site

SignIn = Callable[[str], Page]
ROW = "#t-0102-0417"


def test_a_finished_page_changes_its_cells_and_neither_focus_nor_order(site: Site, sign_in: SignIn) -> None:
    site.batch(("1.png", wire_transfer()), declared=1, read=False)
    page = sign_in("operator")
    page.goto("/day/2026-03-09")
    page.keyboard.press("ArrowDown")
    expect(page.locator(ROW)).to_be_focused()
    expect(page.locator(ROW)).to_contain_text("识别中1")
    page.evaluate(f"document.querySelector('{ROW}').dataset.mark = 'same'")
    work_off(site.archive)
    expect(page.locator(ROW)).not_to_contain_text("识别中1")
    expect(page.locator(ROW)).to_be_focused()
    expect(page.locator(ROW)).to_have_attribute("data-mark", "same")


def test_n_goes_to_the_next_gap_and_enter_opens_it(site: Site, sign_in: SignIn) -> None:
    site.batch(("1.png", wire_transfer()), declared=3)
    page = sign_in("operator")
    page.goto("/day/2026-03-09")
    page.keyboard.press("n")
    expect(page.locator(ROW)).to_be_focused()
    expect(page.locator(ROW)).to_contain_text("缺2")
    page.keyboard.press("Enter")
    missing = page.locator("#gaps li", has_text="缺张")
    expect(missing).to_have_text(["缺张第2张 · B-1", "缺张第3张 · B-1"])


def test_an_empty_day_says_so_and_offers_a_batch(site: Site, sign_in: SignIn) -> None:
    page = sign_in("operator")
    page.goto("/day/2026-03-09")
    expect(page.get_by_text("今日尚无批次")).to_be_visible()
    page.keyboard.press("b")
    page.locator("#teller_no").fill("0417")
    page.locator("#declared_sheets").fill("2")
    page.keyboard.press("Enter")
    expect(page.locator("#counts")).to_contain_text("应收2")


def test_stale_figures_say_since_when(site: Site, sign_in: SignIn) -> None:
    site.batch(("1.png", wire_transfer()), read=False)
    page = sign_in("operator")
    page.clock.install()
    page.goto("/day/2026-03-09")
    page.context.set_offline(True)
    page.clock.run_for(13_000)
    expect(page.locator("#fresh")).to_contain_text("起未更新")
