"""The synthetic world in memory: every contract table, clean, beside the true parameters that made it."""

from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd

from brandops.demo import catalogue, finance, management, reach, supply, team, voice
from brandops.demo.buyers import FOREVER, Population
from brandops.demo.sales import sales
from brandops.demo.truth import (
    BRANDS,
    CAMPAIGNS,
    CATEGORIES,
    CHANNELS,
    FIRST_DAY,
    FUNNELS,
    LAST_DAY,
    MEDIA,
    REGIONS,
    SEGMENTS,
    SHOCKS,
    Truth,
)


@dataclass
class World:
    """Clean tables by name (contract columns, some with true or internal extras; times local) and the truth.

    `web` holds traffic by measuring service; `population` the customers' latent processes.
    """

    seed: int
    scale: float
    truth: Truth
    tables: dict[str, pd.DataFrame]
    web: dict[str, pd.DataFrame]
    population: Population
    productivity: np.ndarray


def world(seed: int = 20220101, scale: float = 1.0) -> World:
    """Build the world; the same seed and scale give the same world.

    `scale` multiplies order lines and customers, so that a customer's behaviour does not depend on it.
    """
    truth = Truth()
    product, campaign = catalogue.products(truth, seed), catalogue.campaigns(seed)
    person = catalogue.people(truth, seed)
    training = catalogue.trainings(person, seed)
    line, population, productivity = sales(truth, product, campaign, person, training, seed, scale)
    supplier, price = supply.suppliers(truth, seed), supply.material_prices(truth, seed)
    by_product = product.set_index("product_id")
    tables = {
        "sales_lines": line,
        "products": product,
        "customers": population.table,
        "channels": catalogue.channels(),
        "channel_costs": finance.channel_costs(line, seed),
        "ledger_totals": finance.ledger_totals(line),
        "sales_plan": finance.sales_plan(line, by_product["brand"], seed),
        "market_monthly": reach.market_monthly(truth, line, by_product["category"], seed),
        "survey_responses": voice.survey_responses(truth, population, seed),
        "population": voice.population(seed),
        "ads_daily": reach.ads_daily(truth, campaign, seed),
        "social_daily": reach.social_daily(campaign, seed),
        "campaigns": campaign,
        "campaign_budget": catalogue.campaign_budget(campaign, seed),
        "service_cases": voice.service_cases(line, seed, scale),
        "channel_traffic": reach.channel_traffic(line, seed),
        "people": person,
        "quotas": team.quotas(person, line, seed),
        "opportunities_monthly": team.opportunities(truth, person, training, line, seed),
        "skill_scores": team.skill_scores(person, training, seed),
        "teamwork_scores": team.teamwork_scores(person, seed),
        "trainings": training,
        "conduct": team.conduct(person, seed),
        "invoices": finance.invoices(line, population, seed),
        "suppliers": supplier,
        "purchase_orders": supply.purchase_orders(truth, supplier, price, seed),
        "material_prices": price,
        "stock_daily": supply.stock_daily(truth, product, line, seed),
        "actions": management.actions(catalogue.REGION_NAMES, seed),
        "stage_reviews": management.stage_reviews(line),
    }
    web = reach.web_daily(truth, campaign, line, seed)
    return World(seed, scale, truth, tables, web, population, productivity)


def true_parameters(made: World) -> dict:
    """Return everything an analysis of the exports could try to find, as plain JSON values."""
    person, supplier, campaign = made.tables["people"], made.tables["suppliers"], made.tables["campaigns"]
    defaulted = made.population.defaults < FOREVER
    return {
        "seed": made.seed,
        "scale": made.scale,
        "first_day": FIRST_DAY,
        "last_day": LAST_DAY,
        "world": asdict(made.truth),
        "channels": [asdict(channel) for channel in CHANNELS],
        "regions": {name: share for name, (_, share) in REGIONS.items()},
        "categories": {name: {"growth": growth, "summer": wave} for name, (_, _, growth, wave) in CATEGORIES.items()},
        "brands": {name: {"weight": weight, "price_level": level} for name, (weight, level, _) in BRANDS.items()},
        "segments": [asdict(segment) for segment in SEGMENTS],
        "funnels": {name: asdict(funnel) for name, funnel in FUNNELS.items()},
        "campaigns": [
            {"campaign_id": number, **asdict(campaign)} for number, campaign in zip(campaign["campaign_id"], CAMPAIGNS, strict=True)
        ],
        "media": [asdict(media) for media in MEDIA],
        "shocks": [asdict(shock) for shock in SHOCKS],
        "suppliers": supplier[["supplier_id", "late", "late_days"]].to_dict("records"),
        "material_suppliers": {
            material: [supplier["supplier_id"][i] for i in members] for material, members in supply.supplies(made.truth).items()
        },
        "ability": dict(zip(person["person_id"], person["ability"].round(6).to_list(), strict=True)),
        "defaulted_customers": made.tables["customers"]["customer_id"][defaulted].to_list(),
    }
