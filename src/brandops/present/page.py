"""A notebook's page: what it reads, what it states, what it shows.

>>> page = open_page("01_goals_and_planning", profile="demo", period="2025Q4")
>>> sales = page.mart("sales_monthly")
>>> page.figure(item="1.3.1", key="attainment", name=_("Attainment"), value=0.962, unit="fraction",
target=0.95) >>> page.close()

Results, tables and charts go to the folder `BRANDOPS_BUILD` names (the pipeline sets it), else, in
JupyterLab, to `reports/<profile>/.lab/<report>/`.
"""

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from IPython.display import HTML, display, update_display

from brandops import paths
from brandops.errors import UserError
from brandops.i18n import gettext as _
from brandops.i18n import language as current_language
from brandops.i18n import use_language, use_names
from brandops.periods import Grain, Period, default_period, parse_period
from brandops.present import brand, formats, html
from brandops.present.charts import show_chart
from brandops.present.items import ITEMS
from brandops.present.results import (
    Figure,
    Finding,
    NotSupplied,
    PageResults,
    check_item,
    load_results,
    make_figure,
)
from brandops.present.scorecard import scorecard, verdict_sentences
from brandops.present.sentences.data_names import table_name
from brandops.present.status import Status, worst
from brandops.present.tables import Column, publish_table

if TYPE_CHECKING:
    import pandas as pd

    from brandops.params import Plan
    from brandops.params.alerts import Alerts
    from brandops.params.incentives import Incentives
    from brandops.params.scenarios import Scenarios

MAX_TILES = 6  # more chips than this hide the message; the table below has them all


def report_name(period: Period, as_of: date, language: str) -> str:
    """Folder name of a report: the period, the as-of date where it is not its end, the language."""
    cut = "" if as_of == period.end else f"@{as_of.isoformat()}"
    return f"{period}{cut}" + ("" if language == "en" else f".{language}")


@dataclass
class Page:
    """What a notebook reads through and writes to; made by `open_page`."""

    notebook: str
    profile: str
    plan: "Plan"
    period: Period
    as_of: date
    folder: Path
    results: PageResults
    _marts: dict[str, Any] = field(default_factory=dict)
    _answer: Any = None
    _places: set[str] = field(default_factory=set)
    _others: list[PageResults] = field(default_factory=list)
    _closed: bool = False

    @property
    def language(self) -> str:
        """Language of the page."""
        return self.results.language

    @property
    def incentives(self) -> "Incentives | None":
        """The profile's incentive rules; None where it has none.

        Raises
        ------
        UserError
            They are malformed.
        """
        from brandops.params.incentives import load_incentives

        return load_incentives(self.profile)

    @property
    def alerts(self) -> "Alerts | None":
        """The profile's alert rules; None where it has none.

        Raises
        ------
        UserError
            They are malformed.
        """
        from brandops.params.alerts import load_alerts

        return load_alerts(self.profile)

    @property
    def scenarios(self) -> "Scenarios | None":
        """The profile's scenarios; None where it has none.

        Raises
        ------
        UserError
            They are malformed.
        """
        from brandops.params.scenarios import load_scenarios

        return load_scenarios(self.profile)

    def mart(self, name: str) -> "pd.DataFrame | None":
        """Load a mart as known on the as-of date; None where the profile has no source for it."""
        if name not in self._marts:
            from brandops.warehouse import load_mart

            frame = load_mart(name, self.profile, self.as_of)
            self._marts[name] = frame
            self.results.marts[name] = None if frame is None else len(frame)
        frame = self._marts[name]
        return None if frame is None else frame.copy()

    def figure(self, *, item: str, name: str, value: float | None, unit: str, key: str | None = None,
               target: float | None = None, better: str = "higher", low: float | None = None,
               high: float | None = None, level: float = 0.95, previous: float | None = None,
               grain: dict[str, Any] | None = None, source: list[str] | None = None,
               money_at_stake: float | None = None, note: str | None = None, evidence: bool = False,
               owner: str | None = None, due: date | None = None) -> Figure:  # fmt: skip
        """State a figure of an item; its status follows from its numbers (`brandops.present.status`).

        `key` names the figure in every language; by default the item's figures are counted. `grain` says what
        the figure is for ({"month": "2025-11"}); empty: the whole period. Item, key and grain together are
        unique. `evidence` states a figure that explains the item and does not decide its status. `owner` and `due` say who
        is to do it by when, where the figure is what something to be done is worth.
        """
        key = key or f"figure_{len(self.results.figures_of(item)) + 1}"
        grain = {name_: _grain_text(part) for name_, part in (grain or {}).items()}
        stated = [f for f in self.results.figures_of(item) if f.key == key and f.grain == grain]
        figure = make_figure(
            item=item, key=key, name=name, value=value, unit=unit, target=target, better=better, low=low,
            high=high, level=level, previous=previous, grain=grain, source=self._sources(source),
            money_at_stake=money_at_stake, note=note, evidence=evidence, owner=owner, due=due,
        )  # fmt: skip
        # Rerunning a cell in JupyterLab restates its figure.
        if stated:
            self.results.figures[self.results.figures.index(stated[0])] = figure
        else:
            self.results.figures.append(figure)
        return figure

    def finding(self, *, item: str, text: str, source: list[str] | None = None,
                status: Status | str | None = None) -> None:  # fmt: skip
        """State and show a sentence about an item, written from its figures."""
        check_item(item)
        finding = Finding(item=item, text=text, source=self._sources(source), status=status)
        if finding not in self.results.findings:
            self.results.findings.append(finding)
        mark = html.badge(finding.status) + " " if finding.status else ""
        display(HTML(f'<p class="bo-finding">{mark}{html.prose(text)}</p>'))

    def not_supplied(self, item: str, needs: list[str]) -> None:
        """Say in one quiet line that the profile lacks the tables an item needs."""
        check_item(item)
        gap = NotSupplied(item=item, needs=list(needs))
        if gap not in self.results.not_supplied:
            self.results.not_supplied.append(gap)
        tables = _(", ").join(table_name(table) for table in needs)
        display(HTML(html.quiet(_("Not computed: the profile has no source for {tables}.").format(tables=tables))))

    def headline(self, text: str) -> None:
        """Add a sentence to the page's answer."""
        if text not in self.results.headlines:
            self.results.headlines.append(text)

    def answer(self, others: "Iterable[PageResults]" = ()) -> None:
        """Show the page's answer here: the verdict first, then its headlines. `close` completes it.

        The verdict is over the page's own items and those of `others`, for pages that speak of the whole report.
        """
        self._others = list(others)
        if self._answer is None:
            self._answer = display(self._answer_html(), display_id=f"answer-{self.notebook}")

    def name_channels(self, channels: "pd.DataFrame | None") -> None:
        """Call channels by their names where a figure is for one: `channels` has `channel_id` and `channel`."""
        if channels is not None:
            html.use_parts(channel=dict(channels[["channel_id", "channel"]].to_numpy()))

    def place_verdict(self, item: str) -> None:
        """Keep the place here for an item's verdict, which its figures give only after other things are shown."""
        check_item(item)
        self._places.add(item)
        display(HTML(""), display_id=self._place(item))

    def _place(self, item: str) -> str:
        return f"verdict-{self.notebook}-{item}"

    def verdict(self, item: str) -> None:
        """Show an item's status and the target, actual and change of its figures: here, or where its place was kept."""
        check_item(item)
        figures = self.results.figures_of(item)
        overall = [figure for figure in figures if not figure.grain]
        shown = (overall or figures)[:MAX_TILES]
        judged = [figure for figure in figures if figure not in shown and figure.target is not None]
        parts = [f'<p class="bo-verdict">{html.badge(self.results.status(item))}{self._lineage_link(item)}</p>', html.tiles(shown)]
        if judged:
            met = sum(figure.status is Status.MET for figure in judged)
            parts.append(html.quiet(_("Of its {count} detailed figures with a target, {met} meet it.")
                                    .format(count=len(judged), met=met)))  # fmt: skip
        markup = HTML("".join(parts))
        if item in self._places:
            update_display(markup, display_id=self._place(item))
        else:
            display(markup)

    def chart(self, chart: Any, *, caption: str, alt: str, name: str) -> None:
        """Show a chart (matplotlib, seaborn or Altair) with its caption and alternative text."""
        self._remember(self.results.charts, name)
        show_chart(chart, caption=caption, alt=alt, name=name)

    def table(self, frame: "pd.DataFrame", *, caption: str, name: str,
              columns: "dict[str, Column | tuple[str, str] | str] | None" = None,
              note: str | None = None, rows: int | None = None, blanks: "pd.DataFrame | None" = None) -> None:  # fmt: skip
        """Show a table and publish it as xlsx, csv, sav and parquet.

        `columns` gives the columns to show, in order: a `Column`, a (label, format) pair or a label. `rows`
        shows the first rows only; the downloads always hold them all. `blanks` says what to show where the frame has no value.
        """
        stem = f"{self.notebook[:2]}_{name}"
        self._remember(self.results.tables, stem)
        markup = publish_table(frame, caption=caption, name=stem, columns=columns, note=note, rows=rows, blanks=blanks,
                               folder=self.folder / "tables", link=self._table_link(),
                               currency=self.plan.currency)  # fmt: skip
        display(HTML(markup))

    def show(self, markup: str) -> None:
        """Show trusted markup made by `brandops.present`."""
        display(HTML(markup))

    def data_file(self, name: str, text: str) -> str:
        """Write a file that a script of the page reads, beside the tables; returns its address from the page."""
        file = f"{self.notebook[:2]}_{name}"
        (self.folder / "tables").mkdir(parents=True, exist_ok=True)
        (self.folder / "tables" / file).write_text(text, encoding="utf-8")
        return f"{self._table_link()}/{file}"

    def method(self, text: str) -> None:
        """Show a method note, folded away; blank lines part its paragraphs."""
        display(HTML(html.method_note(text)))

    def scorecard(self) -> "pd.DataFrame":
        """All 81 items with status, target, actual, change and evidence; see `brandops.present.scorecard`."""
        return scorecard(self.all_results())

    def all_results(self) -> list[PageResults]:
        """Results of the notebooks that run before this one, the overview last of all.

        In JupyterLab those of the published report, and of notebooks run there the newer ones.
        """
        published = paths.reports_dir(self.profile) / self.folder.name / "results"
        folders = [self.folder / "results"] if os.environ.get("BRANDOPS_BUILD") else [published, self.folder / "results"]
        found = {result.notebook: result for folder in folders for result in load_results(folder)}
        return [found[name] for name in sorted(found) if _turn(name) < _turn(self.notebook)]

    def published_table(self, stem: str) -> "pd.DataFrame | None":
        """A table another notebook of the report published, such as `03_steps_ahead`; None where it made none.

        A notebook that reads results runs after the others; in JupyterLab the published report's table is taken.
        """
        import pandas as pd

        path = self._published(f"{stem}.parquet")
        return pd.read_parquet(path) if path.is_file() else None

    def share_chart(self, chart: Any, name: str) -> None:
        """Publish an Altair chart's specification beside the tables, for a page that shows it again (`shared_chart`)."""
        path = self.folder / "tables" / f"{self.notebook[:2]}_{name}.vl.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(chart.to_dict(), sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")

    def shared_chart(self, stem: str) -> Any:
        """A chart another notebook of the report shared, such as `07_levers`; None where it shared none."""
        import altair as alt

        path = self._published(f"{stem}.vl.json")
        return alt.Chart.from_dict(json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else None

    def _published(self, name: str) -> Path:
        """Where a file lies that another notebook of the report published beside its tables."""
        report = paths.reports_dir(self.profile) / self.folder.name
        folder = self.folder / "read_tables" if os.environ.get("BRANDOPS_BUILD") else report / "tables"
        return folder / name

    def close(self) -> None:
        """Complete the answer and write the results; the last cell of every notebook."""
        if self._answer is not None:
            update_display(self._answer_html(), display_id=self._answer.display_id)
        self.results.write(self.folder / "results")
        self._closed = True

    def _answer_html(self) -> HTML:
        results = [*self._others, self.results]
        statuses = [r.status(item) for r in results for item in r.items()]
        count, *misses = verdict_sentences(results, self.results.headlines) or [""]
        # What happened comes before which targets it missed.
        sentences = [text for text in (count, *self.results.headlines, *misses) if text]
        return HTML(html.callout(sentences, worst(statuses), _("The answer")))

    @staticmethod
    def _lineage_link(item: str) -> str:
        # The page of lineage is made with the report; JupyterLab has none.
        if not os.environ.get("BRANDOPS_BUILD"):
            return ""
        anchor = f"lineage.html#lineage-{item.replace('.', '-')}"
        return f' <a class="bo-lineage" href="{anchor}">{escape(_("Lineage"))}</a>'

    def _sources(self, source: list[str] | None) -> list[str]:
        if isinstance(source, str):
            raise ValueError(f"source={source!r}: give a list of mart names")
        return list(source) if source is not None else [name for name, frame in self._marts.items() if frame is not None]

    def _table_link(self) -> str:
        # A published page and an executed notebook both lie beside `tables/`; in JupyterLab the notebook lies
        # elsewhere.
        if os.environ.get("BRANDOPS_BUILD"):
            return "../tables"
        return Path(os.path.relpath(self.folder / "tables", Path.cwd())).as_posix()

    @staticmethod
    def _remember(names: list[str], name: str) -> None:
        if name not in names:
            names.append(name)


def open_page(notebook: str, *, profile: str, period: str = "", language: str = "en", as_of: str = "") -> Page:  # fmt: skip
    """Open a notebook's page.

    Parameters
    ----------
    notebook
        The notebook's name without suffix, such as `01_goals_and_planning`.
    profile, period, language
        As the command line takes them; an empty period is the latest complete quarter in the data.
    as_of
        ISO date the report's knowledge ends at; empty: the period's end, or the last day with data if that is
        earlier.

    Raises
    ------
    UserError
        Unknown profile, language or period; an as-of date that is no date; no period, and no data to choose one by.
    """
    from brandops.params import load_plan
    from brandops.warehouse import first_day, latest_day

    use_language(language or "en")
    overrides = json.loads(os.environ.get("BRANDOPS_OVERRIDES", "{}"))
    last_day = latest_day(profile)
    if period:
        plan = load_plan(profile, period, overrides)
        span = parse_period(period, plan.fiscal_year_start)
    else:
        if last_day is None:
            raise UserError(f"PROFILE={profile}: no dated row in the warehouse; see data/{profile}/quarantine")
        span = default_period(Grain.QUARTER, first_day(profile), last_day, load_plan(profile).fiscal_year_start)
        plan = load_plan(profile, str(span), overrides)
    cut = min(span.end, last_day) if last_day else span.end
    if as_of:
        try:
            cut = date.fromisoformat(as_of)
        except ValueError as error:
            raise UserError(f"AS_OF={as_of}: not a date; write 2025-12-31") from error
    html.use_currency(plan.currency)
    use_names(plan.names.get(current_language(), {}))
    name = report_name(span, span.end if not as_of else cut, current_language())
    build = os.environ.get("BRANDOPS_BUILD")
    folder = Path(build) if build else paths.reports_dir(profile) / ".lab" / name
    results = PageResults(notebook=notebook, profile=profile, period=str(span), as_of=cut,
                          language=current_language(), currency=plan.currency)  # fmt: skip
    look = brand.load_brand()
    style = brand.css_variables(look) + brand.dark_variables(look, 'body[data-jp-theme-light="false"]') + html.stylesheet()
    # JupyterLab needs the looks in the notebook; the published pages have them in their stylesheet.
    display(HTML(f"<style>{style}</style>"), metadata={"brandops": {"lab_only": True}})
    return Page(notebook, profile, plan, span, cut, folder, results)


def _turn(notebook: str) -> tuple[bool, str]:
    """When a notebook's turn comes in a report: in order of the names, the overview last."""
    return notebook.startswith("00_"), notebook


def _grain_text(value: Any) -> str:
    return value.date().isoformat() if hasattr(value, "date") else str(value)


__all__ = ["ITEMS", "Column", "Page", "formats", "open_page", "report_name"]
