"""What the organisation is told of an erasure that a person asked for: in its language, and nothing of the person."""

from collections.abc import Mapping

_DONE: Mapping[str, str] = {
    "es": "Una persona pidió que se borraran sus datos y lo confirmó. Ya se borraron sus conversaciones, sus respuestas"
    " y su ficha de contacto; su número no quedó guardado. Las recargas de la agenda la omiten; quítela"
    " también del archivo de origen.",
    "fr": "Une personne a demandé l'effacement de ses données et l'a confirmé. Ses conversations, ses réponses et sa"
    " fiche de contact sont effacées ; son numéro n'est plus conservé. Les rechargements du carnet d'adresses ne la"
    " reprennent pas ; retirez-la aussi du fichier d'origine.",
    "en": "A person asked for their data to be erased, and confirmed it. Their conversations, answers and contact card"
    " are gone; their number is not kept. Reloads of the contact book leave them out; remove them from the source"
    " workbook too.",
}
_DELIVERED: Mapping[str, str] = {
    "es": "Estas exportaciones se entregaron antes y pueden contener sus datos: {exports}. Bórrelas o repítalas allá.",
    "fr": "Ces exports, remis auparavant, peuvent contenir ses données : {exports}. Effacez-les ou refaites-les.",
    "en": "These exports were delivered before and may hold their data: {exports}. Delete them there, or make them"
    " anew.",
}


def told_of_erasure(language: str, delivered: list[str]) -> str:
    """The notice; `delivered` names the exports that left this installation with the person in them."""
    language = language if language in _DONE else "en"
    more = _DELIVERED[language].format(exports=", ".join(delivered)) if delivered else ""
    return f"{_DONE[language]} {more}".strip()
