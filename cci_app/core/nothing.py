"""What programs write where they have no value: words for nothing, and placeholders that nobody filled in."""

import re

from cci_app.core.text import fold


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# As programs write it, whatever the field.
_PROGRAMS_NOTHING = _words("null nil none undefined nan na false dbnull objectobject objectnull objectundefined")
# As programs, spreadsheets and people write it where a person is asked for, in the languages of flows; without signs.
_NOTHING = _words(
    """
    null nul nulo nula nulle nullo nil nill nilclass none nonetype nan undefined undef undefiniert indefinido
    indefinida indefini indefinie indefinito na notavailable notapplicable noaplica nd sd nodisponible
    nondisponible false falso falsa faux falsch falsy true verdadero verdadera vrai vero wahr empty vacio
    vacia vide vuoto vazio leer leeg blank blanco enblanco missing absent ausente void unknown unbekannt
    onbekend desconocido desconocida desconhecido inconnu inconnue sconosciuto anonymous anonimo anonima
    anonyme anonym nobody nadie personne nessuno ninguem niemand nothing nada ninguno ninguna nenhum nenhuma
    rien aucun aucune niente nichts kein keine geen niets novalue sinvalor sansvaleur notset unset noset
    noasignado notfound noencontrado nondefini nodefinido notdefined nophone nonumber sinnumero sintelefono
    sinnombre sansnumero sansnom noname tbd tba pordefinir adefinir pending object objectobject objectnull
    objectundefined objectpromise array function dbnull systemdbnull nullptr infinity inf ref value error
    exception string example placeholder variable default optional system desconegut yes no non nao nein oui si sim ja
    off нет неизвестно пусто 无 空 未知 なし 없음
    """
)
# Names of the field itself, as a placeholder has them whose marks were lost on the way, or a sample: "your phone".
_FIELD_NAMES = _words(
    """
    id uid userid user usuario utilisateur phone phonenumber whatsappphone whatsappid whatsappnumber waid
    number numero numerodetelefono telefono telephone tel mobile movil celular cel chatid contact contactid
    contacto contactphone subscriberid subscriber psid from sender recipient recipientid senderid
    your votre ton tu su mi my enter insert here
    """
)
_PLACEHOLDER = re.compile(
    r"(?:\{+[^{}]*\}+)+|\$\{?[A-Za-z_][\w.]*\}?|#\{[^{}]*\}|<%.*%>|<<?[^<>]*>>?|\[\[?[^\[\]]*\]\]?|\*\|[^|]*\|\*"
    r"|%%?[A-Za-z_][\w.]*%%?|__[A-Za-z]\w*__|[\s\W_]*",
    re.DOTALL,
)
_TOKEN = re.compile(r"[^\W_]+")
# The kind before an id (`manychat:`, `whatsapp:+`), the country of a business-scoped one, the gateway after it.
_KIND = re.compile(r"(?:[A-Za-z][\w.-]*:/*)+|[A-Z]{2}\.")
_GATEWAY = re.compile(r"@[\w.]*$")
# What a program makes of a dialling code and a number that is not there, and forms show: "57undefined", "57XXXXXXXXXX".
_GLUED = re.compile(r"[0-9]{0,4}(?:(?:null|undefined|nan|none|nil)+|x{3,})")
_LONGEST = 200


def is_placeholder(text: str) -> bool:
    """Whether a text is but a placeholder that was never filled in (`{{phone}}`), or holds no letter or digit."""
    stripped = text.strip()
    return len(stripped) <= _LONGEST and _PLACEHOLDER.fullmatch(stripped) is not None


def is_nothing(text: str) -> bool:
    """Whether a text is what a program writes for "no value": empty, a placeholder, null in any spelling."""
    if len(text) > _LONGEST:
        return False
    tokens = _tokens(text)
    return is_placeholder(text) or (any(map(str.isalpha, tokens)) and _says_nothing(tokens, _PROGRAMS_NOTHING))


def is_unknown(text: str) -> bool:
    """Whether a text says nothing about whoever it is to describe: as `is_nothing`, and words such as "unknown"."""
    return len(text) <= _LONGEST and (is_placeholder(text) or _says_nothing(_tokens(text), _NOTHING))


def is_nobody(user_id: str) -> bool:
    """Whether an id names nobody: it stands for nothing, with or without the kind and gateway of an id around it."""
    if len(user_id) > _LONGEST:
        return False
    if is_unknown(user_id):
        return True
    core = _GATEWAY.sub("", _KIND.sub("", user_id.strip(), count=1))
    return is_placeholder(core) or _says_nothing(_tokens(core), _NOTHING | _FIELD_NAMES)


def _tokens(text: str) -> list[str]:
    return _TOKEN.findall(fold(text))


def _says_nothing(tokens: list[str], words: frozenset[str]) -> bool:
    """Whether tokens say nothing, together or each by itself; a row of zeros does so too."""
    together = "".join(tokens)
    if together in words or _GLUED.fullmatch(together):
        return True
    return all(token in words or not token.strip("0") for token in tokens)
