"""The local encrypted file: the only place that writes what a station records."""
