"""Judgements on text: pure, without files, network or clock."""
