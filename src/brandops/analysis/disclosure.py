"""Which groups' figures are withheld so that no single person's can be told, nor worked out (plan item 5.1.1).

Primary suppression: groups of fewer persons than the minimum. Secondary (complementary) suppression: where a total is published
too, it less the groups shown is the sum of the hidden ones; while these are fewer persons than the minimum, the smallest
group shown is withheld as well (Hundepool et al. 2012, Statistical Disclosure Control, ch. 4). Where that would leave nothing
of a total's parts, the total is withheld in their place.
"""

import pandas as pd

FEW, COMPLEMENT = "few", "complement"  # too few persons; would let another group's figures be worked out


def withheld(people: pd.Series, minimum: int, already: pd.Series | None = None) -> pd.Series:
    """Reason by group for which its figures are withheld, where the groups' total is published; "" where they are shown.

    `people`: persons by group. `already`: reasons known before.
    """
    reason = pd.Series("", people.index) if already is None else already.copy()
    reason[people < minimum] = FEW
    smallest_first = people.sort_values(kind="stable").index
    for name in smallest_first:
        if not 0 < people[reason != ""].sum() < minimum:
            break
        reason[name] = reason[name] or COMPLEMENT
    return reason


def nested(people: pd.DataFrame, minimum: int) -> tuple[pd.Series, pd.Series]:
    """Reasons by outer and by inner group, where outer groups are published beside their inner ones and the total of all.

    `people`: one row a person, with outer and inner. What an inner group across several outer ones has in each is shown nowhere.
    """
    outer, inner = people.groupby("outer").size(), people.groupby("inner").size()
    cells = people.groupby(["outer", "inner"]).size()
    across = cells.groupby("inner").size() > 1
    inside = {name: part.droplevel("outer") for name, part in cells.groupby("outer")}
    unshown = {name: across[part.index].map({True: COMPLEMENT, False: ""}) for name, part in inside.items()}
    found = {name: withheld(part, minimum, unshown[name]) for name, part in inside.items()}
    emptied = [name for name, part in inside.items() if (found[name] != "").all() and (part >= minimum).any()]
    whole = pd.Series("", outer.index)
    if len(emptied) + (outer < minimum).sum() > 1:  # one hidden alone is the total less the others
        whole[emptied] = COMPLEMENT
        found |= {name: unshown[name].mask(inside[name] < minimum, FEW) for name in emptied}
    whole, parts = withheld(outer, minimum, whole), pd.Series("", inner.index)
    for reason in found.values():
        alone = reason[~across[reason.index]]
        parts[alone.index] = alone
    # The total less the outer groups shown is what the hidden ones have together: their inner groups are parts of that.
    pooled = [name for name in inner.index if not across[name] and whole[cells.xs(name, level="inner").index[0]]]
    parts[pooled] = _some_hidden(inner[pooled], minimum, parts[pooled], whole[whole != ""].index, cells)
    return whole, withheld(inner, minimum, parts)


def _some_hidden(people: pd.Series, minimum: int, reason: pd.Series, outer: pd.Index, cells: pd.Series) -> pd.Series:
    """Inner groups of hidden outer ones: in each at least one is hidden, else they add up to it, and all of them are enough."""
    for name in outer:
        inside = [one for one in cells[name].sort_values(kind="stable").index if one in reason.index]
        if inside and not (reason[inside] != "").any():
            reason[inside[0]] = COMPLEMENT
    return withheld(people, minimum, reason)
