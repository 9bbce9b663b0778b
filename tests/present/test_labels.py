"""Labels of points can be read: none lies on another label or on a point."""

from itertools import combinations

import numpy as np
from matplotlib.transforms import Bbox

from brandops.present.charts import new_chart
from brandops.present.plots.labels import box_of, label_points


def boxes(labels) -> list[Bbox]:
    renderer = labels[0].axes.figure.canvas.get_renderer()
    return [box_of(label, renderer) for label in labels]


def crowded(count: int = 12, seed: int = 1):
    """Points in a corner of a chart, as close as rewarded salespeople lie."""
    random = np.random.default_rng(seed)
    figure, axes = new_chart(height=4.2)
    x, y = 1.2 + random.uniform(0, 0.15, count), random.uniform(0, 0.2, count)
    others = random.uniform(0.7, 1.2, 30), random.uniform(-0.3, 0.3, 30)
    axes.plot(*others, "o")
    axes.plot(x, y, "o")
    axes.set(xlim=(0.7, 1.45), ylim=(-0.5, 0.5))
    return figure, axes, x, y, others


def test_labels_overlap_neither_each_other_nor_points():
    for seed in range(6):
        figure, axes, x, y, others = crowded(seed=seed)
        found = boxes(label_points(axes, x, y, [f"S{n:03d}" for n in range(len(x))], others))
        assert not any(a.overlaps(b) for a, b in combinations(found, 2))
        points = axes.transData.transform(np.column_stack([[*x, *others[0]], [*y, *others[1]]]))
        assert not any(box.contains(*point) for box in found for point in points)
        figure.clear()


def test_a_lonely_point_has_its_label_beside_it_and_labels_keep_their_order():
    _figure, axes = new_chart()
    axes.plot([0, 1], [0, 1], "o")
    first, second = label_points(axes, [0.0, 1.0], [0.0, 1.0], ["low", "high"])
    assert (first.get_text(), second.get_text()) == ("low", "high")
    assert first.get_position() == (5.0, 0.0) and first.arrow_patch is None


def test_no_labels_need_no_place():
    _figure, axes = new_chart()
    assert label_points(axes, [], [], []) == []
