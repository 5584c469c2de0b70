"""The parts of the window, each one small enough to be tested in a host of its own."""
