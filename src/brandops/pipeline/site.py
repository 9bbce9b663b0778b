"""What both renderers are given: the pages of a site, their order and the words of their frame."""

from dataclasses import dataclass
from pathlib import Path

from brandops.pipeline.cells import PageText


@dataclass(frozen=True)
class Site:
    """A website to make; `neighbours` are reports a reader may turn to, as (report, what the link says).

    `foot` is the HTML at the end of every page.
    """

    title: str
    language: str
    pages: list[PageText]
    report: str
    period: str
    labels: dict[str, str]
    logo: Path | None = None
    reports_script: str | None = None
    neighbours: tuple[tuple[str, str], ...] = ()
    foot: str = ""

    @property
    def locale(self) -> str:
        """Language tag of the pages."""
        return {"zh": "zh-CN"}.get(self.language, self.language)

    @property
    def script_labels(self) -> dict[str, str]:
        """Words the pages' script needs."""
        return {name: self.labels[name] for name in ("filter", "code", "enlarge")}

    def links(self, page: PageText) -> list[tuple[str, str, str]]:
        """Links out of the report as (report that must be published, address, text): neighbours, other language, all."""
        sibling = self.report.removesuffix(".zh") if self.language == "zh" else f"{self.report}.zh"
        others = [*self.neighbours, (sibling, self.labels["other_language"])]
        links = [(report, f"../../{report}/html/{page.file}", text) for report, text in others]
        return [*links, (self.report, f"../../../{self.shelf}", self.labels["all_reports"])]

    @property
    def shelf(self) -> str:
        """The list of all reports, from the folder of reports."""
        return "index.zh.html" if self.language == "zh" else "index.html"
