"""Settlements of the sample feed: real towns, coordinates to about a kilometre, weights roughly by size."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Settlement:
    name: str
    admin: tuple[str, ...]
    latitude: float
    longitude: float
    weight: int


# Admin areas are named at the levels each jurisdiction has, outermost first: they are uneven by nature.
_ROWS: dict[str, tuple[tuple[str, str, float, float, int], ...]] = {
    "AL": (
        ("Tirana", "Tirana", 41.33, 19.82, 34),
        ("Durrës", "Durrës", 41.32, 19.45, 16),
        ("Vlorë", "Vlorë", 40.47, 19.49, 11),
        ("Elbasan", "Elbasan", 41.11, 20.08, 11),
        ("Shkodër", "Shkodër", 42.07, 19.51, 11),
        ("Fier", "Fier", 40.72, 19.56, 8),
        ("Korçë", "Korçë", 40.62, 20.78, 6),
        ("Berat", "Berat", 40.71, 19.95, 5),
        ("Lezhë", "Lezhë", 41.78, 19.64, 5),
        ("Kukës", "Kukës", 42.08, 20.42, 3),
    ),
    "BA": (
        ("Sarajevo", "Federation of Bosnia and Herzegovina/Sarajevo Canton", 43.86, 18.41, 26),
        ("Banja Luka", "Republika Srpska", 44.77, 17.19, 16),
        ("Tuzla", "Federation of Bosnia and Herzegovina/Tuzla Canton", 44.54, 18.67, 11),
        ("Zenica", "Federation of Bosnia and Herzegovina/Zenica-Doboj Canton", 44.20, 17.91, 10),
        ("Mostar", "Federation of Bosnia and Herzegovina/Herzegovina-Neretva Canton", 43.34, 17.81, 11),
        ("Bihać", "Federation of Bosnia and Herzegovina/Una-Sana Canton", 44.82, 15.87, 6),
        ("Bijeljina", "Republika Srpska", 44.76, 19.21, 7),
        ("Prijedor", "Republika Srpska", 44.98, 16.71, 6),
        ("Brčko", "Brčko District", 44.87, 18.81, 4),
        ("Trebinje", "Republika Srpska", 42.71, 18.34, 3),
    ),
    "MD": (
        ("Chisinau", "Chisinau", 47.01, 28.86, 44),
        ("Bălți", "Bălți", 47.76, 27.93, 14),
        ("Cahul", "Cahul", 45.90, 28.19, 9),
        ("Orhei", "Orhei", 47.38, 28.82, 9),
        ("Ungheni", "Ungheni", 47.21, 27.80, 8),
        ("Soroca", "Soroca", 48.16, 28.29, 8),
        ("Comrat", "Gagauzia", 46.30, 28.66, 8),
    ),
    "ME": (
        ("Podgorica", "Podgorica", 42.44, 19.26, 36),
        ("Nikšić", "Nikšić", 42.77, 18.95, 15),
        ("Kotor", "Kotor", 42.42, 18.77, 12),
        ("Budva", "Budva", 42.29, 18.84, 10),
        ("Bar", "Bar", 42.10, 19.10, 10),
        ("Bijelo Polje", "Bijelo Polje", 43.04, 19.75, 7),
        ("Pljevlja", "Pljevlja", 43.36, 19.36, 5),
        ("Herceg Novi", "Herceg Novi", 42.45, 18.54, 5),
    ),
    "MK": (
        ("Skopje", "Skopje", 42.00, 21.43, 40),
        ("Kumanovo", "Northeastern", 42.13, 21.71, 13),
        ("Tetovo", "Polog", 42.01, 20.97, 14),
        ("Bitola", "Pelagonia", 41.03, 21.33, 9),
        ("Gostivar", "Polog", 41.80, 20.91, 9),
        ("Ohrid", "Southwestern", 41.12, 20.80, 6),
        ("Prilep", "Pelagonia", 41.35, 21.55, 5),
        ("Strumica", "Southeastern", 41.44, 22.64, 4),
    ),
    "RS": (
        ("Belgrade", "Belgrade", 44.80, 20.46, 34),
        ("Novi Sad", "Vojvodina/South Bačka", 45.25, 19.84, 13),
        ("Niš", "Southern and Eastern Serbia/Nišava", 43.32, 21.90, 10),
        ("Kragujevac", "Šumadija and Western Serbia/Šumadija", 44.01, 20.92, 8),
        ("Subotica", "Vojvodina/North Bačka", 46.10, 19.67, 6),
        ("Zrenjanin", "Vojvodina/Central Banat", 45.38, 20.39, 4),
        ("Pančevo", "Vojvodina/South Banat", 44.87, 20.64, 5),
        ("Čačak", "Šumadija and Western Serbia/Moravica", 43.89, 20.35, 4),
        ("Novi Pazar", "Šumadija and Western Serbia/Raška", 43.14, 20.52, 6),
        ("Leskovac", "Southern and Eastern Serbia/Jablanica", 43.00, 21.95, 5),
        ("Šabac", "Šumadija and Western Serbia/Mačva", 44.75, 19.69, 4),
        ("Smederevo", "Southern and Eastern Serbia/Podunavlje", 44.66, 20.93, 4),
        ("Vranje", "Southern and Eastern Serbia/Pčinja", 42.55, 21.90, 3),
        ("Užice", "Šumadija and Western Serbia/Zlatibor", 43.86, 19.85, 3),
    ),
    "XK": (
        ("Pristina", "Pristina", 42.66, 21.17, 27),
        ("Prizren", "Prizren", 42.21, 20.74, 15),
        ("Peja", "Peja", 42.66, 20.29, 14),
        ("Ferizaj", "Ferizaj", 42.37, 21.16, 12),
        ("Gjilan", "Gjilan", 42.46, 21.47, 10),
        ("Gjakova", "Gjakova", 42.38, 20.43, 9),
        ("Mitrovica", "Mitrovica", 42.89, 20.87, 13),
    ),
}

SETTLEMENTS: dict[str, tuple[Settlement, ...]] = {
    code: tuple(Settlement(name, tuple(admin.split("/")), lat, lon, weight) for name, admin, lat, lon, weight in rows)
    for code, rows in _ROWS.items()
}
