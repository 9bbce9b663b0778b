"""Learn words of reviews that VADER's lexicon lacks, and write `src/brandops/analysis/review_words.py`.

    python scripts/learn_review_words.py FOLDER

FOLDER holds `amazon_cells_labelled.txt` and `yelp_labelled.txt` of the Sentiment Labelled Sentences (Kotzias et al. 2015, UCI
Machine Learning Repository, CC BY 4.0): a thousand sentences of product and a thousand of restaurant reviews, half of them
content, half not. A logistic regression on VADER's own sum and on the counts of words it does not know (turned round as VADER
does behind a negation) gives each word a valence in VADER's units. What is said of products decides which words there are; what
is said of restaurants helps to tell their valence. Nothing here looks at the comments labelled for this project: which
words enter, the least valence and the penalty were chosen by cross-validation on the product reviews, which this prints.
"""

import re
import sys
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from vaderSentiment.vaderSentiment import N_SCALAR, NEGATE, SentimentIntensityAnalyzer

GOODS, MEALS = "amazon_cells_labelled.txt", "yelp_labelled.txt"
TARGET = Path(__file__).parents[1] / "src/brandops/analysis/review_words.py"
SENTENCES, LEAST, PENALTY = 3, 0.3, 1.0  # sentences a word must occur in, valence below which it is left out, C of the regression
WIDEST = 4.0  # VADER's scale
THRESHOLD = 0.05  # VADER's own

HEAD = '''"""Words of reviews that VADER's lexicon lacks, with their valence; written by `scripts/learn_review_words.py`.

Learnt from the Sentiment Labelled Sentences of product and restaurant reviews (Kotzias, Denil, de Freitas and Smyth 2015, "From
group to individual labels using deep features"; UCI Machine Learning Repository, CC BY 4.0).
"""

'''
TAIL = """_WORDS = (pair.split() for pair in _PAIRS.split(","))
REVIEW_WORDS = {{word: float(value) for word, value in _WORDS}}
# Of the product reviews, each judged by words learnt while it was left out (ten folds).
UNSEEN = {{"sentences": {}, "right": {}, "undecided": {}}}
"""


def read(folder: Path, name: str) -> pd.DataFrame:
    """Sentences of a file: text, content (bool), source."""
    lines = [line.rsplit("\t", 1) for line in (folder / name).read_text(encoding="utf-8").split("\n") if "\t" in line]
    pairs = [(text.strip(), label.strip() == "1", name) for text, label in lines]
    return pd.DataFrame(pairs, columns=["text", "content", "source"])


def words(text: str) -> list[tuple[str, float]]:
    """Words of a text with the sign VADER would give them: turned round where one of the three before negates."""
    found = re.findall(r"[a-z']+", text.lower().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'"))
    denied = [word in NEGATE or word in ("no", "not", "never") or word.endswith("n't") for word in found]
    return [(word, N_SCALAR if any(denied[max(0, at - 3) : at]) and not denied[at] else 1.0) for at, word in enumerate(found)]


def learn(sentences: pd.DataFrame, vader: SentimentIntensityAnalyzer) -> dict[str, float]:
    """Valence of the words VADER lacks, rounded; those below `LEAST` are left out."""
    said = sentences["text"].map(words)
    often = pd.Series([word for pairs in said for word in {word for word, _sign in pairs}]).value_counts()
    of_goods = {word for pairs in said[sentences["source"] == GOODS] for word, _sign in pairs}
    vocabulary = sorted(
        w for w, count in often.items() if count >= SENTENCES and w in of_goods and w not in vader.lexicon and len(w) > 1
    )
    place = {word: at for at, word in enumerate(vocabulary)}
    compound = sentences["text"].map(lambda text: vader.polarity_scores(text)["compound"]).to_numpy()
    design = np.zeros((len(sentences), len(place) + 1))
    design[:, 0] = compound * np.sqrt(15) / np.sqrt(np.maximum(1 - compound**2, 1e-6))  # VADER's sum before it is squeezed
    for row, pairs in enumerate(said):
        for word, sign in pairs:
            if word in place:
                design[row, place[word] + 1] += sign
    fitted = LogisticRegression(C=PENALTY, max_iter=5000, fit_intercept=False).fit(design, sentences["content"]).coef_[0]
    valence = np.clip(fitted[1:] / fitted[0], -WIDEST, WIDEST).round(1)
    return {word: float(value) for word, value in zip(vocabulary, valence, strict=True) if abs(value) >= LEAST}


def judged(vader: SentimentIntensityAnalyzer, sentences: pd.DataFrame) -> np.ndarray:
    """How many sentences there are, of how many the sign is right, and how many are undecided, which is not right."""
    score = sentences["text"].map(lambda text: vader.polarity_scores(text)["compound"])
    hit = np.where(sentences["content"], score >= THRESHOLD, score <= -THRESHOLD)
    return np.array([len(sentences), hit.sum(), (score.abs() < THRESHOLD).sum()])


def extended(valence: dict[str, float]) -> SentimentIntensityAnalyzer:
    """VADER with further words."""
    vader = SentimentIntensityAnalyzer()
    vader.lexicon.update(valence)
    return vader


def main(folder: Path) -> None:
    """Cross-validate, learn from all, write the words."""
    plain = SentimentIntensityAnalyzer()
    goods, meals = read(folder, GOODS), read(folder, MEALS)
    folds = StratifiedKFold(10, shuffle=True, random_state=1).split(goods, goods["content"])
    unseen = sum(judged(extended(learn(pd.concat([goods.iloc[seen], meals]), plain)), goods.iloc[rest]) for seen, rest in folds)
    print(f"of {len(goods)} product reviews right: VADER {judged(plain, goods)[1]}, with words learnt from the others {unseen[1]}")
    found = learn(pd.concat([goods, meals]), plain)
    lines, line = [], ""
    for pair in (f"{word} {value:g}" for word, value in sorted(found.items())):
        if len(line) + len(pair) > 118:
            lines, line = [*lines, line], ""
        line += f"{pair}, "
    body = "\n".join(part.rstrip() for part in [*lines, line]).rstrip(",")
    TARGET.write_text(HEAD + f'_PAIRS = """\n{body}\n"""\n' + TAIL.format(*unseen), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
