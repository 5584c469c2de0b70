"""What the company's own documents say; knows neither models nor the program."""
