"""Between the outbox of a station and its district: batches up, verdicts and receipts down."""
