"""What the styles of an OpenDocument text mean for its words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

_STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_DEEPEST_STYLE = 12


@dataclass(frozen=True, slots=True)
class Styles:
    """Which styles are the title's, and which hide their text; by name, automatic ones included."""

    parents: dict[str, str]
    hidden: frozenset[str]

    @classmethod
    def of(cls, *roots: Any) -> Styles:
        """Styles of the parts of a document; a part may be None."""
        styles = [style for root in roots if root is not None for style in root.iter(_STYLE + "style")]
        return cls(
            {style.get(_STYLE + "name", ""): style.get(_STYLE + "parent-style-name", "") for style in styles},
            frozenset(
                style.get(_STYLE + "name", "")
                for style in styles
                for properties in style.iter(_STYLE + "text-properties")
                if properties.get(_TEXT + "display") == "none"
            ),
        )

    def is_title(self, name: str) -> bool:
        """Whether the style is the title's or derived from it."""
        for _ in range(_DEEPEST_STYLE):
            if name.lower() == "title":
                return True
            name = self.parents.get(name, "")
        return False
