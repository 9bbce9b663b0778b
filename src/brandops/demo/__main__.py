"""`python -m brandops.demo [--scale 1] [--seed 20220101] [--out DIR]`: write the demo brand's raw exports."""

import argparse
import sys
from pathlib import Path

from brandops.demo import generate
from brandops.paths import data_dir


def main(arguments: list[str] | None = None) -> int:
    """Generate and say what was written."""
    parser = argparse.ArgumentParser(prog="python -m brandops.demo", description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0, help="times 300,000 order lines and 20,000 customers")
    parser.add_argument("--seed", type=int, default=20220101)
    parser.add_argument("--out", type=Path, default=None, help="default: the demo profile's data folder")
    given = parser.parse_args(arguments)
    out = given.out or data_dir("demo")
    try:
        made = generate(out, given.scale, given.seed)
    except ValueError as error:
        print(f"--scale {given.scale}: {error}", file=sys.stderr)
        return 1
    print(f"{len(made.tables['sales_lines']):,} order lines written to {out / 'raw'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
