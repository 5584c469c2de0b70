"""The window: paints turns; knows no model, no index and no key."""
