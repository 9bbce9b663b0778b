"""Every page of a report, in both languages, opened in a real browser as a reader does: from a folder, at any width."""

import json
import re
from html import unescape
from pathlib import Path
from urllib.parse import unquote, urlsplit

import openpyxl
import pandas as pd
import pyreadstat
import pytest
from small_world import LANGUAGES

from brandops.present.self_check import WIDTHS

pytestmark = pytest.mark.browser

PAPER = 718  # pixels of A4 within the browser's margins
PERSONAL = ("name", "email", "phone", "address")


@pytest.fixture(params=LANGUAGES)
def report(request, reports) -> Path:
    """A report in one language."""
    return reports[request.param]


def pages(report: Path) -> list[Path]:
    return sorted((report / "html").glob("*.html"))


def results(report: Path, number: str) -> dict:
    return json.loads((report / "results" / f"{number}.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module", params=LANGUAGES)
def visits(request, reports, browser) -> dict[str, dict]:
    """What a visit to every page of a language finds: each is opened once, and then made narrower, light and dark."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    return {file.name: visit(browser, file, axe) for file in pages(reports[request.param])}


def visit(browser, file: Path, axe) -> dict:
    """Overflow by width, complaints and requests to others, serious findings of axe, whether what is cut fades out."""
    page, complaints, found = browser.new_page(viewport={"width": max(WIDTHS), "height": 900}), [], {"overflow": {}}
    page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("requestfailed", lambda request: complaints.append(f"failed: {request.url}"))
    page.on("request", lambda r: None if r.url.startswith(("file:", "data:", "blob:")) else complaints.append(r.url))
    page.goto(file.as_uri(), wait_until="networkidle")
    for width in sorted(WIDTHS, reverse=True):
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_timeout(100)  # charts redraw at their new width
        found["overflow"][width] = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    found["fades"] = page.evaluate(FADES)
    found["complaints"] = list(complaints)  # of the page: axe tries to read its style sheet, which a folder does not allow
    serious = [one for one in axe.run(page).response["violations"] if one["impact"] in ("serious", "critical")]
    found["axe"] = [(one["id"], [node["target"] for node in one["nodes"][:3]]) for one in serious]
    page.emulate_media(media="print")
    page.set_viewport_size({"width": PAPER, "height": 1000})
    found["cut"] = page.evaluate(
        "[...document.querySelectorAll('.bo-scroll')].filter(b => b.scrollWidth > b.clientWidth + 1).length"
    )
    page.close()
    return found


# Of everything that may scroll sideways: whether it does, and how far its right edge fades out, once it has been drawn.
FADES = """async () => {
    for (let frame = 0; frame < 3; frame += 1) await new Promise(requestAnimationFrame);
    return [...document.querySelectorAll('main :is(.bo-scroll, .bo-wide, .bo-vega)')].filter(box => box.checkVisibility())
        .map(box => [box.scrollWidth > box.clientWidth, parseFloat(getComputedStyle(box).getPropertyValue('--bo-after'))]);
}"""


def test_no_page_overflows_complains_or_asks_another_host_at_any_width(visits):
    assert len(visits) >= 4
    for name, found in visits.items():
        assert {width: over for width, over in found["overflow"].items() if over > 0} == {}, name
        assert found["complaints"] == [], name


def test_what_is_wider_than_a_phone_fades_out_where_there_is_more_and_nothing_else_does(visits):
    fades = [fade for found in visits.values() for fade in found["fades"]]
    assert {cut for cut, _after in fades} == {True, False}
    assert [fade for fade in fades if fade[0] != (fade[1] > 0)] == []


def test_no_table_is_cut_off_on_paper(visits):
    assert {name: found["cut"] for name, found in visits.items() if found["cut"]} == {}


def test_axe_finds_nothing_serious_on_any_page(visits):
    assert {name: found["axe"] for name, found in visits.items() if found["axe"]} == {}


def test_every_internal_link_and_anchor_leads_somewhere(report):
    markup = {file.resolve(): file.read_text(encoding="utf-8") for file in pages(report)}
    anchors = {file: set(re.findall(r'\bid="([^"]+)"', text)) for file, text in markup.items()}
    for file, text in markup.items():
        links = [unescape(link) for link in re.findall(r'<a\b[^>]*?\bhref="([^"]*)"', text)]
        assert links
        for link in links:
            parts = urlsplit(link)
            assert not parts.scheme and not parts.netloc, f"{file.name} leads to another host: {link}"
            if parts.path.startswith("../../"):
                continue  # other reports; shown where they are published, see tests/pipeline
            target = (file.parent / unquote(parts.path)).resolve() if parts.path else file
            assert target.is_file(), f"{file.name}: {link}"
            assert not parts.fragment or unquote(parts.fragment) in anchors[target], f"{file.name}: {link}"


def test_every_treated_item_is_one_click_from_the_overview(report, open_page):
    page = open_page(report / "html" / "index.html")
    for number in ("01", "02"):
        stated = results(report, number)
        items = {entry["item"] for part in ("figures", "findings", "not_supplied") for entry in stated[part]}
        assert len(items) == 9
        for item in items:
            link = page.locator(f'a[href$="#item-{item.replace(".", "-")}"]').first
            assert link.inner_text() == item
    page.locator('a[href$="#item-1-3-1"]').first.click()
    page.wait_for_url("**/01_goals_and_planning.html#item-1-3-1")
    assert page.locator("#item-1-3-1").is_visible()


def test_the_overview_lists_all_81_items_once_in_its_scorecard(report, open_page):
    page = open_page(report / "html" / "index.html")
    rows = page.locator('[id^="tbl-00_scorecard_"] tbody tr')
    folded = page.locator(".bo-folded li").all_text_contents()  # items the company has no source for
    items = sorted(text.split()[0] for text in [*rows.all_inner_texts(), *folded])
    assert items == [f"{a}.{b}.{c}" for a in range(1, 10) for b in range(1, 4) for c in range(1, 4)]


def test_every_picture_and_chart_has_an_alternative_text_and_is_drawn(report, open_page):
    drawn = 0
    for file in pages(report):
        page = open_page(file)
        for picture in page.locator("main img").all():
            assert picture.get_attribute("alt").strip(), file.name
            assert picture.evaluate("image => image.naturalWidth") > 0, file.name
        for chart in page.locator(".bo-vega").all():
            assert chart.get_attribute("aria-label").strip(), file.name
            chart.locator("svg").wait_for(state="attached", timeout=15000)
            assert chart.locator("svg path").count() > 1
            drawn += 1
    assert drawn >= 2


def test_tables_sort_by_click_and_by_keyboard_and_filter_as_one_types(report, open_page):
    page = open_page(report / "html" / "01_goals_and_planning.html")
    table = page.locator("#tbl-01_calendar")
    periods = table.locator("tbody tr td:first-child")
    before = periods.all_inner_texts()
    head = table.locator("thead th").first
    head.locator("button").click()
    assert head.get_attribute("aria-sort") == "ascending"
    ascending = periods.all_inner_texts()
    months = [period for period in ascending if "-" in period]
    assert sorted(ascending) == sorted(before) and months == sorted(months) and ascending[0] == "2025"
    head.locator("button").focus()
    page.keyboard.press("Enter")
    assert head.get_attribute("aria-sort") == "descending"
    assert periods.all_inner_texts() == ascending[::-1]
    box = table.locator("input.bo-filter")
    box.focus()
    page.keyboard.type("2025-11")
    assert table.locator("tbody tr:visible").count() == 1
    box.fill("")
    assert table.locator("tbody tr:visible").count() == len(before)


def test_numbers_sort_by_size_whatever_their_unit(report, open_page):
    page = open_page(report / "html" / "01_goals_and_planning.html")
    table = page.locator("#tbl-01_calendar")
    table.locator("thead th").nth(1).locator("button").click()
    frame = pd.read_parquet(report / "tables" / "01_calendar.parquet")
    shown = table.locator("tbody tr td:first-child").all_inner_texts()
    assert shown[-1] == frame.loc[frame["full_target"].idxmax(), "period"]
    assert shown[0] == frame.loc[frame["full_target"].idxmin(), "period"]


def test_every_download_exists_opens_and_holds_no_formula(report):
    names = [name for number in ("00", "01", "02") for name in results(report, number)["tables"]]
    markup = "".join(file.read_text(encoding="utf-8") for file in pages(report))
    assert len(names) > 20
    for name in names:
        stem = report / "tables" / name
        assert f"../tables/{name}.xlsx" in markup
        rows = len(pd.read_parquet(f"{stem}.parquet"))
        sheet = openpyxl.load_workbook(f"{stem}.xlsx").active
        assert sheet.max_row == rows + 1
        assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row), name
        assert len(pd.read_csv(f"{stem}.csv", encoding="utf-8-sig")) == rows
        assert len(pyreadstat.read_sav(f"{stem}.sav")[0]) == rows


def test_every_page_says_where_it_comes_from_and_not_when_it_was_made(report):
    version = set()
    for file in pages(report):
        text = file.read_text(encoding="utf-8")
        foot = text[text.index('<footer class="bo-provenance">') :]
        assert "demo" in foot and "2025Q4" in foot and "sales_growth: 0.15" in foot and "SHA-256" in foot
        version.add(tuple(re.findall(r"<b>([0-9a-f]{12})</b>", foot)))
        assert not re.search(r"\b\d{1,2}:\d{2}:\d{2}\b", foot)
        assert "/tmp/" not in text and str(Path.home()) not in text
    assert len(version) == 1 and len(version.pop()) == 2


def test_no_page_table_or_result_holds_personal_data(report, project):
    customers = pd.concat(pd.read_parquet(part) for part in (project / "data/demo/warehouse/customers").glob("*.parquet"))
    known = [column for column in PERSONAL if column in customers]
    assert known
    secret = {str(value) for column in known if column in ("email", "phone") for value in customers[column].dropna()}
    assert len(secret) > 100
    files = [*pages(report), *(report / "results").glob("*.json"), *(report / "tables").glob("*.csv"),
             *(report / "notebooks").glob("*.ipynb")]  # fmt: skip
    for file in files:
        words = set(re.findall(r"[\w.+@-]+", file.read_text(encoding="utf-8")))
        assert not words & secret, file.name
