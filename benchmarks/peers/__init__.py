"""The software that newsloom is measured beside, in an environment of its own: .venv-peers."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENT = ROOT / ".venv-peers"
REQUIREMENTS = Path(__file__).with_name("requirements.txt")
TRAINING = ENVIRONMENT / "training"
INSTALLED = ENVIRONMENT / ".installed"


def install() -> None:
    """Create the environment unless it is there; SystemExit with what failed, such as an index out of reach."""
    if INSTALLED.is_file() and INSTALLED.read_text(encoding="utf-8") == REQUIREMENTS.read_text(encoding="utf-8"):
        return
    python = ENVIRONMENT / "bin" / "python"
    _uv("venv", "--quiet", "--allow-existing", "--python", sys.executable, str(ENVIRONMENT))
    _uv("pip", "install", "--quiet", "--python", str(python), "-r", str(REQUIREMENTS))
    INSTALLED.write_text(REQUIREMENTS.read_text(encoding="utf-8"), encoding="utf-8")


def training() -> Path:
    """A folder with LightGBM for the path of modules: it makes models, and newsloom does without it."""
    if not (TRAINING / "lightgbm").is_dir():
        # Its other requirement is numpy, which newsloom has.
        _uv(
            "pip",
            "install",
            "--quiet",
            "--no-deps",
            "--python",
            sys.executable,
            "--target",
            str(TRAINING),
            "lightgbm>=4.6",
            "scipy>=1.14",
        )
    return TRAINING


def install_mutmut(requirement: str) -> Path:
    """A folder with mutmut for the path of modules."""
    folder = ENVIRONMENT / "mutmut"
    if not (folder / "mutmut").is_dir():
        _uv("pip", "install", "--quiet", "--python", sys.executable, "--target", str(folder), requirement)
    return folder


def _uv(*arguments: str) -> None:
    done = subprocess.run([sys.executable, "-m", "uv", *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"The packages could not be installed: {(done.stderr.strip().splitlines() or [''])[-1]}")


def command(*arguments: str | Path) -> list[str]:
    """The command that runs a peer; installs them first."""
    install()
    return [str(ENVIRONMENT / "bin" / "python"), str(Path(__file__).with_name("run.py")), *map(str, arguments)]


def ask(*arguments: str | Path) -> str:
    """What a peer prints; SystemExit with its error if it fails."""
    done = subprocess.run(command(*arguments), capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"The peer {arguments[0]} failed: {done.stderr.strip()[-500:]}")
    return done.stdout
