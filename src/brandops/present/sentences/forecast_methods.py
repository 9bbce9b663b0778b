"""How plan section 3's figures are made, as the page's folded notes say it."""

from brandops.i18n import gettext as _


def outlook() -> str:
    """Forecasts and their reconciliation."""
    return _(
        "Every series is forecast by exponential smoothing averaged over its parameters, ARIMA (Hannan-Rissanen) "
        "averaged over orders, Theta, STL with a damped trend, and by linear regression, a tree ensemble and a neural "
        "network learnt from all series together. A trimmed mean, weighted by the backtest, combines them; forecasts "
        "that are missing or absurd are replaced by the seasonal naive rule and listed below.\n\nTotal, channels, "
        "regions, categories and brands are reconciled by minimum trace, in the mean and on each of 1,000 sample paths; "
        "intervals of totals come from these paths. Where the plan says so, Chinese New Year, which moves between "
        "months, is a regressor; festivals on fixed dates are part of the season, and regressors of weekly series."
    )


def network() -> str:
    """What the network sees and learns."""
    return _(
        "The network (one hidden layer, the mean of two) and the linear regression see the same windows of past sales of "
        "all series, without the linear effect of known influences; the network learns what the linear model leaves, so that "
        "its gain is what is not linear. Where events are known of the months ahead, or the plan declares prices and "
        "promotions (forecast.planned_prices, against the same month a year before), it alone sees them as inputs, with "
        "their place in the year."
    )


def cleaning() -> str:
    """Rules of cleaning."""
    return _(
        "A month no source delivered is unknown and estimated; a month delivered without a sale is zero. Three or more "
        "zero months between sales are an interruption, fewer are demand.\n\nDays without stock: sales are scaled to the "
        "whole month, up to half a month; beyond that the usual level is taken.\n\nOutlier: more than 4.5 robust "
        "standard deviations (median absolute deviation of logs) from level and season, unless a festival or an unusual "
        "share of promotions explains a peak."
    )


def features() -> str:
    """What a feature may know."""
    return _(
        "Everything measured enters as it was known at least one month before; blanks are months before a series has the "
        "history a feature needs. A test changes all data from a month on and finds the features up to it unchanged."
    )


def errors() -> str:
    """How the backtest is made."""
    return _(
        "Rolling origin: each forecast is made with what was known then, from several past dates, and compared with what "
        "came. MASE divides by the mean absolute change on a season before, so that series of any size count alike."
    )


def comparison() -> str:
    """How models are compared."""
    return _(
        "Ranks are compared by Nemenyi's test at 5%, each series counting once; the series overlap (a region's sales are "
        "also a channel's), so the test sees more evidence than there is. Diebold-Mariano compares mean scaled errors by "
        "origin with the best model's. Criteria are comparable within a family and, for ARIMA, at equal differences."
    )


def intervals() -> str:
    """How intervals are calibrated and judged."""
    return _(
        "Errors of all series are brought to one size by what was known when each forecast was made: the series' noise, "
        "how far the models disagree, the steps ahead, the size of its errors at other times. Quantiles of these errors, with "
        "the finite-sample correction of conformal prediction, make the intervals; where errors are few or of one time only, "
        "scale and shape are drawn towards what simulated series taught. Coverage here is judged with the quantiles of the "
        "other origins."
    )
