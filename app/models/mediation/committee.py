"""The people's mediation committee (人民调解委员会) of a village or community."""


def committee_name(station_name: str) -> str:
    """鹰头村人民调解委员会: village and resident committees set one up each (人民调解法 art. 8)."""
    return f"{station_name}人民调解委员会"
