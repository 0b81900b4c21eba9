"""Uploading in a browser: progress for each file, refusals that keep their reason, a lost line that goes on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pages import wire_transfer
from playwright.sync_api import Page, Route, expect
from served import Site

SignIn = Callable[[str], Page]


def files(count: int) -> list[dict[str, Any]]:
    return [
        {"name": f"{n:04d}.png", "mimeType": "image/png", "buffer": wire_transfer(f"{n}.00")}
        for n in range(1, count + 1)
    ]


def test_dropped_files_are_saved_and_a_bad_one_is_refused_by_name(site: Site, sign_in: SignIn) -> None:
    page = sign_in("operator")
    page.goto("/upload?date=2026-03-09&branch=0102&teller=0417")
    broken = {"name": "notes.jpg", "mimeType": "image/jpeg", "buffer": b"words"}
    page.locator("#files").set_input_files([*files(4), broken])
    expect(page.locator("#upload-list li.kept")).to_have_count(4)
    expect(page.locator("#upload-list li.refused")).to_contain_text("不是影像文件")
    page.get_by_role("link", name="查看批次").click()
    expect(page.locator("[data-count=scanned]")).to_have_text("4")
    expect(page.locator(".cell.refused")).to_contain_text("notes.jpg")


def test_files_really_dropped_on_the_batch_page_are_taken(site: Site, sign_in: SignIn) -> None:
    batch = site.batch()
    page = sign_in("operator")
    page.goto(f"/batches/{batch.id}")
    expect(page.get_by_text("尚无影像")).to_be_visible()
    page.evaluate(
        """(bytes) => {
          const data = new DataTransfer();
          data.items.add(new File([new Uint8Array(bytes)], "dropped.png", { type: "image/png" }));
          const drop = new DragEvent("drop", { dataTransfer: data, bubbles: true });
          document.querySelector(".wallpage").dispatchEvent(drop);
        }""",
        list(wire_transfer()),
    )
    expect(page.locator("#upload-list li.kept")).to_have_count(1)
    expect(page.locator(".cell")).to_have_count(1)


def test_a_lost_line_keeps_what_was_saved_and_goes_on(site: Site, sign_in: SignIn) -> None:
    batch = site.batch()
    page = sign_in("operator")
    sent: list[int] = []

    def cut(route: Route) -> None:
        sent.append(1)
        route.abort() if 4 <= len(sent) <= 6 else route.continue_()

    page.route("**/api/v1/batches/*/files", cut)
    page.goto(f"/batches/{batch.id}")
    page.locator("#files").set_input_files(files(8))
    expect(page.locator("#upload-line")).to_contain_text("恢复后续传")
    expect(page.locator("#upload-list li.kept")).to_have_count(8, timeout=15_000)
    expect(page.locator("[data-count=scanned]")).to_have_text("8")


def test_a_reload_midway_and_the_same_files_again_double_nothing(site: Site, sign_in: SignIn) -> None:
    batch = site.batch()
    page = sign_in("operator")
    page.goto(f"/batches/{batch.id}")
    page.locator("#files").set_input_files(files(3))
    expect(page.locator("#upload-list li.kept")).to_have_count(3)
    page.reload()
    page.locator("#files").set_input_files(files(6))
    expect(page.locator("#upload-list li.kept")).to_have_count(6)
    expect(page.locator("[data-count=scanned]")).to_have_text("6")
