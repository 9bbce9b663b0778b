"""What a misspelt name was probably meant to be."""

import difflib
from collections.abc import Iterable


def hint(name: str, allowed: Iterable[str]) -> str:
    """`; did you mean period? (allowed: period, profile)`."""
    allowed = list(allowed)
    close = difflib.get_close_matches(name, allowed, n=1)
    guess = f"; did you mean {close[0]}?" if close else ""
    return f"{guess} (allowed: {', '.join(allowed) or 'none'})"
