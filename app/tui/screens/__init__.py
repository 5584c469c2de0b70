"""One module per screen; a screen holds no knowledge of models, indexes or keys."""
