"""The whole demo brand on disk: raw exports, the list of their defects, and the true parameters beside them."""

import json
import shutil
from pathlib import Path

from brandops.demo.crm_export import export_crm
from brandops.demo.defects import Register
from brandops.demo.orders_export import export_orders
from brandops.demo.outside_export import export_outside
from brandops.demo.truth import SHOCKS
from brandops.demo.world import World, true_parameters, world


def generate(out: Path, scale: float = 1.0, seed: int = 20220101) -> World:
    """Write `out/raw/**`, `out/truth.json` and `out/defects.json`; the same seed and scale give the same bytes.

    Older exports below `out/raw` are removed first; nothing else in `out` is touched.

    Raises
    ------
    ValueError
        If the scale is too small to hold the defects (below about 0.05).
    """
    made = world(seed, scale)
    raw = out / "raw"
    if raw.exists():
        shutil.rmtree(raw)
    raw.mkdir(parents=True)
    register = Register(seed)
    export_orders(made.tables["sales_lines"], register, raw)
    export_crm(made, register, raw)
    export_outside(made, register, raw)
    register.anomalies.extend(_known_anomalies(made))
    _write_json({"defects": register.rows, "files": register.files, "anomalies": register.anomalies}, out / "defects.json")
    _write_json(true_parameters(made), out / "truth.json")
    return made


def _known_anomalies(made: World) -> list[dict]:
    """What is odd but true, or wrong but valid: loaded, and left for the analysis to find."""
    zero = next(shock for shock in SHOCKS if shock.factor == 0)
    stock, outage = made.truth.stock_anomaly, made.truth.tracker_outage
    return [
        {"source": "shop_orders", "kind": "zero_sales", "category": zero.category, "channel_id": zero.channels[0],
         "from": zero.starts_on, "to": zero.ends_on, "expected": "loaded"},
        {"source": "stock", "kind": "phantom_stock", **stock, "expected": "loaded"},
        {"source": "tongji", "kind": "tracker_outage", "from": outage[0], "to": outage[1], "expected": "loaded"},
        {"source": "survey", "kind": "invalid_responses", "expected": "loaded"},
    ]  # fmt: skip


def _write_json(content: dict, path: Path) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
