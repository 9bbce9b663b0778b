"""Executed notebooks for page tests, made without a kernel: their cells run here and their outputs are kept."""

import json
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

PLAN = SimpleNamespace(
    company="ACME", title={"en": "ACME quarterly report", "zh": "ACME 季度报告"}, currency="CNY", fiscal_year_start=1, names={}
)
OVERVIEW = [
    "# Overview\n\nEvery item of the plan, its target and its status.",
    "from brandops.present import open_page\n"
    "page = open_page('00_overview', profile='fixture', period='2025Q4', language=language)\npage.answer()",
    "## Scorecard",
    "card = page.scorecard()\n"
    "page.table(card, name='scorecard', caption='All items', columns={'item': 'Item', 'title': 'Title',\n"
    "    'status': ('Status', 'status'), 'actual': 'Actual', 'target': 'Target'})",
    "page.close()",
]
GOALS = [
    "# Goals\n\nIs the brand on its way to the year's target?",
    "import altair as alt\nimport pandas as pd\nfrom brandops.i18n import gettext as _\n"
    "from brandops.present import open_page\nfrom brandops.present.charts import new_chart\n"
    "page = open_page('01_goals', profile='fixture', period='2025Q4', language=language)\npage.answer()",
    "## 1.3 Key indicators\n\n### 1.3.1 Attainment",
    "sales = page.mart('sales_monthly')\n"
    "page.figure(item='1.3.1', key='attainment', name=_('Attainment'), value=0.912, unit='fraction', target=0.95,\n"
    "            previous=0.962, money_at_stake=4_321_000);",
    "page.figure(item='1.3.1', key='sales', name=_('Net sales'), value=123_456_789, unit='currency',\n"
    "            previous=101_000_000);",
    "page.verdict('1.3.1')",
    "chart, axes = new_chart()\naxes.plot(sales['month'], sales['net_sales'], label='净销售额 Net sales')\n"
    "axes.legend()\npage.chart(chart, name='sales', caption='Net sales by month', alt='Net sales rise.')",
    "points = alt.Chart(sales).mark_line(point=True).encode(x='month:T', y='net_sales:Q').interactive(bind_y=False)\n"
    "page.chart(points, name='zoom', caption='Zoom and pan', alt='Net sales by month.')",
    "page.table(sales, name='sales', caption='Net sales', note='A note.',\n"
    "           columns={'month': ('Month', 'month'), 'region': 'Region', 'net_sales': ('Net sales', 'currency'),\n"
    "                    'share': ('Share', 'fraction'), **{f'c{i}': (f'Column {i}', 'decimal') for i in range(9)}})",
    "page.method('First paragraph.\\n\\nSecond paragraph.')",
    "### 1.1.3 Customers\n\n::: {.callout-note}\n## Mind\nNew customers buy for the first time.\n:::\n\n"
    "::: {.panel-tabset}\n#### Online\n\nOnline text.\n\n#### Offline\n\nOffline text.\n:::",
    "page.figure(item='1.1.3', key='csat', name=_('Satisfaction'), value=0.9, unit='fraction', target=0.9,\n"
    "            low=0.88, high=0.92)\npage.verdict('1.1.3')",
    "### 1.2.2 Collaboration",
    "page.not_supplied('1.2.2', needs=['actions'])",
    "page.headline('Sales grew by 22%.')\npage.close()",
]


def sales_frame() -> pd.DataFrame:
    """Twelve months with text that spreadsheets would run, a Chinese name and many columns."""
    months = pd.date_range("2025-01-01", periods=12, freq="MS")
    frame = pd.DataFrame({"month": months, "region": ["华东", "=1+1", "+x", "@y"] * 3})
    frame["net_sales"] = [1e7 + 250_000 * i for i in range(12)]
    frame["share"] = [0.2 + 0.01 * i for i in range(12)]
    for column in range(9):
        frame[f"c{column}"] = float(column) + frame.index / 4
    return frame


def execute(name: str, cells: list[str], folder: Path, language: str) -> Path:
    """Run `cells` (markdown where they begin with #) and write the executed notebook to `folder/notebooks`."""
    shell = InteractiveShell.instance()
    shell.user_ns["language"] = language
    done, shown = [], {}
    for source in cells:
        if source.startswith("#"):
            done.append({"cell_type": "markdown", "metadata": {}, "source": source})
            continue
        with capture_output() as captured:
            result = shell.run_cell(source)
        result.raise_error()
        outputs = []
        for part in captured._outputs:  # the public view drops which display is updated
            output = {"output_type": "display_data", "data": part["data"], "metadata": part["metadata"]}
            display_id = (part.get("transient") or {}).get("display_id")
            if part.get("update"):
                shown[display_id].update(output)
                continue
            shown[display_id] = output
            outputs.append(output)
        done.append({"cell_type": "code", "metadata": {}, "source": source, "outputs": outputs, "execution_count": 1})
    path = folder / "notebooks" / f"{name}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    notebook = {"cells": done, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    path.write_text(json.dumps(notebook, ensure_ascii=False), encoding="utf-8")
    return path


def build_report(folder: Path, language: str, patch) -> Path:
    """Run the fixture's notebooks and render their pages to `folder/html`."""
    import brandops.params
    import brandops.warehouse
    from brandops.i18n import use_language
    from brandops.periods import parse_period
    from brandops.pipeline.render import render

    patch.setattr(brandops.params, "load_plan", lambda *_args, **_more: PLAN)
    patch.setattr(brandops.warehouse, "first_day", lambda _profile: date(2022, 1, 1), raising=False)
    patch.setattr(brandops.warehouse, "latest_day", lambda _profile: date(2025, 12, 31), raising=False)
    patch.setattr(brandops.warehouse, "load_mart", lambda *_args: sales_frame(), raising=False)
    patch.setenv("BRANDOPS_BUILD", str(folder))
    execute("01_goals", GOALS, folder, language)
    execute("00_overview", OVERVIEW, folder, language)
    render(folder, profile="fixture", plan=None, period=parse_period("2025Q4"), as_of=date(2025, 12, 31),
           language=language, name="2025Q4", renderer="pandoc")  # fmt: skip
    use_language("en")
    return folder / "html"
