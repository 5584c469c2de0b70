"""The steps between a prompt and a checked answer, one thin adapter each."""
