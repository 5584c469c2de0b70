"""Words, numbers, names and dates of a text in forms that can be compared. Pure."""
