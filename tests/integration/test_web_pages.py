"""Each page over a real archive: who may open it, both languages, what it says, and its errors."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from hands import key_of, person, work_off
from pages import wire_transfer

from api.app import create_app
from api.settings import Settings
from archive.model import Role, TellerDay
from archive.vault import Archive
from processing import capture
from supervision.journal import import_file
from supervision.matching import refresh

PAGES = (
    "/day/2026-03-09",
    "/upload",
    "/batches/1",
    "/v/1",
    "/v/1?tab=history",
    "/v/1?tab=journal",
    "/v/1?tab=proof",
    "/search/0",
    "/search/0?q=&type=wire_transfer&min=5000&loose=1",
    "/exports",
    "/key",
    "/balance/2026-03-09/0102/0417",
    "/balance/2026-03-09/0102/0417/seal",
    "/cases?state=",
    "/cases/1",
    "/system",
)
JOURNAL = """business_date,branch_no,teller_no,journal_no,transaction_code,account,counter_account,name,amount,\
currency,direction
2026-03-09,0102,0417,00001,2101,1001234567890,2009876543210,张伟,1284.50,CNY,D
2026-03-09,0102,0417,00002,2101,6222021234567890,,王芳,77.00,CNY,D
"""
HTML = {"Accept": "text/html"}


@pytest.fixture
def client(archive: Archive, tmp_path: Path, day: TellerDay) -> Iterator[TestClient]:
    """A site with one read voucher, a refused file, a journal and its cases; asked by the administrator."""
    batch = capture.open_batch(archive, day, declared=capture.Declared(3), actor="test")
    capture.add_file(archive, batch.id, "1.png", wire_transfer(), actor="test")
    capture.add_file(archive, batch.id, "2.jpg", b"words", actor="test")
    work_off(archive)
    import_file(archive, "journal.csv", JOURNAL.encode(), actor="test")
    refresh(archive, day)
    app = create_app(archive, Settings(data=tmp_path / "data"))
    with TestClient(app, follow_redirects=False, headers=HTML) as made:
        made.headers.update(key_of(archive, person(archive, "admin", Role.SYSTEM_ADMINISTRATOR)))
        yield made


def as_role(archive: Archive, role: Role, *branches: str) -> dict[str, str]:
    return key_of(archive, person(archive, f"a-{role.value}", role, *branches))


def speak(client: TestClient, language: str) -> None:
    client.post("/preferences", data={"language": language})


@pytest.mark.parametrize("language", ["zh_CN", "en"])
@pytest.mark.parametrize("path", PAGES)
def test_every_page_opens_in_both_languages_without_a_bare_key(client: TestClient, path: str, language: str) -> None:
    speak(client, language)
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    text = re.sub(r"<script.*?</script>|<[^>]+>", " ", answer.text, flags=re.DOTALL)
    families = "rail|page|state|role|field|type|short|gap|gapkind|case|case_state|problem|filter|tab|part|why|rule|scan"
    assert re.findall(rf"\b(?:{families})\.[a-z_]+\b", text) == []


@pytest.mark.parametrize("path", [*(p for p in PAGES if p != "/key"), "/batches/1/cells", "/day/2026-03-09/rows"])
def test_a_keyer_opens_nothing_but_keying(client: TestClient, archive: Archive, path: str) -> None:
    assert client.get(path, headers=as_role(archive, Role.KEYER)).status_code == 403


@pytest.mark.parametrize(
    "path", ["/batches/1", "/batches/1/cells", "/v/1", "/v/1/panel", "/balance/2026-03-09/0102/0417", "/cases/1"]
)
def test_another_branch_reads_like_nothing_there(client: TestClient, archive: Archive, path: str) -> None:
    stranger = as_role(archive, Role.SUPERVISOR, "0103")
    told = client.get(path, headers=stranger)
    absent = client.get(path.replace("/1", "/999").replace("0102/0417", "0999/0417"), headers=stranger)
    assert (told.status_code, absent.status_code) == (404, 404)
    assert "无此内容，或不在权限内" in told.text


def test_the_board_lists_only_the_branches_in_scope(client: TestClient, archive: Archive) -> None:
    assert 't-0102-0417"' in client.get("/day/2026-03-09").text
    stranger = as_role(archive, Role.SUPERVISOR, "0103")
    assert 't-0102-0417"' not in client.get("/day/2026-03-09", headers=stranger).text


def test_the_boards_rows_answer_unchanged_to_their_etag(client: TestClient) -> None:
    first = client.get("/day/2026-03-09/rows")
    again = client.get("/day/2026-03-09/rows", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, bool(again.headers["x-at"])) == (304, True)


def test_the_walls_cells_name_every_sheet_and_the_refused_file(client: TestClient) -> None:
    cells = client.get("/batches/1/cells").json()["cells"]
    assert [(c["n"], c["w"]) for c in cells[1:]] == [(2, "missing"), (3, "missing"), (0, "quarantined")]
    assert (cells[0]["title"], cells[3]["file"]) == ("电汇凭证", "2.jpg")
    assert "不是影像文件" in cells[3]["why"]


def test_a_query_is_stored_and_its_text_is_not_in_the_address(client: TestClient) -> None:
    there = client.post("/search", data={"text": "张伟"}).headers["location"]
    assert re.fullmatch(r"/search/\d+", there)
    assert 'id="r-1"' in client.get(there).text
    assert client.post("/search", data={"text": "张伟"}).headers["location"] == there
    assert client.get("/search/99").status_code == 404


def test_what_another_person_typed_is_not_found(client: TestClient, archive: Archive) -> None:
    there = client.post("/search", data={"text": "张伟 6222021234567890"}).headers["location"]
    other = as_role(archive, Role.AUDITOR)
    told = [
        client.get(path, headers=other) for path in (there, f"{there}/snippets?ids=1", f"{there}/rows?cursor=x&seen=0")
    ]
    assert [answer.status_code for answer in told] == [404, 404, 404]
    assert not any("张伟" in answer.text for answer in told)
    assert "张伟" in client.get(there).text


def test_the_keyers_page_holds_no_value_and_no_page(client: TestClient, archive: Archive) -> None:
    text = client.get("/key", headers=as_role(archive, Role.KEYER)).text
    assert not any(secret in text for secret in ("1234.50", "1,234.50", "张伟", "/pages/", "/v/"))


def test_what_a_form_cannot_take_is_told_as_a_page(client: TestClient) -> None:
    answer = client.post("/batches/1/declare", data={"declared_sheets": "many"})
    assert (answer.status_code, "内容有误" in answer.text) == (422, True)


def test_a_batch_opened_by_the_form_shows_its_wall(client: TestClient) -> None:
    form = {"branch_no": "0102", "teller_no": "0418", "business_date": "2026-03-09", "declared_sheets": "5"}
    assert client.post("/batches", data=form).headers["location"] == "/batches/2"


def test_an_explained_case_leaves_the_list_of_open_ones(client: TestClient) -> None:
    before = client.get("/cases").text.count('id="c-')
    number = re.findall(r'id="c-(\d+)"', client.get("/cases").text)[0]
    assert client.post(f"/cases/{number}/explain", data={"reason": "凭证次日补到"}).status_code == 303
    assert client.get("/cases").text.count('id="c-') == before - 1
    assert "凭证次日补到" in client.get(f"/cases/{number}").text


def test_an_auditor_cannot_explain_a_case(client: TestClient, archive: Archive) -> None:
    auditor = as_role(archive, Role.AUDITOR)
    assert client.post("/cases/1/explain", data={"reason": "x"}, headers=auditor).status_code == 403


def test_a_failure_inside_tells_nothing_of_itself(client: TestClient, archive: Archive, tmp_path: Path) -> None:
    app = create_app(archive, Settings(data=tmp_path / "data"))

    def fail() -> None:
        raise RuntimeError("secret detail")

    app.add_api_route("/fail", fail)
    app.add_api_route("/api/v1/fail", fail)
    with TestClient(app, raise_server_exceptions=False, headers=dict(client.headers)) as broken:
        page, told = broken.get("/fail"), broken.get("/api/v1/fail")
    assert (page.status_code, "系统内部出错" in page.text, "secret" in page.text) == (500, True, False)
    assert told.json()["status"] == 500 and "secret" not in told.text


def test_a_problem_is_told_in_the_persons_language(client: TestClient) -> None:
    speak(client, "en")
    told = client.get("/api/v1/batches/999").json()
    assert (told["title"], told["status"]) == ("Nothing here, or outside your scope", 404)


def test_an_unknown_page_is_a_page_of_the_shell(client: TestClient) -> None:
    answer = client.get("/nowhere")
    assert (answer.status_code, "无此内容" in answer.text, 'class="rail"' in answer.text) == (404, True, True)


def test_static_files_are_kept_by_the_browser_and_htmx_is_served(client: TestClient) -> None:
    for path in ("/static/keys.js", "/static/tokens.css", "/static/htmx.js"):
        answer = client.get(path)
        assert (answer.status_code, "immutable" in answer.headers["cache-control"]) == (200, True)
