"""Set up the Python environment the project runs in; called by make when requirements.lock has changed.

    python3 scripts/set_up.py .venv                     make it, install the locked packages and the project
    python3 scripts/set_up.py ENV --only-project        ENV (conda) holds the packages already
    python3 scripts/set_up.py ENV --also FILE           install a profile's own locked packages too

uv installs where it works, else pip; hashes are checked. Written for any Python 3, so that an old one says what is
needed instead of failing on the syntax.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path

NEEDED = (3, 11)
NEEDED_TEXT = f"{NEEDED[0]}.{NEEDED[1]}"
ROOT = Path(__file__).resolve().parent.parent


def main(arguments):
    """Set up the environment at the path given first."""
    environment = Path(arguments[0]).absolute()
    python = environment / "bin" / "python"
    if "--also" in arguments:
        install(python, working_uv(), Path(arguments[arguments.index("--also") + 1]))
        return
    if "--only-project" not in arguments:
        uv = working_uv()
        if not python.exists():
            create(environment, uv)
        require_new_enough(python)
        install(python, uv, ROOT / "requirements.lock")
    require_new_enough(python)
    install_project(python)


def create(environment, uv):
    """Make an empty virtual environment with a Python that is new enough."""
    interpreter = new_enough_python()
    if uv:
        subprocess.check_call([uv, "venv", "--quiet", "--python", interpreter or f">={NEEDED_TEXT}", str(environment)])
    elif interpreter:
        subprocess.check_call([interpreter, "-m", "venv", str(environment)])
    else:
        sys.exit(f"error: python3 is {sys.version.split()[0]}; the project needs Python {NEEDED_TEXT} or later on PATH")


def require_new_enough(python):
    """Stop where an environment's Python is too old."""
    version = subprocess.check_output([str(python), "-c", "import sys; print(*sys.version_info[:2])"]).decode().split()
    if tuple(map(int, version)) < NEEDED:
        found = ".".join(version)
        sys.exit(f"error: {python} is Python {found}; the project needs {NEEDED_TEXT}: remove it, try again")


def install(python, uv, lock):
    """Install the locked packages, each checked against its hash."""
    flags = ["--require-hashes", "--no-deps", "-r", str(lock)]
    if uv:
        subprocess.check_call([uv, "pip", "install", "--quiet", "--compile-bytecode", "--python", str(python), *flags])
        return
    if subprocess.call([str(python), "-m", "pip", "--version"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL):
        subprocess.check_call([str(python), "-m", "ensurepip", "--upgrade"], stdout=subprocess.DEVNULL)
    subprocess.check_call([str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *flags])


def install_project(python):
    """Make `import brandops` work from the checkout, and its Jupyter kernel known, without building anything."""
    ask = "import sys, sysconfig; print(sysconfig.get_path('purelib')); print(sys.prefix)"
    packages, prefix = map(Path, subprocess.check_output([str(python), "-c", ask]).decode().splitlines())
    source = str(ROOT / "src")
    (packages / "brandops-checkout.pth").write_text(source + "\n", encoding="utf-8")
    spec = {
        "argv": [str(prefix / "bin" / "python"), "-m", "ipykernel_launcher", "-f", "{connection_file}"],
        "display_name": "brandops",
        "language": "python",
        "env": {"PYTHONHASHSEED": "0", "PYTHONPATH": source},
    }
    kernel = prefix / "share" / "jupyter" / "kernels" / "brandops"
    kernel.mkdir(parents=True, exist_ok=True)
    (kernel / "kernel.json").write_text(json.dumps(spec, indent=1) + "\n", encoding="utf-8")


def working_uv():
    """Path of uv; None where there is none, or only a launcher of one that is not installed."""
    uv = shutil.which("uv")
    works = uv and subprocess.call([uv, "--version"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0
    return uv if works else None


def new_enough_python():
    """Path of a Python that is new enough: this one, else the newest on PATH; None where there is none."""
    if sys.version_info[:2] >= NEEDED:
        return sys.executable
    names = (f"python3.{minor}" for minor in range(20, NEEDED[1] - 1, -1))
    return next((found for found in map(shutil.which, names) if found), None)


if __name__ == "__main__":
    main(sys.argv[1:])
