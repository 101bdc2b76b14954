"""Records in and out as files: spreadsheets and JSON lines."""
