"""Chinese phrases, asked of every index: a phrase is found exactly where its characters stand in a row."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from test_search_index import INDEXES, WIRE, opened

from archive.index import MemoryIndex, Query, SearchIndex, parse


@pytest.fixture(params=INDEXES)
def empty(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[SearchIndex]:
    index = opened(str(request.param), tmp_path, request)
    yield index
    index.close()


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("贸易有限公司", [2, 1]),
        ("贸易有限公司账", [2]),
        ("食品有限公司账号", [1]),
        ('"食品 有限公司 账号" 贸易有限公司', [1]),
        ("北京金桥贸易有限公司账号", [2]),
        ("有限公司有限公司", []),
        ("收款人上海食品有限公司账号附加信息及用途支付密码", [1]),
        ("收款人上海食品有限公司账号附加信息及用途支付密", [1]),
        ("收款人上海食品有限公司账号附加信息及用途密码", []),
    ],
)
def test_a_phrase_is_not_put_together_from_places_that_share_its_pieces(
    empty: SearchIndex, text: str, ids: list[int]
) -> None:
    empty.put(
        replace(WIRE, id=id, text=said, fields={}, title="")
        for id, said in (
            (1, "付款人北京金桥贸易有限公司\n收款人上海食品有限公司账号附加信息及用途支付密码"),
            (2, "付款人北京金桥贸易有限公司账号\n收款人上海食品有限公司\n附加信息及用途密码"),
        )
    )
    empty.commit()
    assert sorted(empty.search(parse(text)).ids, reverse=True) == ids


def test_phrases_of_few_characters_are_found_as_plain_loops_find_them(empty: SearchIndex) -> None:
    rng, plain = random.Random(4), MemoryIndex()
    texts = ["".join(rng.choices("甲乙丙丁戊1 \n", (9, 9, 9, 4, 4, 1, 1, 1), k=rng.randrange(60))) for _ in range(60)]
    documents = [replace(WIRE, id=id, text=text, fields={}, title="") for id, text in enumerate(texts, 1)]
    for index in (empty, plain):
        index.put(documents)
        index.commit()
    for length in (4, 5, 6, 8, 15, 16, 17, 18):
        for text in rng.sample([text for text in texts if len(text) > length], 8):
            start = rng.randrange(len(text) - length)
            for term in (text[start : start + length], "".join(rng.choices("甲乙丙", k=length))):
                query = Query(terms=(term,), limit=100)
                assert empty.search(query).ids == plain.search(query).ids, term
