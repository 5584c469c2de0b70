"""What lies behind `grounding.entity_catalogue` and `grounding.entity_linker`: name forms, files, terms."""
