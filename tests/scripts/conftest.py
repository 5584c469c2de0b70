from __future__ import annotations

from pathlib import Path

import pytest

from tests.scripts import checkout
from tests.scripts.checkout import Checkout


@pytest.fixture
def clone(tmp_path: Path) -> Checkout:
    return checkout.make(tmp_path)
