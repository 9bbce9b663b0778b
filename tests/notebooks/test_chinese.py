"""A Chinese page is Chinese throughout: nothing a reader sees is left in English but names and identifiers."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from running import supply
from tiny_marts import tiny_marts

from brandops.contract import TABLES
from brandops.i18n import shown, use_language, use_names
from brandops.params.plan import Plan, Targets

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
NAMES = {"Mall": "商城", "Own stores": "自营店", "Hair": "洗护发", "finance": "财务", "research": "市场研究", "media": "媒体"}
PLAN = Plan(company="ACME", currency="CNY", time_zone="Asia/Shanghai", targets=Targets(valid_responses_month=95),
            names={"zh": NAMES})  # fmt: skip
# File suffixes, kinds of files, and values of the fixture's data that have no Chinese name.
ALLOWED = {
    "xlsx", "csv", "sav", "parquet", "sql", "Google Analytics",
    "erp", "stock", "panel", "survey", "web", "ads", "shop", "web team", "Rival", "search ads", "search", "Double 11", "twelve",
    "North", "South",
}  # fmt: skip
# Tables and columns keep the contract's names in every language: mappings and downloads use them.
CONTRACT = {*TABLES, *(column for table in TABLES.values() for column in table.columns)}
IDENTIFIER = re.compile(r"[a-z0-9]+(_[a-z0-9]+)+|[A-Z]+\d+")


class Visible(HTMLParser):
    """Texts a reader of markup sees or hears, code aside."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.hidden = 0

    def handle_starttag(self, tag, attrs):
        self.hidden += tag in ("style", "script", "code", "pre")
        self.texts += [value for name, value in attrs if name in ("alt", "aria-label", "placeholder", "title") and value]

    def handle_endtag(self, tag):
        self.hidden -= tag in ("style", "script", "code", "pre")

    def handle_data(self, data):
        if not self.hidden and data.strip():
            self.texts.append(" ".join(data.split()))


def english(markup: str) -> list[str]:
    """Visible texts with a word of Latin letters and no Chinese that are neither allowed nor identifiers."""
    reader = Visible()
    reader.feed(markup)
    return [
        text for text in reader.texts
        if re.search("[A-Za-z]{2}", text) and not re.search("[\u4e00-\u9fff]", text)
        and not all(p in ALLOWED | CONTRACT or IDENTIFIER.fullmatch(p) for p in text.split(", "))
    ]  # fmt: skip


def rendered(notebook: str, marts: dict[str, pd.DataFrame], folder: Path, patch: pytest.MonkeyPatch) -> str:
    """Markup all code cells of a notebook show in Chinese."""
    from brandops.warehouse import storage

    stored = pd.DataFrame([(name, len(mart), mart.shape[1], 1000) for name, mart in marts.items()],
                          columns=["mart", "rows", "columns", "bytes"])  # fmt: skip
    patch.setattr(storage, "mart_storage", lambda *_args: stored)
    supply(PLAN, marts, folder, patch)
    InteractiveShell.instance()
    names: dict = {}
    cells = json.loads((NOTEBOOKS / f"{notebook}.ipynb").read_text(encoding="utf-8"))["cells"]
    with capture_output() as captured:
        for cell in (cell for cell in cells if cell["cell_type"] == "code"):
            exec(compile("".join(cell["source"]), cell["id"], "exec"), names)
            if "parameters" in cell["metadata"].get("tags", []):
                names["language"] = "zh"
    return "\n".join(part["data"].get("text/html", "") for part in captured._outputs)


@pytest.fixture(autouse=True)
def english_again():
    yield
    use_language("en")
    use_names({})


def test_no_text_of_a_chinese_page_is_left_in_english(tmp_path, monkeypatch):
    pages = [rendered(name, tiny_marts(), tmp_path, monkeypatch) for name in ("02_data_collection_and_quality", "00_overview")]
    assert all("结论" in page and len(page) > 5000 for page in pages)
    assert [english(page) for page in pages] == [[], []]


def test_a_company_with_sales_alone_is_told_in_chinese_what_is_missing(tmp_path, monkeypatch):
    whole = tiny_marts()
    marts = {"sources": whole["sources"].head(1), "source_months": whole["source_months"].head(26)}
    marts |= {name: whole[name] for name in ("integrity", "quarantine", "conversions") if name in whole}
    marts |= {name: whole[name] for name in ("sales_monthly", "sales_daily")}
    page = rendered("02_data_collection_and_quality", marts, tmp_path, monkeypatch)
    assert "未计算：公司未提供" in page
    assert english(page) == []


def test_the_data_dictionary_is_chinese():
    from brandops.pipeline.dictionary import dictionary_page

    use_language("zh")
    assert english(dictionary_page().markdown) == []


def test_english_left_over_is_found():
    assert english("<p>达成率</p><img alt='Bars of sales'><p>Net sales</p><code>net_sales</code>") == ["Bars of sales", "Net sales"]


def test_a_value_is_shown_by_its_name_and_a_list_if_all_of_it_has_names():
    use_names({"East": "华东", "South": "华南"})
    use_language("zh")
    assert [shown(value) for value in ("East", "East, South", "East, Elsewhere", 3)] == [
        "华东",
        "华东、华南",
        "East, Elsewhere",
        "3",
    ]


def test_a_form_names_values_whose_part_has_a_name_or_is_a_number():
    use_names({"East": "华东", "Member drive in {part}": "{part}会员招募", "Double 11 {part}": "{part}年双11"})
    use_language("zh")
    assert shown("Member drive in East") == "华东会员招募"
    assert shown("Double 11 2025") == "2025年双11"
    assert shown("Member drive in a hurry") == "Member drive in a hurry"
    assert shown("Member drive in East, Double 11 2025") == "华东会员招募、2025年双11"
