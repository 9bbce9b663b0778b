"""What both renderers are given: the pages of a site, their order and the words of their frame."""

from dataclasses import dataclass
from pathlib import Path

from brandops.pipeline.cells import PageText


@dataclass(frozen=True)
class Site:
    """A website to make."""

    title: str
    language: str
    pages: list[PageText]
    report: str
    period: str
    labels: dict[str, str]
    logo: Path | None = None
    reports_script: str | None = None

    @property
    def locale(self) -> str:
        """Language tag of the pages."""
        return {"zh": "zh-CN"}.get(self.language, self.language)

    @property
    def sibling(self) -> str:
        """Name of the same report in the other language."""
        return self.report.removesuffix(".zh") if self.language == "zh" else f"{self.report}.zh"
