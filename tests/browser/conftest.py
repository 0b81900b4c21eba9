"""A real server over a real archive, and a real Chromium that looks at it."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import uvicorn
from hands import person
from playwright.sync_api import Browser, Page, expect, sync_playwright
from served import PASSWORD, VIEW, Site

from api.app import create_app
from api.settings import Settings
from archive.model import Role
from archive.vault import Archive

PATIENCE = 30_000.0  # ms that a state may take on a loaded machine; nothing is measured by it
expect.set_options(timeout=PATIENCE)
SWITCHES = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


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
