"""Mediation cases (矛盾纠纷调解) and the rules of the People's Mediation Law."""
