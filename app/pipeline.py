"""Reads the order of the stages. A configuration file names stages, it never names code."""

from __future__ import annotations

import yaml

from app.errors import PipelineOrderError

FILE_LIMIT = 64 * 1024
"""Bytes of pipeline.yaml."""


def stage_names(text: bytes) -> list[str]:
    """The names in a pipeline file, in order. Raises PipelineOrderError."""
    if len(text) > FILE_LIMIT:
        raise PipelineOrderError("pipeline.yaml is too large to be a list of stages.")
    try:
        content = yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError) as error:
        raise PipelineOrderError(f"pipeline.yaml is not valid YAML ({type(error).__name__}).") from None
    names = content.get("stages") if isinstance(content, dict) and set(content) == {"stages"} else None
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise PipelineOrderError('pipeline.yaml must hold one list of names under "stages".')
    return names
