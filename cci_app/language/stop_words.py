"""Words that carry no subject, folded: no accents, no case. A search leaves them out."""


def _words(written: str) -> frozenset[str]:
    return frozenset(written.split())


# Words that every text of the language is full of: they find nothing, and they tell the language of a document.
FUNCTION_WORDS = {
    "fr": _words(
        """
        a ai ainsi alors apres as au aucun aucune aussi autre autres aux avant avec avez avoir avons bien car ce
        ceci cela celle celles celui ces cet cette ceux chaque chez ci combien comme comment d dans de deja depuis
        des dont du elle elles en encore entre es est et etaient etait ete etes etre eu eux fait faites font il ils
        j je jusqu l la le les leur leurs lui m ma mais me meme memes mes moi moins mon n ne ni nos notre nous
        on ont ou par parce pas pendant peu peut peuvent plus plusieurs pour pourquoi puis qu quand que quel
        quelle quelles quels qui quoi s sa sans se ses si soit sommes son sont sous suis sur t ta tes toi ton
        tous tout toute toutes tres tu un une vers vos votre vous y
        """
    ),
    "es": _words(
        """
        a ahi al algo algun alguna algunas alguno algunos alla alli ante antes aquel aquella aqui asi aun aunque
        bajo bien cada casi como con cual cuales cuando cuanta cuantas cuanto cuantos cuyo de del desde donde
        dos e el ella ellas ellos en entre era es esa esas ese eso esos esta estaba estan estar estas este esto
        estos estoy fue ha hace hacia han has hasta hay la las le les lo los mas me mi mis mismo mucho muy nada
        ni no nos nosotros nuestra nuestro o os otra otro otros para pero poco por porque pues que quien quienes
        se sea ser si sido sin sobre solo son soy su sus tal tambien tan tanto te tiene todas todavia todo todos
        tu tus u un una unas uno unos usted ustedes vez y ya yo
        """
    ),
    "en": _words(
        """
        a about after all also am an and another any are as at be because been before being both but by can could did do
        does during each either few for from had has have he her here hers him his how i if in into is it its just many
        me more most much my neither no nor not of off on once only or other our ours out over own same she should so
        some such than that the their theirs them then there these they this those through to too under until up us very
        was we were what when where which while who whom whose why will with would you your yours
        """
    ),
}

# Words of asking, of politeness and of chat, in all three languages: they say nothing of what is asked.
ASKING = _words(
    """
    anybody anyone anything ask asking available bye difference does exactly explain find get getting give go going got
    happen happens hello help helps hey hi hope im interested kind know let lets like looking make makes may mean means
    might must need needs offer offers okay ours people please pls possible provide question regarding say see someone
    something take takes tell thank thanks thing things understand want wanted wants way whats work works ur wanna
    acerca actualmente actuellement ahora aide aider aidez aimerais aimerait aimerions algo alguien aller allez
    allo arrive arriver arrives arrivons asistir assister aujourd auraient aurait auriez avis avoir ayuda ayudan
    ayudar ayudarme ayudo bcp besoin bonjour bonsoir brindan buen buenas buenos busca buscamos buscan buscar
    busco c ca cherche cherchent cherchez cherchons chose choses concerne concretement connais connaissez
    connaitre conoce conocen conocer conozco conseguir consigo consigue consiste cosa cosas coucou dan dar decir
    demande demander demandez demasiado deme den desea deseamos deseo dia dias diferencia diferencias difference
    differences diga digame dime dire dis disons dites donc donne donner donnez encontrar encuentra encuentro
    est etes exactamente exactement existe existent explica explicar explicarme explique expliquer expliquez
    faire fais faut favor fonctionne fonctionnent funciona funcionan gracias gustaria habria hacemos hacen hacer
    hacerme haces hacia hagan hago hein hola hoy hui idea idee info informacion informaciones information
    informations infos interesa interesada interesado interesados interesaria interesse interessee ir jai juste
    koi lo lograr logro maintenant manejan marche marchent merci mets mettez mettre moyen necesita necesitamos
    necesito noches non obtener obtengo obtenir obtiens ofrece ofrecen ok organise organiser organisez
    organisons organizan organizar oui parler parlez parvenir parviens pedimos pedir persona personne peux pide
    piden pido plait podemos podria podriamos podrian pone poner pongo porfa porfavor posible possede possedez
    possibilite possible pourkoi pourrais pourrait pourriez pouvez pouvoir pouvons pq pr precisement pregunta
    preguntar prend prendre prends prenez prevoyez prevu propos propose proposez pueda puede pueden puedo puis q
    quelles quelqu quelque quelques queremos queria question quiere quieren quiero quisiera quisieramos
    realmente renseignement renseignements respecto reussis saber sais saurais savez savoir seraient serait
    seria serian servir si sirve sirven souhaite souhaiterais souhaiterions souhaitez souhaitons stp sujet svp
    tarda tardes tendria tendrian tenemos tener tengo tienen trata tratar trop trouve trouver trouvez tt usan
    usar uso utilise utiliser va vale van vas vengo venir ver veulent veut veux vienen viens vient vont voudrais
    voudrait voudrions voulez vouloir voulons voy vraiment xq ya
    ademas aie ait allait allons aparte arent assez auquel aura aurai auras aurez aurons auront aussitot ayant
    bah beaucoup ben cannot cordial cordialement cualquier cualquiera da damos debe debemos deben deberia debia
    debo dentro despues devez devons devrais devrait devrez devrions dio disculpa disculpe doesnt dois doit
    doivent doy duquel enfin entonces estando estara estare estaria estuve estuvo etais etant etions euh faisait
    fallait fasse faudra faudrait fera ferai ferez fuera fueron fui habia habiendo habra haga hara hare
    haria haya hayan hice hizo hubo iba ici incluso ira irai ire iremos isnt ive jamais jamas laquelle lequel
    lesquelles lesquels lors lorsque machin mientras mira mucha muchas muchos nadie ningun ninguna ninguno nunca
    oiga oye parfois plutot poca pocas pocos podra podran podre podremos pourra pourrai pourrez pourrons pouvais
    pouvait pude pudieron pudimos pudo puisse puissions queda quedan quede rien saludos salut senora senores
    sera serai seran seras serez serons seront seulement shall siempre siendo sigo sigue siguen simplement
    soient solamente souvent soyez surtout tellement tendra tendre tendremos tenga tengan theres toca tocan toco
    toujours truc trucs tuve tuvo vamos vaya vayan veuille vite wont youre
    """
)
