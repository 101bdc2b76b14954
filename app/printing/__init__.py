"""Paper: a record's values in, PDF bytes out."""
