"""What do comments speak of, and are they content (plan item 6.3.2)? Chinese and English, without a network.

Sentiment: English by VADER (Hutto and Gilbert 2014), a lexicon with rules for negation, emphasis and "but", with words learnt
from labelled sentences of product reviews (`review_words`) and words of the trade added; Chinese by a lexicon of the same trade
with negation, and by SnowNLP's naive Bayes classifier, trained on shopping reviews, where no word of the lexicon occurs.
Themes: words that name them. How often the method is right is measured against labels it has not seen: the rating a customer
gave beside the comment, a hand-labelled sample (`labelled_comments`), and the product reviews the words were learnt from,
each while it was left out of the learning.
"""

import re

import numpy as np
import pandas as pd

from brandops.analysis.intervals import wilson
from brandops.analysis.labelled_comments import LABELLED
from brandops.analysis.review_words import REVIEW_WORDS, UNSEEN

THEMES = {
    "delivery": ("发货", "物流", "快递", "配送", "送货", "到货", "deliver", "shipping", "shipped", "parcel", "arriv", "courier"),
    "packaging": ("包装", "瓶子", "泵头", "盒子", "漏液", "破损", "packag", "bottle", "pump", "box", "leak", "damaged"),
    "price": ("价格", "价钱", "贵", "便宜", "实惠", "划算", "性价比", "优惠", "降价", "price", "expensive", "cheap", "value",
              "cost", "money", "discount", "deal"),
    "service": ("客服", "服务", "导购", "售后", "退货", "退款", "换货", "service", "staff", "support", "refund", "return"),
    "availability": ("断货", "缺货", "没货", "无货", "补货", "买不到", "out of stock", "sold out", "unavailable", "restock"),
    "tolerance": ("过敏", "刺激", "刺痛", "泛红", "长痘", "闷痘", "温和", "allerg", "irritat", "rash", "sting", "burn", "gentle",
                  "breakout"),
    "quality": ("好用", "难用", "质感", "质地", "效果", "保湿", "补水", "味道", "香味", "质量", "吸收", "油腻", "texture",
                "quality", "scent", "smell", "works", "effect", "moistur", "greasy", "absorb", "skin"),
}  # fmt: skip
_POSITIVE = (
    "好用", "不错", "喜欢", "满意", "回购", "推荐", "耐心", "漂亮", "精致", "实惠", "划算", "便宜", "很快", "物流快", "发货快",
    "神速", "温和", "滋润", "清爽", "舒服", "惊喜", "超值", "很棒", "很赞", "给力", "完美", "细腻", "热情", "专业", "及时", "很好",
    "好闻", "值得", "有效", "明显", "正品", "放心", "周到",
)  # fmt: skip
_NEGATIVE = (
    "慢", "贵", "偏高", "断货", "缺货", "没货", "过敏", "刺痛", "泛红", "长痘", "闷痘", "破损", "漏液", "差", "失望", "难用",
    "难闻", "油腻", "假货", "退货", "退款", "敷衍", "没人理", "态度", "买不到", "后悔", "不值", "没效果", "没用", "搓泥", "卡粉",
    "拔干", "降价", "少发", "错发", "过期", "坏了", "刺鼻", "干燥", "推诿", "垃圾", "踩雷", "骗",
)  # fmt: skip
_NEGATION = re.compile(r"(不|没有|没|无|并非|不太|不够|不会|不是很|不怎么)$")
_TRADE = {
    "expensive": -1.8, "overpriced": -2.2, "pricey": -1.5, "late": -1.4, "slow": -1.5, "leaked": -2.0, "leaking": -2.0,
    "broken": -2.0, "rash": -2.2, "irritated": -2.0, "greasy": -1.5, "sticky": -1.2, "dry": -0.8, "refund": -1.2,
    "unavailable": -1.5, "stock": -0.4, "fast": 1.4, "quick": 1.4, "soft": 1.4, "gentle": 1.6, "fresh": 1.3, "again": 0.4,
    "moisturising": 1.5, "moisturizing": 1.5, "never": -1.0, "waited": -1.2, "waste": -2.2, "fake": -2.2, "itchy": -1.8,
    "breakouts": -2.0, "repurchase": 1.8, "worth": 1.6,
}  # fmt: skip
_CHINESE = re.compile("[\u4e00-\u9fff]")
NEUTRAL = 0.05  # VADER's own threshold
_COLUMNS = ["sample", "language", "comments", "distinct", "right", "undecided", "accuracy", "low", "high"]


def language_of(comment: str) -> str:
    """`zh` where a comment holds a Chinese character, else `en`."""
    return "zh" if _CHINESE.search(comment) else "en"


def sentiments(comments: pd.Series) -> pd.Series:
    """Score of every comment, -1 (discontent) to 1 (content); NaN for a blank one."""
    texts = comments.astype("string").str.strip()
    texts = texts.where(texts.str.len() > 0)
    scored = {text: _score(text) for text in texts.dropna().unique()}
    return texts.map(scored).astype(float)


def themes(comments: pd.Series) -> pd.DataFrame:
    """One row per comment and theme it names (`other` where none): position in the index as `comment`, theme."""
    texts = comments.dropna().astype(str).str.strip()
    texts = texts[texts.str.len() > 0]
    found = {text: _themes(text) for text in texts.unique()}
    rows = [(index, theme) for index, text in texts.items() for theme in found[text]]
    return pd.DataFrame(rows, columns=["comment", "theme"])


def theme_table(comments: pd.Series) -> pd.DataFrame:
    """Comments by theme, most named first.

    Returns
    -------
    DataFrame
        theme, comments, share (of all comments; a comment may name several), positive and negative (shares of the theme's), low,
        high (95 % interval of `negative`), example (its commonest comment), complaint (its commonest discontent one).
    """
    named = themes(comments)
    score = sentiments(comments)
    named["score"], named["text"] = named["comment"].map(score), named["comment"].map(comments)
    total = named["comment"].nunique()
    rows = []
    for theme, part in named.groupby("theme"):
        negative = float((part["score"] <= -NEUTRAL).mean())
        rows.append((theme, len(part), len(part) / total, float((part["score"] >= NEUTRAL).mean()), negative,
                     *wilson(negative, len(part)), _commonest(part["text"]),
                     _commonest(part.loc[part["score"] <= -NEUTRAL, "text"])))  # fmt: skip
    table = pd.DataFrame(
        rows, columns=["theme", "comments", "share", "positive", "negative", "low", "high", "example", "complaint"]
    )
    return table.sort_values(["comments", "theme"], ascending=[False, True], ignore_index=True)


def accuracy(responses: pd.DataFrame, satisfied_from: int = 4) -> pd.DataFrame:
    """How often the sign of a comment's sentiment is right, by sample and language.

    `rating`: comments of survey `responses` (columns comment, csat) against the rating beside them (satisfied: positive; 2 or
    less: negative; others tell nothing). `labelled`: the hand-labelled sample. `reviews`: the product reviews English words were
    learnt from, by cross-validation. A neutral score counts as wrong. Equal comments are one case for the interval, right by
    their share: answers that repeat each other prove little.

    Returns
    -------
    DataFrame
        sample, language, comments, distinct (different ones), right, undecided (comments), accuracy, low, high (95 %).
    """
    rated = responses.dropna(subset=["comment", "csat"])
    rated = rated[rated["comment"].astype(str).str.strip() != ""]
    truth = np.where(rated["csat"] >= satisfied_from, 1, np.where(rated["csat"] <= 2, -1, 0))
    rated = pd.DataFrame({"text": rated["comment"].astype(str).str.strip().to_numpy(), "label": truth})
    labelled = pd.DataFrame(LABELLED, columns=["text", "label"])
    rows = []
    for sample, cases in (("rating", rated[rated["label"] != 0]), ("labelled", labelled)):
        score = sentiments(cases["text"])
        hit = np.where(cases["label"] > 0, score >= NEUTRAL, score <= -NEUTRAL)
        unsure = score.abs() < NEUTRAL
        for language, part in cases.assign(hit=hit, unsure=unsure, language=cases["text"].map(language_of)).groupby("language"):
            share, distinct = float(part["hit"].mean()), part["text"].nunique()
            rows.append((sample, language, len(part), distinct, int(part["hit"].sum()), int(part["unsure"].sum()), share,
                         *wilson(share, distinct)))  # fmt: skip
    share, count = UNSEEN["right"] / UNSEEN["sentences"], UNSEEN["sentences"]
    rows.append(("reviews", "en", count, count, UNSEEN["right"], UNSEEN["undecided"], share, *wilson(share, count)))
    return pd.DataFrame(rows, columns=_COLUMNS)


def _commonest(texts: pd.Series) -> str | None:
    """The text met most often, the first in order among equals."""
    counts = texts.value_counts()
    return min(counts.index[counts == counts.max()]) if len(counts) else None


def _score(text: str) -> float:
    return _chinese(text) if language_of(text) == "zh" else _vader().polarity_scores(text)["compound"]


def _chinese(text: str) -> float:
    total, rest = 0, text
    # Longer words first, so that a part of one is not counted again.
    words = sorted([(w, 1) for w in _POSITIVE] + [(w, -1) for w in _NEGATIVE], key=lambda pair: -len(pair[0]))
    for word, sign in words:
        while word in rest:
            at = rest.index(word)
            total += -sign if _NEGATION.search(rest[:at]) else sign
            rest = rest[:at] + "。" * len(word) + rest[at + len(word) :]
    if total:
        return float(np.tanh(total / 1.5))
    from snownlp import SnowNLP  # reads its model on import: seconds

    return 2 * float(SnowNLP(text).sentiments) - 1


def _themes(text: str) -> list[str]:
    lower = text.lower()
    return [theme for theme, words in THEMES.items() if any(word in lower for word in words)] or ["other"]


def _vader(made: list = []):  # noqa: B006  (kept between calls on purpose: reading the lexicon takes a moment)
    if not made:
        from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

        made.append(SentimentIntensityAnalyzer())
        made[0].lexicon.update(REVIEW_WORDS | _TRADE)
    return made[0]
