"""Hand-over (移交) of a matter between offices: police station, mediation committee, court, petition office."""
