"""Figures of a period: many records to one table, shown on the page, as a spreadsheet and on paper."""
