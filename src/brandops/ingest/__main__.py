"""`python -m brandops.ingest --profile demo`: ingest a profile and print its account."""

import argparse
import sys

from brandops.errors import UserError
from brandops.ingest import ingest


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; 1 on an error meant for the user."""
    parser = argparse.ArgumentParser(prog="python -m brandops.ingest", description="Bring exports into the warehouse.")
    parser.add_argument("--profile", required=True, help="folder under params/")
    parser.add_argument("--only", nargs="+", metavar="SOURCE", help="look at these sources only")
    given = parser.parse_args(arguments)
    try:
        manifest = ingest(given.profile, only=given.only, progress=lambda line: print(line, file=sys.stderr, flush=True))
    except UserError as error:
        print(error, file=sys.stderr)
        return 1
    width = max(len(account.source) for account in manifest.sources)
    print(f"{'source':{width}}  {'rows in':>12}  {'loaded':>12}  {'quarantined':>12}")
    for account in manifest.sources:
        print(f"{account.source:{width}}  {account.rows_in:12,}  {account.loaded:12,}  {account.quarantined:12,}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
