"""How much feedback campaigns got: valid survey answers about their channels (plan item 6.3.2)."""

import pandas as pd

from brandops.analysis.survey import weighted_answers
from brandops.params.plan import SurveyRules

AFTER_DAYS = 28  # answers given so long after a campaign still speak of it


def feedback(
    responses: pd.DataFrame, rules: SurveyRules, campaigns: pd.DataFrame, where: dict[str, list[str]], last: pd.Timestamp
) -> pd.DataFrame:
    """Valid answers about each campaign's channels, from its first day to `AFTER_DAYS` after its last.

    An answer that names no channel counts for every campaign then running. `where` gives the campaigns' channels
    (`campaign_funnel.campaign_channels`); a campaign without any counts all answers.

    Returns
    -------
    DataFrame
        The answers, with `campaign_id` added: one row per campaign an answer counts for.
    """
    frames = []
    for row in campaigns.itertuples():
        stop = min(row.ends_on + pd.Timedelta(days=AFTER_DAYS), last)
        valid = weighted_answers(responses, None, rules, row.starts_on.date(), stop.date())
        about = valid["channel_id"].isna() | valid["channel_id"].isin(where.get(row.campaign_id) or valid["channel_id"].unique())
        frames.append(valid[about].assign(campaign_id=row.campaign_id))
    return pd.concat(frames, ignore_index=True) if frames else responses.head(0).assign(campaign_id=None)


def feedback_counts(answers: pd.DataFrame, campaigns: pd.DataFrame, wanted: float) -> pd.DataFrame:
    """Answers by campaign: campaign_id, campaign, valid, comments (with one), wanted, met."""
    said = answers["comment"].notna() & (answers["comment"].astype(str).str.strip() != "")
    counts = answers.assign(_said=said).groupby("campaign_id").agg(valid=("response_id", "nunique"), comments=("_said", "sum"))
    table = campaigns[["campaign_id", "campaign"]].merge(counts, left_on="campaign_id", right_index=True, how="left")
    table[["valid", "comments"]] = table[["valid", "comments"]].fillna(0).astype("int64")
    return table.assign(wanted=float(wanted), met=table["valid"] >= wanted)
