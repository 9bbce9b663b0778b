"""Comments in Chinese and English: what they speak of and whether they are content."""

import numpy as np
import pandas as pd
import pytest

from brandops.analysis.comments import accuracy, language_of, sentiments, theme_table, themes
from brandops.analysis.labelled_comments import LABELLED


def sign(text: str) -> float:
    return float(np.sign(sentiments(pd.Series([text])).iloc[0]))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("很好用，会回购", 1), ("发货太慢", -1), ("一点也不贵", 1), ("不好用", -1), ("没有过敏", 1), ("Too expensive", -1),
     ("Great value, would buy again", 1), ("not gentle at all", -1)],
)  # fmt: skip
def test_sentiment_follows_the_words_and_their_negation(text, wanted):
    assert sign(text) == wanted


def test_a_blank_comment_has_no_sentiment_and_no_theme():
    blank = pd.Series([None, "", "  ", "Love it"])
    assert sentiments(blank).isna().tolist() == [True, True, True, False]
    assert themes(blank)["comment"].unique().tolist() == [3]


def test_a_comment_may_name_several_themes_or_none():
    named = themes(pd.Series(["包装漂亮，物流快", "Hmm", "The pump broke and support never answered"]))
    by = named.groupby("comment")["theme"].agg(set).to_dict()
    assert by == {0: {"packaging", "delivery"}, 1: {"other"}, 2: {"packaging", "service"}}


def test_languages_are_told_by_their_characters():
    assert [language_of(text) for text in ("很好", "great", "OK 啦")] == ["zh", "en", "zh"]


def test_the_labelled_sample_is_balanced_and_repeats_nothing():
    labels = pd.DataFrame(LABELLED, columns=["text", "label"])
    assert not labels["text"].duplicated().any()
    counts = labels.groupby([labels["text"].map(language_of), "label"]).size()
    assert counts.nunique() == 1 and counts.sum() == 80


def test_sentiment_beats_chance_on_the_labelled_sample():
    """Guessing the sign is right half of the time, and undecided counts as wrong."""
    table = accuracy(pd.DataFrame({"comment": [None], "csat": [5]}))
    assert table["sample"].unique().tolist() == ["labelled", "reviews"]
    table = table[table["sample"] == "labelled"]
    decided = table["right"].sum() / (table["comments"] - table["undecided"]).sum()
    assert decided > 0.75 and table["right"].sum() / table["comments"].sum() > 0.65


def test_words_learnt_from_reviews_judge_reviews_they_were_not_learnt_from():
    """VADER alone is right in seven of ten; the count is that of the script that learns the words."""
    row = accuracy(pd.DataFrame({"comment": [None], "csat": [5]})).set_index("sample").loc["reviews"]
    assert row["comments"] == 1000 and row["accuracy"] > 0.8 and row["low"] < row["accuracy"] < row["high"]


def test_accuracy_is_counted_against_the_rating_and_repeats_do_not_narrow_its_interval():
    once = pd.DataFrame({"comment": ["很好用", "发货太慢", "Love it", "Too expensive", "平"], "csat": [5, 1, 4, 5, 3]})
    table, again = accuracy(once), accuracy(pd.concat([once] * 50))
    rated = table[table["sample"] == "rating"].set_index("language")
    assert (rated["comments"].to_dict(), rated["right"].to_dict()) == ({"en": 2, "zh": 2}, {"en": 1, "zh": 2})
    more = again[again["sample"] == "rating"].set_index("language")
    assert (more["comments"] == 50 * rated["comments"]).all() and (more["low"] == rated["low"]).all()


def test_themes_are_counted_with_their_complaints():
    table = theme_table(pd.Series(["发货太慢"] * 3 + ["物流快", "Too expensive"])).set_index("theme")
    assert table.loc["delivery", ["comments", "share", "negative", "example", "complaint"]].tolist() == [
        4, 0.8, 0.75, "发货太慢", "发货太慢"]  # fmt: skip
    assert table.loc["delivery", "low"] < 0.75 < table.loc["delivery", "high"]
