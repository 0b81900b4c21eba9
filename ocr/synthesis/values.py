"""Seeded values for the fields of every type of the catalogue, consistent with each other and with its rules."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from ocr.numerals import to_capital
from ocr.synthesis import numbers
from ocr.synthesis import vocabulary as words
from ocr.synthesis.printing import print_amount, print_date, stored_text

CURRENCIES = {"人民币": "CNY", "美元": "USD", "港币": "HKD", "欧元": "EUR"}


@dataclass(frozen=True, slots=True)
class Item:
    """One field's value: `stored` in the catalogue's stored form, `printed` one way to print it."""

    stored: str
    printed: str


Items = dict[str, Item]


@dataclass(frozen=True, slots=True)
class Party:
    """Someone with an account: name and bank as printed, account in stored form."""

    name: str
    account: str
    bank: str


class Values:
    """Draws values with `rng` for vouchers of one business date, branch and teller."""

    def __init__(
        self,
        rng: random.Random,
        business_date: date,
        branch_no: str = "0101",
        teller_no: str = "010101",
        bank: str | None = None,
    ) -> None:
        self.rng, self.business_date = rng, business_date
        self.branch_no, self.teller_no = branch_no, teller_no
        self.bank = bank or self.bank_branch()

    # people, companies, banks

    def person(self) -> str:
        """A personal name of two to four characters."""
        rng = self.rng
        surname = rng.choice(words.COMPOUND_SURNAMES) if rng.random() < 0.04 else rng.choice(words.SURNAMES)
        pool = words.RARE_GIVEN if rng.random() < 0.2 else words.GIVEN
        return surname + "".join(rng.choice(pool) for _ in range(rng.choice((1, 2, 2))))

    def company(self) -> str:
        """A company's or an institution's name as printed (brackets full width)."""
        rng = self.rng
        city = rng.choice(words.CITIES)
        if rng.random() < 0.06:
            return city + rng.choice(words.INSTITUTIONS)
        brand, trade, tail = rng.choice(words.BRANDS), rng.choice(words.TRADES), rng.choice(words.COMPANY_TAILS[:5])
        if rng.random() < 0.12:
            return f"{city}{rng.choice(words.DISTRICTS)}{brand}{trade[:2]}{rng.choice(words.COMPANY_TAILS[5:])}"
        shape = rng.random()
        if shape < 0.12:
            return f"{brand}{trade}（{city}）有限公司"
        return f"{city}{'市' if shape > 0.7 else ''}{brand}{trade}{tail}"

    def bank_branch(self) -> str:
        """A bank and its branch: 中国工商银行杭州西湖支行."""
        rng = self.rng
        middle = "股份有限公司" if rng.random() < 0.25 else ""
        bank, city, district = rng.choice(words.BANKS), rng.choice(words.CITIES), rng.choice(words.DISTRICTS)
        tail = rng.choice(("支行", "支行", "支行", "分行", "分行营业部"))
        return f"{bank}{middle}{city}{district if tail == '支行' else ''}{tail}"

    def party(self, company: bool = True, bank: str | None = None) -> Party:
        """Someone with an account at `bank`, or at any bank."""
        account = numbers.account(self.rng) if company else numbers.card(self.rng)
        return Party(self.company() if company else self.person(), account, bank or self.bank_branch())

    # items

    def text(self, printed: str) -> Item:
        """A name or text."""
        return Item(stored_text(printed), printed)

    def account(self, stored: str) -> Item:
        """An account, sometimes spaced in fours."""
        return Item(stored, numbers.spaced(stored) if self.rng.random() < 0.35 else stored)

    def money(self, amount: Decimal) -> Item:
        """An amount."""
        stored = numbers.cents(amount)
        return Item(stored, print_amount(stored, "yen_grouped"))

    def capital(self, amount: Decimal) -> Item:
        """An amount in words, by either custom."""
        words_ = to_capital(amount, self.rng.choice("整整整正"), self.rng.random() < 0.7)
        return Item(words_, words_)

    def day(self, day: date) -> Item:
        """A date."""
        return Item(day.isoformat(), print_date(day.isoformat(), "iso"))

    def number(self, length: int) -> Item:
        """A number of `length` digits."""
        stored = numbers.digits(self.rng, length)
        return Item(stored, stored)

    def pick(self, options: Sequence[str]) -> Item:
        """One of `options`."""
        return self.text(self.rng.choice(options))

    # vouchers

    def fill(self, type_name: str, monthly_rate: bool = False, breaks: str | None = None) -> Items:
        """Values for every field of `type_name` but the stamps; `monthly_rate` chooses the rate of a discount.

        `breaks` names a rule of the catalogue that this voucher is meant to break: amount_words_equal_digits,
        cheque_not_stale or payer_is_not_payee. KeyError for an unknown type.
        """
        items = self._discount(monthly_rate) if type_name == "discount" else _FILLERS[type_name](self)
        if breaks == "amount_words_equal_digits":
            wrong = Decimal(items["amount"].stored) + self.rng.choice((Decimal(1), Decimal(90), Decimal(1000)))
            items["amount_in_words"] = self.capital(wrong)
        elif breaks == "cheque_not_stale":
            items["date"] = self.day(self.business_date - timedelta(days=self.rng.randrange(11, 60)))
        elif breaks == "payer_is_not_payee":
            items["payee_account"] = items["payer_account"]
        return items

    def _paid(self, low: float = 10, high: float = 5e7) -> Items:
        amount = numbers.amount(self.rng, low, high)
        return {"amount": self.money(amount), "amount_in_words": self.capital(amount)}

    def _sides(self) -> Items:
        payer = self.party(bank=self.bank)
        payee = self.party(company=self.rng.random() < 0.8)
        items: Items = {}
        for side, party in (("payer", payer), ("payee", payee)):
            items[f"{side}_name"] = self.text(party.name)
            items[f"{side}_account"] = self.account(party.account)
            items[f"{side}_bank"] = self.text(party.bank)
        return items

    def _cheque(self) -> Items:
        issued = self.business_date - timedelta(days=self.rng.choice((0, 0, 0, 1, 2, 3, 5, 9, 10)))
        number = self.rng.choice(("10203320", "10204410", "30109910", "10503310")) + numbers.digits(self.rng, 8)
        sides = self._sides()
        kept = {name: sides[name] for name in ("payer_account", "payer_bank", "payee_name")}
        purpose = self.pick(words.PURPOSES)
        voucher_no = Item(number, numbers.spaced(number, 8))
        return {"voucher_no": voucher_no, "date": self.day(issued), "purpose": purpose, **kept, **self._paid(100, 9e6)}

    def _transfer(self) -> Items:
        items = {"date": self.day(self.business_date), "voucher_no": self.number(self.rng.choice((8, 10, 12)))}
        items |= self._sides() | self._paid()
        items["purpose"] = self.pick(words.PURPOSES)
        items["attachments"] = self._same(self.rng.choice("11123456789"))
        items["bill_no"] = self.number(8)
        return items

    def _holder(self, company: bool | None = None) -> Items:
        if company is None:
            company = self.rng.random() < 0.5
        party = self.party(company, self.bank)
        return {"date": self.day(self.business_date), "holder_name": self.text(party.name)} | {
            "holder_account": self.account(party.account),
            "holder_bank": self.text(party.bank),
        }

    def _currency(self) -> Item:
        shown = self.rng.choice(("人民币", "人民币", "CNY"))
        return Item(CURRENCIES.get(shown, shown), shown)

    def _cash_deposit(self) -> Items:
        purpose = self.pick(words.CASH_SOURCES)
        return self._holder() | self._paid(1, 3e6) | {"purpose": purpose, "currency": self._currency()}

    def _identity(self) -> Items:
        if self.rng.random() < 0.85:
            return {"holder_id_type": self.text("居民身份证"), "holder_id_no": self._same(numbers.id_card(self.rng))}
        passport = self.rng.choice("EGD") + numbers.digits(self.rng, 8)
        return {"holder_id_type": self.text("护照"), "holder_id_no": self._same(passport)}

    def _same(self, value: str) -> Item:
        return Item(value, value)

    def _cash_withdrawal(self) -> Items:
        return self._holder(False) | self._paid(1, 5e5) | self._identity() | {"currency": self._currency()}

    def _teller_slip(self) -> Items:
        items = self._holder() | self._paid(0.01, 1e7)
        now = f"{self.rng.randrange(9, 17):02d}:{self.rng.randrange(60):02d}:{self.rng.randrange(60):02d}"
        items |= {"branch_no": self._same(self.branch_no), "teller_no": self._same(self.teller_no)}
        items |= {"journal_no": self.number(9), "transaction_code": self.number(4), "transaction_time": self._same(now)}
        items |= {
            "authoriser_no": self._same(self.branch_no + numbers.digits(self.rng, 2)),
            "currency": self._currency(),
        }
        items |= {"purpose": self.pick(words.SLIP_SUMMARIES), "balance": self.money(numbers.amount(self.rng, 1, 5e7))}
        return items

    def _discount(self, monthly: bool) -> Items:
        rng = self.rng
        bill = numbers.amount(rng, 10000, 2e7)
        issued = self.business_date - timedelta(days=rng.randrange(3, 90))
        due = issued + timedelta(days=rng.choice((182, 183, 184, 365)))
        days = (due - self.business_date).days
        yearly = Decimal(rng.randrange(120, 480)) / 10000
        rate, base = (Decimal(rng.randrange(100, 420)) / 100000, 30) if monthly else (yearly, 360)
        interest = Decimal(numbers.cents(bill * rate * days / base))
        shown = f"{rate * 1000:.2f}‰" if monthly else f"{rate * 100:.2f}%"
        kind = rng.choice(("银行承兑汇票", "银行承兑汇票", "商业承兑汇票"))
        bill_no = numbers.digits(rng, 30) if rng.random() < 0.4 else "3010" + numbers.digits(rng, 12)
        acceptor = self.party()
        items = self._holder(True) | {"bill_kind": self.text(kind), "bill_no": self._same(bill_no)}
        items |= {"bill_issue_date": self.day(issued), "bill_due_date": self.day(due)}
        items |= {"acceptor_name": self.text(acceptor.bank if kind[0] == "银" else acceptor.name)}
        items |= {"acceptor_account": self.account(acceptor.account), "acceptor_bank": self.text(acceptor.bank)}
        items |= {
            "bill_amount": self.money(bill),
            "amount_in_words": self.capital(bill),
            "discount_rate": self._same(shown),
        }
        return items | {"discount_interest": self.money(interest), "discount_paid": self.money(bill - interest)}

    def _margin_deposit(self) -> Items:
        margin = self._same(numbers.account(self.rng))
        purpose = self.text(self.rng.choice(("银行承兑汇票保证金", "信用证保证金", "保函保证金", "贷款保证金")))
        extra = {"payee_account": margin, "purpose": purpose, "bill_no": self.number(16)}
        return self._holder(True) | self._paid(1000, 2e7) | extra

    def _account_opening(self) -> Items:
        kind = self.pick(("基本存款账户", "一般存款账户", "专用存款账户", "临时存款账户"))
        extra = {"uscc": self._same(numbers.uscc(self.rng)), "account_kind": kind}
        return self._holder(True) | extra | {"branch_no": self._same(self.branch_no)}

    def _account_closing(self) -> Items:
        kind = self.pick(("基本存款账户", "一般存款账户", "专用存款账户", "临时存款账户"))
        extra = {"account_kind": kind, "closing_reason": self.pick(words.CLOSING_REASONS)}
        return self._holder(True) | extra | {"balance": self.money(numbers.amount(self.rng, 0.01, 1e6))}

    def _loss_report(self) -> Items:
        kind = self.pick(("书面挂失", "口头挂失", "密码挂失", "密码重置", "解除挂失"))
        lost = {"loss_kind": kind, "lost_voucher_no": self.number(self.rng.choice((8, 10, 16)))}
        return self._holder(False) | self._identity() | lost | {"balance": self.money(numbers.amount(self.rng, 1, 1e6))}

    def _judicial(self) -> Items:
        rng, year = self.rng, self.business_date.year
        place = {"c": rng.choice(words.CITIES), "d": rng.choice(words.DISTRICTS[:4])}
        authority = rng.choice(words.AUTHORITIES).format(**place)
        number = rng.randrange(1, 9999)
        court = f"（{year}）{rng.choice(words.COURT_CODES)}执{number}号"
        police = f"{place['c'][0]}公（经）查字〔{year}〕{number}号"
        items = self._holder(rng.random() < 0.6) | {"document_no": self.text(court if "法院" in authority else police)}
        items |= {"authority_name": self.text(authority), "action": self.pick(("查询", "冻结", "扣划", "解除冻结"))}
        holder_is_person = len(items["holder_name"].stored) <= 4
        identity = numbers.id_card(rng) if holder_is_person else numbers.uscc(rng)
        return items | {"holder_id_no": self._same(identity)} | self._paid(1000, 5e6)


_FILLERS: dict[str, Callable[[Values], Items]] = {
    "transfer_cheque": Values._cheque,
    "cash_cheque": Values._cheque,
    "deposit_slip": Values._transfer,
    "wire_transfer": Values._transfer,
    "settlement_application": Values._transfer,
    "special_transfer_debit": Values._transfer,
    "special_transfer_credit": Values._transfer,
    "cash_deposit": Values._cash_deposit,
    "cash_withdrawal": Values._cash_withdrawal,
    "teller_slip": Values._teller_slip,
    "margin_deposit": Values._margin_deposit,
    "account_opening": Values._account_opening,
    "account_closing": Values._account_closing,
    "loss_report": Values._loss_report,
    "judicial_assistance": Values._judicial,
}
VOUCHER_TYPES = (*_FILLERS, "discount")
