"""Keying in a browser: blind, one behind, nothing lost, nothing shifted."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from itertools import chain

from pages import wire_transfer
from plant import until
from playwright.sync_api import Page, Response, Route, expect
from served import Site

from archive.model import Record, TaskState
from ocr.numerals import to_capital

SignIn = Callable[[str], Page]
WRONG = "玖元整"  # differs from the digits: both fields are asked


def doubtful(site: Site, count: int) -> list[Record]:
    """Records whose amount and wording differ, so that a person is asked for both, and for these alone."""
    files = [(f"{n}.png", wire_transfer(f"{1000 + n}.00", words=WRONG)) for n in range(count)]
    batch = site.batch(*files)
    with site.archive.catalogue.write() as tx:
        records = tx.records.of_batch(batch.id)
        for task in [task for record in records for task in tx.tasks.open_of_record(record.id)]:
            if task.field not in ("amount", "amount_in_words"):
                tx.tasks.cancel_of(task.record_id, task.field)
        return records


def label(page: Page) -> str:
    return page.locator("#field-name").inner_text()


def ready(page: Page) -> None:
    expect(page.locator("#value")).to_be_enabled()


def settled(site: Site, page: Page, records: list[Record], count: int) -> dict[str, list[str]]:
    """The keyed values once there are so many; Playwright's own wait, for its routes run in this thread."""
    until(lambda: len(list(chain(*done(site, records).values()))) >= count, pause=page.wait_for_timeout)
    return done(site, records)


def done(site: Site, records: list[Record]) -> dict[str, list[str]]:
    """Keyed values by field, in the order of the records."""
    with site.archive.catalogue.read() as tx:
        now = tx.records.many([record.id for record in records])
    keyed: dict[str, list[str]] = {}
    for record in now:
        for field in record.fields.values():
            if field.source.startswith("keyed"):
                keyed.setdefault(field.name, []).append(field.value)
    return keyed


def test_an_amount_is_keyed_in_cents_with_its_echo_in_capitals(site: Site, sign_in: SignIn) -> None:
    doubtful(site, 1)
    page = sign_in("keyer")
    page.goto("/key")
    ready(page)
    page.keyboard.type("123450")
    expect(page.locator("#echo")).to_have_text("1,234.50　壹仟贰佰叁拾肆元伍角整")
    expect(page.locator("#mode")).to_have_text("按分录入")
    page.keyboard.press("Escape")
    page.keyboard.type("1234.5")
    expect(page.locator("#echo")).to_have_text("1,234.50　壹仟贰佰叁拾肆元伍角整")
    expect(page.locator("#mode")).to_have_text("按元录入")


def test_values_go_one_behind_and_none_is_lost_or_shifted(site: Site, sign_in: SignIn) -> None:
    records = doubtful(site, 12)
    page = sign_in("keyer")
    sent: list[tuple[str, str]] = []
    page.goto("/key")
    for n in range(24):
        ready(page)
        field = label(page)
        sent.append((field, f"{2000 + n}.00"))
        page.keyboard.type(f"{2000 + n}00", delay=8)
        page.keyboard.press("Enter")
        page.wait_for_timeout(25)
    page.goto("about:blank")
    keyed = settled(site, page, records, 24)
    assert keyed["amount"] and sorted(keyed["amount"]) == sorted(value for field, value in sent if field == "金额")
    assert len(keyed["amount_in_words"]) == sum(field == "大写金额" for field, _ in sent)


def test_the_last_value_waits_and_f2_brings_it_back(site: Site, sign_in: SignIn) -> None:
    records = doubtful(site, 2)
    page = sign_in("keyer")
    page.goto("/key")
    ready(page)
    first = label(page)
    page.keyboard.type("111")
    page.keyboard.press("Enter")
    ready(page)
    assert done(site, records) == {}
    page.keyboard.press("F2")
    expect(page.locator("#value")).to_have_value("111")
    assert label(page) == first
    page.keyboard.press("Escape")
    page.keyboard.type("222")
    page.keyboard.press("Enter")
    ready(page)
    page.keyboard.type("333")
    page.keyboard.press("Enter")
    ready(page)
    expect(page.locator("#count")).to_have_text("2")
    values = list(chain(*settled(site, page, records, 1).values()))
    assert values in (["2.22"], ["贰元贰角贰分"])


def test_an_empty_or_repeated_enter_does_nothing(site: Site, sign_in: SignIn) -> None:
    doubtful(site, 1)
    page = sign_in("keyer")
    page.goto("/key")
    ready(page)
    page.keyboard.press("Enter")
    page.locator("#value").fill("100")
    repeat = "new KeyboardEvent('keydown', {key: 'Enter', repeat: true, bubbles: true})"
    page.evaluate(f"document.querySelector('#value').dispatchEvent({repeat})")
    expect(page.locator("#count")).to_have_text("0")


def test_an_enter_of_the_input_method_submits_nothing(site: Site, sign_in: SignIn) -> None:
    doubtful(site, 1)
    page = sign_in("keyer")
    page.goto("/key")
    ready(page)
    page.locator("#value").fill("100")
    composing = "new KeyboardEvent('keydown', {key: 'Enter', isComposing: true, bubbles: true})"
    page.evaluate(f"document.querySelector('#value').dispatchEvent({composing})")
    expect(page.locator("#count")).to_have_text("0")


def test_no_response_holds_a_read_value_or_the_address_of_a_page(site: Site, sign_in: SignIn) -> None:
    doubtful(site, 2)
    page = sign_in("keyer")
    seen: list[str] = []

    def keep(response: Response) -> None:
        if any(kind in response.headers.get("content-type", "") for kind in ("json", "html")):
            seen.append(response.text())

    page.on("response", keep)
    page.goto("/key")
    ready(page)
    page.keyboard.type("100")
    page.keyboard.press("Enter")
    ready(page)
    text = "\n".join(seen)
    assert "field_kind" in text
    assert not any(secret in text for secret in ("1000.00", "1001.00", WRONG, "/pages/", "张伟", '"page":'))
    answer = page.request.get("/api/v1/pages/1/image")
    assert answer.status == 403


def test_f4_passes_what_cannot_be_read_to_somebody_who_sees_the_page(site: Site, sign_in: SignIn) -> None:
    doubtful(site, 1)
    page = sign_in("keyer")
    page.goto("/key")
    ready(page)
    page.keyboard.press("F4")
    page.keyboard.press("1")
    expect(page.locator("#count")).to_have_text("1")
    page.goto("about:blank")

    def kinds() -> set[str]:
        with site.archive.catalogue.read() as tx:
            return {task.kind for task in tx.tasks.open_of_record(1)}

    until(lambda: "find" in kinds(), pause=page.wait_for_timeout)


def test_at_three_seconds_latency_it_pauses_and_nothing_lands_wrong(site: Site, sign_in: SignIn) -> None:
    records = doubtful(site, 8)
    page = sign_in("keyer")
    held: list[Route] = []
    line = {"cut": True}
    page.route("**/complete", lambda route: held.append(route) if line["cut"] else route.continue_())
    page.goto("/key")
    sent = []
    for n in range(6):
        ready(page)
        sent.append(f"{3000 + n}.00" if label(page) == "金额" else to_capital(Decimal(3000 + n)))
        page.keyboard.type(f"{3000 + n}00")
        page.keyboard.press("Enter")
    expect(page.locator("#unsent")).to_contain_text("5条未发")
    expect(page.locator("#value")).to_be_disabled()
    line["cut"] = False
    for route in held:
        route.continue_()
    expect(page.locator("#unsent")).to_have_text("")
    ready(page)
    keyed = settled(site, page, records, 5)
    assert sorted(chain(*keyed.values())) == sorted(sent[:5])


def test_a_lost_lease_is_told_and_the_next_item_is_there(site: Site, sign_in: SignIn) -> None:
    doubtful(site, 2)
    page = sign_in("keyer")
    page.goto("/key")
    ready(page)
    with site.archive.catalogue.write() as tx:
        for record in (1, 2):
            for task in tx.tasks.open_of_record(record):
                if task.state is TaskState.CLAIMED:
                    tx.tasks.hand_back(task.id, task.token)
    for value in ("100", "200"):
        page.keyboard.type(value)
        page.keyboard.press("Enter")
        ready(page)
    expect(page.locator("#told")).to_contain_text("已由他人处理")


def test_switching_the_language_keeps_the_item_and_what_is_typed(site: Site, sign_in: SignIn) -> None:
    doubtful(site, 1)
    page = sign_in("keyer")
    page.goto("/key")
    ready(page)
    page.keyboard.type("4200")
    page.evaluate("document.querySelector('[name=language]').click()")
    expect(page.locator("#mode")).to_have_text("in cents")
    expect(page.locator("#value")).to_have_value("4200")
