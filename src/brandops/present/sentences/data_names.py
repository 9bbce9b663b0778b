"""Names a reader meets instead of the identifiers of tables, rules, formats and features."""

from brandops.i18n import gettext, mark, shown
from brandops.i18n import gettext as _

_TABLES = {
    "sales_lines": mark("Order lines"),
    "products": mark("Products"),
    "customers": mark("Customers"),
    "channels": mark("Channels"),
    "channel_costs": mark("Channel costs"),
    "ledger_totals": mark("Ledger totals"),
    "sales_plan": mark("Sales plan"),
    "market_monthly": mark("Market research"),
    "survey_responses": mark("Survey answers"),
    "market_monthly.price_index": mark("Competitors' prices of like goods"),
    "survey_responses.csat": mark("Survey answers on satisfaction"),
    "survey_responses.aware": mark("Survey answers on brand awareness"),
    "products.launched_on": mark("Launch days of products"),
    "population": mark("Population"),
    "web_daily": mark("Web analytics"),
    "ads_daily": mark("Advertising"),
    "social_daily": mark("Social media"),
    "campaigns": mark("Campaigns"),
    "campaign_budget": mark("Campaign budgets"),
    "campaign_recipients": mark("Campaign recipients"),
    "service_cases": mark("Service cases"),
    "service_shifts": mark("Call centre shifts"),
    "channel_traffic": mark("Visits by channel"),
    "people": mark("Sales staff"),
    "quotas": mark("Quotas"),
    "opportunities_monthly": mark("Sales opportunities"),
    "skill_scores": mark("Skill scores"),
    "teamwork_scores": mark("Teamwork scores"),
    "trainings": mark("Trainings"),
    "conduct": mark("Conduct"),
    "invoices": mark("Invoices"),
    "suppliers": mark("Suppliers"),
    "purchase_orders": mark("Purchase orders"),
    "material_prices": mark("Material prices"),
    "stock_daily": mark("Stock"),
    "actions": mark("Actions"),
    "stage_reviews": mark("Stage reviews"),
}
_RULES = {
    "bad_date": mark("Not a date"),
    "bad_timestamp": mark("Not a date and time"),
    "bad_number": mark("Not a number"),
    "bad_boolean": mark("Neither yes nor no"),
    "missing_key": mark("Required value is blank"),
    "orphan": mark("Refers to nothing known"),
    "duplicate_key": mark("Repeats a row"),
    "file_sent_twice": mark("File sent twice"),
    "unreadable_line": mark("Unreadable line"),
    "unmapped_value": mark("Value has no mapping"),
    "correction:drop": mark("Dropped by a declared correction"),
    "check:in_range": mark("Outside the allowed range"),
    "check:isin": mark("Not an allowed value"),
    "check:greater_than": mark("Zero or below"),
    "check:greater_than_or_equal_to": mark("Below the minimum"),
    "check:not_equal_to": mark("Value that may not be"),
}
_FORMATS = {
    "text": mark("Text"),
    "native": mark("Typed by the source system"),
    "plain": mark("Plain number"),
    "grouped": mark("Number with thousands separators"),
    "currency": mark("Number with a currency sign"),
    "percent": mark("Percentage"),
    "accounting": mark("Negative in parentheses or with the sign behind"),
    "full_width": mark("Full-width digits"),
    "duration": mark("Duration h:mm:ss"),
    "boolean": mark("Yes or no in words"),
    "iso": mark("Date 2025-01-31"),
    "slashes": mark("Date 2025/1/31"),
    "compact": mark("Date 20250131"),
    "chinese": mark("Date 2025年1月31日"),
    "month": mark("Month 2025-01 or 2025年1月"),
    "excel": mark("Excel serial date"),
    "mapped": mark("Mapped value"),
    "iso time": mark("Time 2025-01-31 10:15:00"),
    "slashes time": mark("Time 2025/1/31 10:15:00"),
    "compact time": mark("Time 20250131101500"),
    "chinese time": mark("Time 2025年1月31日 10:15:00"),
    "iso zone": mark("Time 2025-01-31 10:15:00 with its zone"),
    "slashes zone": mark("Time 2025/1/31 10:15:00 with its zone"),
    "compact zone": mark("Time 20250131 10:15:00 with its zone"),
    "chinese zone": mark("Time 2025年1月31日 10:15:00 with its zone"),
}
_FEATURES = {
    "months_since_order": mark("Months since the last order"),
    "orders_3m": mark("Orders in 3 months"),
    "orders_12m": mark("Orders in 12 months"),
    "active_months_12m": mark("Months with an order, of 12"),
    "order_value": mark("Net sales per order"),
    "months_as_customer": mark("Months as a customer"),
    "online_share": mark("Share of orders online"),
    "same_quarter_last_year": mark("Orders in the same quarter last year"),
}
_REASONS = {
    "out_of_range": mark("Score off its scale"),
    "speeder": mark("Too fast to have been read"),
    "straight_line": mark("Same answer to every question"),
    "duplicate": mark("Repeated answer of a customer"),
}
_TRAITS = {"region": mark("Region"), "age_group": mark("Age"), "gender": mark("Gender")}
_MODELS = {"naive": mark("Naive rule"), "linear": mark("Linear regression"), "tree": mark("Decision tree")}
_KINDS = {
    "csv": mark("Text files (csv)"),
    "xlsx": mark("Excel workbooks"),
    "sav": mark("SPSS files"),
    "parquet": mark("Parquet files"),
    "sql": mark("SQL databases"),
}
_MARTS = {
    "sales_monthly": mark("Sales by month and product"),
    "sales_daily": mark("Sales by day and category"),
    "channel_daily": mark("Sales by day and channel"),
    "category_monthly": mark("Sales and orders by month, channel and category"),
    "sales_weekly": mark("Sales by week and segment"),
    "people_monthly": mark("Sales by month and salesperson"),
    "demand_daily": mark("Sales by day before returns"),
    "campaign_buyers": mark("Buyers of each campaign"),
    "campaign_sales": mark("Sales credited to campaigns"),
    "campaign_customers": mark("Customers around each campaign"),
    "customers_monthly": mark("Sales by month and customer"),
    "prices_weekly": mark("Prices by week and product"),
    "ledger_reconciliation": mark("Loaded sales against the ledger"),
    "new_customers_daily": mark("First-ever buyers by day"),
    "conversions": mark("Formats converted"),
    "integrity": mark("References between tables"),
    "quarantine": mark("Rows in quarantine"),
    "source_months": mark("Rows by source and month"),
    "sources": mark("Sources"),
    "stock_monthly": mark("Stock by month"),
    "web_orders_daily": mark("Tracked orders by day"),
}

# Values the contract names, and the services every company in the market meets.
_VALUES = {
    "own": mark("Own company"),
    "rest": mark("Rest of the market"),
    "wechat": mark("WeChat"),
    "app": mark("app"),
    "web": mark("website"),
    "sms": mark("text message"),
    "phone": mark("phone"),
    "in_store": mark("in store"),
    "female": mark("female"),
    "male": mark("male"),
    "douyin": mark("Douyin"),
    "weibo": mark("Weibo"),
    "xiaohongshu": mark("Xiaohongshu"),
    "alimama": mark("Alimama"),
    "jd_ads": mark("JD Ads"),
    "ocean_engine": mark("Ocean Engine"),
    "tencent_ads": mark("Tencent Ads"),
    "tongji": mark("Baidu Tongji"),
    "ga4": mark("Google Analytics"),
    "(direct) / (none)": mark("direct visits"),
}


def _named(names: dict[str, str], name: object) -> str:
    return gettext(names[name]) if name in names else words(name)


def words(name: object) -> str:
    """An identifier as words: `in_store` is `in store`; a value of the data by its name."""
    text = str(name)
    known = shown(text)
    if known != text:
        return known
    return gettext(_VALUES[text]) if text in _VALUES else text.replace("_", " ")


def table_name(name: str) -> str:
    """A contract table's name for readers."""
    return _named(_TABLES, name)


def rule_name(rule: str) -> str:
    """What is wrong with a rejected row."""
    return _named(_RULES, rule.removeprefix("check:") if rule not in _RULES else rule)


def format_name(name: str) -> str:
    """A date or number format; a declared pattern (%d.%m.%Y) is shown as it is, and the word a yes or no came as."""
    if name in _FORMATS:
        return gettext(_FORMATS[name])
    return name if "%" in name else _("Yes or no as {word}").format(word=name)


def feature_name(name: str) -> str:
    """A feature of the repurchase models."""
    return _named(_FEATURES, name)


def reason_name(name: str) -> str:
    """Why a survey answer does not count."""
    return _named(_REASONS, name)


def trait_name(name: str) -> str:
    """A trait survey answers are weighted by."""
    return _named(_TRAITS, name)


def model_name(name: str) -> str:
    """A model on trial."""
    return _named(_MODELS, name)


def kind_name(name: str) -> str:
    """How a source is read."""
    return _named(_KINDS, name)


def mart_name(name: str) -> str:
    """A mart's name for readers; one that mirrors a contract table has its name."""
    return _named(_TABLES | _MARTS, name)
