"""Language and embedding models as a capability; knows neither documents nor people."""
