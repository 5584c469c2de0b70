"""The set-up and the programs that people start."""
