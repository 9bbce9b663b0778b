"""The 81 items of the operating plan: nine sections, three topics each, three items each."""

from dataclasses import dataclass

from brandops.i18n import gettext, mark


@dataclass(frozen=True)
class Item:
    """One item of the plan; its texts come in the reader's language."""

    id: str
    english: str

    @property
    def title(self) -> str:
        """What the item asks for."""
        return gettext(self.english)

    @property
    def section(self) -> str:
        """Title of the item's section."""
        return gettext(SECTIONS[self.id[0]])

    @property
    def topic(self) -> str:
        """Title of the item's topic."""
        return gettext(TOPICS[self.id[:3]])

    @property
    def anchor(self) -> str:
        """Anchor of the item on its page."""
        return "item-" + self.id.replace(".", "-")


SECTIONS = {
    "1": mark("Goals and planning"),
    "2": mark("Data collection and analysis"),
    "3": mark("Sales forecasting"),
    "4": mark("Channel optimisation"),
    "5": mark("Sales team"),
    "6": mark("Marketing campaigns"),
    "7": mark("Risk control"),
    "8": mark("Visualisation"),
    "9": mark("Summary and outlook"),
}

TOPICS = {
    "1.1": mark("Goals"),
    "1.2": mark("Work plan"),
    "1.3": mark("Key indicators"),
    "2.1": mark("Data sources"),
    "2.2": mark("Ways of collecting data"),
    "2.3": mark("Tools of analysis"),
    "3.1": mark("Forecasting models"),
    "3.2": mark("Data preparation"),
    "3.3": mark("Forecast evaluation"),
    "4.1": mark("Channel analysis"),
    "4.2": mark("Channel strategy"),
    "4.3": mark("Channel evaluation"),
    "5.1": mark("Performance appraisal"),
    "5.2": mark("Training"),
    "5.3": mark("Incentives and conduct"),
    "6.1": mark("Campaign goals"),
    "6.2": mark("Campaign plan"),
    "6.3": mark("Campaign evaluation"),
    "7.1": mark("Risks"),
    "7.2": mark("Counter-measures"),
    "7.3": mark("Monitoring and response"),
    "8.1": mark("Charts and tools"),
    "8.2": mark("Reports"),
    "8.3": mark("Design principles"),
    "9.1": mark("Review of the work"),
    "9.2": mark("Shortcomings and improvements"),
    "9.3": mark("Outlook"),
}

_TITLES = {
    "1.1.1": mark("Annual sales target by quarter and month"),
    "1.1.2": mark("Market positioning: segments, awareness, market share"),
    "1.1.3": mark("Customer growth and satisfaction"),
    "1.2.1": mark("Four stages: launch, push, sprint, review"),
    "1.2.2": mark("Cross-department collaboration"),
    "1.2.3": mark("Weekly and monthly checkpoints"),
    "1.3.1": mark("Attainment of each month and quarter"),
    "1.3.2": mark("Market share gained every quarter"),
    "1.3.3": mark("Satisfaction rating system"),
    "2.1.1": mark("Internal sources: sales system, CRM, stock"),
    "2.1.2": mark("External sources: industry reports, research, competitors"),
    "2.1.3": mark("Third-party sources: social media, ad platforms"),
    "2.2.1": mark("Automated collection from CRM and ERP"),
    "2.2.2": mark("Online surveys: valid responses a month"),
    "2.2.3": mark("Web analytics services"),
    "2.3.1": mark("SPSS and Excel for cleaning, statistics, presentation"),
    "2.3.2": mark("Machine learning: linear regression, decision trees"),
    "2.3.3": mark("Big-data platform and streams"),
    "3.1.1": mark("Time series: ARIMA, seasonal decomposition"),
    "3.1.2": mark("Regression of volume on price and promotion"),
    "3.1.3": mark("Neural networks for non-linear relations"),
    "3.2.1": mark("Cleaning: missing values, outliers"),
    "3.2.2": mark("Conversion to standard formats"),
    "3.2.3": mark("Feature engineering"),
    "3.3.1": mark("Forecast errors: MSE, RMSE"),
    "3.3.2": mark("Model comparison: AIC, BIC"),
    "3.3.3": mark("Confidence: prediction intervals"),
    "4.1.1": mark("Channel performance: sales and margin"),
    "4.1.2": mark("Customer segmentation by behaviour"),
    "4.1.3": mark("Bottlenecks and opportunities in the channels"),
    "4.2.1": mark("Expansion into new channels"),
    "4.2.2": mark("Price sensitivity by channel"),
    "4.2.3": mark("Service by channel"),
    "4.3.1": mark("Contribution of each channel"),
    "4.3.2": mark("Cost-effectiveness of each channel"),
    "4.3.3": mark("Satisfaction with each channel"),
    "5.1.1": mark("Appraisal: quota attainment and rewards"),
    "5.1.2": mark("Skills assessment and growth"),
    "5.1.3": mark("Teamwork score"),
    "5.2.1": mark("Product training"),
    "5.2.2": mark("Sales-skills training"),
    "5.2.3": mark("Market-analysis training"),
    "5.3.1": mark("Bonus by performance and contribution"),
    "5.3.2": mark("Promotion review every half year"),
    "5.3.3": mark("Code of conduct"),
    "6.1.1": mark("Brand awareness gained"),
    "6.1.2": mark("Quarterly sales gained through campaigns"),
    "6.1.3": mark("Loyalty: satisfaction and repeat purchase"),
    "6.2.1": mark("Campaign theme"),
    "6.2.2": mark("Campaign format"),
    "6.2.3": mark("Budget allocation"),
    "6.3.1": mark("Campaign monitoring: visits, click-through, conversion"),
    "6.3.2": mark("Campaign feedback: valid responses"),
    "6.3.3": mark("Campaign effect on sales"),
    "7.1.1": mark("Market risk: demand shifts, price wars"),
    "7.1.2": mark("Customer risk: credit and payment"),
    "7.1.3": mark("Supply risk: material prices, late deliveries"),
    "7.2.1": mark("New products' share of sales"),
    "7.2.2": mark("Credit grades"),
    "7.2.3": mark("At least three suppliers"),
    "7.3.1": mark("Daily tracking of stock turnover"),
    "7.3.2": mark("Early warning"),
    "7.3.3": mark("Adjusting the response"),
    "8.1.1": mark("The right chart for the data"),
    "8.1.2": mark("Interaction: filter and drill"),
    "8.1.3": mark("Corporate colours and fonts"),
    "8.2.1": mark("Report design: month, quarter, year"),
    "8.2.2": mark("Live data"),
    "8.2.3": mark("Cross-platform: PC, tablet, phone"),
    "8.3.1": mark("At most five colours, high contrast"),
    "8.3.2": mark("Layout in groups and layers"),
    "8.3.3": mark("Filter, sort, zoom"),
    "9.1.1": mark("Achievements"),
    "9.1.2": mark("Problems met"),
    "9.1.3": mark("Lessons"),
    "9.2.1": mark("Depth of analysis: model quality register"),
    "9.2.2": mark("Speed of collaboration"),
    "9.2.3": mark("Data quality gaps and fixes"),
    "9.3.1": mark("Next period's forecast against target"),
    "9.3.2": mark("Initiatives for the next period"),
    "9.3.3": mark("Targets for the next year"),
}

ITEMS: dict[str, Item] = {id_: Item(id_, english) for id_, english in _TITLES.items()}
