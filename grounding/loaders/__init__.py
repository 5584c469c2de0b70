"""One module per format: bytes in, text with positions out."""
