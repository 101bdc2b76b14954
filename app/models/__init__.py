"""What a station records: record types, their fields and their rules; no Qt, no files, no network."""
