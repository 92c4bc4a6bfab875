"""Make `cars.csv`: a hundred cars that nobody sells. Run it in its folder; the same cars come out each time."""

import csv
import random
from pathlib import Path

# Of a model: body, length, width and height in millimetres, and what it cost new, in thousands of pesos.
MODELS = {
    "Nissan": {
        "Versa": ("Sedán", 4495, 1740, 1475, 290), "Sentra": ("Sedán", 4641, 1816, 1447, 420),
        "March": ("Hatchback", 3827, 1675, 1530, 240), "Kicks": ("SUV", 4295, 1760, 1590, 430),
        "X-Trail": ("SUV", 4690, 1830, 1740, 640), "NP300": ("Pick-up", 5255, 1790, 1730, 480),
    },
    "Mazda": {
        "2": ("Hatchback", 4065, 1695, 1515, 330), "3": ("Sedán", 4660, 1797, 1445, 430),
        "CX-3": ("SUV", 4275, 1765, 1535, 440), "CX-5": ("SUV", 4575, 1842, 1685, 580),
        "CX-30": ("SUV", 4395, 1797, 1545, 520), "MX-5": ("Convertible", 3915, 1735, 1235, 620),
    },
    "Toyota": {
        "Corolla": ("Sedán", 4630, 1780, 1435, 430), "Yaris": ("Sedán", 4425, 1730, 1475, 330),
        "RAV4": ("SUV", 4600, 1855, 1685, 640), "Hilux": ("Pick-up", 5330, 1855, 1815, 560),
    },
    "Honda": {
        "Civic": ("Sedán", 4674, 1802, 1415, 520), "City": ("Sedán", 4549, 1748, 1480, 360),
        "CR-V": ("SUV", 4591, 1855, 1679, 680), "HR-V": ("SUV", 4385, 1790, 1590, 500),
    },
    "Volkswagen": {
        "Jetta": ("Sedán", 4702, 1799, 1458, 440), "Vento": ("Sedán", 4384, 1699, 1467, 290),
        "Tiguan": ("SUV", 4701, 1839, 1674, 620), "Taos": ("SUV", 4466, 1841, 1635, 540),
    },
    "Chevrolet": {
        "Aveo": ("Sedán", 4480, 1735, 1474, 270), "Onix": ("Sedán", 4474, 1730, 1471, 330),
        "Trax": ("SUV", 4257, 1775, 1674, 430), "Silverado": ("Pick-up", 5885, 2063, 1917, 980),
    },
    "Kia": {
        "Rio": ("Sedán", 4385, 1725, 1455, 330), "Forte": ("Sedán", 4640, 1800, 1440, 400),
        "Sportage": ("SUV", 4485, 1855, 1645, 560),
    },
    "Hyundai": {"Accent": ("Sedán", 4440, 1729, 1470, 320), "Tucson": ("SUV", 4480, 1850, 1655, 560)},
    "Ford": {
        "Figo": ("Hatchback", 3886, 1695, 1525, 250), "Escape": ("SUV", 4524, 1839, 1684, 600),
        "Ranger": ("Pick-up", 5354, 1860, 1815, 620),
    },
    "Seat": {"Ibiza": ("Hatchback", 4059, 1780, 1444, 360), "Ateca": ("SUV", 4363, 1841, 1601, 540)},
    "Suzuki": {"Swift": ("Hatchback", 3840, 1735, 1495, 340), "Vitara": ("SUV", 4175, 1775, 1610, 460)},
    "Renault": {"Kwid": ("Hatchback", 3680, 1579, 1474, 240), "Duster": ("SUV", 4341, 1804, 1682, 380)},
    "Jeep": {"Renegade": ("SUV", 4236, 1805, 1697, 540), "Compass": ("SUV", 4394, 1819, 1629, 640)},
    "Audi": {"A3": ("Sedán", 4458, 1796, 1416, 690), "Q3": ("SUV", 4484, 1856, 1616, 860)},
    "BMW": {"Serie 3": ("Sedán", 4709, 1827, 1442, 980), "X1": ("SUV", 4439, 1821, 1598, 850)},
    "Mercedes-Benz": {"Clase A": ("Hatchback", 4419, 1796, 1440, 760), "GLA": ("SUV", 4410, 1834, 1611, 880)},
    "Peugeot": {"208": ("Hatchback", 4055, 1745, 1430, 400), "3008": ("SUV", 4447, 1841, 1624, 640)},
    "Subaru": {"XV": ("SUV", 4485, 1800, 1615, 560), "Forester": ("SUV", 4625, 1815, 1730, 640)},
    "Mitsubishi": {"L200": ("Pick-up", 5305, 1815, 1780, 540), "Outlander": ("SUV", 4695, 1810, 1710, 620)},
    "Fiat": {"500": ("Hatchback", 3546, 1627, 1488, 330), "Mobi": ("Hatchback", 3566, 1633, 1502, 230)},
    "Mini": {"Cooper": ("Hatchback", 3821, 1727, 1414, 560)},
    "Volvo": {"XC40": ("SUV", 4425, 1863, 1652, 920)},
    "MG": {"MG5": ("Sedán", 4601, 1818, 1489, 300), "ZS": ("SUV", 4314, 1809, 1644, 380)},
    "Acura": {"RDX": ("SUV", 4744, 1900, 1668, 990)},
    "Infiniti": {"QX50": ("SUV", 4693, 1903, 1679, 970)},
}  # fmt: skip
VERSIONS = ("Sense", "Advance", "Exclusive", "Sport", "Touring", "Limited")
COLOURS = ("Blanco", "Gris", "Negro", "Plata", "Rojo", "Azul", "Café")
HEADERS = (
    "folio", "marca", "modelo", "version", "año", "carroceria", "transmision", "combustible", "color", "km", "precio",
    "largo", "ancho", "alto", "bluetooth", "car_play", "camara",
)  # fmt: skip
COUNT = 100
NEWEST = 2023


def cars() -> list[dict[str, object]]:
    """Every model once, then those of the commoner makes again."""
    chance = random.Random(20260115)  # noqa: S311 (nothing secret)
    every = [(make, model) for make, models in MODELS.items() for model in models]
    common = [each for each in every if list(MODELS).index(each[0]) < 7]
    chosen = every + [chance.choice(common) for _ in range(COUNT - len(every))]
    chance.shuffle(chosen)
    return [car(chance, number, *each) for number, each in enumerate(chosen, start=1)]


def car(chance: random.Random, number: int, make: str, model: str) -> dict[str, object]:
    """One car: older ones have run more, cost less, and have less in them."""
    body, length, width, height, new = MODELS[make][model]
    year = min(NEWEST, max(2012, round(chance.triangular(2012, 2024, 2019))))
    age = NEWEST + 1 - year
    value = new * 1000 * 0.93**age * chance.uniform(0.9, 1.05)
    automatic = body != "Pick-up" and chance.random() < 0.68
    return {
        "folio": f"A-{number:03}",
        "marca": make,
        "modelo": model,
        "version": chance.choice(VERSIONS),
        "año": year,
        "carroceria": body,
        "transmision": "Automática" if automatic else "Manual",
        "combustible": chance.choices(("Gasolina", "Híbrido", "Diésel"), (90, 6, 4))[0],
        "color": chance.choice(COLOURS),
        "km": round(age * chance.uniform(8_000, 16_000) / 500) * 500,
        "precio": max(118_999, round(value / 1000) * 1000 - 1),
        "largo": length,
        "ancho": width,
        "alto": height,
        "bluetooth": "Sí" if year > 2014 or chance.random() < 0.4 else "",
        "car_play": "Sí" if year > 2018 and chance.random() < 0.8 else "",
        "camara": "Sí" if year > 2016 and chance.random() < 0.6 else "",
    }


if __name__ == "__main__":
    with (Path(__file__).parent / "cars.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, HEADERS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(cars())
