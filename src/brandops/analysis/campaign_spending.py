"""What campaigns were to cost and did cost, by item, format or campaign (plan item 6.2.3)."""

import pandas as pd


def plan_against_spend(budget: pd.DataFrame, campaigns: pd.DataFrame, by: str) -> pd.DataFrame:
    """Planned and spent amounts of the given campaigns.

    Parameters
    ----------
    budget
        Mart `campaign_budget`; lines without `spent` (the campaign still runs) are left out.
    campaigns
        Those to count.
    by
        `budget_item`, `campaign`, `theme` or `format`.

    Returns
    -------
    DataFrame
        `by`, planned, spent (currency), ratio (spent to planned), over (spent less planned); largest spend first.
    """
    known = budget.dropna(subset=["spent"]).merge(campaigns[["campaign_id", "campaign", "theme", "format"]], on="campaign_id")
    table = known.groupby(by, dropna=False)[["planned", "spent"]].sum().reset_index()
    table["ratio"] = table["spent"] / table["planned"].where(table["planned"] > 0)
    return table.assign(over=table["spent"] - table["planned"]).sort_values("spent", ascending=False, ignore_index=True)


def spending_levels(budget: pd.DataFrame, campaigns: pd.DataFrame, by: str) -> pd.DataFrame:
    """At how different amounts campaigns of a kind have run: without a difference there is no response curve.

    Returns
    -------
    DataFrame
        `by`, campaigns, least, most (spent on one campaign, currency), ratio (most to least); arguments as `plan_against_spend`.
    """
    each = budget.dropna(subset=["spent"]).groupby("campaign_id")["spent"].sum().reset_index()
    known = each.merge(campaigns[["campaign_id", by]], on="campaign_id")
    table = known.groupby(by)["spent"].agg(campaigns="size", least="min", most="max").reset_index()
    return table.assign(ratio=table["most"] / table["least"].where(table["least"] > 0))
