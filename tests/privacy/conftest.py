"""The academy of two regions, with a mark in every text."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest

from academy.kernel.settings import current
from tests.access.conftest import (  # noqa: F401
    Academy,
    academy,
    browsers,
    built_world,
    copies,
)


@pytest.fixture(autouse=True)
def files_put_back(request, tmp_path) -> Iterator[None]:
    """Leave files and the list of who was forgotten as they were: others use them too."""
    if "academy" not in request.fixturenames:
        yield
        return
    made: Academy = request.getfixturevalue("academy")
    with made.app.app_context():
        kept = {tmp_path / "kept" / one.name: one for one in (current().storage,)}
        checkpoints = current().checkpoints
    for copy, folder in kept.items():
        shutil.copytree(folder, copy)
    yield
    for copy, folder in kept.items():
        shutil.rmtree(folder)
        shutil.copytree(copy, folder)
    shutil.rmtree(checkpoints, ignore_errors=True)
