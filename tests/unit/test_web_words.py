"""The words of the screens: both catalogues complete, every msgid that code and templates use named in them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from api import vocabulary
from api.errors import TABLE
from api.i18n import LANGUAGES, known, preferred, read, words
from api.pages.shell import RAIL
from archive.model import BatchState, CaseKind, CaseState, Role
from imaging.stages.quality import GATES
from ocr.forms import catalogue
from processing.keying import UNREADABLE
from supervision.gaps import WORDS

API = Path(__file__).resolve().parents[2] / "api"
CALLED = re.compile(r"""\b_\(\s*(?:"([^"]+)"|'([^']+)')""")


def in_templates() -> set[str]:
    texts = [path.read_text(encoding="utf-8") for path in (API / "templates").glob("*.html")]
    found = {double or single for text in texts for double, single in CALLED.findall(text)}
    return {msgid for msgid in found if not msgid.endswith(".")}


def in_code() -> Iterator[str]:
    for path in (API / "pages").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("say") and node.args:
                first = node.args[0]
                if isinstance(first, ast.Constant):
                    yield str(first.value)


def composed() -> set[str]:
    """The msgids that are put together from a word of the domain."""
    families = {
        "type": vocabulary.types(),
        "short": vocabulary.types(),
        "field": vocabulary.fields(),
        "role": Role,
        "batch": BatchState,
        "case": CaseKind,
        "case_state": CaseState,
        "gapkind": WORDS,
        "fault": GATES,
        "why": UNREADABLE,
        "rail": [entry for entry, *_ in RAIL],
        "page": [entry for entry, *_ in RAIL],
        "rule": [*catalogue().reading_rules, *catalogue().business_rules],
        "problem": [word for *_, word in TABLE] + ["unbalanced", "unexpected", "not_allowed"],
        "weekday": range(7),
    }
    return {f"{family}.{name}" for family, names in families.items() for name in names}


def test_both_catalogues_name_the_same_messages() -> None:
    assert known("zh_CN") == known("en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_message_is_left_untranslated(language: str) -> None:
    assert [m.id for m in read(language) if m.id and not m.string] == []


def test_every_message_of_templates_and_code_is_in_the_catalogues() -> None:
    assert sorted((in_templates() | set(in_code())) - known("en")) == []


def test_every_word_of_the_domain_has_its_message() -> None:
    assert sorted(composed() - known("en")) == []


def test_every_reason_of_a_refused_scan_has_its_message() -> None:
    sources = (API.parent / "imaging").rglob("*.py")
    reasons = {r for p in sources for r in re.findall(r'ScanError\([^,]+,\s*"([a-z_]+)"', p.read_text("utf-8"))}
    assert reasons and sorted(f"scan.{r}" for r in reasons if f"scan.{r}" not in known("en")) == []


def test_messages_keep_their_places_for_values() -> None:
    def places(text: object) -> list[str]:
        return sorted(set(re.findall(r"\{(\w+)\}", str(text))))

    chinese = {m.id: m.string for m in read("zh_CN")}
    assert [m.id for m in read("en") if places(m.string) != places(chinese[m.id])] == []


def test_chinese_stays_short_and_plain() -> None:
    assert [m.string for m in read("zh_CN") if re.search("(?<!申)请(?!求)|[您！!]|操作失败|确定", str(m.string))] == []


def test_an_unknown_message_reads_as_itself_and_first_skips_it() -> None:
    say = words("en")
    assert say("no such message") == "no such message"
    assert say.first(("no.such", "state.done")) == "Done"


def test_the_browser_chooses_the_language_before_anyone_signs_in() -> None:
    asked = ("en-GB,en;q=0.9,zh;q=0.5", "fr,zh-TW", "", "de")
    assert [preferred(a) for a in asked] == ["en", "zh_CN", "zh_CN", "zh_CN"]
