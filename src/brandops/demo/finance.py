"""Money beside the order lines: ledger totals, plans, channel costs, invoices and what becomes of them."""

import numpy as np
import pandas as pd

from brandops.demo.buyers import FOREVER, Population
from brandops.demo.seasons import DAYS
from brandops.demo.truth import stream

# Cost to sales by kind and channel; acquisition is a price per new customer (yuan).
_COST_RATES = {
    "tmall": {"commission": 0.050, "logistics": 0.060, "other": 0.020},
    "jd": {"commission": 0.070, "logistics": 0.050, "other": 0.020},
    "douyin": {"commission": 0.110, "logistics": 0.065, "other": 0.030},
    "miniprogram": {"commission": 0.006, "logistics": 0.070, "other": 0.035},
    "department_store": {"rent": 0.215, "staff": 0.135, "other": 0.030},
    "supermarket": {"rent": 0.130, "staff": 0.075, "logistics": 0.030, "other": 0.020},
    "specialty": {"commission": 0.040, "staff": 0.060, "logistics": 0.030, "other": 0.015},
    "pharmacy": {"rent": 0.110, "staff": 0.070, "logistics": 0.025, "other": 0.020},
    "distributor": {"commission": 0.020, "staff": 0.035, "logistics": 0.025, "other": 0.010},
}
_ACQUISITION = {"tmall": 165, "jd": 150, "douyin": 205, "miniprogram": 90, "department_store": 120, "supermarket": 80,
                "specialty": 300, "pharmacy": 110, "distributor": 600}  # fmt: skip
_HIDDEN_NEW = 60  # fixed acquisition work of a trading channel, in prices of a new customer a month


def monthly_channel_sales(line: pd.DataFrame) -> pd.DataFrame:
    """Return net sales month × channel (local months), cents exact in the decimal sense."""
    month = line["ordered_at"].dt.to_period("M").dt.to_timestamp().rename("month")
    cents = (line["net_sales"] * 100).round().astype("int64")
    total = cents.groupby([month, line["channel_id"]], observed=True).sum() / 100
    return total.rename("net_sales").reset_index().astype({"channel_id": str})


def channel_costs(line: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Return the contract's channel_costs; fixed costs make rents heavier in weak months."""
    rng = stream(seed, "channel_costs")
    sales = monthly_channel_sales(line).set_index(["month", "channel_id"])["net_sales"]
    first = line.dropna(subset=["customer_id"]).drop_duplicates("customer_id")
    month = first["ordered_at"].dt.to_period("M").dt.to_timestamp()
    new = first.groupby([month, first["channel_id"].astype(str)]).size()
    rows = []
    for channel, rates in _COST_RATES.items():
        mine = sales.xs(channel, level="channel_id")
        smooth = mine.rolling(6, min_periods=1).mean()
        for when in mine.index:
            for kind, rate in rates.items():
                base = smooth[when] if kind in ("rent", "staff") else mine[when]
                rows.append((channel, when, kind, round(float(base * rate * np.exp(rng.normal(0, 0.05))), 2)))
            # The stock of customers of 2022 was won before the history begins.
            won = new.get((when, channel), 0) if when.year > 2022 else smooth[when] / 45_000
            price = _ACQUISITION[channel] * 1.04 ** (when.year - 2022)
            amount = price * (won + _HIDDEN_NEW * smooth[when] / sales.groupby("month").sum()[when] / 9)
            rows.append((channel, when, "acquisition", round(float(amount * np.exp(rng.normal(0, 0.08))), 2)))
    table = pd.DataFrame(rows, columns=["channel_id", "month", "cost_type", "amount"])
    return table.sort_values(["month", "channel_id", "cost_type"], ignore_index=True)


def sales_plan(line: pd.DataFrame, brand_of: pd.Series, seed: int) -> pd.DataFrame:
    """Return plans month × channel × region × brand for 2023 to 2025: last year's net sales plus 15 %, smoothly phased.

    The phasing is the mean of the two years before where there are two, so a moving festival is planned wrong.
    """
    rng = stream(seed, "sales_plan")
    frame = line[["channel_id", "region", "net_sales"]].astype({"channel_id": str, "region": str})
    frame["brand"] = line["product_id"].astype(str).map(brand_of)
    frame["year"], frame["month"] = line["ordered_at"].dt.year, line["ordered_at"].dt.month
    plans = []
    for year in (2023, 2024, 2025):
        last = frame[frame["year"] == year - 1]
        cells = last.groupby(["channel_id", "region", "brand"], as_index=False)["net_sales"].sum()
        # Channels opened in the year before, or planned to open, get an ambition of their own.
        cells["net_sales"] *= np.exp(rng.normal(0, 0.05, len(cells)))
        cells["net_sales"] *= last["net_sales"].sum() * 1.15 / cells["net_sales"].sum()
        base = frame[frame["year"].between(max(2022, year - 2), year - 1)]
        phase = base.groupby("month")["net_sales"].sum()
        months = pd.DataFrame({"number": range(1, 13), "weight": (phase / phase.sum()).to_numpy()})
        plan = cells.merge(months, how="cross")
        plan["month"] = pd.to_datetime({"year": year, "month": plan["number"], "day": 1})
        plan["net_sales"] = (plan["net_sales"] * plan["weight"]).round(2)
        plans.append(plan[["month", "channel_id", "region", "brand", "net_sales"]])
    return pd.concat(plans, ignore_index=True)


def invoices(line: pd.DataFrame, population: Population, seed: int) -> pd.DataFrame:
    """Return one invoice per business customer and month with sales; open ones at a default are written off later."""
    rng = stream(seed, "invoices")
    business = population.table["credit_limit"].notna().to_numpy()
    codes = line["customer_id"].cat.codes.to_numpy()
    mine = line[(codes >= 0) & business[np.maximum(codes, 0)]]
    month = mine["ordered_at"].dt.to_period("M").dt.to_timestamp().rename("month")
    amount = mine["net_sales"].groupby([month, mine["customer_id"].cat.codes.rename("customer")]).sum().round(2)
    amount = amount[amount > 0].reset_index()
    customer = amount["customer"].to_numpy()
    issued = amount["month"] + pd.offsets.MonthEnd(0)
    terms = population.table["payment_terms_days"].to_numpy(dtype=float)[customer]
    due = issued + pd.to_timedelta(terms, unit="D")
    slack = population.table["years_in_business"].to_numpy()[customer]
    late = np.where(rng.random(len(amount)) < np.clip(0.42 - 0.02 * slack, 0.15, 0.45), rng.gamma(1.4, 14, len(amount)), 0)
    paid = due + pd.to_timedelta(np.rint(late - rng.integers(0, 9, len(amount)) * (late == 0)), unit="D")
    paid = paid.where(paid >= issued, issued)
    default = population.defaults[customer]
    default_day = DAYS[0] + pd.to_timedelta(np.minimum(default, 10_000), unit="D")
    broke = (default < FOREVER) & (paid >= default_day)
    written_off_on = (due.where(due > default_day, default_day) + pd.Timedelta(days=150)).where(broke)
    recovered = (amount["net_sales"] * rng.choice([0.0, 0.25, 0.5], len(amount), p=[0.6, 0.25, 0.15])).round(2)
    last = DAYS[-1]
    table = pd.DataFrame({
        "customer_id": population.table["customer_id"].to_numpy()[customer],
        "issued_on": issued,
        "due_on": due,
        "amount": amount["net_sales"],
        "paid_on": paid.where(~broke, written_off_on.where(recovered > 0) - pd.Timedelta(days=20)),
        "paid_amount": amount["net_sales"].where(~broke, recovered.where(recovered > 0)),
        "written_off_on": written_off_on,
        "written_off": (amount["net_sales"] - recovered).round(2).where(broke),
    })  # fmt: skip
    table.loc[~(table["paid_on"] <= last), ["paid_on", "paid_amount"]] = [pd.NaT, np.nan]
    table.loc[~(table["written_off_on"] <= last), ["written_off_on", "written_off"]] = [pd.NaT, np.nan]
    table = table.sort_values(["issued_on", "customer_id"], ignore_index=True)
    table.insert(0, "invoice_id", np.char.add("INV", np.char.zfill(np.arange(1, len(table) + 1).astype("U7"), 6)))
    return table


def ledger_totals(line: pd.DataFrame) -> pd.DataFrame:
    """Return the general ledger: net sales by month and channel, equal to the lines to the cent."""
    return monthly_channel_sales(line)
