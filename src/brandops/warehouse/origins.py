"""Where each mart comes from: the tables it is made of and the function that makes it."""

from brandops.warehouse.load import MARTS, PLAIN

_SALES = ("sales_lines", "products", "customers", "channels")
_DERIVED: dict[str, tuple[str, tuple[str, ...]]] = {
    "sales_daily": ("sales.sales_daily", _SALES),
    "sales_monthly": ("sales.sales_monthly", _SALES),
    "channel_daily": ("sales.channel_daily", _SALES),
    "category_monthly": ("sales.category_monthly", _SALES),
    "people_monthly": ("team.people_monthly", _SALES),
    "demand_daily": ("response.demand_daily", _SALES),
    "prices_weekly": ("prices.prices_weekly", _SALES),
    "customers_monthly": ("customers.customers_monthly", _SALES),
    "customers": ("customers.customers", _SALES),
    "new_customers_daily": ("customers.new_customers_daily", _SALES),
    "campaign_buyers": ("response.campaign_buyers", (*_SALES, "campaigns")),
    "market_monthly": ("market.market_from_research", ("market_monthly",)),
    "ledger_reconciliation": ("sales.ledger_reconciliation", (*_SALES, "ledger_totals")),
    "web_orders_daily": ("market.web_orders_daily", (*_SALES, "web_daily")),
    "stock_monthly": ("stock.stock_monthly", ("stock_daily",)),
    "campaign_budget": ("market.campaign_budget", ("campaign_budget",)),
    "people": ("team.people", ("people",)),
    "sales_weekly": ("sales.sales_weekly", _SALES),
    "stock_daily": ("stock.stock_daily", ("stock_daily",)),
    "campaign_sales": ("campaigns.campaign_sales", (*_SALES, "campaigns")),
    "campaign_customers": ("campaigns.campaign_customers", (*_SALES, "campaigns", "campaign_recipients")),
}
_ABOUT = ("sources", "source_months", "integrity", "quarantine", "conversions")  # of the ingestion itself: of every table


def tables_of(mart: str) -> tuple[str, ...]:
    """Tables of the contract a mart is made of; none for the marts that describe the ingestion of all tables."""
    if mart in _ABOUT:
        return ()
    return _DERIVED[mart][1] if mart in _DERIVED else (mart,)


def maker_of(mart: str) -> str:
    """Function of `brandops.warehouse` whose query makes a mart."""
    if mart in _ABOUT:
        return "quality.express"
    return _DERIVED[mart][0] if mart in _DERIVED else "plain.plain"


def undescribed() -> list[str]:
    """Marts that have no entry here and are no plain table: there should be none."""
    return [mart for mart in MARTS if mart not in (*_ABOUT, *PLAIN) and mart not in _DERIVED]
