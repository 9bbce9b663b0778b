"""Order lines as the ERP (shops and partners) and the web shops export them: monthly CSV drops with known defects."""

from pathlib import Path

import numpy as np
import pandas as pd

from brandops.demo.catalogue import REGION_NAMES
from brandops.demo.defects import Bad, Register, Rewritten, chinese_date, full_width, grouped, slashes, yuan
from brandops.demo.seasons import MONTHS
from brandops.demo.truth import CHANNELS, REGIONS, stream
from brandops.demo.writers import write_csv

ERP, SHOP = "erp_orders", "shop_orders"
CORRECTED_MONTH, CORRECTED_ON = "2025-05", "20250812"
TWICE_MONTH = "2024-03"
TEST_ORDERS = 12

_ERP_COLUMNS = {
    "order_id": "订单号", "line_no": "行号", "ordered_at": "下单时间", "customer_id": "客户编码", "channel_id": "渠道",
    "region": "大区", "site_id": "门店", "salesperson_id": "业务员",
    "product_id": "商品编码", "quantity": "数量", "list_price": "吊牌价",
    "net_price": "成交价", "net_sales": "实付金额", "discount": "折扣额", "cost": "单位成本", "campaign_id": "活动编号",
    "promoted": "是否促销",
}  # fmt: skip
_SHOP_COLUMNS = {
    "order_id": "order_sn", "line_no": "item_no", "ordered_at": "created_at", "channel_id": "platform",
    "customer_id": "buyer_id", "region": "area", "product_id": "sku", "quantity": "qty", "list_price": "list_price_fen",
    "net_price": "price_fen", "net_sales": "paid_fen", "discount": "discount_fen", "cost": "cost_fen",
    "campaign_id": "campaign", "promoted": "is_promo",
}  # fmt: skip
_MONEY = ("list_price", "net_price", "net_sales", "discount", "cost")

# What is wrong in which month's file; months not named here are clean.
_ERP_BAD = {
    "2022-03": [Bad("duplicate_line", None, "duplicate_key", count=5, keep_key=True),
                Bad("missing_key", "订单号", "missing_key", value="", count=3)],
    "2023-07": [Bad("text_in_number", "数量", "bad_number", value="十二", count=3),
                Bad("text_in_number", "成交价", "bad_number", value="待定", count=3),
                Bad("orphan_product", "商品编码", "orphan", value="P999", count=2)],
    "2024-02": [Bad("impossible_date", "下单时间", "bad_timestamp", value="2024-02-30 10:15:00", count=5)],
    "2024-09": [Bad("negative_price", "成交价", "check:greater_than_or_equal_to", value="-39.9", count=4),
                Bad("negative_discount", "折扣额", "check:greater_than_or_equal_to", value="-5", count=2)],
    "2025-03": [Bad("orphan_customer", "客户编码", "orphan", value=lambda i: f"U9{i:05d}", count=6),
                Bad("missing_key", "商品编码", "missing_key", value="", count=2)],
    "2025-10": [Bad("unknown_channel", "渠道", "unmapped_value", value="团购", count=4),
                Bad("duplicate_line", None, "duplicate_key", count=4, keep_key=True)],
}  # fmt: skip
_ERP_REWRITTEN = {
    "2022-05": [Rewritten("mixed_date_format", "下单时间", slashes, 25), Rewritten("full_width_digits", "数量", full_width, 10)],
    "2023-02": [Rewritten("mixed_date_format", "下单时间", chinese_date, 25),
                Rewritten("thousands_separator", "实付金额", grouped, 20)],
    "2024-11": [Rewritten("currency_sign", "成交价", yuan, 20), Rewritten("currency_sign", "实付金额", yuan, 20)],
    "2025-10": [Rewritten("full_width_digits", "成交价", full_width, 10)],
}  # fmt: skip
_SHOP_BAD = {
    "2022-11": [Bad("duplicate_line", None, "duplicate_key", count=6, keep_key=True)],
    "2023-06": [Bad("orphan_customer", "buyer_id", "orphan", value=lambda i: f"U8{i:05d}", count=5),
                Bad("text_in_number", "qty", "bad_number", value="two", count=2)],
    "2024-06": [Bad("missing_key", "order_sn", "missing_key", value="", count=3),
                Bad("negative_price", "price_fen", "check:greater_than_or_equal_to", value="-9900", count=2)],
    "2025-02": [Bad("impossible_date", "created_at", "bad_timestamp", value="2025-02-30 21:40:11", count=4),
                Bad("missing_key", "sku", "missing_key", value="", count=2)],
    "2025-09": [Bad("test_order", "order_sn", "correction:drop", value=lambda i: f"TEST-{i + 1:04d}", count=TEST_ORDERS)],
    "2025-12": [Bad("orphan_product", "sku", "orphan", value="P998", count=2),
                Bad("duplicate_line", None, "duplicate_key", count=3, keep_key=True)],
}  # fmt: skip
_SHOP_REWRITTEN = {
    "2023-11": [Rewritten("mixed_date_format", "created_at", slashes, 30)],
    "2025-11": [Rewritten("full_width_digits", "qty", full_width, 15)],
}


def export_orders(line: pd.DataFrame, register: Register, raw: Path) -> None:
    """Write raw/erp/orders_*.csv (offline, Chinese headers, yuan) and raw/shop/orders_*.csv (online, fen)."""
    offline = {channel.channel_id for channel in CHANNELS if channel.type == "offline"}
    is_erp = line["channel_id"].isin(offline).to_numpy()
    month = ((line["ordered_at"].dt.year - MONTHS[0].year) * 12 + line["ordered_at"].dt.month - 1).to_numpy()
    bounds = np.searchsorted(month, np.arange(len(MONTHS) + 1))
    for number, start in enumerate(MONTHS):
        label = f"{start:%Y-%m}"
        part, erp = line.iloc[bounds[number] : bounds[number + 1]], is_erp[bounds[number] : bounds[number + 1]]
        _export_erp(_erp_frame(part[erp]), label, register, raw)
        _export_shop(_shop_frame(part[~erp]), label, register, raw)


def _erp_frame(part: pd.DataFrame) -> pd.DataFrame:
    chinese = {channel.channel_id: channel.chinese for channel in CHANNELS}
    frame = part[list(_ERP_COLUMNS)].copy()
    frame["channel_id"] = frame["channel_id"].cat.rename_categories(chinese)
    frame["region"] = frame["region"].cat.rename_categories({name: REGIONS[name][0] for name in REGION_NAMES})
    frame["promoted"] = pd.Categorical.from_codes(frame["promoted"].astype(int), ["否", "是"])
    return frame.rename(columns=_ERP_COLUMNS)


def _shop_frame(part: pd.DataFrame) -> pd.DataFrame:
    frame = part[list(_SHOP_COLUMNS)].copy()
    for column in _MONEY:
        frame[column] = np.rint(frame[column] * 100).astype(np.int64)
    frame["promoted"] = frame["promoted"].astype(int)
    return frame.rename(columns=_SHOP_COLUMNS)


def _export_erp(frame: pd.DataFrame, label: str, register: Register, raw: Path) -> None:
    name = f"erp/orders_{label}.csv"
    if label == CORRECTED_MONTH:
        corrected = f"erp/orders_{label}_corrected_{CORRECTED_ON}.csv"
        write_csv(frame, raw / corrected)
        first, wrong = _as_first_sent(frame, register.seed)
        write_csv(first, raw / name)
        register.files.append({
            "source": ERP, "file": f"raw/{name}", "kind": "replaced_by_corrected_file", "rows": len(first),
            "replaced_by": f"raw/{corrected}", "received": "2025-08-12", "missing_rows": len(frame) - len(first),
            "wrong_rows": wrong, "expected": "superseded",
        })  # fmt: skip
        return
    _write(frame, ERP, name, "订单号", _ERP_BAD.get(label, []), _ERP_REWRITTEN.get(label, []), register, raw)


def _as_first_sent(frame: pd.DataFrame, seed: int) -> tuple[pd.DataFrame, int]:
    """The file before its correction: one line in twenty is missing, and some prices lack the discount."""
    rng = stream(seed, "first sent")
    first = frame[rng.random(len(frame)) >= 0.05].copy()
    wrong = np.sort(rng.choice(len(first), max(1, len(first) // 60), replace=False))
    rows = first.index[wrong]
    first.loc[rows, "成交价"] = first.loc[rows, "吊牌价"]
    first.loc[rows, "实付金额"] = (first.loc[rows, "吊牌价"] * first.loc[rows, "数量"]).round(2)
    first.loc[rows, "折扣额"] = 0.0
    return first, len(rows)


def _export_shop(frame: pd.DataFrame, label: str, register: Register, raw: Path) -> None:
    name = f"shop/orders_{label}.csv"
    _write(frame, SHOP, name, "order_sn", _SHOP_BAD.get(label, []), _SHOP_REWRITTEN.get(label, []), register, raw)
    if label == TWICE_MONTH:
        again = f"shop/orders_{label}_copy.csv"
        (raw / again).write_bytes((raw / name).read_bytes())
        register.files.append({
            "source": SHOP, "file": f"raw/{again}", "kind": "file_sent_twice", "rows": len(frame),
            "same_as": f"raw/{name}", "expected": "file_sent_twice",
        })  # fmt: skip


def _write(frame, source: str, name: str, key: str, bad: list[Bad], rewritten: list[Rewritten], register, raw: Path) -> None:
    if bad or rewritten:
        frame = register.spoil(_as_text(frame), source, f"raw/{name}", key, bad, rewritten)
    write_csv(frame, raw / name)


def _as_text(frame: pd.DataFrame) -> pd.DataFrame:
    """Every cell as the text the CSV would hold, blanks as empty."""
    text = frame.copy()
    for column in text.columns:
        if pd.api.types.is_datetime64_any_dtype(text[column]):
            text[column] = text[column].dt.strftime("%Y-%m-%d %H:%M:%S")
        text[column] = text[column].astype(object).where(text[column].notna(), "").map(str)
    return text
