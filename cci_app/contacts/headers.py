"""What the columns of a contact workbook mean, from headers in French, Spanish or English."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import phonenumbers

from cci_app.core.cache import remember
from cci_app.core.text import clean, fold

LOOKED_AT = 40
_LONGEST_HEADER = 80
# A sentence that speaks of a phone is no header, where nothing beside it is one.
_WORDS_OF_A_HEADER = 4


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
    DIALLING_CODE = "dialling_code"
    COUNTRY = "country"


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# A word of these makes a header a date, a number or a mark, whatever it is about: "Fecha de membresía", "ID empresa".
_NOT_A_FIELD = _words(
    "fecha date id codigo code nit siret rut vigencia vencimiento expiration echeance monto montant amount valor link"
    " enlace lien url web website sitio site linkedin facebook instagram logo foto photo direccion adresse address"
    " extension ext consentimiento consentement consent"
    " observaciones observations observacion notas notes nota remarques asistente assistant assistante fax desde since"
    " depuis"
)
_EMAIL = _words("email emails mail mails mel correo correos courriel courriels electronique electronico electronica")
# What happened when: "Last contacted", "Dernier contact"; but not the last of several names.
_TIMES = _words("last latest dernier derniere ultimo ultima ultimos next prochain prochaine proximo proxima")
# A header with one of these words is not that column all the same: "Número de socio", "Tipo de empresa".
_BUT_NOT = {
    Column.MEMBERSHIP: _words("n no num numero number"),
    Column.FULL_NAME: _words("emergencia emergency urgence dias jours days horario horaire hours"),
    Column.COMPANY: _words("tipo type tamano taille size forma forme n no num numero number owner manager"),
    # Nor is a person written to on the phone of another.
    Column.PHONE: _words(
        "tipo type label etiqueta operador operateur carrier modelo model verified verificado verifie opt optin"
        " emergencia emergency urgence"
    ),
}
# The country of the phone beside it, as a code to dial or by its name.
_DIALLING = _words("indicativo indicatif ind prefijo prefixe prefix lada dial dialing dialling calling ddi isd idd")
_CODE = _words("codigo code cod")
_COUNTRY = _words("pais pays country nacion nation iso")
_INTERNATIONAL = _words("telefonico telephonique internacional international intl")
# In this order: "Teléfono de la empresa" is a phone, "Nombre de la empresa" a company.
_BY_WORD: tuple[tuple[Column, frozenset[str]], ...] = (
    (
        Column.PHONE,
        _words(
            "celular celulares movil moviles mobile mobiles cel cell cellphone cellulaire portable telefono telefonos"
            " telefone telephone telephones phone phones tel tels telf telfs telef telefs tele tfno tlf tlfno tlfn"
            " fono fonos ph cels celu movel mov mob msisdn port whats whatsapp whatsap wsp wpp wp wa wapp gsm"
            " smartphone fijo fixe landline"
        ),
    ),
    (
        Column.SECTOR,
        _words(
            "sector sectores secteur secteurs industria industrie industry rubro ramo actividad activite activity giro"
        ),
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
            "cargo cargos poste fonction fonctions fonct funcion funciones role rol puesto position job titre"
            " titulo title profesion profession qualite ocupacion occupation"
        ),
    ),
    (
        Column.COMPANY,
        _words(
            "empresa empresas emp ent soc ste cia entreprise entreprises company companies societe societes"
            " sociedad compania organizacion"
            " account org organisation organization organismo organisme compagnie firma firme employer business negocio"
            " enterprise razon raison institucion institution entidad entite etablissement"
        ),
    ),
)
_FIRST = _words("prenom prenoms pren first given pila forename fname firstname")
_LAST = _words("apellido apellidos apell apel last family surname surnames famille patronyme paterno lname lastname")
_NAME = _words("nombre nombres nomb nom noms name names")
_PERSON = _words("contacto contact contactos contacts persona personne person interlocutor interlocuteur full completo")
_PERSON_TOO = _words("complet display representante representant participante participant encargado responsable")
_TRADE = _words("comercial commercial trade")
_SMALL = _words(
    "de del du d la le l el los las les des of the y et and client cliente customer primer primero premier segundo"
)
_MORE = _words(
    "numero numeros number num nro no contacto principal personal trabajo oficina casa home work business mobile main"
    " direccion address electronico electronica electronique social sociale razon raison job economica economique"
    " codigo code pais country id fecha date notas"
)
# "Contact No.": the number of a contact is a phone.
_CONTACT = _words("contacto contact")
_NUMBER = _words("numero number num nro no n")
_WHATSAPP = _words("whatsapp whatsap whats wsp wpp wp wa wapp")
_JOINING = _words("de du et el la y e d")
# Which of several phone columns is the one people write from.
_MOBILE = _WHATSAPP | _words(
    "celular celulares movil moviles mobile mobiles cel cels celu cell cellphone cellulaire portable port gsm mov mob"
)
_LANDLINE = _words("fijo fixe landline oficina bureau office")


_KNOWN = frozenset().union(
    *(words for _, words in _BY_WORD),
    *(
        _EMAIL,
        _FIRST,
        _LAST,
        _NAME,
        _PERSON,
        _PERSON_TOO,
        _TRADE,
        _SMALL,
        _MOBILE,
        _LANDLINE,
        _DIALLING,
        _COUNTRY,
        _INTERNATIONAL,
        _TIMES,
        _MORE,
    ),
    _NOT_A_FIELD,
)


def meaning(header: str) -> Column | None:
    """What a column with that header holds; None where the header says nothing we know."""
    if len(header) > _LONGEST_HEADER:
        return None
    tokens = _tokens(header)
    words = frozenset(tokens)
    if not words:
        return None
    if words & _EMAIL:
        return None if words & _words("tipo type label etiqueta") else Column.EMAIL
    if words & _DIALLING or (words & _CODE and words & (_COUNTRY | _MOBILE | _INTERNATIONAL | _BY_WORD[0][1])):
        return Column.DIALLING_CODE
    if words & _COUNTRY:
        return Column.COUNTRY
    if words & _TIMES and len(words) > 1 and not words & (_NAME | _FIRST | _LAST - _TIMES):
        return None
    if words & _NOT_A_FIELD:
        # WhatsApp's own id of a person is their number.
        return Column.PHONE if words & _WHATSAPP and words & _NOT_A_FIELD == {"id"} else None
    if words & _CONTACT and words <= _CONTACT | _NUMBER | _SMALL and words & _NUMBER:
        return Column.PHONE
    for column, known in _BY_WORD:
        if words & known:
            if column is Column.MEMBERSHIP and words & _NAME:
                return Column.FULL_NAME
            return None if words & _BUT_NOT.get(column, frozenset()) else column
    return _name_column(tokens, words)


def _tokens(header: str) -> list[str]:
    """The words of a header, folded: those written together are taken apart, shortened ones are written out."""
    spaced = re.sub(
        r"(?<=[^\W\d_A-Z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-zà-ÿ])", " ", re.sub("e-mail", "email", header, flags=re.I)
    )
    tokens: list[str] = []
    for token, dot in re.findall(r"([a-z]+|[0-9]+)(\.?)", fold(spaced)):
        tokens += _written_out(token, shortened=bool(dot))
    return tokens


@remember(4096, longest=40)
def _written_out(token: str, *, shortened: bool) -> Sequence[str]:
    """A word that we know, or the ones it is made of or begins; itself where there are none."""
    if token in _KNOWN or token.isdigit():
        return (token,)
    pieces = _pieces(token)
    if pieces:
        return pieces
    if len(token) >= (3 if shortened else 5):
        begun = sorted((word for word in _KNOWN if word.startswith(token)), key=len)
        if begun:
            return (begun[0],)
    return (token,)


def _pieces(token: str) -> tuple[str, ...]:
    """Known words that follow one another in a word without spaces; the longest first, none where something is left."""
    if len(token) > 40:
        return ()
    best: list[tuple[str, ...] | None] = [(), *[None] * len(token)]
    for end in range(1, len(token) + 1):
        for start in range(end - 1, -1, -1):
            before, word = best[start], token[start:end]
            if before is None or word not in _KNOWN or (len(word) < 3 and word not in _JOINING):
                continue
            present = best[end]
            if present is None or len(before) + 1 < len(present):
                best[end] = (*before, word)
    found = best[-1] or ()
    return found if len(found) > 1 and any(len(word) > 3 for word in found) else ()


def _name_column(tokens: Sequence[str], words: frozenset[str]) -> Column | None:
    first, last, name = words & _FIRST, words & _LAST, words & _NAME
    if (last and first) or (last and name and not {"de", "last", "family", "famille"} & words):
        return Column.FULL_NAME_REVERSED if tokens[0] in _LAST else Column.FULL_NAME
    if last:
        return Column.LAST_NAME
    if first and name and not words & {"first", "given", "de", "pila"}:
        # "Nom et prénom", "Prénom et nom".
        return Column.FULL_NAME if tokens[0] in _FIRST else Column.FULL_NAME_REVERSED
    if first:
        return Column.FIRST_NAME
    if words & (_PERSON | _PERSON_TOO):
        return None if words & _BUT_NOT[Column.FULL_NAME] else Column.FULL_NAME
    if name and words & _TRADE:
        return Column.COMPANY
    # "Nombre d'employés" is a number: a bare name stands alone.
    spoken = frozenset(word for word in words if not word.isdigit())
    return Column.NAME if name and spoken <= _NAME | _SMALL else None


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

    def country_of(self, phone: int) -> list[int]:
        """The columns that may tell a phone's country: the nearest code, the nearest country; those before it first."""
        return [
            index
            for kind in (Column.DIALLING_CODE, Column.COUNTRY)
            for index in sorted(
                (index for index, column in enumerate(self.columns) if column is kind),
                key=lambda index: (index > phone, abs(index - phone)),
            )[:1]
        ]

    def region_of(self, phone: int) -> str | None:
        """The country that the header of a phone itself tells: "Celular (+57)"."""
        told = re.search(r"\+\s*(\d{1,3})(?!\d)", self.names[phone])
        region = phonenumbers.region_code_for_country_code(int(told[1])) if told else "ZZ"
        return None if region in {"ZZ", "001"} else region


def _phone_rank(name: str) -> int:
    words = frozenset(_tokens(name))
    if words & _WHATSAPP:
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
        if _is_header_part(above) and _is_header_part(_joined(above, names)):
            names = _joined(above, names)
        header = Header(number, names, _settle(tuple(map(meaning, names))))
        spoken = header.known == 1 and all(len(names[index].split()) > _WORDS_OF_A_HEADER for index in header.phones)
        if header.phones and not spoken and (best is None or header.known > best.known):
            best = header
    return best


def _names(cells: Sequence[Any]) -> tuple[str, ...]:
    return tuple(" ".join(clean(cell).split()) if isinstance(cell, str) else "" for cell in cells)


def _joined(above: tuple[str, ...], names: tuple[str, ...]) -> tuple[str, ...]:
    """Two rows of headers as one: what the lower one leaves open the upper one tells.

    Under a cell that spans several columns both together may say what neither does: "Teléfono" over "Número".
    """
    width = max(len(above), len(names))
    above, names = (part + ("",) * (width - len(part)) for part in (above, names))
    joined = []
    for index, (over, below) in enumerate(zip(above, names, strict=True)):
        spans = over and over in (above[index - 1] if index else "", above[index + 1] if index + 1 < width else "")
        says_nothing = bool(below) and meaning(below) is None and sum(map(str.isdigit, below)) < 5
        joined.append(f"{over} {below}" if spans and says_nothing else below or over)
    return tuple(joined)


def _is_header_part(names: Sequence[str]) -> bool:
    """Whether a row is one of two that make the header: a title says one thing, and people are no headers."""
    filled = [name for name in names if name]
    return len(set(filled)) > 1 and 2 * sum(meaning(name) is not None for name in filled) >= len(filled)


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
