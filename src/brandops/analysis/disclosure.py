"""Which groups' figures are withheld so that no single person's can be told, nor worked out (plan item 5.1.1).

Primary suppression: groups of fewer persons than the minimum. Secondary (complementary) suppression: where a total is published
too, it less the groups shown gives the sum of the hidden ones; so if that is one group, or several of fewer persons than the
minimum, the smallest group shown is withheld as well until it is neither (Hundepool et al. 2012, Statistical Disclosure
Control, ch. 4).
"""

import pandas as pd

FEW, COMPLEMENT = "few", "complement"  # too few persons; would let another group's figures be worked out


def withheld(people: pd.Series, minimum: int, already: pd.Series | None = None) -> pd.Series:
    """Reason by group for which its figures are withheld, where the groups' total is published; "" where they are shown.

    `people`: persons by group. `already`: reasons known before.
    """
    reason = pd.Series("", people.index) if already is None else already.copy()
    reason[(people < minimum) & (people > 0)] = FEW
    order = people[people > 0].sort_values(kind="stable").index
    while (reason != "").any():
        hidden, shown = people[reason != ""], [name for name in order if reason[name] == ""]
        if not shown or (len(hidden) > 1 and hidden.sum() >= minimum):
            break
        reason[shown[0]] = COMPLEMENT
    return reason


def nested(people: pd.DataFrame, minimum: int) -> tuple[pd.Series, pd.Series]:
    """Reasons by outer and by inner group, where outer groups are published beside their inner ones and the total of all.

    Parameters
    ----------
    people
        One row a person: outer, inner. An inner group across several outer ones is compared with the total alone.
    """
    outer = people.groupby("outer").size()
    size = people.groupby("inner").size()
    across = people.groupby("inner")["outer"].nunique() > 1
    home = people.groupby("inner")["outer"].first().where(~across)
    whole = withheld(outer, minimum)
    parts = pd.Series("", size.index)
    for name, inside in size.groupby(home):
        parts[inside.index] = withheld(inside, minimum)
        # All inner groups shown would add up to the outer one that is hidden.
        if whole[name] and not parts[inside.index].any():
            parts[inside.sort_values(kind="stable").index[0]] = COMPLEMENT
    return whole, withheld(size, minimum, parts)
