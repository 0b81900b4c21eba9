"""Signing in, and the shell that every page shares."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Browser, Page, expect
from served import PASSWORD, VIEW, Site

SignIn = Callable[[str], Page]


def form(site: Site, chromium: Browser) -> Page:
    page = chromium.new_context(base_url=site.url, viewport=VIEW, locale="zh-CN").new_page()
    page.goto("/day/2026-03-09")
    return page


def test_signing_in_leads_to_the_page_that_was_asked_for(site: Site, chromium: Browser) -> None:
    page = form(site, chromium)
    page.get_by_label("用户名").fill("operator")
    page.get_by_label("密码").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="2026-03-09")).to_be_visible()


def test_a_wrong_password_keeps_the_name_and_says_what_to_do(site: Site, chromium: Browser) -> None:
    page = form(site, chromium)
    page.get_by_label("用户名").fill("operator")
    page.get_by_label("密码").fill("wrong")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("用户名或密码有误")
    expect(page.get_by_label("用户名")).to_have_value("operator")


def test_each_role_starts_at_its_own_work(sign_in: SignIn) -> None:
    for name, path in (("operator", "/day/"), ("keyer", "/key"), ("supervisor", "/cases"), ("auditor", "/search/0")):
        page = sign_in(name)
        page.goto("/")
        assert path in page.url


def test_theme_and_language_belong_to_the_person_and_keep_page_and_draft(sign_in: SignIn) -> None:
    page = sign_in("operator")
    page.goto("/day/2026-03-09")
    page.keyboard.press("b")
    page.locator("#teller_no").fill("0999")
    page.evaluate("document.querySelector('[name=theme]').click()")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.evaluate("document.querySelector('[name=language]').click()")
    expect(page.get_by_role("heading", name="New batch")).to_be_visible()
    expect(page.locator("#teller_no")).to_have_value("0999")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_the_palette_finds_an_action_by_its_pinyin_initials(sign_in: SignIn) -> None:
    page = sign_in("operator")
    page.goto("/day/2026-03-09")
    page.keyboard.press("Control+k")
    page.keyboard.type("xpc")
    expect(page.get_by_role("option")).to_have_text(["新批次B"])
    page.keyboard.press("Enter")
    expect(page.locator("#new-batch")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#new-batch")).to_be_hidden()


def test_help_lists_the_keys_of_the_page_beside_the_work(sign_in: SignIn) -> None:
    page = sign_in("operator")
    page.goto("/day/2026-03-09")
    page.keyboard.press("?")
    expect(page.locator("#help-keys")).to_contain_text("下一缺口")
    page.keyboard.press("Escape")
    expect(page.locator("#help")).to_be_hidden()


def test_letter_keys_can_be_switched_off(sign_in: SignIn) -> None:
    page = sign_in("operator")
    page.goto("/day/2026-03-09")
    page.keyboard.press("F1")
    page.get_by_label("字母键生效").uncheck()
    page.locator("body").click(position={"x": 700, "y": 500})
    page.keyboard.press("b")
    expect(page.locator("#new-batch")).to_be_hidden()
