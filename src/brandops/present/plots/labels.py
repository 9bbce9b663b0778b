"""Labels beside points that do not lie on each other or on other points."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Annotation, Text
from matplotlib.transforms import Bbox

_GAP = 5.0  # points between a point and its label
# Places tried in turn: beside, above and below, then further out, where a line leads back to the point.
_ANGLES = np.radians([0, 180, 40, -40, 140, -140, 90, -90])
_DISTANCES = (1.0, 2.4, 4.0, 5.6)


def label_points(
    axes: Axes, x, y, texts: list[str], others: tuple = ((), ()), size: float = 9, reach: float = 4.0
) -> list[Annotation]:
    """Write `texts` beside the points (`x`, `y`), each at the first place that is free.

    Parameters
    ----------
    others
        More points (x, y) no label may cover.
    size
        Of the letters, in points.
    reach
        Radius of a point's mark, in points.

    Returns
    -------
    list[Annotation]
        In the order of `texts`. The axes' limits must be final: places are told on the canvas.
    """
    figure = axes.figure
    figure.draw_without_rendering()
    scale = figure.dpi / 72
    renderer = FigureCanvasAgg(figure).get_renderer()
    spots = axes.transData.transform(np.column_stack([[*x, *others[0]], [*y, *others[1]]]).astype(float))
    radius = reach * scale
    taken = [Bbox.from_extents(px - radius, py - radius, px + radius, py + radius) for px, py in spots]
    made: list[tuple[int, Annotation]] = []
    room = axes.bbox.padded(40 * scale)  # a label may reach a little beyond the axes: the chart is cut around it
    # From the top down: a label pushed aside then meets free ground below.
    for index in np.argsort(-spots[: len(texts), 1], kind="stable"):
        label, best = None, None
        for distance in _DISTANCES:
            for angle in _ANGLES:
                offset = (np.cos(angle) * _GAP * distance, np.sin(angle) * _GAP * distance)
                label = _annotate(axes, texts[index], (x[index], y[index]), offset, size, leader=distance > 1)
                box = box_of(label, renderer)
                inside = room.contains(box.x0, box.y0) and room.contains(box.x1, box.y1)
                clashes = sum(box.overlaps(other) for other in taken) + 10 * (not inside)
                if best is None or clashes < best[0]:
                    best = (clashes, offset, distance > 1, box)
                label.remove()
                if clashes == 0:
                    break
            if best[0] == 0:
                break
        made.append((index, _annotate(axes, texts[index], (x[index], y[index]), best[1], size, leader=best[2])))
        taken.append(best[3])
    return [label for _index, label in sorted(made, key=lambda pair: pair[0])]


def box_of(label: Annotation, renderer) -> Bbox:
    """Where a label's letters lie on the canvas; the line back to its point may cross free ground."""
    label.update_positions(renderer)
    return Text.get_window_extent(label, renderer)


def _annotate(axes: Axes, text: str, point: tuple, offset: tuple, size: float, leader: bool) -> Annotation:
    across = "left" if offset[0] > 1 else "right" if offset[0] < -1 else "center"
    upward = "bottom" if offset[1] > 1 else "top" if offset[1] < -1 else "center"
    line = {"arrowstyle": "-", "linewidth": 0.7, "color": axes.xaxis.label.get_color()} if leader else None
    return axes.annotate(
        text, point, xytext=offset, textcoords="offset points", ha=across, va=upward, fontsize=size, arrowprops=line
    )
