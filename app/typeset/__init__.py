"""Chinese typesetting on A4 (ReportLab): fonts, lines, pages and sheets that printing and reports share."""
