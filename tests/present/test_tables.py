"""How a table's cells are marked up for the page."""

import pandas as pd

from brandops.present import formats
from brandops.present.tables import publish_table


def markup(tmp_path, frame, **columns):
    """The published table of a frame."""
    return publish_table(frame, caption="T", name="t", folder=tmp_path, link="tables", currency="CNY", columns=columns)


def test_a_day_and_a_month_stay_on_one_line_and_a_missing_one_is_a_dash(tmp_path):
    days = pd.Series(pd.to_datetime(["2025-06-01", None]))
    shown = markup(tmp_path, pd.DataFrame({"day": days, "month": days}), day=("Day", "date"), month=("Month", "month"))
    assert f"<time>{formats.day(days[0])}</time>" in shown and f"<time>{formats.month(days[0])}</time>" in shown
    assert shown.count("<time>") == 2 and shown.count(formats.DASH) == 2


def test_a_sentence_gets_the_width_of_a_phone_and_a_word_does_not(tmp_path):
    frame = pd.DataFrame(
        {"word": ["yes", "no"], "sentence": ["Nobody did anything about it, and it went away by itself. " * 3] * 2}
    )
    shown = markup(tmp_path, frame, word="Word", sentence="Sentence")
    assert shown.count('class="bo-long"') == 2
