"""Takes the README's pictures: demo data in a temporary folder, the real server, the real Chromium."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "docs" / "screenshots"
VOUCH = str(Path(sys.executable).parent / "vouch")
PASSWORD = "vouch-demo"
DAY, PORT = "2026-03-09", 8765
URL = f"http://127.0.0.1:{PORT}"
VIEW = {"width": 1366, "height": 641}
PATIENCE = 120_000  # milliseconds; a loaded machine only waits longer
SWITCHES = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run "
    "--disable-background-networking --disable-component-update --disable-sync"
)
SHOTS = (
    ("day-board", "supervisor", f"/day/{DAY}", ()),
    ("sheet-wall", "operator", "/batches/1", ("ArrowRight",)),
    ("viewer", "supervisor", "/v/2", ("j", "j")),
    ("balance", "supervisor", f"/balance/{DAY}/0102/0417", ("j",)),
    ("keying", "keyer", "/key", ()),
    ("search", "auditor", "/search", ("ArrowDown",)),
)


def signed_in(browser: Browser, name: str) -> Page:
    """A page of a demo account, in Chinese."""
    context = browser.new_context(base_url=URL, viewport=VIEW, locale="zh-CN")
    context.set_default_timeout(PATIENCE)
    form = {"name": name, "password": PASSWORD}
    context.request.post("/sign-in", form=form, headers={"Origin": URL}, max_redirects=0, timeout=PATIENCE)
    return context.new_page()


def shoot(browser: Browser) -> None:
    """One PNG a screen into docs/screenshots."""
    OUT.mkdir(parents=True, exist_ok=True)
    for name, who, path, keys in SHOTS:
        page = signed_in(browser, who)
        page.goto(path)
        page.wait_for_load_state("networkidle")
        for key in keys:
            page.keyboard.press(key)
        page.wait_for_timeout(1200)
        page.screenshot(path=OUT / f"{name}.png")
        print(OUT / f"{name}.png")


def wait_ready(server: subprocess.Popen[bytes]) -> None:
    """Returns when the server answers."""
    while server.poll() is None:
        try:
            with urllib.request.urlopen(f"{URL}/healthz"):
                return
        except OSError:
            time.sleep(0.2)
    raise SystemExit("the server ended; run `vouch serve` by hand to see why")


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="vouch-shots-") as data:
        environment = {**os.environ, "VOUCH_DATA": data}
        subprocess.run([VOUCH, "demo", "--date", DAY], env=environment, check=True)
        server = subprocess.Popen([VOUCH, "serve", "--port", str(PORT)], env=environment)
        try:
            wait_ready(server)
            with sync_playwright() as driver:
                browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=SWITCHES.split())
                shoot(browser)
                browser.close()
        finally:
            server.terminate()
            server.wait()


if __name__ == "__main__":
    main()
