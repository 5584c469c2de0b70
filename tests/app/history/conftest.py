"""A history made once, copied for each test."""

from __future__ import annotations

from tests.app.vault.conftest import folder, made_vault

__all__ = ["folder", "made_vault"]
