"""Runs a judge on Node.js: a script in `node/` that reads a request and writes its opinion."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).with_name("node")
_ROOT = Path(__file__).resolve().parents[2]


def ask(script: str, request: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a judge says to a request."""
    if not (_FOLDER / "node_modules").is_dir():
        raise RuntimeError("the judges on Node.js are not here; run: bin/setup test")
    path = f"{_ROOT / '.node' / 'bin'}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["node", str(_FOLDER / script)],
        input=json.dumps(request),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={**os.environ, "PATH": path},
    )
    if done.returncode != 0:
        raise RuntimeError(f"the judge {script} did not run: {done.stderr[-800:]}")
    said: dict[str, Any] = json.loads(done.stdout)
    return said
