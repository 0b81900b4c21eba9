"""The system page and the line under every page, seen in Chromium while a part fails and comes back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hands import person
from playwright.sync_api import Page, expect
from served import PASSWORD, Site

from archive.model import Role

SignIn = Callable[[str], Page]
SHIFTS = """() => new Promise((done) => {
  let sum = 0;
  new PerformanceObserver((list) => { for (const one of list.getEntries()) sum += one.value; })
    .observe({ type: "layout-shift", buffered: true });
  setTimeout(() => done(sum), 300);
})"""


@pytest.fixture
def admin(site: Site, sign_in: SignIn) -> Page:
    person(site.archive, "admin", Role.SYSTEM_ADMINISTRATOR, password=PASSWORD)
    return sign_in("admin")


def state(part: str) -> str:
    return f'tr[data-part="{part}"] .state'


@pytest.mark.slow
def test_a_part_that_fails_shows_itself_on_the_open_page_and_goes_away_again(admin: Page, tmp_path: Path) -> None:
    admin.goto("/system")
    expect(admin.locator(state("objects"))).to_have_text("正常")
    folder, aside = tmp_path / "data" / "objects", tmp_path / "aside"
    folder.rename(aside)
    expect(admin.locator(state("objects"))).to_have_text("不工作")
    expect(admin.locator("#outages")).to_contain_text("影像库连不上")
    expect(admin.locator('tr[data-part="objects"] .wide')).to_contain_text("检查对象存储")
    aside.rename(folder)
    expect(admin.locator(state("objects"))).to_have_text("正常")
    expect(admin.locator("#outages")).to_have_text("")


@pytest.mark.slow
def test_the_line_of_an_outage_moves_nothing_on_a_page_that_stands_open(
    site: Site, sign_in: SignIn, tmp_path: Path
) -> None:
    page = sign_in("operator")
    page.goto("/day/2026-03-09", wait_until="networkidle")
    before = page.evaluate(SHIFTS)
    (tmp_path / "data" / "objects").rename(tmp_path / "aside")
    expect(page.locator("#outages")).to_contain_text("上传会自动续传")
    assert page.evaluate(SHIFTS) == before
    (tmp_path / "aside").rename(tmp_path / "data" / "objects")
