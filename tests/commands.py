"""The command line in a process of its own, as people start it."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["run_command"]


def run_command(
    *words: str, cwd: Path, env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run ``regiongeo`` with these words in a folder, and return how it ended and what it said."""
    return subprocess.run(
        [sys.executable, "-m", "regiongeo", *words],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
        encoding="utf-8",
        env=env,
    )
