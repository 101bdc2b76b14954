"""The district for its administrators: accounts, roles, sessions, audit trail and the pages."""
