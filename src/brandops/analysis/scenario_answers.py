"""How the coming quarter answers to credit limits and campaign money, as far as the company's own data tell (plan item 7.3.3).

Limits: a year of invoices is sold again under the limits as they are and cut by a third; what a limit stops is given up in
part (how far customers would pay at once instead, nothing tells: any share is as likely) and was the business of accounts
with known probabilities of default. Campaign money: the sales that campaigns of the last years added, by their counterfactuals,
to what they cost; next quarter's campaigns differ from the mean as campaigns have differed. How much less the
next unit brings is taken from the saturation curves of always-on advertising. Where the data lack one of these, the
assumption of `params.scenarios` stands in for it.
"""

from dataclasses import dataclass
from heapq import heappop, heappush
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from brandops.analysis.campaign_returns import campaign_returns
from brandops.analysis.intervals import z_score
from brandops.analysis.media_budget import economics
from brandops.analysis.media_response import media_response, response_panel
from brandops.analysis.scenarios import DRAWS, campaign_answer, credit_answer

if TYPE_CHECKING:
    from brandops.params import Plan
    from brandops.params.scenarios import Assumptions

CUT = 2 / 3  # of the limits: the cut that is tried on the past
YEARS = 3  # of campaigns
FEWEST_CAMPAIGNS = 5
Marts = dict[str, pd.DataFrame | None]


@dataclass(frozen=True)
class Answers:
    """Draws of each answer; `measured` names those the data gave.

    Attributes
    ----------
    limits
        Elasticity of sales on credit to limits.
    worse
        Loss rate of the sales a limit adds or cuts, to the mean loss rate.
    campaigns
        Net sales added per unit of campaign money at the usual budget.
    beyond
        Elasticity of added sales to the campaign budget.
    stopped
        Share of sales on credit that limits cut by a third would have stopped; NaN where not measured.
    told
        Campaigns `campaigns` was measured on.
    """

    limits: np.ndarray
    worse: np.ndarray
    campaigns: np.ndarray
    beyond: np.ndarray
    measured: frozenset[str] = frozenset()
    stopped: float = float("nan")
    told: int = 0


def answers(marts: Marts, accounts: pd.DataFrame | None, plan: "Plan", assumed: "Assumptions", as_of: pd.Timestamp, seed: int,
            ) -> Answers:  # fmt: skip
    """Measure what can be measured, assume the rest.

    Parameters
    ----------
    marts
        Where there are any: invoices, customers, sales_daily, campaigns, channels, campaign_sales, campaign_budget, ads_daily,
        demand_daily, channel_daily.
    accounts
        Of `credit.CreditRisk`: customer_id and pd; None without a scorecard.
    assumed
        Stands in for what the data lack.
    seed
        Of the draws.
    """
    credit, campaign = assumed.credit, assumed.campaign
    found = Answers(
        limits=credit_answer(credit.sales_to_limit, credit.sales_to_limit_error, DRAWS, seed),
        worse=np.full(DRAWS, credit.marginal_loss),
        campaigns=campaign_answer(campaign.return_on_spend, campaign.return_error, DRAWS, seed),
        beyond=np.full(DRAWS, campaign.elasticity),
    )  # fmt: skip
    made, facts = {}, {}
    if marts.get("invoices") is not None and marts.get("customers") is not None:
        tried = limits_tried(marts["invoices"], marts["customers"], as_of)
        if tried["served"].sum() > 0:
            made |= _limits(tried, accounts, seed)
            facts["stopped"] = float(tried["stopped"].sum() / tried["served"].sum())
    returned = campaign_return(marts, plan, as_of)
    if returned is not None:
        made["campaigns"] = campaign_answer(returned["value"], returned["error"], DRAWS, seed)
        facts["told"] = returned["campaigns"]
    curve = saturation(marts, plan, as_of, seed)
    if curve is not None:
        made["beyond"] = curve
    return Answers(**(vars(found) | made | facts | {"measured": frozenset(made)}))


def limits_tried(invoices: pd.DataFrame, customers: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    """A year's invoices sold again: customer_id, served (currency, under the limits as they are), stopped (of it, by limits
    cut to `CUT`). An invoice is served as far as what is owed before it leaves room; what is stopped is not owed later."""
    limit = customers.dropna(subset=["credit_limit"]).set_index("customer_id")["credit_limit"]
    known = invoices[(invoices["issued_on"] <= as_of) & invoices["customer_id"].isin(limit.index[limit > 0])]
    ended = known[["paid_on", "written_off_on"]].min(axis=1).fillna(pd.Timestamp.max)
    known = known.assign(ended=ended, counted=known["issued_on"] > as_of - pd.DateOffset(years=1)).sort_values("issued_on")
    rows = []
    for customer, part in known.groupby("customer_id"):
        events = list(zip(part["issued_on"], part["ended"], part["amount"], part["counted"], strict=True))
        whole, less = (_served(events, factor * limit[customer]) for factor in (1.0, CUT))
        rows.append((customer, whole, max(whole - less, 0.0)))
    return pd.DataFrame(rows, columns=["customer_id", "served", "stopped"])


def campaign_return(marts: Marts, plan: "Plan", as_of: pd.Timestamp) -> dict[str, float] | None:
    """Net sales added per unit spent by campaigns that ended in the last `YEARS`: value, error (of the mean of as many
    campaigns as a quarter has), campaigns; None where fewer than `FEWEST_CAMPAIGNS` could be estimated."""
    needed = ("sales_daily", "campaigns", "campaign_budget")
    if any(marts.get(name) is None for name in needed):
        return None
    table = campaign_returns(marts["sales_daily"], marts["campaigns"], marts.get("channels"), marts.get("campaign_sales"),
                             marts["campaign_budget"], plan.campaigns.after_days, as_of).table  # fmt: skip
    told = table[(table["ends_on"] > as_of - pd.DateOffset(years=YEARS)) & table["added"].notna() & (table["spent"] > 0)]
    if len(told) < FEWEST_CAMPAIGNS:
        return None
    year = marts["sales_daily"][marts["sales_daily"]["date"].between(as_of - pd.DateOffset(years=1), as_of)]
    net = float(year["net_sales"].sum() / year["gross_sales"].sum())
    value, error = _next_mean(told["added"] * net, (told["added_high"] - told["added_low"]) * net / (2 * z_score()), told["spent"])
    return {"value": value, "error": error, "campaigns": len(told)}


def _next_mean(added: pd.Series, error: pd.Series, spent: pd.Series) -> tuple[float, float]:
    """Added per unit spent in all, and the error with which it foretells that of a quarter's campaigns: that of the mean, and
    what campaigns truly differ by (their variance beyond sampling error, by moments), spread over as many as a quarter has."""
    weight, each = (spent / spent.sum()).to_numpy(float), (added / spent).to_numpy(float)
    sampling = ((error / spent) ** 2).to_numpy(float)
    mean = float(weight @ each)
    beyond = weight @ (each - mean) ** 2 - (weight * (1 - weight)) @ sampling
    between = max(0.0, float(beyond / (1 - weight @ weight)))
    a_quarter = max(len(each) / (4 * YEARS), 1.0)
    return mean, float(np.sqrt(weight**2 @ (sampling + between) + between / a_quarter))


def saturation(marts: Marts, plan: "Plan", as_of: pd.Timestamp, seed: int) -> np.ndarray | None:
    """Draws of the elasticity of added sales to advertising at its usual spend, all platforms together; None where unknown."""
    ads, demand, sold = (marts.get(name) for name in ("ads_daily", "demand_daily", "channel_daily"))
    if ads is None or demand is None or sold is None or not plan.marketing.platforms:
        return None
    panel = response_panel(demand, ads, plan.marketing.platforms, as_of)
    found = media_response(panel, marts.get("campaigns")) if len(panel) else None
    if found is None:
        return None
    economy = economics(panel, sold, as_of)
    economy = economy[(economy["current"] > 0) & economy.index.isin(found.platforms["platform"])]
    wide = {name: found.draws.pivot(index="draw", columns="platform", values=name)[economy.index].to_numpy()
            for name in ("effect", "half_saturation")}  # fmt: skip
    spend, half = economy["current"].to_numpy(), wide["half_saturation"]
    level = wide["effect"] * spend / (half + spend)
    base = economy["sales"].to_numpy() * np.exp(-level)
    added = (base * np.expm1(level)).sum(axis=1)
    slope = (base * np.exp(level) * level * half / (half + spend)).sum(axis=1)  # spend x derivative
    drawn = np.divide(slope, added, out=np.ones_like(added), where=added > 0).clip(0.01, 1.0)
    return np.random.default_rng([seed, 4]).choice(drawn, DRAWS)


def _limits(tried: pd.DataFrame, accounts: pd.DataFrame | None, seed: int) -> dict[str, np.ndarray]:
    """Draws over accounts (bootstrap) of the elasticity and of the stopped business's probability of default to the mean."""
    random = np.random.default_rng([seed, 3])
    drawn = random.multinomial(len(tried), np.full(len(tried), 1 / len(tried)), size=DRAWS)
    served, stopped = drawn @ tried["served"].to_numpy(), drawn @ tried["stopped"].to_numpy()
    given_up = random.uniform(size=DRAWS)
    share = np.divide(stopped, served, out=np.zeros(DRAWS), where=served > 0).clip(max=0.999)
    made = {"limits": np.log1p(-share * given_up) / np.log(CUT)}
    if accounts is None:
        return made
    chance = tried["customer_id"].map(accounts.set_index("customer_id")["pd"])
    known = chance.notna().to_numpy()
    weight, part = drawn[:, known], tried[known]
    mean = (weight @ (part["served"] * chance[known]).to_numpy()) / (weight @ part["served"].to_numpy())
    cut = weight @ part["stopped"].to_numpy()
    its = np.divide(weight @ (part["stopped"] * chance[known]).to_numpy(), cut, out=mean.copy(), where=cut > 0)
    return made | {"worse": np.divide(its, mean, out=np.ones(DRAWS), where=mean > 0)}


def _served(events: list[tuple], limit: float) -> float:
    """Sum of the counted invoices that fit under the limit, in their order."""
    owed, open_until, total = 0.0, [], 0.0
    for issued, ended, amount, counted in events:
        while open_until and open_until[0][0] <= issued:
            owed -= heappop(open_until)[1]
        fits = min(amount, max(limit - owed, 0.0))
        owed += fits
        heappush(open_until, (ended, fits))
        total += fits if counted else 0.0
    return total
