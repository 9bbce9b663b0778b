"""Contract tables about the market and the customers' voice: shares, surveys, web, advertising, campaigns, service."""

import ibis.expr.datatypes as dt
from pandera import Check

from brandops.contract.columns import column, count, day, flag, fraction, key, moment, money, number, text
from brandops.contract.table import table

MARKET_MONTHLY = table(
    "market_monthly",
    "month and category and segment and company: sales in the market, the own company included",
    {
        "month": day("First day of the month", required=True),
        "category": text("Category", required=True),
        "segment": text("Market segment; blank: the whole category"),
        "competitor": text("Company; `own` is the reporting company, `rest` all companies not named", required=True),
        "sales": money("Sales in the month", Check.ge(0), required=True),
        "volume": number("Sales volume", Check.ge(0), unit="units"),
        "price_index": number("Price level, 1.00 = the market's mean", Check.gt(0)),
    },
    key=("month", "category", "segment", "competitor"),
    known_on="month",
    fresh_within_days=60,
    family="external",
)

SURVEY_RESPONSES = table(
    "survey_responses",
    "questionnaire returned",
    {
        "response_id": key("Response"),
        "answered_at": moment("When it was answered", required=True),
        "wave": text("Survey wave"),
        "collector": text("Collection channel: wechat, app, web, sms, phone, in_store, ..."),
        "customer_id": key("Customer; blank for an open survey", required=False, references="customers.customer_id"),
        "channel_id": key("Channel the answer is about", required=False, references="channels.channel_id"),
        "region": text("Region of the respondent"),
        "age_group": text("Age group of the respondent"),
        "gender": text("Gender of the respondent"),
        "csat": column(dt.int64, "Satisfaction, 1 to 5; 4 and 5 are satisfied", Check.in_range(1, 5), unit="score"),
        "nps": column(dt.int64, "Likelihood to recommend, 0 to 10", Check.in_range(0, 10), unit="score"),
        "aware": flag("Knows the brand (aided)"),
        "q_quality": column(dt.int64, "Satisfaction with quality, 1 to 5", Check.in_range(1, 5), unit="score"),
        "q_price": column(dt.int64, "Satisfaction with price, 1 to 5", Check.in_range(1, 5), unit="score"),
        "q_delivery": column(dt.int64, "Satisfaction with delivery, 1 to 5", Check.in_range(1, 5), unit="score"),
        "q_service": column(dt.int64, "Satisfaction with service, 1 to 5", Check.in_range(1, 5), unit="score"),
        "q_range": column(dt.int64, "Satisfaction with the range, 1 to 5", Check.in_range(1, 5), unit="score"),
        "seconds": number("Time taken", Check.ge(0), unit="seconds"),
        "comment": text("Free comment"),
        "category": text("Category the answer is about"),
        "subcategory": text("Subcategory the answer is about"),
    },
    key=("response_id",),
    known_on="answered_at",
    fresh_within_days=31,
    family="external",
)

POPULATION = table(
    "population",
    "population cell the survey is weighted to",
    {
        "region": text("Region", required=True),
        "age_group": text("Age group", required=True),
        "gender": text("Gender", required=True),
        "share": fraction("Share of the target population", required=True),
    },
    key=("region", "age_group", "gender"),
    family="external",
)

WEB_DAILY = table(
    "web_daily",
    "day and web property and source/medium and campaign",
    {
        "date": day("Day", required=True),
        "property": text("Site or app and the service that measured it", required=True),
        "source_medium": text("Traffic source / medium", required=True),
        "campaign_id": key("Campaign", required=False, references="campaigns.campaign_id"),
        "page_views": count("Page views"),
        "sessions": count("Sessions (visits)", required=True),
        "users": count("Unique visitors"),
        "conversions": count("Orders the tracker counted"),
        "revenue": money("Revenue the tracker counted", Check.ge(0)),
        "bounce_rate": fraction("Bounce rate"),
        "seconds_per_session": number("Mean visit duration", Check.ge(0), unit="seconds"),
    },
    key=("date", "property", "source_medium", "campaign_id"),
    known_on="date",
    fresh_within_days=3,
    family="external",
)

ADS_DAILY = table(
    "ads_daily",
    "day and advertising platform and campaign",
    {
        "date": day("Day", required=True),
        "platform": text("Advertising platform", required=True),
        "campaign_id": key("Campaign", required=False, references="campaigns.campaign_id"),
        "impressions": count("Impressions"),
        "clicks": count("Clicks"),
        "spend": money("Spend", Check.ge(0), required=True),
    },
    key=("date", "platform", "campaign_id"),
    known_on="date",
    fresh_within_days=3,
    family="third_party",
)

SOCIAL_DAILY = table(
    "social_daily",
    "day and social platform and campaign",
    {
        "date": day("Day", required=True),
        "platform": text("Social platform", required=True),
        "campaign_id": key("Campaign", required=False, references="campaigns.campaign_id"),
        "mentions": count("Mentions"),
        "followers": count("Followers at the end of the day"),
        "engagements": count("Likes, shares and comments"),
    },
    key=("date", "platform", "campaign_id"),
    known_on="date",
    fresh_within_days=3,
    family="third_party",
)

CAMPAIGNS = table(
    "campaigns",
    "campaign",
    {
        "campaign_id": key("Campaign"),
        "campaign": text("Campaign name"),
        "theme": text("Theme"),
        "format": text("Format: live-stream, in-store, coupon, ..."),
        "channel_id": key("Channel; blank: all", required=False, references="channels.channel_id"),
        "region": text("Treated regions, separated by semicolons; blank: all"),
        "hold_out": text("Regions held out at random, separated by semicolons"),
        "brand": text("Brand; blank: all"),
        "starts_on": day("First day", required=True),
        "ends_on": day("Last day", required=True),
    },
    key=("campaign_id",),
    known_on="starts_on",
)

CAMPAIGN_BUDGET = table(
    "campaign_budget",
    "campaign and budget item",
    {
        "campaign_id": key("Campaign", references="campaigns.campaign_id"),
        "budget_item": text("promotion, execution, materials", required=True),
        "planned": money("Planned", Check.ge(0), required=True),
        "spent": money("Spent", Check.ge(0)),
    },
    key=("campaign_id", "budget_item"),
)

CAMPAIGN_RECIPIENTS = table(
    "campaign_recipients",
    "campaign and customer it was sent to",
    {
        "campaign_id": key("Campaign", references="campaigns.campaign_id"),
        "customer_id": key("Customer", references="customers.customer_id"),
    },
    key=("campaign_id", "customer_id"),
)

SERVICE_CASES = table(
    "service_cases",
    "customer service case",
    {
        "case_id": key("Case"),
        "opened_at": moment("Opened", required=True),
        "closed_at": moment("Closed", later=True),
        "channel_id": key("Channel", required=False, references="channels.channel_id"),
        "customer_id": key("Customer", required=False, references="customers.customer_id"),
        "kind": text("Kind: question, complaint, return, delivery, ..."),
        "csat": column(dt.int64, "Satisfaction with the handling, 1 to 5", Check.in_range(1, 5), unit="score"),
    },
    key=("case_id",),
    known_on="opened_at",
    recorded_with={"closed_at": ("csat",)},
    fresh_within_days=3,
)

SERVICE_SHIFTS = table(
    "service_shifts",
    "day and shift of a call centre that counts calls instead of recording cases",
    {
        "date": day("Day", required=True),
        "shift": text("Shift: morning, afternoon, evening, night, ...", required=True),
        "day_type": text("Kind of day: weekday, holiday, ..."),
        "operators": count("Operators on duty"),
        "calls": count("Calls received", required=True),
        "automatic": count("Calls answered by the automatic system alone"),
        "orders": count("Orders taken"),
        "issues": count("Issues raised that need following up"),
        "seconds_per_issue": number("Mean time per issue", Check.ge(0), unit="seconds"),
        "abandoned": fraction("Share of calls the callers gave up"),
    },
    key=("date", "shift"),
    known_on="date",
    fresh_within_days=3,
)

CHANNEL_TRAFFIC = table(
    "channel_traffic",
    "day and channel: visits to a shop, web shop or counter, how far they got and how long it took",
    {
        "date": day("Day", required=True),
        "channel_id": key("Channel", references="channels.channel_id"),
        "visits": count("Visits (sessions online, footfall in shops)", required=True),
        "carts": count("Visits in which something was put into the cart; blank where there is none"),
        "orders": count("Orders these visits ended in", required=True),
        "minutes_to_cart": number("Mean time from visit to cart", Check.ge(0), unit="minutes"),
        "minutes_to_order": number("Mean time from cart (without one: from entering) to order", Check.ge(0), unit="minutes"),
        "hours_to_deliver": number("Mean time from order to receipt", Check.ge(0), unit="hours"),
    },
    key=("date", "channel_id"),
    known_on="date",
    fresh_within_days=3,
)

MARKET_TABLES = (
    MARKET_MONTHLY, SURVEY_RESPONSES, POPULATION, WEB_DAILY, ADS_DAILY, SOCIAL_DAILY, CAMPAIGNS, CAMPAIGN_BUDGET,
    CAMPAIGN_RECIPIENTS,
    SERVICE_CASES, SERVICE_SHIFTS, CHANNEL_TRAFFIC,
)  # fmt: skip
