"""What the operators feed: files whose pages carry their own truth in a printed code."""

from __future__ import annotations

import hashlib
import io
import random
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from PIL import Image

from ocr.numerals import to_capital
from tests.pages import voucher

ACCOUNT = "汇款人账号"


@dataclass(frozen=True, slots=True)
class Paper:
    """One file: its bytes, and for each of its pages what the archive must say of it. `bad`: it cannot be imaged, and
    must be refused or quarantined with a cause."""

    name: str
    data: bytes
    truth: tuple[Mapping[str, str], ...]
    bad: bool = False

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


def _page(rng: random.Random) -> tuple[bytes, Mapping[str, str]]:
    """A wire transfer (PNG) of an amount and accounts of its own."""
    amount = Decimal(rng.randrange(100, 9_000_000_00)) / 100
    payer, payee = (f"62{rng.randrange(10**14):014d}" for _ in range(2))
    date = f"2026-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}"
    values = {"amount": f"{amount:.2f}", "payer_account": payer, "payee_account": payee}
    printed = {
        "委托日期": "{}年{}月{}日".format(*date.split("-")),
        "汇款人全称": "张伟",
        ACCOUNT: payer,
        "收款人全称": "李静",
        "收款人账号": payee,
        "金额(大写)": to_capital(amount, "整", True),
        "金额(小写)": f"¥{amount:.2f}",
    }
    return voucher("电汇凭证", **printed), values


def _several(rng: random.Random, name: str, count: int) -> Paper:
    """One TIFF of several pages: they come together or not at all."""
    pages = [_page(rng) for _ in range(count)]
    first, *more = [Image.open(io.BytesIO(data)) for data, _ in pages]
    out = io.BytesIO()
    first.save(out, "TIFF", save_all=True, append_images=more, compression="tiff_deflate", dpi=(100, 100))
    return Paper(name, out.getvalue(), tuple(values for _, values in pages))


def cut_jpeg(rng: random.Random, name: str) -> Paper:
    """A JPEG cut to a third of its bytes."""
    data, values = _page(rng)
    out = io.BytesIO()
    Image.open(io.BytesIO(data)).convert("L").save(out, "JPEG", quality=90)
    return Paper(name, out.getvalue()[: out.tell() // 3], (values,), bad=True)


def papers(rng: random.Random, pages: int, *, cut: bool = True) -> list[Paper]:
    """Files of that many good pages, single ones and a few TIFFs of three, in a random order; one more is cut."""
    several = max(1, pages // 12)
    found = [_several(rng, f"several-{number}.tif", 3) for number in range(several)]
    for number in range(pages - 3 * several):
        data, values = _page(rng)
        found.append(Paper(f"{number:04d}.png", data, (values,)))
    rng.shuffle(found)
    if cut:
        found.insert(rng.randrange(len(found)), cut_jpeg(rng, "cut.jpg"))
    return found
