"""The papers of a mediation dossier, each laid out by hand; forms of 司发通〔2010〕239号 where it has one."""
