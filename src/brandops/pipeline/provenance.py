"""Where a page comes from: profile, period, data, code and parameters, without a clock time."""

import hashlib
import json
from html import escape
from pathlib import Path
from typing import Any

import yaml

from brandops import paths
from brandops.i18n import gettext as _
from brandops.present import formats

RENDERER = "BRANDOPS_RENDERER"  # auto, quarto or pandoc; a closed report is rebuilt with the one it had
SHORT = 12  # hexadecimal digits shown of a SHA-256


def collect(*, profile: str, period: Any, as_of: Any, language: str, plan: Any = None) -> dict[str, Any]:
    """Gather a report's provenance from what lies on the disk: the manifest of the data, the code, the plan."""
    manifest = paths.data_dir(profile) / "warehouse" / "manifest.json"
    return {
        "profile": profile,
        "period": str(period),
        "as_of": str(as_of),
        "language": language,
        "data": _data_hashes(manifest),
        "code": code_hash(),
        "parameters": plan.model_dump(mode="json") if plan is not None else {},
    }


def code_hash() -> str:
    """Digest of the package's code, the notebooks and the brand: the version of what made the pages."""
    root = paths.root()
    package = Path(__file__).parents[1]
    files = [*package.rglob("*.py"), *package.rglob("*.po"), *package.rglob("*.css"), *package.rglob("*.js")]
    digest = hashlib.sha256()
    named = {f"brandops/{path.relative_to(package).as_posix()}": path for path in files}
    named |= {f"notebooks/{path.name}": path for path in (root / "notebooks").glob("[0-9][0-9]_*.ipynb")}
    named["params/_brand.yml"] = root / "params" / "_brand.yml"
    for name, path in sorted(named.items()):
        if path.is_file():
            digest.update(f"{name}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:SHORT]


def footer(provenance: dict[str, Any]) -> str:
    """The provenance as the foot of a page: one line, the rest folded away."""
    facts = [
        (_("Profile"), provenance["profile"]),
        (_("Period"), provenance["period"]),
        (_("As of"), formats.day(provenance["as_of"])),
        (_("Code version"), provenance["code"]),
        (_("Data version"), _digest(provenance["data"])),
    ]
    line = " · ".join(f"{escape(name)} <b>{escape(str(value))}</b>" for name, value in facts)
    data = "".join(
        f"<tr><td>{escape(name)}</td><td><code>{escape(digest)}</code></td></tr>" for name, digest in provenance["data"].items()
    )
    parameters = yaml.safe_dump(provenance["parameters"], allow_unicode=True, sort_keys=False)
    return (
        f'<footer class="bo-provenance"><p>{line}</p><details><summary>{escape(_("Data and parameters"))}</summary>'
        f'<div class="bo-scroll" role="region" aria-label="{escape(_("Data"))}" tabindex="0"><table><thead><tr>'
        f"<th>{escape(_('Source'))}</th><th>SHA-256</th></tr></thead><tbody>{data}</tbody></table></div>"
        f'<pre tabindex="0">{escape(parameters)}</pre></details></footer>'
    )


def _data_hashes(manifest: Path) -> dict[str, str]:
    """Digest of each source's files, from the manifest; its file hashes are those of the raw files."""
    if not manifest.is_file():
        return {}
    content = json.loads(manifest.read_text(encoding="utf-8"))
    sources = content.get("sources", content)
    named = sources.items() if isinstance(sources, dict) else ((entry.get("source") or entry.get("name"), entry)
                                                               for entry in sources)  # fmt: skip
    return {str(name): _digest(_hashes(entry)) for name, entry in sorted(named, key=lambda pair: str(pair[0]))}


def _hashes(entry: Any) -> list[str]:
    """Every value called hash or sha256 in an entry, sorted, whatever its depth."""
    if isinstance(entry, dict):
        own = [str(value) for name, value in entry.items() if name in ("hash", "sha256") and value]
        return sorted(own + [found for value in entry.values() for found in _hashes(value)])
    if isinstance(entry, list):
        return sorted(found for value in entry for found in _hashes(value))
    return []


def _digest(content: Any) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:SHORT]
