"""What the domain says reaches people in their language: every message of every error, with its values."""

from __future__ import annotations

import ast
import re

import pytest
from errors_said import said, sources
from fastapi.exceptions import RequestValidationError

from api.errors import TABLE, problem
from api.i18n import errors, known, words
from archive.catalogue import outages
from archive.errors import Invalid, Refused
from archive.model import PageState
from archive.service import ExportState
from ocr.forms import catalogue

KINDS = [kind for kind, *_ in TABLE if kind is not RequestValidationError]
SAID = {one.template: one.where for one in reversed(said(KINDS))}
# Said within other messages or by parts, and by what the API stands on.
WITHIN = {
    *outages._BY_STATE.values(),
    *outages._BY_WORD.values(),
    outages._UNKNOWN,
    f"; see that PostgreSQL runs there; {outages._WAIT}",
    "waits for {}",
    "is of type {} and waits for a person",
    "row {}, column {}: {}",
    "{}; and {} more. Nothing was imported: mend the file and import it again",
    "{}. Nothing was imported: mend the file and import it again",
    "and {} more",
    "the day {} of teller {}, branch {} does not balance ({}): {}. {}, then seal",
    "Wait for the pages to be read",
    "Bring or explain it",
    "no worker is alive",
    "no scheduler is alive",
    "only {} MB are left",
    "no answer for {} s",
    "Not Found",
    "Method Not Allowed",
}
COMPOSED = {"{}{}. Nothing was imported: mend the file and import it again"} | {
    "the day {} of teller {}, branch {} does not balance ({}): {}{}. {}{}, then seal"
}
PART = "waits to be read"
ENGLISH = re.compile(r"[a-z]{3,} [a-z]{2,} [a-z]{2,}")


def bare(msgid: str) -> str:
    return re.sub(r"\{\w*\}", "{}", msgid)


def filled(msgid: str) -> str:
    """A message as it is said: a number at its numbers, a message at its messages, a name elsewhere."""

    def value(place: re.Match[str]) -> str:
        return PART if place[1].startswith("said") else "7" if place[1] in {"n", "m"} else "X9"

    return re.sub(r"\{(\w+)\}", value, msgid)


def test_every_message_that_the_domain_says_is_in_the_catalogues() -> None:
    there = {bare(msgid) for msgid in errors()}
    wanted = {**SAID, **dict.fromkeys(WITHIN, "")}
    assert len(SAID) > 120
    assert {one: where for one, where in wanted.items() if one not in there | COMPOSED} == {}


def test_the_catalogues_hold_no_message_that_nobody_says() -> None:
    assert sorted(msgid for msgid in errors() if bare(msgid) not in SAID.keys() | WITHIN) == []


@pytest.mark.parametrize("msgid", sorted(errors()))
def test_a_message_is_told_in_chinese_with_its_values_and_in_english_as_it_is(msgid: str) -> None:
    text = filled(msgid)
    chinese = words("zh_CN").told(text)
    assert re.search("[\u4e00-\u9fff]", chinese) and not ENGLISH.search(chinese)
    assert chinese.count("7") >= min(1, text.count("7")) and chinese.count("X9") >= min(1, text.count("X9"))
    assert words("en").told(text) == text.replace(" (X9)", "" if "{kinds}" in msgid else " (X9)")


def test_what_words_of_the_domain_stand_in_messages_has_its_own_word() -> None:
    acts = {
        str(call.args[-1].value)
        for path in sources()
        for call in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(call, ast.Call)
        and ast.unparse(call.func) in {"_require", "require_right"}
        and isinstance(call.args[-1], ast.Constant)
    }
    kinds = {definition.kind for definition in catalogue().fields.values()} - {"stamp"}
    wanted = {f"act.{act}" for act in acts} | {f"kind.{kind}" for kind in kinds}
    wanted |= {f"state.{state}" for state in PageState} | {f"exportstate.{state}" for state in ExportState}
    assert len(acts) > 5 and sorted(wanted - known("zh_CN")) == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("the role keyer may not seal a day; ask a supervisor", "录入员无权封存日账；找监督员办理"),
        ("format: 60,000 vouchers are found and one csv holds at most 50,000; narrow the search, by business date for"
         " instance", "格式：共60,000张凭证，一个 csv 至多50,000张；缩小检索范围，例如限定业务日期"),
        ("j.csv: row 3, column amount: 'a b' is not an amount; write 1234.50 or 1,234.50; row 4, column amount: it is"
         " empty; every line needs it; and 3 more. Nothing was imported: mend the file and import it again",
         "j.csv：第3行 amount 列：'a b' 不是金额；写作 1234.50 或 1,234.50；第4行 amount 列：为空；每行必填；另有3处。"
         "未导入：改正文件后重新导入"),
        ("StoreUnavailable: the object store http://h:9000, bucket vouch: its disk is full (QuotaExceeded); free space"
         " on the server, then try again: nothing was stored",
         "影像库 http://h:9000，存储桶 vouch：磁盘已满（QuotaExceeded）；在服务器上腾出空间后重试，未存入"),
        ("what nobody ever said of 7", "what nobody ever said of 7"),
    ],
)  # fmt: skip
def test_values_words_and_messages_within_messages_are_told(text: str, told: str) -> None:
    assert words("zh_CN").told(text) == told


def test_an_error_is_told_in_chinese_down_to_the_field_that_it_is_about() -> None:
    found = problem(Invalid("declared_sheets", "'x' is not a count"), words("zh_CN"))
    assert (found.detail, found.extra) == (
        "申报张数：'x' 不是数目",
        {"errors": [{"field": "declared_sheets", "message": "'x' 不是数目"}]},
    )
    assert problem(Refused("branch 0103 is not in your scope"), words("zh_CN")).detail == "机构 0103 不在权限内"
    wrong = [{"loc": ("body", "reason"), "type": "missing", "msg": "Field required"}]
    assert problem(RequestValidationError(wrong), words("zh_CN")).detail == "事由：必填"
    assert problem(RequestValidationError(wrong), words("en")).detail == "reason: Field required"
