"""Vector indexes as files: built, published, copied, chosen; none is more than a copy of the catalog."""
