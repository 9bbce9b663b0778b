"""From a company's exports to the contract's tables: read, map, convert, validate, load or quarantine, account."""

from brandops.ingest.manifest import FileAccount, Manifest, SourceAccount, load_manifest
from brandops.ingest.run import ingest

__all__ = ["FileAccount", "Manifest", "SourceAccount", "ingest", "load_manifest"]
