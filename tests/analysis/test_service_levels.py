"""A source's own service level takes the place of its table's; what is sent once is never late and never silent."""

import pandas as pd
import pytest

from brandops.analysis import coverage, sources

AS_OF = pd.Timestamp("2025-12-31")


def mart(level: int | None) -> pd.DataFrame:
    """A survey whose last answer is of January."""
    last = pd.Timestamp("2025-01-20")
    row = {"source": "poll", "table": "survey_responses", "family": "external", "kind": "sav", "files": 1, "rows_in": 9,
           "loaded": 9, "quarantined": 0, "superseded": 0, "first_date": last, "last_date": last, "owner": None,
           "fresh_within_days": level}  # fmt: skip
    return pd.DataFrame([row]).astype({"fresh_within_days": "Int64"})


MONTHS = pd.DataFrame({"source": "poll", "table": "survey_responses", "month": [pd.Timestamp("2025-01-01")], "rows": [9]})


@pytest.mark.parametrize(("level", "fresh"), [(35, False), (400, True)])
def test_a_source_is_judged_by_its_own_level(level, fresh):
    found = sources.catalogue(mart(level), MONTHS, None, AS_OF).iloc[0]
    assert (found["fresh_within_days"], bool(found["fresh"])) == (level, fresh)


def test_what_is_sent_once_is_neither_late_nor_silent():
    once = mart(None)
    assert pd.isna(sources.catalogue(once, MONTHS, None, AS_OF).iloc[0]["fresh"])
    assert coverage.completeness(sources.expected(MONTHS, once), pd.Timestamp("2025-12-01")).empty
    assert len(coverage.completeness(sources.expected(MONTHS, mart(35)), pd.Timestamp("2025-12-01")))


def test_of_two_sources_of_a_table_the_strictest_level_counts():
    both = pd.concat([mart(None), mart(90).assign(source="panel"), mart(60).assign(source="shop")], ignore_index=True)
    assert sources.catalogue(both, MONTHS, None, AS_OF).iloc[0]["fresh_within_days"] == 60
