"""`python -m brandops.warehouse --profile demo --as-of 2025-12-31`: build a profile's marts and list them."""

import argparse
import sys
from datetime import date

from brandops.errors import UserError
from brandops.params import load_plan
from brandops.warehouse.load import latest_day, mart_path
from brandops.warehouse.marts import build_marts


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; 1 on an error meant for the user."""
    parser = argparse.ArgumentParser(prog="python -m brandops.warehouse", description="Build a profile's marts.")
    parser.add_argument("--profile", required=True, help="folder under params/")
    parser.add_argument("--as-of", type=date.fromisoformat, help="last day that counts; default: the last with sales")
    given = parser.parse_args(arguments)
    try:
        as_of = given.as_of or latest_day(given.profile)
        if as_of is None:
            raise UserError(f"data/{given.profile}/warehouse: no sales, so no last day; give --as-of")
        built = build_marts(given.profile, load_plan(given.profile), as_of)
    except UserError as error:
        print(error, file=sys.stderr)
        return 1
    for name, rows in built.items():
        print(f"{rows:12,}  {name}")
    print(mart_path("", given.profile, as_of).parent)
    return 0


if __name__ == "__main__":
    sys.exit(main())
