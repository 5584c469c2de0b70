"""Documents of an invented company, to try the main job with."""
