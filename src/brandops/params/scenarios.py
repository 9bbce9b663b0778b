"""A profile's scenarios: levers of the coming quarter set one way or another, and what their effects rest on (item 7.3.3).

`params/<profile>/scenarios.yml` holds them; notebook 07 computes each against the plan as it stands.
"""

from pydantic import Field

from brandops import paths
from brandops.params.plan import Language
from brandops.params.yaml import Strict, load_yaml, validate


class CreditAssumptions(Strict):
    """How business sales and losses answer to credit limits; suppositions, as no company moves limits at random."""

    sales_to_limit: float = Field(0.3, ge=0, le=2, description="per cent of sales on credit per per cent of limit")
    sales_to_limit_error: float = Field(0.1, ge=0, description="its standard error")
    marginal_loss: float = Field(2.0, ge=0, description="loss rate of the sales a limit adds or cuts, to the mean loss rate")


class CampaignAssumptions(Strict):
    """How sales answer to campaign money: incremental sales = return x usual budget x (budget / usual budget)^elasticity."""

    return_on_spend: float = Field(2.0, ge=0, description="incremental net sales per unit of money at the usual budget")
    return_error: float = Field(0.5, ge=0, description="its standard error")
    elasticity: float = Field(0.5, gt=0, lt=1, description="below one: the more is spent, the less the next unit brings")


class Assumptions(Strict):
    """What the scenarios rest on beside the forecast and the price elasticities, which are estimated."""

    credit: CreditAssumptions = Field(default_factory=CreditAssumptions)
    campaign: CampaignAssumptions = Field(default_factory=CampaignAssumptions)


class Scenario(Strict):
    """A setting of the levers; what is left out stays as planned. Factors are to the plan: 1.1 is ten per cent more."""

    name: dict[Language, str] = Field(min_length=1)
    price: dict[str, float] = Field(default_factory=dict, description="relative change of the price by channel_id")
    orders: float = Field(1.0, ge=0, le=3, description="goods ordered")
    credit_limits: float = Field(1.0, ge=0.1, le=3, description="limits of business customers")
    campaign_budget: float = Field(1.0, ge=0, le=3, description="campaign money")


class Scenarios(Strict):
    """All scenarios of a profile."""

    assumptions: Assumptions = Field(default_factory=Assumptions)
    scenarios: list[Scenario] = Field(default_factory=list)


def load_scenarios(profile: str) -> Scenarios | None:
    """Load and validate a profile's scenarios; None where it has none.

    Raises
    ------
    UserError
        Malformed YAML, unknown key, wrong value: names file, line, key, value.
    """
    path = paths.params_dir(profile) / "scenarios.yml"
    return validate(Scenarios, load_yaml(path), path) if path.is_file() else None
