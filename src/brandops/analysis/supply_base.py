"""On whom we depend (plan item 7.2.3): suppliers per material, concentration, single sources, risk score.

Concentration is the Herfindahl-Hirschman index of purchases, the sum of squared shares: 1 is a single source; from 0.25 a
market is held to be highly concentrated (U.S. horizontal merger guidelines, 2010).
"""

import pandas as pd

CONCENTRATED = 0.25
LONG_DELAY = 30.0  # mean days late that count as the worst


def bought(lines: pd.DataFrame, as_of: object, months: int = 12) -> pd.DataFrame:
    """Lines ordered in the last `months` (of `supply.delivered_lines`)."""
    at = pd.Timestamp(as_of)
    return lines[(lines["ordered_on"] > at - pd.DateOffset(months=months)) & (lines["ordered_on"] <= at)]


def material_sources(lines: pd.DataFrame, minimum: int) -> pd.DataFrame:
    """Materials by their suppliers.

    Returns
    -------
    pandas.DataFrame
        material, suppliers, value (bought), concentration (HHI), main_supplier, main_share, enough (bool: `minimum` suppliers
        or more), single (bool: one supplier); fewest suppliers, then greatest value first.
    """
    by = lines.groupby(["material", "supplier_id"])["value"].sum()
    total = by.groupby("material").sum()
    share = by / by.index.get_level_values("material").map(total)
    main = share.groupby("material").idxmax()
    table = pd.DataFrame({
        "suppliers": by.groupby("material").size(), "value": total, "concentration": (share**2).groupby("material").sum(),
        "main_supplier": [key[1] for key in main], "main_share": share.groupby("material").max(),
    }).reset_index()  # fmt: skip
    table["enough"], table["single"] = table["suppliers"] >= minimum, table["suppliers"] == 1
    return table.sort_values(["suppliers", "value", "material"], ascending=[True, False, True], ignore_index=True)


def concentration(lines: pd.DataFrame) -> float:
    """Herfindahl-Hirschman index of all purchases by supplier; NaN without any."""
    value = lines.groupby("supplier_id")["value"].sum()
    return float(((value / value.sum()) ** 2).sum()) if value.sum() > 0 else float("nan")


def supplier_risk(suppliers: pd.DataFrame, lines: pd.DataFrame, weights: dict[str, float]) -> pd.DataFrame:
    """Risk score of each supplier, 0 to 100.

    Parameters
    ----------
    suppliers
        Of `supply.supplier_table`.
    lines
        The lines it was made of.
    weights
        Of `reliability` (chance that the next line is not on time in full, drawn toward the mean of all by two lines' worth),
        `delay` (mean days late, 30 or more being the worst) and `dependence` (share this supplier has of the materials it
        delivers, weighted by their purchases); they are scaled to a sum of 1.

    Returns
    -------
    pandas.DataFrame
        supplier_id, value, materials, reliability, delay, dependence (each 0 to 1, 1 the worst), score; the highest first.
    """
    by = lines.groupby(["supplier_id", "material"])["value"].sum()
    share = by / by.index.get_level_values("material").map(lines.groupby("material")["value"].sum())
    parts = pd.DataFrame({"value": by, "weighted": by * share}).groupby("supplier_id")[["value", "weighted"]].sum()
    table = suppliers.set_index("supplier_id")[["value"]].join(by.groupby("supplier_id").size().rename("materials"))
    mine = suppliers.set_index("supplier_id")
    kept = (mine["on_time_in_full"] * mine["lines"]).fillna(0.0)
    usual = kept.sum() / mine["lines"].sum() if mine["lines"].sum() else 1.0
    table["reliability"] = 1 - (kept + 2 * usual) / (mine["lines"] + 2)
    table["delay"] = (mine["days_late"].fillna(0.0) / LONG_DELAY).clip(upper=1.0)
    table["dependence"] = parts["weighted"] / parts["value"].where(parts["value"] > 0)
    scale = sum(weights.values())
    table["score"] = 100 * sum(table[name].fillna(0.0) * weight / scale for name, weight in weights.items())
    return table.reset_index().sort_values(["score", "supplier_id"], ascending=[False, True], ignore_index=True)
