"""What the columns of a contact workbook mean, from headers in French, Spanish or English."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from cci_app.core.text import clean, fold

LOOKED_AT = 40
_LONGEST_HEADER = 80


class Column(StrEnum):
    """What a column holds. The values of the fields of a contact are their names."""

    PHONE = "phone"
    FIRST_NAME = "first_name"
    LAST_NAME = "last_name"
    FULL_NAME = "full_name"
    FULL_NAME_REVERSED = "full_name_reversed"
    NAME = "name"
    COMPANY = "company"
    ROLE = "role"
    SECTOR = "sector"
    CITY = "city"
    EMAIL = "email"
    MEMBERSHIP = "membership"
    DESCRIPTION = "description"


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# A word of these makes a header a date, a number or a mark, whatever it is about: "Fecha de membresía", "ID empresa".
_NOT_A_FIELD = _words(
    "fecha date id codigo code nit siret rut vigencia vencimiento expiration echeance monto montant amount valor link"
    " enlace lien url web website sitio site linkedin facebook instagram logo foto photo direccion adresse address"
    " pais pays country indicativo indicatif prefijo prefixe extension ext consentimiento consentement consent"
    " observaciones observations observacion notas notes nota remarques asistente assistant assistante fax desde since"
    " depuis"
)
_EMAIL = _words("email emails mail mails correo correos courriel courriels")
# A header with one of these words is not that column all the same: "Número de socio", "Tipo de empresa".
_BUT_NOT = {
    Column.MEMBERSHIP: _words("n no num numero number"),
    Column.COMPANY: _words("tipo type tamano taille size forma forme"),
}
# In this order: "Teléfono de la empresa" is a phone, "Nombre de la empresa" a company.
_BY_WORD: tuple[tuple[Column, frozenset[str]], ...] = (
    (
        Column.PHONE,
        _words(
            "celular celulares movil moviles mobile mobiles cel cell cellphone cellulaire portable telefono telefonos"
            " telephone telephones phone phones tel tfno tlf whatsapp whatsap wa wapp gsm smartphone fijo fixe landline"
        ),
    ),
    (
        Column.SECTOR,
        _words("sector sectores secteur secteurs industria industrie industry rubro actividad activite activity giro"),
    ),
    (
        Column.DESCRIPTION,
        _words("descripcion descripciones description descriptif presentacion presentation resumen resume about"),
    ),
    (
        Column.MEMBERSHIP,
        _words(
            "membresia membresias membership adhesion adhesions adherent adherente afiliacion affiliation afiliado"
            " affilie cotisation categoria categorie category plan membre miembro member socio"
        ),
    ),
    (Column.CITY, _words("ciudad ciudades ville villes city town municipio commune sede localidad localite")),
    (
        Column.ROLE,
        _words(
            "cargo cargos poste fonction fonctions funcion role rol puesto position job titre titulo title profesion"
            " profession qualite"
        ),
    ),
    (
        Column.COMPANY,
        _words(
            "empresa empresas entreprise entreprises company companies societe societes sociedad compania organizacion"
            " organisation organization organismo organisme compagnie firma firme employer business enterprise razon"
            " raison institucion institution entidad entite etablissement"
        ),
    ),
)
_FIRST = _words("prenom prenoms first given pila forename")
_LAST = _words("apellido apellidos last family surname surnames famille patronyme paterno")
_NAME = _words("nombre nombres nom noms name names")
_PERSON = _words("contacto contact contactos contacts persona personne person interlocutor interlocuteur full completo")
_PERSON_TOO = _words("complet representante representant participante participant encargado responsable")
_TRADE = _words("comercial commercial trade")
_SMALL = _words("de del du d la le l el los las les des of the y et and client cliente customer")
# Which of several phone columns is the one people write from.
_MOBILE = _words(
    "whatsapp whatsap wa wapp celular celulares movil moviles mobile mobiles cel cell cellphone cellulaire portable gsm"
)
_LANDLINE = _words("fijo fixe landline oficina bureau office")


def meaning(header: str) -> Column | None:
    """What a column with that header holds; None where the header says nothing we know."""
    tokens = re.findall(r"[a-z0-9]+", fold(header.replace("E-mail", "email").replace("e-mail", "email")))
    words = frozenset(tokens)
    if not words or len(header) > _LONGEST_HEADER:
        return None
    if words & _EMAIL:
        return Column.EMAIL
    if words & _NOT_A_FIELD:
        return None
    for column, known in _BY_WORD:
        if words & known:
            if column is Column.MEMBERSHIP and words & _NAME:
                return Column.FULL_NAME
            return None if words & _BUT_NOT.get(column, frozenset()) else column
    return _name_column(tokens, words)


def _name_column(tokens: Sequence[str], words: frozenset[str]) -> Column | None:
    first, last, name = words & _FIRST, words & _LAST, words & _NAME
    if (last and first) or (last and name and not {"de", "last", "family"} & words):
        return Column.FULL_NAME_REVERSED if tokens[0] in _LAST else Column.FULL_NAME
    if last:
        return Column.LAST_NAME
    if first and name and not words & {"first", "given", "de"}:
        # "Nom et prénom", "Prénom et nom".
        return Column.FULL_NAME if tokens[0] in _FIRST else Column.FULL_NAME_REVERSED
    if first:
        return Column.FIRST_NAME
    if words & (_PERSON | _PERSON_TOO):
        return Column.FULL_NAME
    if name and words & _TRADE:
        return Column.COMPANY
    # "Nombre d'employés" is a number: a bare name stands alone.
    return Column.NAME if name and words <= _NAME | _SMALL else None


@dataclass(frozen=True, slots=True)
class Header:
    """The header of a sheet: its last row's number, and the name and meaning of each column from A."""

    row: int
    names: tuple[str, ...]
    columns: tuple[Column | None, ...]

    @property
    def known(self) -> int:
        """How many kinds of column are known."""
        return len({column for column in self.columns if column is not None})

    @property
    def phones(self) -> list[int]:
        """The columns with phones, those people write from first."""
        found = [index for index, column in enumerate(self.columns) if column is Column.PHONE]
        return sorted(found, key=lambda index: (_phone_rank(self.names[index]), index))


def _phone_rank(name: str) -> int:
    words = frozenset(re.findall(r"[a-z0-9]+", fold(name)))
    if words & {"whatsapp", "whatsap", "wa", "wapp"}:
        return 0
    if words & _LANDLINE:
        return 3
    return 1 if words & _MOBILE else 2


def find_header(rows: Sequence[tuple[int, list[Any]]]) -> Header | None:
    """The header among the first rows of a sheet, not necessarily the first; None where no row names a phone column.

    Of two rows of headers, as merged cells make them, what the lower one leaves blank is read from the upper one.
    """
    best: Header | None = None
    for index, (number, cells) in enumerate(rows[:LOOKED_AT]):
        names = _names(cells)
        above = _names(rows[index - 1][1]) if index and rows[index - 1][0] == number - 1 else ()
        if _is_header_part(above) and _is_header_part(names):
            width = max(len(above), len(names))
            above, names = (part + ("",) * (width - len(part)) for part in (above, names))
            names = tuple(below or over for below, over in zip(names, above, strict=True))
        header = Header(number, names, _settle(tuple(map(meaning, names))))
        if header.phones and (best is None or header.known > best.known):
            best = header
    return best


def _names(cells: Sequence[Any]) -> tuple[str, ...]:
    return tuple(" ".join(clean(cell).split()) if isinstance(cell, str) else "" for cell in cells)


def _is_header_part(names: Sequence[str]) -> bool:
    """Whether a row is one of two that make the header: a title has one cell, and people are no headers."""
    filled = [name for name in names if name]
    return len(filled) > 1 and 2 * sum(meaning(name) is not None for name in filled) >= len(filled)


def _settle(columns: tuple[Column | None, ...]) -> tuple[Column | None, ...]:
    """Decide what a bare "Nom", "Nombre" or "Name" means: it depends on the column it stands beside."""
    if Column.FIRST_NAME in columns:
        bare = Column.LAST_NAME
    elif Column.LAST_NAME in columns:
        bare = Column.FIRST_NAME
    elif Column.COMPANY not in columns and Column.FULL_NAME in columns:
        # "Nombre" beside "Contacto", without a company: the name of the company.
        bare = Column.COMPANY
    else:
        bare = Column.FULL_NAME
    return tuple(bare if column is Column.NAME else column for column in columns)
