"""Ceilings for everything that is read from a foreign file."""

from __future__ import annotations

from dataclasses import dataclass

_MEBIBYTE = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Sizes in bytes, times in seconds. A document that a person wrote stays far below each."""

    file_bytes: int = 100 * _MEBIBYTE
    html_bytes: int = 20 * _MEBIBYTE
    html_depth: int = 1_000
    zip_entries: int = 10_000
    zip_bytes: int = 500 * _MEBIBYTE
    """All parts of an archive together, as they really unpack."""

    zip_entry_bytes: int = 200 * _MEBIBYTE
    zip_ratio: int = 100
    """Unpacked to packed; looked at above `zip_ratio_from` only, since tiny parts pack well."""

    zip_ratio_from: int = 10 * _MEBIBYTE
    pdf_pages: int = 5_000
    text_characters: int = 20 * _MEBIBYTE
    blocks: int = 200_000
    """Paragraphs, list items and table rows."""

    mail_parts: int = 1_000
    mail_depth: int = 3
    """Mails within mails; an attached mail is at depth 1."""

    attachments: int = 100
    """Of one mail and of all mails within it."""

    attachment_bytes: int = 100 * _MEBIBYTE
    """All attachments together."""

    tree_depth: int = 200
    """Of JSON and XML."""

    walk_entries: int = 100_000
    """Files and folders seen below one named folder."""

    walk_depth: int = 64
    memory_bytes: int = 2 << 30
    cpu_seconds: int = 60
    wall_seconds: float = 90.0
    open_files: int = 64
    ocr_pages: int = 300
    ocr_seconds: float = 600.0
    """Wall clock for all pages of a document; on top of `wall_seconds` where Tesseract is installed."""

    output_bytes: int = 256 * _MEBIBYTE
    """What a jailed reader may send back: 20 Mi characters as JSON, with positions, and room to spare."""


LIMITS = Limits()
