"""Vouchers find their transactions by what OCR may have made of them, and none is matched by guessing."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from archive.model import Entry, Match, Record, RecordField, RecordState, TellerDay
from supervision.assignment import match_day
from supervision.evidence import transactions_of
from supervision.findings import differences

DAY = TellerDay("0102", "0417", date(2026, 3, 8))
A, B, C = "6222021234563456123", "31050161364400000271", "1202024719900123456"


def entry(journal_no: str, amount: str, account: str = "", **other: str) -> Entry:
    plain = {"counter_account": "", "name": "", "currency": "CNY", "direction": "D", "transaction_code": "2101"} | other
    line = int(plain.pop("line", "1"))
    key = (DAY.business_date, DAY.branch_no, DAY.teller_no, journal_no, line)
    code = plain.pop("transaction_code")
    counter, name = plain.pop("counter_account"), plain.pop("name")
    money = (Decimal(amount), plain.pop("currency"), plain.pop("direction"))
    return Entry(*key, code, account, counter, name, *money, **plain)  # type: ignore[arg-type]


def paper(id: int, type: str = "wire_transfer", doubtful: tuple[str, ...] = (), **fields: str) -> Record:
    values = {
        name: RecordField(name, value, value, 0.5 if name in doubtful else 1.0, name not in doubtful, "ocr:recorded")
        for name, value in fields.items()
    }
    return Record(id, id, 1, "0102", "0417", DAY.business_date, type, 1.0, RecordState.DONE, 1, values)


def matched(entries: list[Entry], *records: Record, held: tuple[Match, ...] = ()) -> dict[int, str]:
    return {match.record_id: match.journal_no for match in match_day(entries, records, held)}


def test_account_and_amount_find_the_transaction() -> None:
    entries = [entry("1", "100.00", A), entry("2", "200.00", B)]
    assert matched(entries, paper(7, payer_account=B, amount="200.00"), paper(8, payer_account=A, amount="100.00")) == {
        7: "2",
        8: "1",
    }


def test_a_misread_digit_and_a_lost_one_do_not_hide_the_transaction() -> None:
    read = A.replace("7", "1").replace("3", "8", 1)[:-1]
    assert matched(
        [entry("1", "1234.50", A), entry("2", "9.00", B)], paper(1, payer_account=read, amount="1234.50")
    ) == {1: "1"}


def test_the_assignment_is_the_best_of_the_day_and_not_greedy() -> None:
    entries = [entry("1", "100.00", A), entry("2", "300.00", A)]
    first = paper(1, payer_account=A, amount="800.00", doubtful=("amount",))
    second = paper(2, payer_account=A, amount="100.00")
    assert matched(entries, first, second) == {1: "2", 2: "1"}


def test_a_wrong_amount_still_matches_by_account_and_name_and_differs() -> None:
    entries = [entry("1", "1234.50", A, name="杭州贸易有限公司"), entry("2", "5.00", B)]
    voucher = paper(1, payer_account=A, payer_name="杭州贸易有限公司", amount="1284.50")
    assert matched(entries, voucher) == {1: "1"}
    assert differences(voucher, transactions_of(entries)[0]) == [("amount", "1234.50", "1284.50")]


def test_a_value_that_waits_for_a_person_does_not_differ_yet() -> None:
    voucher = paper(1, payer_account=A, amount="1284.50", doubtful=("amount",))
    assert differences(voucher, transactions_of([entry("1", "1234.50", A)])[0]) == []


def test_an_amount_alone_is_enough_only_where_no_other_transaction_and_no_other_voucher_says_it() -> None:
    entries = [entry("1", "100.00", A), entry("2", "200.00", B), entry("3", "200.00", C)]
    assert matched(entries, paper(1, amount="100.00")) == {1: "1"}
    assert matched(entries, paper(1, amount="200.00")) == {}
    assert matched(entries, paper(1, amount="100.00"), paper(2, amount="100.00")) == {}


def test_a_merely_similar_amount_matches_nothing() -> None:
    assert matched([entry("1", "1000.00", A)], paper(1, amount="7000.00")) == {}


def test_debit_credit_and_fee_lines_are_one_transaction_of_several_sheets() -> None:
    entries = [
        entry("1", "100.00", A, counter_account=B, line="1"),
        entry("1", "100.00", B, counter_account=A, direction="C", line="2"),
        entry("1", "0.50", A, line="3"),
        entry("2", "100.00", C),
    ]
    cheque = paper(1, "transfer_cheque", payer_account=A, amount="100.00")
    slip = paper(2, "deposit_slip", payer_account=A, payee_account=B, amount="100.00")
    core = paper(3, "teller_slip", holder_account=A, amount="100.50", journal_no="1")
    assert matched(entries, cheque, slip, core) == {1: "1", 2: "1", 3: "1"}
    assert differences(core, transactions_of(entries)[0]) == []


def test_a_second_copy_of_a_voucher_is_surplus() -> None:
    same = {"payer_account": A, "amount": "100.00"}
    found = matched([entry("1", "100.00", A), entry("2", "9.00", B)], paper(1, **same), paper(2, **same))
    assert found == {1: "1"}


def test_two_equal_transactions_get_a_voucher_each() -> None:
    entries = [entry("1", "100.00", A), entry("2", "100.00", A)]
    same = {"payer_account": A, "amount": "100.00"}
    assert sorted(matched(entries, paper(1, **same), paper(2, **same)).values()) == ["1", "2"]


def test_a_voucher_of_another_amount_does_not_hide_in_a_transaction_that_has_its_paper() -> None:
    entries = [entry("1", "100.00", A, name="甲公司"), entry("2", "9.00", B)]
    own = paper(1, payer_account=A, payer_name="甲公司", amount="100.00")
    stray = paper(2, payer_account=A, payer_name="甲公司", amount="555.00")
    assert matched(entries, own, stray) == {1: "1"}


def test_the_printed_journal_number_decides_whatever_its_leading_zeros() -> None:
    entries = [entry("000318", "100.00", A), entry("000319", "100.00", A)]
    slip = paper(1, "teller_slip", journal_no="319", holder_account=A, amount="100.00")
    assert matched(entries, slip) == {1: "000319"}


def test_paper_that_moves_no_money_does_not_take_a_transaction_by_its_account() -> None:
    assert matched([entry("1", "100.00", A)], paper(1, "loss_report", holder_account=A)) == {}


def test_attachments_and_unknown_pages_are_not_matched() -> None:
    fields = {"payer_account": A, "amount": "100.00"}
    assert matched([entry("1", "100.00", A)], paper(1, "attachment", **fields), paper(2, "unknown", **fields)) == {}


def test_what_a_person_matched_keeps_its_transaction() -> None:
    entries = [entry("1", "100.00", A)]
    held = Match(1, DAY, "1", 0.0, "wang")
    first, second = paper(1, amount="7.00"), paper(2, amount="100.00")
    assert matched(entries, first, second, held=(held,)) == {}


def test_a_party_that_the_journal_does_not_name_makes_no_difference() -> None:
    voucher = paper(1, payer_account=A, payee_account=C, payer_name="甲", payee_name="乙", amount="100.00")
    assert differences(voucher, transactions_of([entry("1", "100.00", A, name="甲")])[0]) == []


def test_another_payee_than_the_journals_differs() -> None:
    voucher = paper(1, payer_account=A, payee_account=C, amount="100.00")
    (found,) = differences(voucher, transactions_of([entry("1", "100.00", A, counter_account=B)])[0])
    assert found == ("payee_account", B, C)


def test_the_account_of_a_fee_line_is_no_partys() -> None:
    lines = [entry("1", "100.00", A), entry("1", "0.50", B, line="2")]
    assert differences(paper(1, payer_account=A, payee_account=C, amount="100.00"), transactions_of(lines)[0]) == []


def test_a_name_differs_only_from_the_name_of_its_own_side() -> None:
    voucher = paper(1, payer_account=A, payer_name="甲公司", payee_account=B, payee_name="乙公司", amount="1.00")
    (transaction,) = transactions_of([entry("1", "1.00", B, counter_account=A, name="丙公司")])
    assert differences(voucher, transaction) == [("payee_name", "丙公司", "乙公司")]


def test_brackets_and_spaces_of_a_name_make_no_difference() -> None:
    voucher = paper(1, payer_account=A, payer_name="甲(杭州)有限公司", amount="1.00")
    assert differences(voucher, transactions_of([entry("1", "1.00", A, name="甲（杭州） 有限公司")])[0]) == []


def test_a_discount_stands_for_the_bill_or_for_what_was_paid() -> None:
    voucher = paper(1, "discount", holder_account=A, bill_amount="1000.00", discount_paid="990.00")
    assert matched([entry("1", "990.00", A), entry("2", "7.00", B)], voucher) == {1: "1"}
    assert differences(voucher, transactions_of([entry("1", "990.00", A)])[0]) == []


def test_the_order_of_the_vouchers_does_not_matter() -> None:
    entries = [entry(str(n), f"{100 + n}.00", A[:-2] + f"{n:02d}") for n in range(10, 30)]
    papers = [paper(n, payer_account=A[:-2] + f"{n:02d}", amount=f"{100 + n}.00") for n in range(10, 30)]
    wanted = {n: str(n) for n in range(10, 30)}
    assert matched(entries, *papers) == matched(entries, *reversed(papers)) == wanted
    assert matched(entries, *(replace(one, type="deposit_slip") for one in papers)) == wanted
