"""The window, tested by what a person does."""
