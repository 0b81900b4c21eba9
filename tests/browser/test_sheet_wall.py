"""The sheet wall in a browser: a large batch by keys, missing sheets in their places, closing that asks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from hands import work_off
from pages import wire_transfer
from playwright.sync_api import Page, expect
from served import Site

from archive.indexing import Indexer
from processing import capture

SignIn = Callable[[str], Page]


def long_batch(site: Site, sheets: int) -> int:
    """A batch of many sheets whose pages wait: one file of many pages."""
    batch = site.batch(read=False)
    with site.archive.catalogue.write() as tx:
        file, _ = tx.batches.add_file(batch.id, "long.tif", "0" * 64, 1, "image/tiff", sheets)
        tx.pages.add_pages(tx.batches.get(batch.id), file, "0" * 64)
    return batch.id


def test_two_thousand_sheets_keep_at_most_eighty_cells_and_the_focus(site: Site, sign_in: SignIn) -> None:
    page = sign_in("operator")
    page.goto(f"/batches/{long_batch(site, 2000)}")
    expect(page.locator(".cell").first).to_be_visible()
    page.keyboard.press("ArrowRight")
    second = page.locator(".cell:focus")
    expect(second).to_contain_text("2")
    for top in range(0, 40_000, 4000):
        page.evaluate(f"document.querySelector('#wall').scrollTop = {top}")
        page.evaluate("new Promise(requestAnimationFrame)")
        assert page.locator(".cell").count() <= 80
    expect(second).to_have_count(1)
    page.keyboard.press("g")
    page.keyboard.type("1234")
    page.keyboard.press("Enter")
    expect(page.locator(".cell:focus b")).to_have_text("1234")
    assert "sheet=1234" in page.url


def test_missing_sheets_are_dashed_and_closing_short_names_them(site: Site, sign_in: SignIn) -> None:
    batch = site.batch(("1.png", wire_transfer()), declared=3)
    page = sign_in("operator")
    page.goto(f"/batches/{batch.id}")
    expect(page.locator(".cell.missing")).to_have_count(2)
    page.keyboard.press("c")
    page.keyboard.press("y")
    expect(page.locator("#notice")).to_contain_text("缺第2–3张")
    expect(page.locator(".cell:focus b")).to_have_text("2")


def test_correcting_the_declared_number_lets_the_batch_close(site: Site, sign_in: SignIn) -> None:
    batch = site.batch(("1.png", wire_transfer()), declared=3)
    page = sign_in("operator")
    page.goto(f"/batches/{batch.id}")
    page.keyboard.press("d")
    page.locator("#declared").fill("1")
    page.keyboard.press("Enter")
    expect(page.locator(".cell")).to_have_count(1)
    page.keyboard.press("c")
    page.keyboard.press("y")
    expect(page.locator("#batch-state")).to_have_text("已归档")


def test_escape_takes_the_question_back(site: Site, sign_in: SignIn) -> None:
    batch = site.batch(("1.png", wire_transfer()))
    page = sign_in("operator")
    page.goto(f"/batches/{batch.id}")
    page.keyboard.press("c")
    expect(page.locator("#confirm")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#confirm")).to_be_hidden()


def test_n_walks_the_problems_space_shows_large_and_enter_opens(site: Site, sign_in: SignIn) -> None:
    batch = site.batch(("1.png", wire_transfer()), ("2.png", wire_transfer(words="玖元整")), declared=2)
    capture.add_file(site.archive, batch.id, "3.jpg", b"", actor="test")
    page = sign_in("operator")
    page.goto(f"/batches/{batch.id}?sheet=1")
    expect(page.locator(".cell:focus b")).to_have_text("1")
    page.keyboard.press("n")
    expect(page.locator(".cell.doubtful:focus b")).to_have_text("2")
    page.keyboard.press(" ")
    expect(page.locator("#large")).to_be_visible()
    page.keyboard.press(" ")
    expect(page.locator("#large")).to_be_hidden()
    page.keyboard.press("n")
    expect(page.locator(".cell.refused:focus")).to_contain_text("文件为空")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="电汇凭证")).to_be_visible()
    page.go_back()
    expect(page.locator(".cell:focus b")).to_have_text("2")


def test_a_quarantined_page_keeps_its_cell_and_cause_and_can_be_tried_again(site: Site, sign_in: SignIn) -> None:
    batch = site.batch(("1.png", wire_transfer()), read=False)
    with site.archive.catalogue.write() as tx:
        page_ = tx.pages.claim("here", datetime.now(UTC) + timedelta(minutes=1))
        assert page_
        tx.pages.quarantine(page_.id, page_.token, "the worker died four times")
    page = sign_in("operator")
    page.goto(f"/batches/{batch.id}")
    expect(page.locator(".cell.quarantined")).to_contain_text("the worker died four times")
    page.keyboard.press("e")
    expect(page.locator(".cell.received")).to_have_count(1)
    work_off(site.archive)
    expect(page.locator(".cell.received")).to_have_count(0)
    expect(page.locator(".cell img")).to_have_count(1)


def test_the_paper_goes_into_its_box_by_keys(site: Site, sign_in: SignIn) -> None:
    batch = site.batch(("1.png", wire_transfer()))
    page = sign_in("supervisor")
    page.goto(f"/batches/{batch.id}")
    page.keyboard.press("b")
    page.keyboard.type("k2026-0042")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="K2026-0042")).to_be_visible()
    Indexer(site.archive).drain()
    page.get_by_role("link", name="K2026-0042").click()
    expect(page.locator("#r-1")).to_be_visible()
