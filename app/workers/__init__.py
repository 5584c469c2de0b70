"""Supervised child processes through which an engine or a retriever is used as if it were here."""
