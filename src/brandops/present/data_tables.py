"""Tables on sources and their quality (plan items 2.1.1 to 2.2.1): the arguments of `Page.table` for each.

Each function returns frame, columns, caption and name, so that a notebook cell is
`page.table(**data_tables.catalogue(internal, "internal"))`.
"""

from typing import Any

import pandas as pd

from brandops.i18n import gettext as _
from brandops.present.sentences.data_names import rule_name, table_name, words

Arguments = dict[str, Any]


def catalogue(tables: pd.DataFrame, name: str) -> Arguments:
    """Tables of one family: what is there, how fresh, how complete."""
    shown = tables.assign(table_label=tables["table"].map(table_name), fresh=tables["fresh"].map(verdict))
    columns = {
        "table_label": _("Table"),
        "sources": _("Source"),
        "rows": (_("Rows loaded"), "integer"),
        "quarantined": (_("Rows in quarantine"), "integer"),
        "first_date": (_("From"), "date"),
        "last_date": (_("To"), "date"),
        "lag_days": (_("Days old"), "integer"),
        "fresh_within_days": (_("Days allowed"), "integer"),
        "fresh": (_("Fresh"), "text"),
        "gap_months": (_("Silent months"), "integer"),
    }
    caption = _("What is there: rows, coverage, freshness against the service level")
    return {"frame": shown, "columns": columns, "caption": caption, "name": f"catalogue_{name}"}


def references(found: pd.DataFrame, name: str) -> Arguments:
    """References between tables and whether they resolve."""
    shown = found.assign(table=found["table"].map(table_name), references=found["references"].map(table_name))
    columns = {
        "table": _("Table"),
        "column": _("Column"),
        "references": _("Refers to"),
        "rows": (_("Rows"), "integer"),
        "orphans": (_("Orphans"), "integer"),
        "resolved": (_("Found"), "fraction"),
    }
    return {"frame": shown, "columns": columns, "caption": _("References between tables, most orphans first"),
            "name": f"references_{name}"}  # fmt: skip


def ledger(gaps: pd.DataFrame, channels: dict[str, str]) -> Arguments:
    """Differences between loaded sales and ledger, largest first."""
    names = [_("All channels") if pd.isna(c) else channels.get(c, c) for c in gaps["channel_id"]]
    columns = {
        "month": (_("Month"), "month"),
        "channel": _("Channel"),
        "ledger": (_("Ledger"), "currency_exact"),
        "loaded": (_("Loaded"), "currency_exact"),
        "difference": (_("Loaded less ledger"), "currency_exact"),
    }
    return {"frame": gaps.assign(channel=names), "columns": columns, "name": "ledger_gaps",
            "caption": _("Months and channels whose loaded sales are not the ledger's, largest first")}  # fmt: skip


def ledger_months(reconciled: pd.DataFrame) -> Arguments:
    """Loaded net sales and ledger by month, latest first."""
    shown = reconciled.iloc[::-1].assign(agrees=reconciled["agrees"].map(verdict))
    columns = {
        "month": (_("Month"), "month"),
        "ledger": (_("Ledger"), "currency_exact"),
        "loaded": (_("Loaded"), "currency_exact"),
        "difference": (_("Loaded less ledger"), "currency_exact"),
        "agrees": (_("Agrees"), "text"),
    }
    caption = _("Loaded net sales against the ledger, latest month first")
    return {"frame": shown, "columns": columns, "caption": caption, "name": "ledger_months", "rows": 6}


def companies(coverage: pd.DataFrame) -> Arguments:
    """Companies in the market data and how completely they are covered."""
    names = coverage["competitor"].map(words)
    columns = {
        "competitor": _("Company"),
        "months": (_("Months covered"), "integer"),
        "categories": (_("Categories"), "integer"),
        "sales": (_("Sales"), "currency"),
        "share": (_("Share"), "fraction"),
        "price_index": (_("Price level, market = 1"), "ratio"),
        "priced": (_("Sales with a price level"), "fraction"),
    }
    return {"frame": coverage.assign(competitor=names), "columns": columns, "name": "companies", "rows": 12,
            "caption": _("What is known of each company in the period")}  # fmt: skip


def research(check: pd.DataFrame) -> Arguments:
    """Researched against booked own sales by category."""
    columns = {
        "category": _("Category"),
        "researched": (_("Market research"), "currency"),
        "booked": (_("Booked"), "currency"),
        "ratio": (_("Research to books"), "fraction"),
    }
    shown = check.assign(category=check["category"].fillna(_("All")))
    return {"frame": shown, "columns": columns, "caption": _("Own sales in market research against the books"),
            "name": "research_check"}  # fmt: skip


def platforms(links: pd.DataFrame) -> Arguments:
    """Advertising by platform and how much of it found its campaign."""
    columns = {
        "platform": _("Platform"),
        "spend": (_("Spend"), "currency"),
        "linked_share": (_("Spend with a known campaign"), "fraction"),
        "in_flight_share": (_("Of it on campaign days"), "fraction"),
        "impressions": (_("Impressions"), "integer"),
        "clicks": (_("Clicks"), "integer"),
        "click_through": (_("Click-through rate"), "fraction"),
        "cost_per_click": (_("Cost per click"), "currency"),
    }
    return {"frame": links.assign(platform=links["platform"].map(words)), "columns": columns, "name": "platforms",
            "caption": _("Advertising platforms, largest spend first")}  # fmt: skip


def media(campaigns: pd.DataFrame) -> Arguments:
    """Advertising and social media per campaign."""
    columns = {
        "campaign": _("Campaign"),
        "starts_on": (_("From"), "date"),
        "ends_on": (_("To"), "date"),
        "spend": (_("Spend"), "currency"),
        "impressions": (_("Impressions"), "integer"),
        "clicks": (_("Clicks"), "integer"),
        "mentions": (_("Mentions"), "integer"),
        "engagements": (_("Engagements"), "integer"),
    }
    columns = {name: spec for name, spec in columns.items() if name in campaigns}
    return {"frame": campaigns, "columns": columns, "name": "campaign_media", "rows": 10,
            "caption": _("Media of the period by campaign, largest spend first")}  # fmt: skip


def period_load(load: pd.DataFrame, period: str) -> Arguments:
    """Rows of the period per source: loaded and in quarantine."""
    columns = {
        "table": _("Table"),
        "source": _("Source"),
        "rows_in": (_("Rows in"), "integer"),
        "loaded": (_("Loaded"), "integer"),
        "quarantined": (_("In quarantine"), "integer"),
        "lost": (_("Lost until mended"), "integer"),
        "load_rate": (_("Load rate"), "fraction"),
        "owner": (_("Owner"), "text"),
    }
    return {"frame": load.assign(table=load["table"].map(table_name)), "columns": columns, "name": "period_load",
            "caption": _("Rows dated in {period} by source, lowest load rate first").format(period=period)}  # fmt: skip


def accounting(accounts: pd.DataFrame) -> Arguments:
    """Every row ever received per source."""
    shown = accounts.assign(table=accounts["table"].map(table_name))
    columns = {
        "source": _("Source"),
        "table": _("Table"),
        "files": (_("Files"), "integer"),
        "superseded": (_("Files replaced"), "integer"),
        "rows_in": (_("Rows in"), "integer"),
        "loaded": (_("Loaded"), "integer"),
        "quarantined": (_("In quarantine"), "integer"),
        "unaccounted": (_("Unaccounted for"), "integer"),
        "load_rate": (_("Load rate"), "fraction"),
    }
    return {"frame": shown, "columns": columns, "name": "accounting",
            "caption": _("Every row received so far: rows in = loaded + in quarantine")}  # fmt: skip


def quarantine(valued: pd.DataFrame) -> Arguments:
    """Rejected rows by source, column and rule, what they are worth, and who can mend them."""
    shown = valued.assign(table=valued["table"].map(table_name), rule=valued["rule"].map(rule_name),
                          lost=valued["lost"].map(verdict))  # fmt: skip
    columns = {
        "table": _("Table"),
        "source": _("Source"),
        "column": _("Column"),
        "rule": _("What is wrong"),
        "rows": (_("Rows"), "integer"),
        "lost": (_("Lost until mended"), "text"),
        "money": (_("Worth, estimate"), "currency"),
        "example": (_("For example"), "text"),
        "owner": (_("Owner"), "text"),
    }
    return {"frame": shown, "columns": columns, "name": "quarantine", "rows": 15,
            "caption": _("Rows in quarantine by source and rule, most money first")}  # fmt: skip


def verdict(value: object) -> str | None:
    """Yes or no; nothing where it is not judged."""
    return None if value is None or pd.isna(value) else _("yes") if value else _("no")
