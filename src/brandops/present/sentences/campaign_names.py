"""Names a reader meets in section 6 instead of identifiers: themes of comments, languages, measures."""

from brandops.i18n import gettext, mark

_NAMES = {
    "delivery": mark("Delivery"),
    "packaging": mark("Packaging"),
    "price": mark("Price and value"),
    "service": mark("Service"),
    "availability": mark("Availability"),
    "tolerance": mark("Skin tolerance"),
    "quality": mark("Product quality"),
    "other": mark("Other"),
    "zh": mark("Chinese comments"),
    "en": mark("English comments"),
    "rating": mark("Rating beside the comment"),
    "labelled": mark("Hand-labelled sample"),
    "reviews": mark("Published product reviews"),
    "awareness": mark("Awareness"),
    "satisfaction": mark("Satisfaction"),
    "participants": mark("Participants"),
    "others": mark("Matched others"),
    "purchases_before": mark("Purchases before"),
    "days_since_purchase": mark("Days since the last purchase"),
    "age_group": mark("Age group"),
    "gender": mark("Gender"),
    "region": mark("Region"),
    "female": mark("Women"),
    "male": mark("Men"),
}


def name(identifier: object) -> str:
    """The reader's word for an identifier; what has none is shown as it is."""
    text = str(identifier)
    return gettext(_NAMES[text]) if text in _NAMES else text
