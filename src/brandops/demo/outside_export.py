"""Exports of outside services: web analytics, advertising, social media, market research, survey, stock, prices."""

from pathlib import Path

import numpy as np
import pandas as pd

from brandops.demo.catalogue import CHANNEL_IDS, REGION_NAMES
from brandops.demo.defects import Bad, Register, Rewritten, full_width
from brandops.demo.truth import REGIONS
from brandops.demo.voice import AGES, COLLECTORS, DRIVERS, GENDERS
from brandops.demo.world import World
from brandops.demo.writers import excel_serial, write_csv, write_parquet, write_sav, write_xlsx

PLATFORMS = {"ocean_engine": "巨量引擎", "alimama": "阿里妈妈", "jd_ads": "京准通", "tencent_ads": "腾讯广告"}
COMPANIES = {"Huarui": "华睿", "Muyan": "沐妍", "Belisse": "贝丽丝", "Orient Bloom": "东方花语", "rest": "其他", "own": "云岚"}
CATEGORY_CHINESE = {"Skin care": "护肤", "Makeup": "彩妆", "Hair care": "洗护发", "Body care": "身体护理", "Sun care": "防晒"}
FEN_PLATFORM, FEN_MONTH = "jd_ads", "2024-03"
_YEARS = (2022, 2023, 2024, 2025)


def export_outside(made: World, register: Register, raw: Path) -> None:
    """Write web, ads, social, market, plan, survey, stock and material price exports below raw/."""
    _tongji(made.web["tongji"], register, raw)
    _ga4(made.web["ga4"], raw)
    _ads(made.tables["ads_daily"], register, raw)
    for year, part in _by_year(made.tables["social_daily"], "date"):
        write_csv(part.assign(date=part["date"].dt.strftime("%Y-%m-%d")), raw / f"social/social_{year}.csv")
    _traffic(made.tables["channel_traffic"], raw)
    _market(made, register, raw)
    _plans(made.tables["sales_plan"], raw)
    _survey(made.tables["survey_responses"], register, raw)
    _stock(made.tables["stock_daily"], register, raw)
    _materials(made.tables["material_prices"], register, raw)


def _traffic(frame: pd.DataFrame, raw: Path) -> None:
    """The shops' counters, one file a year; a dash where a shop has no carts."""
    for year, part in _by_year(frame, "date"):
        out = pd.DataFrame({
            "日期": part["date"].dt.strftime("%Y-%m-%d"), "渠道": part["channel_id"], "访客数": part["visits"],
            "加购数": part["carts"].map(lambda n: "-" if n is pd.NA else str(n)), "订单数": part["orders"],
            "加购时长(分)": part["minutes_to_cart"], "下单时长(分)": part["minutes_to_order"],
            "配送时长(时)": part["hours_to_deliver"],
        })  # fmt: skip
        write_csv(out, raw / f"traffic/traffic_{year}.csv")


def _by_year(frame: pd.DataFrame, column: str):
    for year in _YEARS:
        yield year, frame[frame[column].dt.year == year].reset_index(drop=True)


def _tongji(frame: pd.DataFrame, register: Register, raw: Path) -> None:
    """Baidu Tongji: GB18030, two title lines, percentages, durations, `--` for nothing, a total row."""
    for year, part in _by_year(frame, "date"):
        seconds = part["seconds_per_session"].astype(int)
        clock = [f"{s // 3600:02d}:{s % 3600 // 60:02d}:{s % 60:02d}" for s in seconds]
        out = pd.DataFrame({
            "日期": part["date"].dt.strftime("%Y/%m/%d"), "来源类型": part["source_medium"],
            "浏览量(PV)": part["page_views"].map(str), "访客数(UV)": part["users"].map(str),
            "IP数": (part["users"] * 0.93).round().astype(int).map(str), "访问次数": part["sessions"].map(str),
            "跳出率": [f"{100 * rate:.2f}%" for rate in part["bounce_rate"]], "平均访问时长": clock,
            "转化次数": ["--" if n == 0 else str(n) for n in part["conversions"]],
            "订单金额(元)": ["--" if n == 0 else f"{v:.2f}" for n, v in zip(part["conversions"], part["revenue"], strict=True)],
        })  # fmt: skip
        name = f"raw/web/tongji_{year}.csv"
        if year == 2023:
            bad = [Bad("impossible_date", "日期", "bad_date", value="2023/02/30", count=2)]
            out = register.spoil(out, "tongji", name, None, bad)
        title = f"百度统计 网站概况 www.yunlan.example,,,,,,,,,\n时间范围：{year}/01/01 - {year}/12/31,,,,,,,,,\n"
        sums = [str(int(part[c].sum())) for c in ("page_views", "users")]
        total = f"合计,,{sums[0]},{sums[1]},--,{int(part['sessions'].sum())},--,--,{int(part['conversions'].sum())},--\n"
        write_csv(out, raw.parent / name, "gb18030", before=title, after=total)


def _ga4(frame: pd.DataFrame, raw: Path) -> None:
    """Google Analytics 4: a preamble of `#` lines, compact dates, `(not set)`."""
    for year, part in _by_year(frame, "date"):
        out = pd.DataFrame({
            "Date": part["date"].dt.strftime("%Y%m%d"), "Session source / medium": part["source_medium"],
            "Session campaign": part["campaign_id"].astype(object).where(part["campaign_id"].notna(), "(not set)"),
            "Views": part["page_views"], "Sessions": part["sessions"], "Active users": part["users"],
            "Key events": part["conversions"], "Total revenue": part["revenue"], "Bounce rate": part["bounce_rate"],
            "Average session duration": part["seconds_per_session"],
        })  # fmt: skip
        rule = "# ----------------------------------------\n"
        preamble = (
            f"{rule}# Traffic acquisition: session source/medium\n# Account: Yunlan\n# Property: Yunlan shop\n{rule}#\n"
            f"# All users\n# Start date: {year}0101\n# End date: {year}1231\n"
        )
        write_csv(out, raw / f"web/ga4_{year}.csv", before=preamble)


def _ads(frame: pd.DataFrame, register: Register, raw: Path) -> None:
    """Advertising; one platform sent one month in fen, which a declared correction mends."""
    for year, part in _by_year(frame, "date"):
        wrong = (part["platform"] == FEN_PLATFORM) & (part["date"].dt.strftime("%Y-%m") == FEN_MONTH)
        out = pd.DataFrame({
            "日期": part["date"].dt.strftime("%Y-%m-%d"), "平台": part["platform"].map(PLATFORMS),
            "活动编号": part["campaign_id"].astype(object).where(part["campaign_id"].notna(), "-"),
            "展示数": part["impressions"], "点击数": part["clicks"],
            "消耗(元)": part["spend"].where(~wrong, (part["spend"] * 100).round(0)),
        })  # fmt: skip
        write_csv(out, raw / f"ads/ads_{year}.csv")
        if wrong.any():
            register.anomalies.append({
                "source": "ads", "file": f"raw/ads/ads_{year}.csv", "kind": "wrong_unit", "column": "消耗(元)",
                "rows": (np.flatnonzero(wrong) + 1).tolist(), "expected": "correction:scale",
            })  # fmt: skip


def _market(made: World, register: Register, raw: Path) -> None:
    """The research institute's workbook: Chinese names, months as text in the first two years and as dates since."""
    market = made.tables["market_monthly"]
    month = [f"{m.year}年{m.month}月" if m.year < 2024 else m.to_pydatetime() for m in market["month"]]
    out = pd.DataFrame({
        "月份": pd.Series(month, dtype=object), "品类": market["category"].map(CATEGORY_CHINESE),
        "企业": market["competitor"].map(COMPANIES), "销售额(万元)": (market["sales"] / 10_000).round(6),
        "销量": market["volume"], "价格指数": market["price_index"],
    })  # fmt: skip
    name = "raw/market/market_research.xlsx"
    bad = [Bad("text_in_number", "销售额(万元)", "bad_number", value="约320", count=2)]
    # The extra rows name no segment known elsewhere, so that they repeat no key.
    out.insert(2, "细分", None)
    out = register.spoil(out, "market_research", name, "细分", bad)
    people = made.tables["population"]
    cells = pd.DataFrame({
        "大区": people["region"].map({n: REGIONS[n][0] for n in REGIONS}), "年龄段": people["age_group"],
        "性别": people["gender"].map({"female": "女", "male": "男"}),
        "占比": [f"{100 * share:.4f}%" for share in people["share"]],
    })  # fmt: skip
    write_xlsx({"市场规模": out, "人口结构": cells}, raw.parent / name, {"市场规模": "中国美妆个护市场月度监测（单位：万元）"})


def _plans(plan: pd.DataFrame, raw: Path) -> None:
    """Plans, one workbook a year; the month is an Excel serial number."""
    for year in (2023, 2024, 2025):
        part = plan[plan["month"].dt.year == year].reset_index(drop=True)
        out = part.assign(month=excel_serial(part["month"]))
        write_xlsx({"plan": out}, raw / f"plan/sales_plan_{year}.xlsx")


def _survey(frame: pd.DataFrame, register: Register, raw: Path) -> None:
    """The survey institute's SPSS files: codes with value labels."""
    labels = {
        "collector": dict(enumerate(COLLECTORS, start=1)), "channel": dict(enumerate(CHANNEL_IDS, start=1)),
        "region": dict(enumerate(REGION_NAMES, start=1)), "age_group": dict(enumerate(AGES, start=1)),
        "gender": dict(enumerate(GENDERS, start=1)), "aware": {0: "no", 1: "yes"},
        "csat": {1: "very dissatisfied", 2: "dissatisfied", 3: "neither", 4: "satisfied", 5: "very satisfied"},
    }  # fmt: skip
    titles = {"csat": "How satisfied are you overall?", "nps": "How likely are you to recommend us?",
              "aware": "Do you know the brand?", "seconds": "Time taken, seconds"}  # fmt: skip
    renamed = {"response_id": "resp_id", "answered_at": "end_time", "channel_id": "channel"}
    for year, part in _by_year(frame, "answered_at"):
        out = part.rename(columns=renamed)
        for column in ("collector", "channel", "region", "age_group", "gender"):
            out[column] = out[column] + 1
        name = f"raw/survey/survey_{year}.sav"
        if year == 2023:
            bad = [Bad("out_of_range", "csat", "check:in_range", value=9, count=5)]
            out = register.spoil(out, "survey", name, "resp_id", bad)
        out["end_time"] = pd.to_datetime(out["end_time"]).astype("datetime64[us]")
        text = ("resp_id", "wave", "customer_id", "comment")
        numbers = [column for column in out.columns if column not in (*text, "end_time")]
        out[numbers] = out[numbers].astype(float)
        out = out.astype(dict.fromkeys(text, str))
        used = {column: {float(code): label for code, label in values.items()} for column, values in labels.items()}
        write_sav(out, raw.parent / name, used, titles | {driver: f"Satisfaction: {driver[2:]}" for driver in DRIVERS})


def _stock(frame: pd.DataFrame, register: Register, raw: Path) -> None:
    """The warehouse system's parquet files; typed, so only rules can be broken."""
    for year, part in _by_year(frame, "date"):
        out = pd.DataFrame({
            "date": part["date"].dt.date, "sku": part["product_id"].astype(str), "warehouse": part["site_id"].astype(str),
            "on_hand": part["on_hand"].astype("int64"), "qty_in": part["received"].astype("int64"),
            "qty_out": part["sold"].astype("int64"), "unit_cost": part["unit_cost"],
        })  # fmt: skip
        name = f"raw/stock/stock_{year}.parquet"
        if year == 2024:
            bad = [
                Bad("negative_stock", "on_hand", "check:greater_than_or_equal_to", value=-5, count=3),
                Bad("orphan_product", "sku", "orphan", value="P997", count=2),
                Bad("duplicate_line", None, "duplicate_key", count=2, keep_key=True),
            ]
            types = {"on_hand": "int64", "qty_in": "int64", "qty_out": "int64", "unit_cost": "float64"}
            out = register.spoil(out, "stock", name, "warehouse", bad).astype(types)
        write_parquet(out, raw.parent / name)


def _materials(frame: pd.DataFrame, register: Register, raw: Path) -> None:
    """The commodity exchange's price list."""
    out = frame.assign(date=frame["date"].dt.strftime("%Y-%m-%d"), price=frame["price"].map(lambda v: f"{v:.4f}"))
    name = "raw/materials/material_prices.csv"
    bad = [Bad("missing_key", "date", "missing_key", value="", count=2),
           Bad("zero_price", "price", "check:greater_than", value="0", count=1)]  # fmt: skip
    rewritten = [Rewritten("full_width_digits", "price", full_width, 10)]
    write_csv(register.spoil(out, "material_prices", name, "material", bad, rewritten), raw.parent / name)
