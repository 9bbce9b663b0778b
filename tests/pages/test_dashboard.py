"""The dashboard as a person uses it: filter, drill, sort, zoom, send the view; its figures are the report's."""

import json
import re
from pathlib import Path
from urllib.parse import unquote

import pandas as pd
import pytest
from small_world import LANGUAGES

from brandops.analysis import layout, price_levers, price_simulator
from brandops.present.self_check import WIDTHS

pytestmark = pytest.mark.browser
PAGE = "08_dashboard.html"


@pytest.fixture(params=LANGUAGES)
def report(request, reports) -> Path:
    """A report in one language."""
    return reports[request.param]


@pytest.fixture
def board(reports, open_page):
    """Open the English dashboard, with a view or without."""

    def open_board(view: str = "", width: int = 1440):
        page = open_page(reports["en"] / "html" / PAGE, width)
        if view:
            page.goto((reports["en"] / "html" / PAGE).as_uri() + "#dashboard?" + view)
            page.reload()
        page.wait_for_selector(".bo-dashboard[data-ready]")
        return page

    return open_board


def weekly(project: Path) -> pd.DataFrame:
    """The mart the cube is made of, read from its file."""
    rows = pd.read_parquet(next((project / "data/demo/marts").glob("*/sales_weekly.parquet")))
    return rows.assign(month=pd.to_datetime(rows["month"]))


def exact(amount) -> str:
    return f"¥{amount:,.2f}"


def shown(page, tile: str = "net_sales") -> str:
    """The exact amount of a tile."""
    return page.locator(f'[data-tile="{tile}"] dd').first.get_attribute("title")


def quarter(rows: pd.DataFrame, **kept) -> pd.DataFrame:
    part = rows[rows["month"].between("2025-10-01", "2025-12-01")]
    for column, value in kept.items():
        part = part[part[column] == value]
    return part


def test_its_total_is_the_reports_to_the_cent(board, project, reports):
    stated = json.loads((reports["en"] / "results" / "08.json").read_text(encoding="utf-8"))["figures"]
    value = {figure["key"]: figure["value"] for figure in stated if figure["item"] == "8.1.2"}
    booked = pd.read_parquet(next((project / "data/demo/marts").glob("*/sales_monthly.parquet")))
    booked = booked[pd.to_datetime(booked["month"]) >= "2025-10-01"]["net_sales"].sum()
    page = board()
    assert shown(page) == exact(booked) and value["difference"] == 0
    assert round(value["net_sales"], 2) == float(booked)
    channels = json.loads((reports["en"] / "results" / "04.json").read_text(encoding="utf-8"))["figures"]
    assert next(f["value"] for f in channels if f["key"] == "net_sales") == pytest.approx(float(booked), abs=0.005)


def test_a_click_on_a_bar_filters_everything_else_and_again_takes_it_back(board, project):
    rows, page = weekly(project), board()
    before = shown(page)
    page.locator('[data-dimension="channel"] [data-id="tmall"]').click()
    assert shown(page) == exact(quarter(rows, channel_id="tmall")["net_sales"].sum())
    page.locator('[data-dimension="region"] [data-id="East"]').click()
    both = quarter(rows, channel_id="tmall", region="East")
    assert shown(page) == exact(both["net_sales"].sum())
    assert shown(page, "gross_margin") == exact(both["net_sales"].sum() - both["cost"].sum())
    # A list keeps its other values, summed under the filters of the other lists.
    other = page.locator('[data-dimension="channel"] [data-id="jd"]')
    assert other.get_attribute("title").endswith(exact(quarter(rows, channel_id="jd", region="East")["net_sales"].sum()))
    page.locator(".bd-chip").first.click()
    page.locator(".bd-chip").first.click()
    assert shown(page) == before and page.complaints == []


def test_periods_drill_from_year_to_week_and_back(board, project):
    rows, page = weekly(project), board()
    page.locator(".bd-trail button").nth(1).click()  # the year
    year = rows[rows["month"] >= "2025-01-01"]["net_sales"].sum()
    assert shown(page) == exact(year)
    assert page.locator(".bd-step").all_inner_texts() == ["2025Q1", "2025Q2", "2025Q3", "2025Q4"]
    page.locator('[data-period="2025Q4"]').click()
    page.locator('[data-period="2025-11"]').click()
    assert shown(page) == exact(rows[rows["month"] == "2025-11-01"]["net_sales"].sum())
    page.locator('[data-period="2025-11/W46"]').click()
    week = rows[(rows["month"] == "2025-11-01") & (pd.to_datetime(rows["week"]) == "2025-11-10")]
    assert shown(page) == exact(week["net_sales"].sum())
    page.go_back()
    page.wait_for_function("document.querySelector('.bd-trail').innerText.includes('Nov 2025')")
    assert page.locator(".bd-trail [aria-current]").inner_text() == "Nov 2025"


def test_a_click_into_the_chart_drills_and_a_tooltip_tells_the_figure(board):
    page = board()
    bars = page.locator(".bd-chart .mark-rect path")
    bars.nth(1).hover()
    page.wait_for_selector("#vg-tooltip-element.visible")
    assert "Nov 2025" in page.locator("#vg-tooltip-element").inner_text()
    bars.nth(1).click()
    assert page.locator(".bd-trail [aria-current]").inner_text() == "Nov 2025"


def test_a_category_opens_into_its_products(board, project):
    rows, page = weekly(project), board()
    skin = page.locator('[data-dimension="category"] li', has_text="Skin care")
    skin.locator(".bd-drill").click()
    box = page.locator('[data-dimension="category"]')
    assert "Skin care" in box.locator("h4").inner_text()
    best = quarter(rows, category="Skin care").groupby("product_id")["net_sales"].sum().sort_values(ascending=False)
    assert box.locator(".bd-row").first.get_attribute("data-id") == best.index[0]
    box.locator(".bd-row").first.click()
    assert shown(page) == exact(best.iloc[0])
    box.locator(".bd-more").first.click()  # back to all categories
    assert shown(page) == exact(quarter(rows)["net_sales"].sum())


def test_the_table_sorts_by_click_and_key_and_filters_as_one_types(board):
    page = board()
    names = page.locator(".bd-table tbody th")
    order = names.all_inner_texts()
    head = page.locator('.bd-table th[data-column="label"] button')
    head.focus()
    page.keyboard.press("Enter")
    assert names.all_inner_texts() == sorted(order)
    page.keyboard.press("Enter")
    assert names.all_inner_texts() == sorted(order, reverse=True)
    assert page.locator('.bd-table th[data-column="label"]').get_attribute("aria-sort") == "descending"
    page.locator(".bd-table input").fill("tmall")
    assert [name.lower() for name in names.all_inner_texts()] == ["tmall flagship"]
    with page.expect_download() as saved:
        page.locator(".bd-tools button").click()
    assert len(pd.read_csv(saved.value.path(), encoding="utf-8-sig")) == len(order)


def test_the_long_run_zooms_and_moves_by_wheel_drag_button_and_key(board):
    page = board()
    chart, said = page.locator(".bd-weeks .bd-chart"), page.locator(".bd-weeks .bd-said")
    chart.scroll_into_view_if_needed()
    whole = said.inner_text()
    chart.click()
    page.mouse.wheel(0, -400)
    page.wait_for_function("text => document.querySelector('.bd-weeks .bd-said').innerText !== text", arg=whole)
    zoomed = said.inner_text()
    box = chart.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 80)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2 - 120, box["y"] + 80, steps=4)
    page.mouse.up()
    moved = said.inner_text()
    assert moved != zoomed
    page.keyboard.press("ArrowLeft")
    assert said.inner_text() != moved
    page.locator(".bd-zoom button").nth(1).click()
    assert "zoom=" in page.url
    page.keyboard.press("Tab")
    page.locator(".bd-zoom button").last.click()
    assert said.inner_text() == whole and page.complaints == []


def test_the_address_brings_the_whole_view_to_whoever_opens_it(board):
    page = board()
    page.locator('[data-dimension="channel"] [data-id="tmall"]').click()
    page.locator('[data-period="2025-11"]').click()
    page.locator(".bd-pick select").first.select_option("quantity")
    page.locator(".bd-tools select").select_option("brand")
    page.locator(".bd-zoom button").nth(1).click()
    view = unquote(page.url.split("#dashboard?")[1])
    parts = (".bd-tiles", ".bd-chips", ".bd-trail", ".bd-table", ".bd-weeks .bd-said")
    first = [page.locator(part).inner_text() for part in parts]
    other = board(view)
    assert [other.locator(part).inner_text() for part in parts] == first
    other.locator(".bd-reset").click()
    assert other.locator(".bd-chip").count() == 0 and other.locator(".bd-trail [aria-current]").inner_text() == "2025Q4"


def test_a_view_that_does_not_exist_is_read_as_far_as_it_goes(board):
    page = board("period=1999Q9&channel=nobody&channel=jd&measure=x&zoom=a..b&lever.tmall=9")
    assert page.locator(".bd-chip").all_inner_texts() == ["Channel JD store ×"] and page.complaints == []


def test_a_price_lever_tells_what_the_simulator_tells(board, project):
    folder = next((project / "data/demo/marts").glob("*/prices_weekly.parquet")).parent

    def mart(name: str) -> pd.DataFrame:
        frame = pd.read_parquet(folder / f"{name}.parquet")
        for column in frame.columns:
            if column in ("week", "date", "month", "starts_on", "ends_on"):
                frame[column] = pd.to_datetime(frame[column])
            elif len(frame) and type(frame[column].dropna().iloc[:1].squeeze()).__name__ == "Decimal":
                frame[column] = frame[column].astype(float)
        return frame

    page = board()
    found = price_levers.price_levers(mart("prices_weekly"), mart("channel_daily"), pd.Timestamp("2025-12-31"),
                                      market=mart("market_monthly"), campaigns=mart("campaigns"))  # fmt: skip
    sliders = page.locator(".bd-levers input")
    assert sliders.count() == (len(found.channels) if found else 0)
    if not found:
        pytest.skip("the small world's prices answer in no channel")
    channel = found.channels[0]
    true = price_simulator.simulate(found.base, found.pooled, {channel: -0.05}, cannibalisation=0.2).iloc[0]
    slider = page.locator(f'.bd-levers input[data-lever="{channel}"]')
    slider.focus()
    for _ in range(5):
        page.keyboard.press("ArrowLeft")
    text = page.locator(f'.bd-levers tr[data-lever="{channel}"] td').all_inner_texts()
    scales = {"K": 1e3, "M": 1e6, "B": 1e9, "": 1}
    numbers = [[(-1 if sign == "−" else 1) * float(n) * scales[s] for sign, n, s in re.findall(r"([−+]?)¥([\d.]+)([KMB]?)", t)]
               for t in text]  # fmt: skip
    width = true["total_margin_high"] - true["total_margin_low"]
    assert numbers[0][0] == pytest.approx(true["total_sales"], rel=0.01)
    assert numbers[1][0] == pytest.approx(true["total_margin"], abs=0.02 * width)
    assert numbers[1][1:] == pytest.approx([true["total_margin_low"], true["total_margin_high"]], abs=0.12 * width)


def test_the_levers_of_the_scenarios_are_sliders_here_too_and_move_the_quarter(reports, open_page):
    pages = [open_page(reports["en"] / "html" / name) for name in (PAGE, "07_risk_control.html")]
    sliders = [page.locator("#chart-levers input[type=range]") for page in pages]
    assert sliders[0].count() == sliders[1].count()
    if not sliders[0].count():
        pytest.skip("the small world's prices answer in too few channels")
    drawn = pages[0].locator("#chart-levers svg")
    before = drawn.inner_html()
    sliders[0].first.focus()
    pages[0].keyboard.press("ArrowLeft")
    pages[0].wait_for_function("text => document.querySelector('#chart-levers svg').innerHTML !== text", arg=before)
    assert pages[0].complaints == []


def test_new_data_redraw_an_open_dashboard_and_keep_its_view(board, reports):
    page = board("channel=jd")
    before, version = shown(page), page.locator(".bo-dashboard").get_attribute("data-ready")
    text = (reports["en"] / "tables" / "08_cube.js").read_text(encoding="utf-8")
    newer = text.replace(version, "0" * 16).replace('"key":"net_sales","scale":100', '"key":"net_sales","scale":50')
    assert newer != text
    page.evaluate(newer)
    page.wait_for_selector('.bo-dashboard[data-ready="0000000000000000"]')
    amounts = [float(amount.strip("¥").replace(",", "")) for amount in (before, shown(page))]
    assert amounts[1] == pytest.approx(2 * amounts[0]) and page.locator(".bd-chip").count() == 1


@pytest.mark.parametrize("width", WIDTHS)
def test_a_filtered_board_fits_every_width(board, width):
    page = board("channel=jd&category=Skin+care&drill=product&period=2025-11", width)
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    assert page.complaints == []


@pytest.mark.parametrize("width", WIDTHS)
def test_no_label_of_a_chart_is_cut_off(board, width):
    page = board("", width)
    cut = page.evaluate("""[...document.querySelectorAll('.bd-chart')].flatMap(chart => {
        const box = chart.getBoundingClientRect();
        return [...chart.querySelectorAll('text')].filter(text => text.getBoundingClientRect().left < box.left - 1
            || text.getBoundingClientRect().right > box.right + 1).map(text => text.textContent); })""")
    assert cut == []


def test_every_control_is_reached_and_named_by_the_keyboard_alone(board):
    page = board()
    names = page.evaluate("""[...document.querySelectorAll('.bo-dashboard :is(button, select, input, summary)')]
        .filter(control => control.offsetParent)
        .map(c => [(c.getAttribute('aria-label') ?? c.labels?.[0]?.innerText ?? c.innerText).trim(), c.tabIndex])""")
    assert len(names) > 50 and all(name and index >= 0 for name, index in names)
    page.locator('[data-dimension="channel"] [data-id="jd"]').focus()
    page.keyboard.press("Space")
    assert page.locator(".bd-chip").count() == 1


def test_the_clicks_it_states_are_those_of_the_pages_links(reports):
    html = reports["en"] / "html"
    links = {}
    for file in sorted(html.glob("*.html")):
        found = re.findall(r'href="([^"]+)"', file.read_text(encoding="utf-8"))
        links[file.name] = {link if not link.startswith("#") else file.name + link for link in found}
    stated = json.loads((reports["en"] / "results" / "08.json").read_text(encoding="utf-8"))["figures"]
    value = {figure["key"]: figure["value"] for figure in stated if figure["item"] == "8.3.2"}
    anchors = sorted({link for found in links.values() for link in found if "#item-" in link})
    assert max(layout.clicks(links, "index.html").reindex(anchors)) == value["clicks"]
    assert max(max(layout.clicks(links, file).reindex(anchors)) for file in links) == value["furthest"]


@pytest.mark.parametrize(
    ("scheme", "pages"), [("light", PAGE), ("dark", PAGE), pytest.param("dark", "*.html", marks=pytest.mark.slow)]
)
def test_axe_finds_nothing_serious_on_the_dashboard_and_on_any_dark_page(report, browser, scheme, pages):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    context = browser.new_context(viewport={"width": 820, "height": 900}, color_scheme=scheme)
    found = []
    for file in sorted((report / "html").glob(pages)):
        page = context.new_page()
        page.goto(file.as_uri() + ("#dashboard?channel=jd" if file.name == PAGE else ""))
        if file.name == PAGE:
            page.wait_for_selector(".bo-dashboard[data-ready]")
            page.evaluate("document.querySelectorAll('.bo-dashboard details').forEach(d => { d.open = true; })")
        for violation in axe.run(page).response["violations"]:
            if violation["impact"] in ("serious", "critical"):
                found.append((file.name, violation["id"], [node["target"] for node in violation["nodes"][:3]]))
        page.close()
    context.close()
    assert found == []


def test_dark_pages_draw_dark_charts_and_print_is_light(reports, browser, tmp_path):
    context = browser.new_context(color_scheme="dark")
    page = context.new_page()
    page.goto((reports["en"] / "html" / PAGE).as_uri())
    page.wait_for_selector(".bo-dashboard[data-ready]")
    ground = "getComputedStyle(document.body).backgroundColor"
    bar = "getComputedStyle(document.querySelector('.bd-chart .mark-rect path')).fill"
    dark = (page.evaluate(ground), page.evaluate(bar))
    page.emulate_media(media="print", color_scheme="dark")
    printed = (page.evaluate(ground), page.evaluate(bar))
    assert dark[0] != printed[0] == "rgb(255, 255, 255)" and dark[1] != printed[1]
    page.pdf(path=tmp_path / "page.pdf", format="A4")
    assert (tmp_path / "page.pdf").read_bytes().startswith(b"%PDF")
    # On paper there is nothing to click, and nothing is cut off at its right.
    page.set_viewport_size({"width": 718, "height": 1000})
    for gone in (".bd-actions", ".bd-zoom", ".bo-filter", ".bo-top", ".bo-pages", ".bo-code-switch"):
        assert page.locator(gone).first.is_hidden(), gone
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    context.close()


def test_a_static_chart_opens_large_by_click_and_key_and_has_its_data(report, open_page):
    page = open_page(report / "html" / "01_goals_and_planning.html")
    box = page.locator(".bo-figure .bo-wide").first
    box.click()
    assert page.locator("dialog.bo-large[open] img").count() == 1
    page.keyboard.press("Escape")
    box.focus()
    page.keyboard.press("Enter")
    assert page.locator("dialog.bo-large[open]").count() == 1
    page.keyboard.press("Escape")
    for figure in page.locator("figure.bo-figure").all():
        assert figure.locator("details.bo-data td").count() > 1, figure.get_attribute("id")
