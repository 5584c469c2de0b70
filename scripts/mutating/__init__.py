"""Changes to the source that take a check away, and the trial whether a test misses it."""
