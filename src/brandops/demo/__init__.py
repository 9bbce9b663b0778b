"""A synthetic consumer brand house with known true parameters, exported the way real systems export.

`generate(out, scale, seed)` writes the exports; `world(seed, scale)` builds the clean tables in memory.
"""

from brandops.demo.export import generate
from brandops.demo.world import world

__all__ = ["generate", "world"]
