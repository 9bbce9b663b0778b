"""Altair, for charts that answer to the reader: `from brandops.present.interactive import alt`.

Altair imports jsonschema, which, where the package rfc3987-syntax is installed (Jupyter brings it), builds the grammars
of 38 kinds of internet address, to check formats no chart has. That costs every notebook several seconds; without the
package jsonschema leaves these checks out.
"""

import sys

_GRAMMARS = "rfc3987_syntax"
_hidden = _GRAMMARS not in sys.modules
if _hidden:
    sys.modules[_GRAMMARS] = None  # an import of it fails from here on
try:
    import altair as alt
finally:
    if _hidden:
        del sys.modules[_GRAMMARS]

__all__ = ["alt"]
