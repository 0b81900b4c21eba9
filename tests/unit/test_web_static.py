"""What the browser is handed: colours named once and readable, small scripts, nothing from elsewhere."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest

from api.app import htmx_path

API = Path(__file__).resolve().parents[2] / "api"
STATIC = API / "static"
COLOUR = re.compile(r"#[0-9a-fA-F]{3,8}\b|\brgba?\(|\bhsla?\(")
STATES = ("quarantined", "doubtful", "reading", "received", "done", "balanced", "sealed")


def themes() -> dict[str, dict[str, str]]:
    text = (STATIC / "tokens.css").read_text(encoding="utf-8")
    light, dark = (dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", part)) for part in text.split('[data-theme="dark"]'))
    return {"light": light, "dark": {**light, **dark}}


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_reaches_five_to_one_on_every_surface(theme: str) -> None:
    tokens = themes()[theme]
    surfaces = ("bg", "surface", "sunken", "selected")
    pairs = [(text, on) for text in ("text", "muted", "accent", "negative") for on in surfaces]
    pairs += (
        [(state, f"{state}-tint") for state in STATES] + [(s, "surface") for s in STATES] + [("on-accent", "accent")]
    )
    assert [(a, b, round(c, 2)) for a, b in pairs if (c := contrast(tokens[a], tokens[b])) < 5] == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_borders_of_controls_reach_three_to_one(theme: str) -> None:
    tokens = themes()[theme]
    assert [on for on in ("bg", "surface", "sunken") if contrast(tokens["control"], tokens[on]) < 3] == []


def test_only_the_tokens_name_a_colour() -> None:
    files = [*STATIC.glob("*.css"), *STATIC.glob("*.js"), *STATIC.glob("*.svg"), *(API / "templates").glob("*.html")]
    named = [
        (path.name, found)
        for path in files
        if path.name != "tokens.css"
        for found in COLOUR.findall(
            re.sub(r'href="#|#\{\{|"#[a-z-]+"|\$\("#.*?"|#[a-z][\w-]*[ ,.{)\[`]', "", path.read_text("utf-8"))
        )
    ]
    assert named == []


def test_own_scripts_stay_within_sixty_kilobytes() -> None:
    assert len(gzip.compress(b"".join(path.read_bytes() for path in STATIC.glob("*.js")))) <= 60 * 1024


def test_nothing_is_fetched_from_elsewhere() -> None:
    files = [*STATIC.glob("*.css"), *STATIC.glob("*.js"), *(API / "templates").glob("*.html")]
    assert [
        p.name for p in files if re.search(r"https?://(?!www\.w3\.org)|@import|@font-face", p.read_text("utf-8"))
    ] == []


def test_no_template_carries_a_script_or_style_of_its_own() -> None:
    def own(text: str) -> bool:
        scripts = re.findall(r"<script(?![^>]*(?:src=|application/json))", text)
        return bool(scripts or re.search(r'<style|\sstyle="|\son[a-z]+="', text))

    assert [p.name for p in (API / "templates").glob("*.html") if own(p.read_text("utf-8"))] == []


def test_htmx_comes_from_its_installed_distribution() -> None:
    assert htmx_path().stat().st_size > 10_000


def test_no_key_is_bound_that_the_browser_needs() -> None:
    templates = "".join(path.read_text("utf-8") for path in (API / "templates").glob("*.html"))
    keys = set(re.findall(r'data-key="([^"{]+)"', templates)) | set(
        re.findall(r'(?:button|link)\("([^"]+)"', templates)
    )
    assert keys.isdisjoint({"F3", "F5", "F6", "F7", "F10", "F11", "F12"})
