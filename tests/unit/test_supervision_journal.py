"""Journal files become entries, or are refused as a whole with what is wrong and where."""

from datetime import date
from decimal import Decimal

import pytest

from archive.errors import Invalid
from supervision.journal import JournalInvalid, parse_journal

HEADER = (
    "business_date,branch_no,teller_no,journal_no,transaction_code,account,counter_account,name,amount,"
    "currency,direction"
)
ROW = '2026-03-08,0102,0417,00318,2101,6222021234563456123,,杭州贸易有限公司,"1,234.50",CNY,D'


def parse(*rows: str, header: str = HEADER, encoding: str = "utf-8"):
    return parse_journal("journal.csv", "\r\n".join([header, *rows]).encode(encoding))


def faults(*rows: str, header: str = HEADER):
    with pytest.raises(JournalInvalid) as refused:
        parse(*rows, header=header)
    return refused.value


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_line_reads_the_same_in_every_encoding(encoding: str) -> None:
    (entry,) = parse(ROW, encoding=encoding)
    assert (entry.name, entry.amount, entry.line) == ("杭州贸易有限公司", Decimal("1234.50"), 1)
    assert (entry.branch_no, entry.teller_no, entry.journal_no) == ("0102", "0417", "00318")


def test_columns_come_in_any_order_with_optional_ones_between_and_unknown_ones_passed_over() -> None:
    header = "amount,direction,remark,line," + ",".join(HEADER.split(",")[:8]) + ",currency"
    (entry,) = parse("5,C,x,7,20260308,1,2,3,9,8,,甲,", header=header)
    assert (entry.amount, entry.direction, entry.line, entry.currency) == (Decimal("5.00"), "C", 7, "CNY")


def test_chinese_headings_are_understood() -> None:
    header = "业务日期,机构号,柜员号,流水号,交易码,账号,对方账号,户名,金额,币种,借贷标志"
    (entry,) = parse("2026年3月8日,0102,0417,1,2101,6222,,甲,1.00,人民币,贷", header=header)
    assert (entry.business_date, entry.currency, entry.direction) == (date(2026, 3, 8), "CNY", "C")


@pytest.mark.parametrize("text", ["2026-03-08", "20260308", "2026/3/8", "2026-03-08 00:00:00"])
def test_dates_are_read_in_every_form(text: str) -> None:
    assert parse(ROW.replace("2026-03-08", text))[0].business_date == date(2026, 3, 8)


@pytest.mark.parametrize(
    ("text", "value"),
    [("1234.5", "1234.50"), ("¥1,234.50", "1234.50"), ("-8", "-8.00"), (".05", "0.05"), ("１２.00", "12.00")],
)
def test_amounts_are_read_in_every_form(text: str, value: str) -> None:
    assert parse(ROW.replace("1,234.50", text))[0].amount == Decimal(value)


def test_lines_without_a_number_are_numbered_by_order_within_their_journal_number() -> None:
    other = ROW.replace("00318", "00319")
    assert [(e.journal_no, e.line) for e in parse(ROW, other, ROW)] == [("00318", 1), ("00319", 1), ("00318", 2)]


@pytest.mark.parametrize(
    ("cell", "wrong", "column", "says"),
    [
        ("2026-03-08", "2026-02-30", "business_date", "not a date that exists"),
        ("1,234.50", "12.345", "amount", "not an amount"),
        ("1,234.50", "1,23.50", "amount", "not an amount"),
        ("1,234.50", "", "amount", "empty"),
        ("0417", "", "teller_no", "empty"),
        (",D", ",X", "direction", "write D or C"),
        ("CNY", "元宝", "currency", "not a currency"),
        ("6222021234563456123", "6.22202E+18", "account", "spreadsheet"),
    ],
)
def test_a_bad_cell_is_named_by_file_row_and_column(cell: str, wrong: str, column: str, says: str) -> None:
    refused = faults(ROW, ROW.replace(cell, wrong))
    assert [(fault.row, fault.column) for fault in refused.faults] == [(3, column)]
    assert says in str(refused)
    assert str(refused).startswith("journal.csv: row 3")


def test_every_bad_row_is_told_at_once() -> None:
    bad = ROW.replace("CNY", "?")
    assert [fault.row for fault in faults(bad, ROW, bad).faults] == [2, 4]


def test_the_same_line_twice_in_a_file_is_refused() -> None:
    refused = faults(ROW + ",1", ROW + ",1", header=HEADER + ",line")
    assert "row 2 already" in str(refused)


def test_an_unquoted_comma_in_an_amount_is_recognised() -> None:
    assert "quote an amount" in str(faults(ROW.replace('"', "")))


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "empty"),
        (b"a,b\n1,2", "names no column business_date"),
        ((HEADER + ",amount\n").encode(), "twice"),
        (HEADER.encode(), "no lines"),
        (b"\xff\xfe\x00\x01", "neither UTF-8 nor GB18030"),
        ((HEADER + "\n" + ROW[:-1] + '"D').encode(), "not CSV"),
    ],
)
def test_a_file_that_is_no_journal_is_refused_with_what_to_do(data: bytes, says: str) -> None:
    with pytest.raises(Invalid, match=says) as refused:
        parse_journal("journal.csv", data)
    assert refused.value.field == "journal.csv"
