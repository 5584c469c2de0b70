"""What the program does with the capabilities, and how people reach it."""
