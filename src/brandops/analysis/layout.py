"""How far a reader is from a figure (plan item 8.3.2): the report's pages and their links as a graph.

Every page links to every other (the list of pages) and to its own items (its contents); the overview's scorecard links to
every item a page states. A click is an edge; the distance is the fewest clicks (breadth first).
"""

from collections import deque
from collections.abc import Iterable, Mapping

import pandas as pd

OVERVIEW = "00_overview"


def site_links(items: Mapping[str, Iterable[str]]) -> dict[str, set[str]]:
    """Links of the report: from a page to pages and to items (as `page#item`).

    `items` gives the items each page states, by the page's name; the overview's are found by its scorecard.
    """
    pages = [OVERVIEW, *(name for name in items if name != OVERVIEW)]
    own = {page: {f"{page}#{item}" for item in items.get(page, ())} for page in pages}
    every = set().union(*own.values())
    return {page: {other for other in pages if other != page} | (every if page == OVERVIEW else own[page]) for page in pages}


def clicks(links: Mapping[str, Iterable[str]], start: str = OVERVIEW) -> pd.Series:
    """Fewest clicks from `start` to everything it leads to, by target."""
    found, waiting = {start: 0}, deque([start])
    while waiting:
        here = waiting.popleft()
        for target in sorted(links.get(here, ())):
            if target not in found:
                found[target] = found[here] + 1
                waiting.append(target)
    return pd.Series(found, name="clicks", dtype="int64")


def item_clicks(items: Mapping[str, Iterable[str]]) -> pd.DataFrame:
    """Clicks to every stated item: page, item, from_overview, and `furthest`, from whichever page is the worst to start at."""
    links = site_links(items)
    distances = {page: clicks(links, page) for page in links}
    rows = [
        (page, item, int(distances[OVERVIEW][f"{page}#{item}"]), max(int(d[f"{page}#{item}"]) for d in distances.values()))
        for page, stated in items.items()
        for item in stated
    ]
    return pd.DataFrame(rows, columns=["page", "item", "from_overview", "furthest"])
