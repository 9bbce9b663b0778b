"""Names a reader meets in section 1 instead of identifiers: stages, departments, verdicts, questions, effects."""

from brandops.i18n import gettext, mark, shown
from brandops.params.names import readable

_NAMES = {
    "launch": mark("Launch"),
    "push": mark("Push"),
    "sprint": mark("Sprint"),
    "review": mark("Review"),
    "sales": mark("Sales team"),
    "marketing": mark("Marketing"),
    "customer_service": mark("Customer service"),
    "supply_chain": mark("Supply chain"),
    "product": mark("Product"),
    "finance": mark("Finance"),
    "data": mark("Data"),
    "passed": mark("Passed"),
    "passed with conditions": mark("Passed with conditions"),
    "failed": mark("Failed"),
    "running": mark("Under way"),
    "on_time": mark("On time"),
    "late": mark("Late"),
    "overdue": mark("Overdue"),
    "open": mark("Open"),
    "online": mark("Online"),
    "offline": mark("Offline"),
    "unlisted": mark("Unlisted"),
    "all": mark("All"),
    "own": mark("Own brands"),
    "rest": mark("Rest of the market"),
    "base": mark("Before"),
    "price": mark("Price"),
    "volume": mark("Volume"),
    "mix": mark("Mix"),
    "new": mark("New products"),
    "discontinued": mark("Discontinued"),
    "now": mark("Now"),
    "q_quality": mark("Quality"),
    "q_price": mark("Value for money"),
    "q_delivery": mark("Delivery"),
    "q_service": mark("Service"),
    "q_range": mark("Range"),
}


def company(identifier: object) -> str:
    """A company's name for reading."""
    return readable(name(identifier))


def name(identifier: object) -> str:
    """The reader's word for an identifier; what has none is shown as it is."""
    text = str(identifier)
    return gettext(_NAMES[text]) if text in _NAMES else shown(text)
