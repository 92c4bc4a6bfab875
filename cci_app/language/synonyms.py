"""What people write in chat or say at work, with the words that documents have for it; folded."""

# These belong to the languages, not to an organisation; a plural or another form of a word needs no entry.
SAME = (
    ("mdp", "passe", "password", "contrasena", "clave"),
    ("boite", "societe", "entreprise"),
    ("compania", "sociedad", "empresa"),
    ("bosser", "bosse", "bossent", "travailler", "travaille", "travaillent"),
    ("boulot", "taf", "travail", "emploi"),
    ("bagnole", "voiture"),
    ("gosse", "gamin", "enfant"),
    ("bouffe", "repas"),
    ("bouquin", "livre"),
    ("camellar", "camello", "trabajar", "trabajan", "trabajo"),
    ("plata", "dinero"),
    ("carro", "coche", "automovil", "vehiculo"),
    ("embaucher", "recruter"),
    ("contratar", "reclutar"),
    ("paye", "paie"),
    ("papiers", "documents"),
    ("papeles", "documentos"),
    ("cours", "formation"),
    ("curso", "clase", "capacitacion", "formacion"),
    ("adherer", "adhesion", "membre"),
    ("afiliarse", "afiliacion", "membresia", "miembro"),
    ("avantages", "pourquoi"),
    ("beneficios", "ventajas", "por"),
    ("alquilar", "arrendar", "rentar"),
    ("louer", "location"),
    ("stagiaire", "stage"),
    ("practicante", "practica", "pasante"),
    ("abre", "abren", "abrir", "abierto", "apertura", "horario", "atienden", "atencion"),
    ("ouvre", "ouvrez", "ouvrent", "ouvert", "ouverture", "horaires"),
    ("ferme", "fermez", "ferment", "fermeture", "horaires"),
    ("cierra", "cierran", "cerrar", "cierre", "horario"),
    # The verb of the question, the noun of the document, or the other way round.
    ("sale", "salen", "salir", "salida"),
    ("llega", "llegan", "llegar", "llegada"),
    ("empieza", "empiezan", "comienza", "comienzan", "inicia", "inician", "inicio", "comienzo"),
    ("termina", "terminan", "acaba", "finaliza", "final"),
    ("entra", "entran", "entrada"),
    ("dejo", "deja", "dejan", "dejar", "dejamos", "guardar", "guardo"),
    ("part", "partent", "partir", "depart"),
    ("arrive", "arrivent", "arriver", "arrivee"),
    ("commence", "commencent", "debute", "debut", "demarre"),
    ("termine", "finit", "finissent", "fin"),
    ("entre", "entrent", "entrer", "entree"),
    ("laisse", "laisser", "deposer", "depose", "deposent"),
    ("queja", "reclamo"),
    ("plainte", "reclamation"),
    ("sponsoriser", "parrainer", "sponsor"),
    ("patrocinar", "sponsor"),
    ("rdv", "rendez"),
    ("perdu", "oublie"),
    ("perdi", "olvide"),
    ("connecter", "connexion", "acceder"),
    ("ingresar", "entrar", "ingreso"),
    ("soiree", "evenement"),
    ("pub", "publicite", "annoncer", "annonce"),
    ("noticia", "novedad"),
    ("publicidad", "anunciar", "anuncio"),
    ("paperasse", "demarches"),
    ("parking", "stationnement", "garer"),
    ("parking", "parqueadero", "parquear", "estacionamiento"),
    ("velo", "bicyclette"),
    ("bici", "cicla", "bicicleta"),
)

# Where an organisation itself is found: what is said of these is said of it.
OWN_PLACES = frozenset(
    """
    bureau bureaux siege accueil secretariat locaux
    oficina oficinas sede sedes recepcion secretaria
    office offices headquarters reception
    """.split()  # noqa: SIM905 (reads better than a list)
)
