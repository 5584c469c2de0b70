"""Conversations over the vault."""
