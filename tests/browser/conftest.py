"""A real server over a real archive, and a real Chromium that looks at it."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
import uvicorn
from hands import person, work_off
from playwright.sync_api import Browser, Page, expect, sync_playwright

from api.app import create_app
from api.settings import Settings
from archive.model import Batch, Role, TellerDay
from archive.vault import Archive
from processing import capture
from supervision.journal import import_file
from supervision.matching import refresh

DAY = TellerDay("0102", "0417", date(2026, 3, 9))
PASSWORD = "a long enough password"
VIEW = {"width": 1366, "height": 641}
PATIENCE = 30_000.0  # ms that a state may take on a loaded machine; nothing is measured by it
expect.set_options(timeout=PATIENCE)
SWITCHES = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
)
HEADER = (
    "business_date,branch_no,teller_no,journal_no,transaction_code,account,counter_account,name,amount,"
    "currency,direction"
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@dataclass
class Site:
    """A server with its archive, and the acts of the parts that run beside it."""

    url: str
    archive: Archive

    def batch(self, *files: tuple[str, bytes], declared: int | None = None, read: bool = True) -> Batch:
        """A batch of DAY with these files, read by the test engine and indexed."""
        said = capture.Declared(declared)
        batch = capture.open_batch(self.archive, DAY, declared=said, actor="test")
        for name, data in files:
            capture.add_file(self.archive, batch.id, name, data, actor="test")
        if read:
            work_off(self.archive)
        return batch

    def journal(self, *lines: str) -> None:
        """Journal lines of DAY: `number,account,name,amount` each."""
        rows = [f"2026-03-09,0102,0417,{n},2101,{a},2009876543210,{who},{m},CNY,D" for n, a, who, m in map(_cut, lines)]
        import_file(self.archive, "journal.csv", "\n".join([HEADER, *rows]).encode(), actor="test")
        refresh(self.archive, DAY)


def _cut(line: str) -> list[str]:
    return line.split(",")


@pytest.fixture
def site(archive: Archive, tmp_path: Path) -> Iterator[Site]:
    """The server on a free port, with a person of each role that the tests play."""
    with archive.catalogue.write() as tx:
        tx.people.set_branch("0102", "城东支行")
        tx.people.set_branch("0103", "江北支行")
    for role in (Role.OPERATOR, Role.KEYER, Role.SUPERVISOR, Role.AUDITOR):
        person(archive, role.value, role, "0102", password=PASSWORD)
    person(archive, "stranger", Role.AUDITOR, "0103", password=PASSWORD)
    app = create_app(archive, Settings(data=tmp_path / "data"))
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield Site(f"http://127.0.0.1:{port}", archive)
    server.should_exit = True
    thread.join(10)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium."""
    path = shutil.which("chromium")
    assert path, "browser tests need Chromium: apt-get install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=SWITCHES.split())
        yield browser
        browser.close()


@pytest.fixture
def sign_in(site: Site, chromium: Browser) -> Iterator[Callable[[str], Page]]:
    """Opens a signed-in page of a person; a page error fails the test."""
    contexts, faults = [], []

    def opened(name: str) -> Page:
        context = chromium.new_context(base_url=site.url, viewport=VIEW, locale="zh-CN")
        contexts.append(context)
        form = {"name": name, "password": PASSWORD}
        context.request.post("/sign-in", form=form, headers={"Origin": site.url}, max_redirects=0)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.set_default_timeout(PATIENCE)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert faults == []
