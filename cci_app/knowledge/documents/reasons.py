"""Why a document cannot be used, or not all of it, and what to do, in the languages of those who upload."""

from collections.abc import Sequence

from cci_app.knowledge.reading.document import Caution, Reason

_SENTENCES: dict[Reason, tuple[str, str, str]] = {
    Reason.TOO_LARGE: (
        "The file is too large: split it, or remove its pictures.",
        "Le fichier est trop volumineux : découpez-le, ou retirez-en les images.",
        "El archivo es demasiado grande: divídalo o quítele las imágenes.",
    ),
    Reason.TOO_MUCH_TEXT: (
        "The document has more text or pages than one document may have: split it.",
        "Le document a plus de texte ou de pages qu'un seul ne peut en avoir : découpez-le.",
        "El documento tiene más texto o páginas de lo permitido: divídalo.",
    ),
    Reason.EMPTY: (
        "The document is empty.",
        "Le document est vide.",
        "El documento está vacío.",
    ),
    Reason.NOT_TEXT: (
        "The file is not a PDF, Word (.docx), HTML, Markdown or plain text: save it as one of these.",
        "Le fichier n'est ni un PDF, ni du Word (.docx), ni du HTML, ni du Markdown, ni du texte brut : enregistrez-le"
        " dans l'un de ces formats.",
        "El archivo no es PDF, Word (.docx), HTML, Markdown ni texto sin formato: guárdelo en uno de estos formatos.",
    ),
    Reason.ENCRYPTED: (
        "The document is protected by a password: remove it and send the document again.",
        "Le document est protégé par un mot de passe : retirez-le et envoyez à nouveau le document.",
        "El documento está protegido con contraseña: quítela y envíe el documento de nuevo.",
    ),
    Reason.DAMAGED: (
        "The file is damaged or incomplete: open it, save it again and send that file.",
        "Le fichier est endommagé ou incomplet : ouvrez-le, enregistrez-le à nouveau et envoyez ce fichier.",
        "El archivo está dañado o incompleto: ábralo, guárdelo de nuevo y envíe ese archivo.",
    ),
    Reason.NO_TEXT: (
        "The document has pictures but no text, perhaps because it was scanned: send it with its text recognised.",
        "Le document a des images mais pas de texte, peut-être parce qu'il a été numérisé : envoyez-le avec son texte"
        " reconnu.",
        "El documento tiene imágenes pero no texto, quizás porque fue escaneado: envíelo con el texto reconocido.",
    ),
    Reason.ODD_LETTERS: (
        "The letters of the document cannot be told: its fonts only draw them. Save it as PDF again from the program"
        " that it was written with, or send it as Word.",
        "Les lettres du document ne se laissent pas lire : ses polices ne font que les dessiner. Enregistrez-le à"
        " nouveau en PDF depuis le logiciel d'origine, ou envoyez-le en Word.",
        "No se pueden leer las letras del documento: sus fuentes solo las dibujan. Guárdelo de nuevo como PDF desde el"
        " programa original, o envíelo en Word.",
    ),
    Reason.NEEDS_SCRIPT: (
        "The page has no text of its own: a script brings it when somebody looks. Print the page to PDF and send that,"
        " or send its text.",
        "La page n'a pas de texte à elle : un script l'apporte quand on la regarde. Imprimez la page en PDF et"
        " envoyez-la, ou envoyez son texte.",
        "La página no contiene texto propio: un script lo carga al abrirla. Imprima la página en PDF y envíela, o envíe"
        " su texto.",
    ),
    Reason.TOO_SLOW: (
        "Reading the document took too long: split it, or save it in a simpler form.",
        "La lecture du document a pris trop de temps : découpez-le, ou enregistrez-le sous une forme plus simple.",
        "La lectura del documento tardó demasiado: divídalo o guárdelo en una forma más sencilla.",
    ),
    Reason.TOO_COMPLEX: (
        "The document cannot be read with the memory allowed: split it, or save it in a simpler form.",
        "Le document ne peut être lu avec la mémoire permise : découpez-le, ou enregistrez-le sous une forme plus"
        " simple.",
        "El documento no se puede leer con la memoria permitida: divídalo o guárdelo en una forma más sencilla.",
    ),
    Reason.READER_FAILED: (
        "The program that reads documents did not work, whatever the document is: tell whoever runs the system, then"
        " have the document read again.",
        "Le programme qui lit les documents n'a pas fonctionné, quel que soit le document : prévenez l'exploitant du"
        " système, puis demandez une nouvelle lecture.",
        "El programa que lee los documentos no funcionó, sea cual sea el documento: avise a quien administra el sistema"
        " y luego pida que se lea de nuevo.",
    ),
    Reason.UNREACHABLE: (
        "The file cannot be opened.",
        "Le fichier ne peut pas être ouvert.",
        "El archivo no se puede abrir.",
    ),
    Reason.UPLOAD_LOST: (
        "The uploaded file is not there: delete the document and send it again.",
        "Le fichier envoyé n'est plus là : supprimez le document et envoyez-le à nouveau.",
        "El archivo enviado no está: elimine el documento y envíelo de nuevo.",
    ),
    Reason.DUPLICATE: (
        "Another document has the same content.",
        "Un autre document a le même contenu.",
        "Otro documento tiene el mismo contenido.",
    ),
    Reason.INTERRUPTED: (
        "The work was interrupted again and again: ask for it again.",
        "Le travail a été interrompu plusieurs fois : demandez-le à nouveau.",
        "El trabajo se interrumpió varias veces: pídalo de nuevo.",
    ),
    Reason.ADDRESS_NOT_ALLOWED: (
        "The address, or one that it leads to, is not a public https address.",
        "L'adresse, ou celle à laquelle elle mène, n'est pas une adresse https publique.",
        "La dirección, o aquella a la que lleva, no es una dirección https pública.",
    ),
    Reason.HOST_NOT_FOUND: (
        "There is no site of this name: check the spelling of the address.",
        "Aucun site ne porte ce nom : vérifiez l'orthographe de l'adresse.",
        "No existe ningún sitio con ese nombre: revise cómo está escrita la dirección.",
    ),
    Reason.PAGE_NOT_FOUND: (
        "There is nothing at this address: correct it.",
        "Il n'y a rien à cette adresse : corrigez-la.",
        "No hay nada en esta dirección: corríjala.",
    ),
    Reason.PAGE_REFUSED: (
        "The site does not give this page to everybody, or asks robots to leave it alone.",
        "Le site ne donne pas cette page à tout le monde, ou demande aux robots de la laisser.",
        "El sitio no da esta página a cualquiera, o pide a los robots que no la lean.",
    ),
    Reason.PAGE_UNEXPECTED: (
        "The site gave an answer that is no document.",
        "Le site a donné une réponse qui n'est pas un document.",
        "El sitio dio una respuesta que no es un documento.",
    ),
    Reason.SITE_UNREACHABLE: (
        "The site does not answer at present: it is tried again, and can be asked for again later.",
        "Le site ne répond pas pour le moment : il est réessayé, et peut être demandé à nouveau plus tard.",
        "El sitio no responde por ahora: se intenta de nuevo, y se puede volver a pedir más tarde.",
    ),
    Reason.STORE_UNAVAILABLE: (
        "The file storage does not answer at present: it is tried again.",
        "Le stockage des fichiers ne répond pas pour le moment : il est réessayé.",
        "El almacenamiento de archivos no responde por ahora: se intenta de nuevo.",
    ),
}


_WARNINGS: dict[Caution, tuple[str, str, str]] = {
    Caution.ODD_LETTERS: (
        "Some letters of the document look wrong, and what they spell will not be found: save it again from the"
        " program that it was written with, as PDF or Word.",
        "Certaines lettres du document semblent fausses, et ce qu'elles écrivent ne sera pas trouvé : enregistrez-le à"
        " nouveau depuis le logiciel d'origine, en PDF ou en Word.",
        "Algunas letras del documento parecen erróneas y lo que dicen no se encontrará: guárdelo de nuevo desde el"
        " programa original, como PDF o Word.",
    ),
    Caution.GLUED_WORDS: (
        "Words of the document run together, and will not be found: save it again from the program that it was written"
        " with, as PDF or Word.",
        "Des mots du document sont collés les uns aux autres et ne seront pas trouvés : enregistrez-le à nouveau depuis"
        " le logiciel d'origine, en PDF ou en Word.",
        "Hay palabras del documento pegadas unas a otras que no se encontrarán: guárdelo de nuevo desde el programa"
        " original, como PDF o Word.",
    ),
    Caution.PICTURES: (
        "Some pages are pictures, and what they show is not read: send them with their text recognised.",
        "Certaines pages sont des images, et ce qu'elles montrent n'est pas lu : envoyez-les avec leur texte reconnu.",
        "Algunas páginas son imágenes y lo que muestran no se lee: envíelas con el texto reconocido.",
    ),
    Caution.WORDS_MISSING: (
        "Two ways of reading differ on some pages, so that words may be missing: look at their passages, or send the"
        " document as Word.",
        "Deux lectures diffèrent sur certaines pages, des mots peuvent donc manquer : vérifiez leurs passages, ou"
        " envoyez le document en Word.",
        "Dos formas de lectura difieren en algunas páginas, de modo que pueden faltar palabras: revise sus fragmentos o"
        " envíe el documento en Word.",
    ),
    Caution.NOT_EVERYTHING: (
        "The document holds charts or other files, whose words are not read: put what matters into its text.",
        "Le document contient des graphiques ou d'autres fichiers dont les mots ne sont pas lus : écrivez l'essentiel"
        " dans le texte.",
        "El documento contiene gráficos u otros archivos cuyas palabras no se leen: escriba lo importante en el texto.",
    ),
}
_PAGES = {"en": ("Page", "Pages"), "fr": ("Page", "Pages"), "es": ("Página", "Páginas")}
_MOST_PAGES = 20


def warning(caution: Caution, pages: Sequence[int] = ()) -> dict[str, str]:
    """What to tell people of a document that was read, by language; of `pages`, where it is about some."""
    told = dict(zip(("en", "fr", "es"), _WARNINGS[caution], strict=True))
    if not pages:
        return told
    numbers = ", ".join(map(str, pages[:_MOST_PAGES])) + ("…" if len(pages) > _MOST_PAGES else "")
    return {language: f"{text} {_PAGES[language][len(pages) > 1]} {numbers}." for language, text in told.items()}


def sentences(reason: Reason, named: str | None = None) -> dict[str, str]:
    """What to tell people, by language: `{"en", "fr", "es"}`; `named` is what it is about, where there is such."""
    told = dict(zip(("en", "fr", "es"), _SENTENCES[reason], strict=True))
    if named is None:
        return told
    # French has a space before the colon.
    return {language: f"{text[:-1]}{' ' * (language == 'fr')}: {named}." for language, text in told.items()}
