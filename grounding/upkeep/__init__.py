"""Work on the library: taking files in, mirroring folders, and the reports of both."""
