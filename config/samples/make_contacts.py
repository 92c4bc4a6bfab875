"""Write `contacts.xlsx`: forty invented people and one more, always the same ones.

`python config/samples/make_contacts.py`
"""

from datetime import UTC, datetime
from pathlib import Path

from openpyxl import Workbook

HEADERS = [
    "Empresa",
    "Nombre",
    "Apellido",
    "Celular",
    "Cargo",
    "Sector de Actividad",
    "Descripción",
    "Correo",
    "Ciudad",
    "Membresía",
]
CAMILLE = [
    "Vinos del Valle SAS",
    "Camille",
    "Durand",
    "+573001234567",
    "Directrice générale",
    "Vinos y licores",
    "Importa vinos franceses y los distribuye a restaurantes y hoteles.",
    "camille.durand@example.org",
    "Bogotá",
    "Oro",
]
PEOPLE = """
Juliette Moreau|Sofía Restrepo|Antoine Lefèvre|Andrés Cárdenas|Claire Dubois|Valentina Ospina|Mathieu Garnier
Juan Camilo Rojas|Élodie Marchand|Mariana Quintero|Nicolas Perrin|Felipe Arango|Hélène Faure|Daniela Mejía
Guillaume Roux|Santiago Vélez|Aurélie Blanchard|Carolina Bermúdez|Thomas Renaud|Alejandro Pardo|Sandrine Colin
Laura Villamizar|Olivier Masson|Ricardo Salcedo|Pauline Chevalier|Natalia Gaviria|Benoît Lacroix|Esteban Murillo
Manon Giraud|Catalina Uribe|Vincent Leclerc|Óscar Peñaranda|Sylvie Noël|Paola Zuluaga|Rémi Fontaine
Gustavo Londoño|Anaïs Bertrand|Lucía Echeverri|Fabien Hubert|Manuela Castaño
"""
# Company, sector, what it does: each has two of the people.
COMPANIES = """
Panadería Lumière SAS|Alimentos|Panadería y pastelería artesanal con seis puntos de venta.
Café Sierra Clara|Alimentos|Exporta café de especialidad a Europa.
Aguas Andinas Ingeniería|Agua y medio ambiente|Diseña plantas de tratamiento de agua.
Solaris Caribe SAS|Energía|Instala paneles solares para la industria.
Studio Parallèle|Arquitectura|Arquitectura bioclimática y diseño de interiores.
Textiles La Rambla|Moda y textiles|Confecciona uniformes y ropa de trabajo.
Logistique Atlantique Colombie|Logística|Agencia de carga marítima entre Le Havre y Cartagena.
Nube Clara Software|Tecnología|Programas de gestión para clínicas.
Parfums du Nord SAS|Cosmética|Distribuye perfumes y productos de cuidado personal.
Cacao Origen Profundo|Alimentos|Transforma cacao fino de aroma en chocolate.
Abogados Prieto y Vidal|Servicios jurídicos|Derecho mercantil y laboral para empresas extranjeras.
Rutas Verdes Turismo|Turismo|Viajes de naturaleza en grupos pequeños.
Pharma Boréal Colombie|Salud|Representa laboratorios farmacéuticos franceses.
Flores del Altiplano|Agricultura|Cultiva y exporta rosas y claveles.
Ascenseurs Vertical SAS|Construcción|Vende y mantiene ascensores.
Academia Puente|Educación|Cursos de francés y español para empresas.
Finanzas Meridiano|Servicios financieros|Asesoría contable y tributaria.
Aéro Composants Andes|Aeronáutica|Repuestos y mantenimiento de helicópteros.
Hotel Casa Marsella|Turismo|Hotel de cuarenta habitaciones en el centro histórico.
Reciclar Más SAS|Agua y medio ambiente|Recupera plásticos y vidrio.
"""
ROLES = ["Gerente general", "Responsable export", "Gerente comercial", "Responsable marketing", "Representante legal"]
CITIES = ["Bogotá", "Medellín", "Cali", "Cartagena", "Barranquilla", "Bogotá", "Pereira", "Bucaramanga"]
MEMBERSHIPS = ["Oro", "Plata", "Bronce", "Plata", "Joven empresa"]
_LETTERS = str.maketrans("áàâãéèêëíïîóôöúùûüñçÁÉÈÍÓÚÑ ", "aaaaeeeeiiiooouuuuncAEEIOUN.")


def rows() -> list[list[str]]:
    """Everybody, one row each."""
    people = [name for line in PEOPLE.split("\n") for name in line.split("|") if name]
    companies = [line.split("|") for line in COMPANIES.strip().split("\n")]
    made = [CAMILLE]
    for number, name in enumerate(people):
        first, _, last = name.rpartition(" ")
        which = number % len(companies)
        company, sector, description = companies[which]
        made.append(
            [
                company,
                first,
                last,
                f"+57300000{number + 1:04}",
                ROLES[number // 3 % len(ROLES)],
                sector,
                description,
                f"{name.translate(_LETTERS).lower()}@example.org",
                CITIES[which % len(CITIES)],
                MEMBERSHIPS[which % len(MEMBERSHIPS)],
            ]
        )
    return made


def main() -> None:
    """Write the workbook beside this file."""
    book = Workbook()
    book.properties.created = book.properties.modified = datetime(2025, 1, 1, tzinfo=UTC).replace(tzinfo=None)
    sheet = book.active
    assert sheet is not None  # noqa: S101 (a new workbook has one)
    sheet.title = "Contactos"
    for row in [HEADERS, *rows()]:
        sheet.append(row)
    for column, width in zip("ABCDEFGHIJ", (32, 16, 16, 17, 24, 24, 60, 36, 14, 14), strict=True):
        sheet.column_dimensions[column].width = width
    sheet.freeze_panes = "A2"
    book.save(Path(__file__).with_name("contacts.xlsx"))


if __name__ == "__main__":
    main()
