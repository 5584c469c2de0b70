"""Which method of a service a call means."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from app.errors import SetupError


def dispatch(methods: dict[str, Callable[..., Any]], method: str, arguments: dict[str, Any]) -> Any:
    """Call `methods[method]`. Raises SetupError for a method that is not among them."""
    if method not in methods:
        raise SetupError(f"This worker has no method {method!r}.")
    return methods[method](**arguments)
