"""Words by which a language is recognised, written without accents as people type them.

Only words that the other languages of the list do not share: `no`, `entre`, `sur`, `son`, `mes`, `nos`, `plus` are in
several and are left out, as is `bien`. A language that is not here is left to the model alone.
"""

from typing import Final


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


FUNCTION_WORDS: Final[dict[str, frozenset[str]]] = {
    "fr": _words("""
        je j nous vous on elle elles ils moi toi leur leurs est et mais du des dans pour avec chez aux au sans sous
        pas oui ouais non ne n c qu ai as avons avez ont suis sommes sont etes etait ete etre fait faire fais faites
        tres aussi encore deja toujours jamais beaucoup peu trop moins alors donc puis apres avant
        maintenant demain hier aujourd hui soir matin cette cet ces quoi quel quelle quels quelles comment combien
        pourquoi parce lorsque notre votre aucun aucune rien quelques plusieurs tous toutes autre autres
        peux peut peuvent pouvez pourrait veux veut voulons voudrais cherche cherchons besoin aider aide trouver
        savoir sais voir dire bonjour bonsoir salut coucou merci accord plait svp bjr bsr slt stp jai cest nest
        jsp semaine semaines annee dernier derniere prochain prochaine heure heures ouvre ouvrez comprends comprend
        """),
    "es": _words("""
        el los las una unos unas yo nosotros ustedes usted ellos soy somos estoy esta estamos estan estaba fue
        fuimos fueron ser estar y por para pero sin muy mas tambien todavia aun ya hola buenos buenas dias tardes
        noches gracias favor porfa porfavor nuestro nuestra nuestros nuestras mi su sus del al hay tenemos tengo tiene
        tienen quiero queremos quisiera quisieramos puedo puede pueden podemos pude pudimos podido podria necesito
        necesitamos he hemos ha han hacer hago hicimos hacen cuando donde cual cuales cuanto cuanta cuesta porque pues
        nada nunca ningun ninguno ninguna todo toda algo alguien mucho mucha poco ahora luego despues antes hoy manana
        ayer vender crecer decir saber entender buscar buscamos busco conseguir ayuda ayudan
        ayudar lo eso esto estos estas ese esa aqui alla asi claro vale listo bueno dale q xq tb
        entrar entre entramos usamos conozco conocemos hora horas abre abren cierra cierran queda quedan entiendo
        comprendo pregunta preguntas
        """),
    "en": _words("""
        the it is are was were am i you he she we they his her our their your this that these those what which who
        whom whose how when where why and but with from for of to at by about too much many more does did doing has
        have had been being can could will would should shall must please thanks thank yes not there here now then
        today tomorrow yesterday week give show tell need want know let lets im ill dont didnt cant whats
        """),
}

# Two kinds of mark that only one of the languages writes; capitalised words are names and do not count.
LETTERS: Final[dict[str, str]] = {"fr": "çœèêëàùûîô", "es": "ñáíóú¿¡"}

# What a first message may consist of, though it is shared or too weak to switch a running conversation.
FIRST_WORDS: Final[dict[str, frozenset[str]]] = {
    "fr": _words("""
        bonne bienvenue allo mois societe entreprise membre espace suivant retour rebonjour bjour cc bon une tout ca
        daccord volontiers enchante enchantee desole desolee pardon excusez entendu compris parfait parfaite
        nickel impec chouette formidable ravi ravie voila exactement presque peut madame monsieur cher
        chere allons allez instant ouep ouais nan mdr commencer commencons demarrer continuons continuer recommencer
        reprendre envoyer inscription adhesion adherer tarif tarifs prix renseignement renseignements question
        evenement evenements emploi recrutement stage demande joyeux joyeuse courage felicitations bravo
        """),
    "es": _words("""
        buen dia empresa empresas ventas meses si que como quien pasar saltar volver atras seguir miembros holi ola
        buena wenas senor senora holaa holaaa perdon disculpe disculpa momento vez quizas quiza casi exacto correcto
        perfecto excelente chevere bacano saludo saludos cordial entendido encantado encantada gusto cita precio precios
        tarifas costo evento eventos empleo practica pasantia empezar comenzar sigamos seguimos continuemos iniciar
        reanudar continuar enviar informacion inscripcion afiliacion servicios exactamente chao adios feliz
        bienvenido bienvenidos estimado estimados supuesto
        """),
    "en": _words("hello hi hey good morning afternoon evening on my me help done ready work working"),
}

# What somebody calls a language, in whichever language they write.
LANGUAGE_NAMES: Final[dict[str, str]] = {
    "francais": "fr", "francaise": "fr", "frances": "fr", "french": "fr", "fr": "fr",
    "espagnol": "es", "espanol": "es", "castellano": "es", "castillan": "es", "spanish": "es", "es": "es",
    "anglais": "en", "ingles": "en", "english": "en",
    "portugais": "pt", "portugues": "pt", "portuguese": "pt",
    "italien": "it", "italiano": "it", "italian": "it",
    "allemand": "de", "aleman": "de", "german": "de", "deutsch": "de",
}  # fmt: skip

# Verbs and nouns that make "en español" a wish rather than the language of a brochure.
WISH_WORDS: Final[frozenset[str]] = _words("""
    prefiero prefiere preferimos preferiria preferimos mejor puede puedes pueden podemos podria podrias podriamos puedo
    seguir sigamos seguimos continuar continuemos hablar hablemos hableme hablame habla hable hablas hablan hablamos
    escribir escribame escribeme escriba escribe responder respondame respondeme responda contestar conteste contesteme
    quiero quisiera gustaria cambiar cambiemos cambie cambia pasar pasemos pase vamos idioma lengua
    prefere preferons prefererais prefererions parler parlez parle parlons parles peut peux pouvez pourriez pourrait
    continuer continuons ecrire ecrivez ecris repondre repondez reponds passer passons passez voudrais aimerais veux
    changer changez langue plutot possible
    please prefer speak talk write answer switch like could can want would
    """)
# Words that may stand around them without adding anything.
WISH_FILLERS: Final[frozenset[str]] = _words("""
    en in a al el la le l de se es est ser me nos yo je j on nous vous tu te lo que qu si c ce cela ca eso y et o ou
    por favor porfa porfavor gracias svp stp s il plait merci hola bonjour bonsoir buenos buenas dias tardes perdon
    pardon disculpe desole ok oui claro bien aussi tambien solo solamente seulement uniquement i we you it to e sea mais
    pero
    moi para mi ustedes usted posible tout do
    """)
# Before a language's name these turn the wish away from it: "no hablo francés".
REFUSALS: Final[frozenset[str]] = _words("no ne n pas hablo entiendo comprendo comprends parle comprend don dont t")
