"""People: accounts, keys, sessions, preferences, saved queries and branches."""

from __future__ import annotations

import pytest
from archive_world import later

from archive.catalogue import Transaction
from archive.errors import Conflict, NotFound
from archive.model import Person, Role, Scope


@pytest.fixture
def zhang(tx: Transaction) -> Person:
    return tx.people.add("zhang", "张三", Role.KEYER, branch_no="0102", branches=["0102"], password_hash="h")


def test_a_person_sees_the_branches_given_or_all(tx: Transaction, zhang: Person) -> None:
    assert zhang.scope == Scope(frozenset({"0102"}))
    assert tx.people.add("root", "", Role.SYSTEM_ADMINISTRATOR).scope == Scope(None)
    assert [person.name for person in tx.people.list()] == ["root", "zhang"]


def test_a_name_is_given_once(tx: Transaction, zhang: Person) -> None:
    with pytest.raises(Conflict, match="a person named zhang already; choose another"):
        tx.people.add("zhang", "", Role.AUDITOR)


def test_wrong_passwords_are_counted_until_one_is_right(tx: Transaction, zhang: Person) -> None:
    until = later()
    tx.people.failed(zhang.id, None)
    tx.people.failed(zhang.id, until)
    known = tx.people.by_name("zhang")
    assert known is not None
    assert (known.person, known.password_hash, known.failures, known.locked_until) == (zhang, "h", 2, until)
    tx.people.signed_in(zhang.id)
    known = tx.people.by_name("zhang")
    assert known is not None
    assert (known.failures, known.locked_until) == (0, None)


def test_nobody_has_an_unknown_name_key_or_session(tx: Transaction, zhang: Person) -> None:
    assert tx.people.by_name("li") is None
    assert tx.people.by_key("") is None
    assert tx.people.by_key("x") is None
    assert tx.people.by_session("x", later(0)) is None
    with pytest.raises(NotFound):
        tx.people.get(999)
    with pytest.raises(NotFound):
        tx.people.set_password(999, "h")


def test_a_key_opens_while_its_person_is_active(tx: Transaction, zhang: Person) -> None:
    tx.people.set_key(zhang.id, "k")
    assert tx.people.by_key("k") == zhang
    tx.people.set_active(zhang.id, False)
    assert tx.people.by_key("k") is None


def test_a_session_lasts_until_its_time_or_its_end(tx: Transaction, zhang: Person) -> None:
    tx.people.open_session(zhang.id, "t1", later(60))
    assert tx.people.by_session("t1", later(59)) == zhang
    assert tx.people.by_session("t1", later(61)) is None
    tx.people.end_session("t1")
    assert tx.people.by_session("t1", later(0)) is None


def test_preferences_change_one_at_a_time(tx: Transaction, zhang: Person) -> None:
    tx.people.set_preferences(zhang.id, language="en")
    tx.people.set_preferences(zhang.id, theme="dark")
    tx.people.set_password(zhang.id, "new")
    found = tx.people.get(zhang.id)
    assert (found.language, found.theme) == ("en", "dark")


def test_a_query_is_saved_once_and_can_be_forgotten(tx: Transaction, zhang: Person) -> None:
    for text in ("张三", "6222*", "张三"):
        tx.people.save_query(zhang.id, text)
    assert tx.people.saved_queries(zhang.id) == ["张三", "6222*"]
    tx.people.forget_query(zhang.id, "张三")
    assert tx.people.saved_queries(zhang.id) == ["6222*"]


def test_a_branch_can_be_named_again(tx: Transaction) -> None:
    tx.people.set_branch("0102", "城东支行")
    tx.people.set_branch("0101", "城西支行")
    tx.people.set_branch("0102", "城东分理处")
    assert tx.people.branches() == [("0101", "城西支行"), ("0102", "城东分理处")]
