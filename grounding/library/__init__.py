"""What lies behind `grounding.catalog`: tables, writer, generations, related documents."""
