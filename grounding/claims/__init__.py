"""How a claim of an answer is held against the passages it was written from; `grounding.support` decides."""
