"""A profile's plan: the company, its targets, stages and rules, typed and validated.

`params/<profile>/plan.yml` holds it; `params/<profile>/periods/<period>.yml` and command-line overrides
(`targets.sales_growth=0.12`) are laid over it before it is validated. Thresholds of the operating plan live here and
never in code; each field names the plan item it serves.
"""

import re
from datetime import date
from typing import Annotated, Any, Literal
from zoneinfo import available_timezones

from pydantic import Field, field_validator, model_validator

from brandops import paths
from brandops.errors import UserError
from brandops.i18n import PART
from brandops.params.names import readable
from brandops.params.risk import CreditRules, SupplyRules
from brandops.params.yaml import Strict, load_yaml, parse_scalar, validate

Fraction = Annotated[float, Field(ge=0, le=1)]
Language = Literal["en", "zh"]


class Targets(Strict):
    """What the year is measured against. Fractions, not percentages; `*_gain` in percentage points as fractions."""

    sales_growth: float = Field(0.15, gt=-1, lt=10, description="1.1.1 net sales against last year")
    market_share_gain_year: float = Field(0.03, gt=-1, lt=1, description="1.1.2 share against the base year")
    market_share_gain_quarter: float = Field(0.01, gt=-1, lt=1, description="1.3.2 share against the last quarter")
    market_rank: int = Field(1, ge=1, description="1.3.2 rank among competitors to hold")
    awareness: Fraction | None = Field(None, description="1.1.2 aided brand awareness")
    new_customers: int = Field(1000, ge=0, description="1.1.3 first-ever buyers in the year; 0: no target")
    acquisition_cost: float | None = Field(None, gt=0, description="1.1.3 cost per new customer, currency")
    satisfaction: Fraction = Field(0.90, description="1.1.3, 1.3.3 share of satisfied answers")
    nps: float | None = Field(None, ge=-100, le=100, description="1.3.3 net promoter score, points")
    actions_on_time: Fraction = Field(0.90, description="1.2.1, 1.2.2 share of actions done by their due date")
    attainment: Fraction = Field(0.95, description="1.3.1 attainment of each month and quarter")
    checkpoint: Fraction = Field(0.95, description="1.2.3 cumulative actual to plan; below is a breach")
    valid_responses_month: int = Field(1000, ge=0, description="2.2.2 valid survey responses a month; 0: no target")
    load_rate: Fraction = Field(0.99, description="2.2.1 rows loaded to rows in, per source")
    reward_attainment: float = Field(1.20, gt=0, description="5.1.1 attainment that earns a reward")
    skill_score: float = Field(75, ge=0, le=100, description="5.1.2 mean skill score")
    teamwork: float = Field(80, ge=0, le=100, description="5.1.3 mean teamwork rating")
    rater_agreement: float | None = Field(None, ge=-1, le=1, description="5.1.3 Krippendorff's alpha")
    training_coverage: Fraction | None = Field(None, description="5.2 share of staff trained")
    conduct_incidents: int | None = Field(None, ge=0, description="5.3.3 major and gross incidents in a fiscal year")
    tracked_orders: Fraction = Field(0.90, description="2.2.3 orders the web tracker saw to orders in the ledger")
    new_products: Fraction = Field(0.20, description="7.2.1 share of sales from products launched in the last twelve months")


class Candidate(Strict):
    """A channel that may be opened (4.2.1), as market research sees it."""

    channel: dict[Language, str]
    size: float = Field(gt=0, description="sales a year once it is mature, currency")
    growth: float = Field(gt=-1, description="growth of the channel's market a year")
    margin: Fraction = Field(description="contribution expected, share of sales")
    fit: float = Field(ge=1, le=5, description="fit with range, brand and logistics, score 1 to 5")
    cost: float = Field(ge=0, description="cost of opening, currency")


class ChannelRules(Strict):
    """What channels are measured against (section 4)."""

    online_share: Fraction = Field(0.40, description="4.3.1 online share of net sales")
    cost_to_sales: dict[Literal["online", "offline"], float] = Field(
        default_factory=lambda: {"offline": 1.5}, description="4.3.2 operating cost to sales must stay below"
    )
    satisfaction: dict[Literal["online", "offline"], Fraction] = Field(
        default_factory=lambda: {"online": 0.85, "offline": 0.90}, description="4.3.3 share of satisfied answers"
    )
    new_channels: int = Field(3, ge=0, description="4.2.1 channels to open")
    candidates: list[Candidate] = Field(default_factory=list)
    criteria: dict[Literal["size", "growth", "margin", "fit", "cost"], float] = Field(
        default_factory=lambda: {"size": 0.3, "growth": 0.2, "margin": 0.2, "fit": 0.2, "cost": 0.1},
        description="4.2.1 weights of the criteria",
    )
    fixed_cost_types: list[str] = Field(default_factory=lambda: ["rent", "staff"], description="4.3.2 costs that stay")
    business_channels: list[str] = Field(default_factory=list, description="4.1.2 channels of business accounts: not segmented")
    rest_channels: list[str] = Field(default_factory=list, description="4.1.1 channels that gather what is left: not ranked")
    complaint_rate: Fraction = Field(0.05, description="4.2.3 complaints to orders must stay below")
    resolve_hours: dict[Literal["online", "offline"], float] = Field(
        default_factory=lambda: {"online": 24, "offline": 48}, description="4.2.3 median time to resolve must stay below"
    )
    price_change: float = Field(-0.05, gt=-0.9, lt=1, description="4.2.2 change of price simulated by channel")
    cannibalisation: Fraction = Field(0.2, description="4.2.2 share of units won that other channels lose")
    strategies: dict[str, dict[Language, str]] = Field(default_factory=dict, description="4.1.2 strategy by segment")


class Stage(Strict):
    """A stage of the fiscal year (1.2.1)."""

    stage: str
    first_month: int = Field(ge=1, le=12, description="month of the fiscal year the stage begins in")
    last_month: int = Field(ge=1, le=12)
    goals: dict[Language, list[str]] = Field(default_factory=dict)
    gate_attainment: Fraction = 0.95
    gate_actions_on_time: Fraction = 0.80


class SurveyRules(Strict):
    """When a questionnaire counts (2.2.2)."""

    min_seconds: float = Field(20, ge=0, description="faster answers are speeders")
    straight_line_questions: int = Field(4, ge=2, description="as many equal battery answers make a straight-liner")
    one_per_customer_and_wave: bool = True
    satisfied_from: int = Field(4, ge=1, le=5, description="CSAT score from which an answer is satisfied")
    max_weight: float = Field(5.0, gt=1, description="post-stratification weights are trimmed here")


class PlannedPrice(Strict):
    """What is decided of a month's selling price and promotions."""

    price: float = Field(0.0, gt=-0.9, lt=5, description="3.1.3 selling price against the same month a year before, as a fraction")
    promotion: float = Field(0.0, ge=-1, le=1, description="3.1.3 share of units on promotion, less the same month's a year before")


class ForecastRules(Strict):
    """How far and how well sales are forecast (section 3)."""

    horizon: int = Field(6, ge=1, le=24, description="3.1.1 months ahead")
    chinese_events: bool = Field(False, description="3.1.1 Chinese New Year, 618 and Double 11 move sales")
    planned_prices: dict[str, PlannedPrice] = Field(
        default_factory=dict, description="3.1.3 prices and promotions decided, by month (2026-01); used where all months ahead are"
    )
    relative_error: float = Field(1.0, gt=0, description="3.3.1 mean absolute error to the seasonal naive rule's; below is better")
    coverage_gap: Fraction = Field(0.05, description="3.3.3 coverage of an interval may differ from its level by this much")

    @field_validator("planned_prices")
    @classmethod
    def _months(cls, planned: dict[str, PlannedPrice]) -> dict[str, PlannedPrice]:
        for month in planned:
            if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", month):
                raise ValueError(f"{month!r} is not a month such as 2026-01")
        return planned


class MarketingRules(Strict):
    """What marketing is measured against and where its money may go (section 6)."""

    awareness_gain: float = Field(0.05, gt=-1, lt=1, description="6.1.1 aided awareness against a year ago, as a fraction")
    repurchase_gain: float = Field(0.0, gt=-1, lt=1, description="6.1.3 repurchase of participants above that of others like them")
    visits_gain: float = Field(0.30, gt=-1, description="6.3.1 visits during campaigns against their baseline")
    feedback_responses: int = Field(1000, ge=0, description="6.3.2 valid answers about the campaigns of a period")
    overspend: Fraction = Field(0.05, description="6.2.3 campaigns may cost so much more than planned")
    platforms: dict[str, str] = Field(default_factory=dict, description="6.2.3 advertising platform: channel_id it leads to")
    media_budget: float | None = Field(None, gt=0, description="6.2.3 always-on advertising a year, currency (default: as spent)")
    media_lower: float = Field(0.5, ge=0, le=1, description="6.2.3 a platform keeps at least so much of its spending")
    media_upper: float = Field(2.0, ge=1, description="6.2.3 a platform gets at most so many times its spending")


class CampaignRules(Strict):
    """What campaigns are measured against (section 6)."""

    sales_gain: float = Field(0.10, gt=-1, description="6.1.2 sales of the period added by campaigns, to those without them")
    lift: float = Field(0.20, gt=-1, description="6.3.3 sales added where and while a campaign ran")
    after_days: int = Field(14, ge=0, le=90, description="6.3.3 days after its end over which a campaign may still work")


class PriceWar(Strict):
    """When a competitor wages a price war in a category (7.1.1): cheaper than its own usual, and taking share by it."""

    price_drop: Fraction = Field(0.03, gt=0, description="its price index below its median of the base months, at least")
    share_gain: Fraction = Field(0.01, gt=0, description="its share of the category above its median of the base months, at least")
    base_months: int = Field(12, ge=3, le=36, description="months the usual is taken from")


class MarketRiskRules(Strict):
    """How shifts of demand and price wars are told from chance (7.1.1)."""

    false_alarms: float = Field(0.05, gt=0, lt=0.5, description="chance that any series without a shift shows one, all together")
    noise_limit: float = Field(2.5, gt=0, description="7.3.2 sales are off their path beyond so many deviations of their noise")
    price_war: PriceWar | None = Field(
        default_factory=PriceWar, description="null: the price index moves with what is sold, so it tells no war"
    )


class StockRules(Strict):
    """What stock is measured against (7.3.1, 7.3.2)."""

    turnover_deviation: Fraction = Field(0.03, gt=0, description="turnover off its expected path by more is an anomaly")
    noise_limit: float = Field(4.0, gt=0, description="and by more than so many standard deviations of its own noise")
    cover_low: float = Field(7, ge=0, description="days of cover below which stock is short")
    cover_high: float = Field(90, gt=0, description="days of cover above which stock is too much")
    slow_days: int = Field(60, ge=1, le=365, description="days without an issue after which stock is slow-moving")

    @model_validator(mode="after")
    def bounds_in_order(self) -> "StockRules":
        """Refuse a lower bound above the upper."""
        if self.cover_low >= self.cover_high:
            raise ValueError(f"cover_low {self.cover_low} must be below cover_high {self.cover_high}")
        return self


class Plan(Strict):
    """Everything a report is measured against."""

    company: str
    title: dict[Language, str] = Field(default_factory=dict)
    currency: str = Field(pattern=r"^[A-Z]{3}$", description="ISO 4217")
    time_zone: str
    fiscal_year_start: int = Field(1, ge=1, le=12, description="first month of the fiscal year")
    brand_owner: str | None = Field(None, description="whose products are our own, where sales hold the whole market")
    customer: dict[Language, str] = Field(default_factory=dict, description="what a customer is, where it is no person")
    generator: str | None = Field(None, description="python module that makes the profile's raw data (demo only)")
    market_segment: Literal["category", "segment"] = "category"
    target_segments: list[str] = Field(default_factory=list, description="1.1.2 market segments the plan aims at")
    stored_at: str | None = Field(
        None,
        pattern=r"^[a-z][a-z0-9+.-]*://.+",
        description="where Spark reads the data folder's tables: hdfs://…, s3a://…, file://…",
    )
    publish_names: bool = Field(False, description="whether pages may name salespeople; else they show employee ids")
    acquisition_cost_types: list[str] = Field(default_factory=lambda: ["acquisition"])
    base_year: int | None = Field(None, description="1.1.2 year market share is compared with (default: last year)")
    phasing: list[float] | None = Field(None, description="1.1.1 twelve monthly weights instead of the seasonal index")
    targets: Targets = Field(default_factory=Targets)
    stages: list[Stage] = Field(default_factory=list)
    survey: SurveyRules = Field(default_factory=SurveyRules)
    names: dict[Language, dict[str, str]] = Field(
        default_factory=dict, description="what readers of a language call values of the data: channels, regions, brands ...; "
        "`Member drive in {part}` names all values of that form"
    )  # fmt: skip
    channels: ChannelRules = Field(default_factory=ChannelRules)
    forecast: ForecastRules = Field(default_factory=ForecastRules)
    marketing: MarketingRules = Field(default_factory=MarketingRules)
    credit: CreditRules = Field(default_factory=CreditRules)
    supply: SupplyRules = Field(default_factory=SupplyRules)
    campaigns: CampaignRules = Field(default_factory=CampaignRules)
    market_risk: MarketRiskRules = Field(default_factory=MarketRiskRules)
    stock: StockRules = Field(default_factory=StockRules)
    goal_reached: list[str] = Field(
        default_factory=lambda: ["goal reached"], description="9.1.3 outcomes of an action that mean so"
    )
    owners: dict[str, str] = Field(
        default_factory=dict, description="9.3.2 who owns what a section (7), a topic (7.1) or an item (7.1.2) finds worth doing"
    )
    notebooks: dict[str, dict[str, Any]] = Field(default_factory=dict, description="parameters of single notebooks")
    cell_timeout: int = Field(600, gt=0, description="seconds a notebook cell may run")

    @model_validator(mode="before")
    @classmethod
    def named_after_the_brand_owner(cls, values: Any) -> Any:
        """Without a `company` the brand owner's name is the company's; `{company}` in a title stands for it."""
        if not isinstance(values, dict):
            return values
        owner, title = values.get("brand_owner"), values.get("title")
        if "company" not in values and isinstance(owner, str):
            values = values | {"company": readable(owner)}
        if isinstance(title, dict) and isinstance(values.get("company"), str):
            named = {k: t.replace("{company}", values["company"]) if isinstance(t, str) else t for k, t in title.items()}
            values = values | {"title": named}
        return values

    @field_validator("owners")
    @classmethod
    def _places(cls, owners: dict[str, str]) -> dict[str, str]:
        for place in owners:
            if not re.fullmatch(r"[1-9](\.[1-3]){0,2}", place):
                raise ValueError(f"{place!r} is not a section, topic or item of the plan, such as '7', '7.1' or '7.1.2'")
        return owners

    @field_validator("names")
    @classmethod
    def _forms(cls, names: dict[Language, dict[str, str]]) -> dict[Language, dict[str, str]]:
        for value, name in [pair for of in names.values() for pair in of.items()]:
            if value.count(PART) > 1 or name.count(PART) != value.count(PART):
                raise ValueError(f"{value!r}: {name!r}: a value's form has {PART} once, and its name has it once, too")
        return names

    @field_validator("time_zone")
    @classmethod
    def known_time_zone(cls, name: str) -> str:
        """Refuse a zone the tz database lacks."""
        if name not in available_timezones():
            raise ValueError("not a time zone of the tz database, such as Asia/Shanghai")
        return name

    @field_validator("phasing")
    @classmethod
    def twelve_positive_weights(cls, weights: list[float] | None) -> list[float] | None:
        """Refuse a phasing that is not twelve positive weights."""
        if weights is not None and (len(weights) != 12 or min(weights) <= 0):
            raise ValueError("needs twelve positive monthly weights, first month of the fiscal year first")
        return weights

    @model_validator(mode="after")
    def stages_in_order(self) -> "Plan":
        """Refuse stages that overlap or end before they begin."""
        month = 0
        for stage in self.stages:
            if not month < stage.first_month <= stage.last_month:
                raise ValueError(f"stage {stage.stage}: months {stage.first_month}-{stage.last_month} overlap or run backwards")
            month = stage.last_month
        return self

    def stage_of(self, day: date) -> Stage | None:
        """Stage of the fiscal year that holds `day`, or None where the plan has none for it."""
        month = (day.month - self.fiscal_year_start) % 12 + 1
        return next((s for s in self.stages if s.first_month <= month <= s.last_month), None)


def profiles() -> list[str]:
    """Names of the profiles there are."""
    return sorted(p.parent.name for p in (paths.root() / "params").glob("*/plan.yml"))


def load_plan(profile: str, period: str | None = None, overrides: dict[str, str] | None = None) -> Plan:
    """Load and validate a profile's plan.

    Parameters
    ----------
    profile
        Folder under `params/`.
    period
        Period whose `periods/<period>.yml` is laid over the plan, if there is one.
    overrides
        Dotted key to YAML scalar, from the command line.

    Raises
    ------
    UserError
        Unknown profile, malformed YAML, unknown key, wrong type or value: names file, key, value and what is allowed.
    """
    path = paths.params_dir(profile) / "plan.yml"
    if not path.is_file():
        raise UserError(f"PROFILE={profile}: no {path.relative_to(paths.root())}; profiles: {', '.join(profiles())}")
    data = load_yaml(path)
    period_path = path.parent / "periods" / f"{period}.yml"
    if period and period_path.is_file():
        changes = load_yaml(period_path)
        validate(Plan, _overlay(data, changes), period_path)
        data = _overlay(data, changes)
    plan = validate(Plan, data, path)
    if overrides:
        for dotted, text in overrides.items():
            data = _overlay(data, _nested(dotted, parse_scalar(text)))
        plan = validate(Plan, data, "SET")
    return plan


def _overlay(base: dict, changes: dict) -> dict:
    merged = dict(base)
    for name, value in changes.items():
        both = isinstance(value, dict) and isinstance(merged.get(name), dict)
        merged[name] = _overlay(merged[name], value) if both else value
    return merged


def _nested(dotted: str, value: object) -> dict:
    for part in reversed(dotted.split(".")):
        value = {part: value}
    return value
