"""Phrases found by their grams and a text's absent words: exactly where they stand in a row."""

from __future__ import annotations

from hypothesis import example, given, settings
from hypothesis import strategies as st

from archive.index.absent import LONGEST, absent, exact, parts
from archive.index.grams import grams, joined, normalise

CHARS = "甲乙丙丁1a| \n"
TEXTS = st.text(alphabet=CHARS, max_size=60)
PHRASES = st.text(alphabet="甲乙丙丁", min_size=4, max_size=LONGEST)


def says(text: str, phrase: str) -> bool:
    """What an index concludes of a text in which every gram of the phrase stands."""
    return set(grams(phrase)) <= set(grams(text)) and not absent(text) & set(parts(phrase))


@settings(max_examples=500)
@given(text=TEXTS.map(normalise), phrase=PHRASES)
@example(text="甲乙丙1乙丙丁", phrase="甲乙丙丁")
@example(text="甲甲甲", phrase="甲甲甲甲")
def test_a_phrase_of_which_all_grams_are_there_is_told_from_one_that_is(text: str, phrase: str) -> None:
    assert exact(phrase)
    assert says(text, phrase) == (phrase in text)


@settings(max_examples=300)
@given(text=TEXTS.map(normalise), data=st.data())
def test_a_piece_of_the_text_holds_nothing_absent(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    assert not absent(text) & set(parts(text[start : start + LONGEST]))


def test_absent_words_are_what_two_places_alike_seem_to_say() -> None:
    text = joined(["付款人北京金桥贸易有限公司账号", "收款人上海长城物流有限公司", "6222 6222"])
    assert absent(text) == {"流有限公司账", "付款人上", "收款人北"}
    assert absent("张三丰") == set()


def test_only_chinese_phrases_of_some_length_are_looked_up_so() -> None:
    assert [
        exact(one) for one in ("有限公", "有限公司", "司" * LONGEST, "司" * (LONGEST + 1), "账号62", "金|额元整")
    ] == [
        False,
        True,
        True,
        False,
        False,
        False,
    ]
