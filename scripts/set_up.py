"""Set up the Python environment the project runs in; called by make when requirements.lock has changed.

`python3 scripts/set_up.py .venv` makes a virtual environment with exactly the locked packages (uv where it works, else
pip; hashes checked). Into an environment that holds the packages already (conda) only the project and its Jupyter
kernel are put: `--only-project`. Runs on any Python 3, so that it can tell an old one what is needed.
"""

import json
import os
import shutil
import subprocess
import sys

NEEDED = (3, 11)
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def main(arguments):
    """Set up the environment at the path given first."""
    environment, only_project = os.path.abspath(arguments[0]), "--only-project" in arguments
    python = os.path.join(environment, "bin", "python")
    if not only_project:
        uv = working_uv()
        if not os.path.exists(python):
            create(environment, uv)
        install(python, uv)
    version = subprocess.check_output([python, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"], text=True)
    if tuple(map(int, version.split("."))) < NEEDED:
        sys.exit("error: %s is Python %s; the project needs %d.%d or later" % (python, version.strip(), *NEEDED))
    install_project(python)


def create(environment, uv):
    """Make an empty virtual environment with a Python that is new enough."""
    interpreter = new_enough_python()
    if uv:
        subprocess.check_call([uv, "venv", "--quiet", "--python", interpreter or ">=%d.%d" % NEEDED, environment])
    elif interpreter:
        subprocess.check_call([interpreter, "-m", "venv", environment])
    else:
        found = "%d.%d" % sys.version_info[:2]
        sys.exit("error: python3 is %s; the project needs Python %d.%d or later on PATH" % (found, *NEEDED))


def install(python, uv):
    """Install the locked packages, each checked against its hash."""
    lock = os.path.join(ROOT, "requirements.lock")
    flags = ["--require-hashes", "--no-deps", "-r", lock]
    if uv:
        subprocess.check_call([uv, "pip", "install", "--quiet", "--python", python, *flags])
    else:
        subprocess.check_call([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *flags])


def install_project(python):
    """Make `import brandops` work from the checkout, and its Jupyter kernel known, without building anything."""
    ask = "import sys, sysconfig; print(sysconfig.get_path('purelib')); print(sys.prefix)"
    packages, prefix = subprocess.check_output([python, "-c", ask], text=True).split("\n")[:2]
    source = os.path.join(ROOT, "src")
    with open(os.path.join(packages, "brandops-checkout.pth"), "w", encoding="utf-8") as file:
        file.write(source + "\n")
    kernel = os.path.join(prefix, "share", "jupyter", "kernels", "brandops")
    os.makedirs(kernel, exist_ok=True)
    spec = {
        "argv": [os.path.join(prefix, "bin", "python"), "-m", "ipykernel_launcher", "-f", "{connection_file}"],
        "display_name": "brandops",
        "language": "python",
        "env": {"PYTHONHASHSEED": "0", "PYTHONPATH": source},
    }
    with open(os.path.join(kernel, "kernel.json"), "w", encoding="utf-8") as file:
        json.dump(spec, file, indent=1)


def working_uv():
    """Path of uv; None where there is none, or only a launcher of one that is not installed."""
    uv = shutil.which("uv")
    works = uv and subprocess.call([uv, "--version"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0
    return uv if works else None


def new_enough_python():
    """Path of a Python that is new enough: this one, else the newest on PATH; None where there is none."""
    if sys.version_info[:2] >= NEEDED:
        return sys.executable
    names = ("python3.%d" % minor for minor in range(20, NEEDED[1] - 1, -1))
    return next((found for found in map(shutil.which, names) if found), None)


if __name__ == "__main__":
    main(sys.argv[1:])
