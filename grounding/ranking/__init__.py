"""How `grounding.retriever` weighs what it found, and how it explains that."""
