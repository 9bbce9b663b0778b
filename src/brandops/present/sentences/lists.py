"""Lists within sentences."""

import pandas as pd

from brandops.i18n import gettext as _

NAMED = 3  # as many parts of a list as a sentence can bear


def listed(parts: list[str]) -> str:
    """The first parts and how many more there are."""
    text = _(", ").join(str(part) for part in parts[:NAMED])
    more = len(parts) - NAMED
    return _("{parts} and {count} more").format(parts=text, count=more) if more > 0 else text


def rows_of(frame: pd.DataFrame) -> list:
    """Rows as named tuples, for sentences that are about one each."""
    return list(frame.itertuples(index=False))
