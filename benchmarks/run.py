"""All benchmarks of the project, as ratios in one run: ``python benchmarks/run.py``. Nothing fails for being slow."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


def main() -> int:
    """Run micro benchmarks in one pytest session, then whole processes in pairs, then the growth check."""
    micro = [sys.executable, "-m", "pytest", str(HERE), "-q", "-p", "no:randomly", "-p", "no:xdist"]
    micro += ["--benchmark-disable-gc", "--benchmark-columns=min,median,rounds", "--benchmark-warmup=on"]
    steps = [
        micro,
        [sys.executable, str(HERE / "whole_process.py"), *sys.argv[1:]],
        [sys.executable, str(HERE / "growth.py")],
    ]
    return max(subprocess.call(step, cwd=HERE) for step in steps)


if __name__ == "__main__":
    raise SystemExit(main())
