# ruff: noqa: E501, SIM905 (lists of alternatives read better in long lines)
"""Spanish, as people in Colombia type it: without accents, shortened, with the usual slips."""

from typing import Final

from cci_app.agents.questionnaire.lexicon.entries import Lexicon

_WANT = (
    r"(?:(?:yo )?(?:quiero|quisiera|quisieramos|queremos|deseo|deseamos|prefiero|preferiria|necesito|necesitamos|debo|puedo|"
    r"podria|podriamos|podemos|me gustaria|nos gustaria|me encantaria|voy a|vamos a|se puede|es posible|sera posible|"
    r"seria posible|hay que|toca))"
)
_SOMEONE = (
    r"(?:una persona(?: (?:real|humana|de verdad|del equipo))?|alguien(?: (?:real|humano|de verdad|del equipo|mas))?|"
    r"un (?:humano|asesor|agente|encargado|responsable|ejecutivo|ser humano)|una asesora|el equipo|un asesor comercial|ustedes)"
)
# What is said of others in other words is said of the person spoken to after these.
_YOU_ARE = (
    r"(?:son|eres|es usted|usted es|ustedes|par de|partida de|banda de|cuerda de|manada de|que|no seas?|no sean)"
    r"(?: (?:son|todos|todas|un|una|unos|unas|puros|puras|muy|tan|mas|partida|de))*"
)

SPANISH: Final = Lexicon(
    fillers=(
        "por favor|porfa(?:vor)?|porfis|xfa|gracias|muchas gracias|mil gracias|hola|buenas|buenos dias|buenas (?:tardes|noches)|"
        "perdon|perdone|disculpe|disculpa|disculpen|que pena(?: con (?:usted|ustedes))?|bueno|pues|eh|este|ah|oh|ok|okay|vale|listo|"
        "dale|no|si|y|pero|entonces|mejor|ahora|ya|senor|senora|claro|perfecto|la verdad|(?:ja|je|ji|aj){2,}j?|solo|ay|uy|bien|muy bien|mmm*|aja",
    ),
    greeting=(
        "(?:(?:hola|ola|holi|holaa+|buenas|buen dia|buenos dias|buenas (?:tardes|noches)|muy buenas|muy buen(?:os)? dias?|saludos|"
        "cordial saludo|quiubo|que hubo|que mas|alo|hello)(?: (?:a todos|de nuevo|otra vez|nuevamente|amigos|equipo|senores))* ?)+",
        "(?:ya )?(?:volvi|aqui estoy(?: de nuevo)?|estoy de vuelta|regrese)|de nuevo(?: (?:por )?aqui)?|aqui otra vez",
    ),
    how_are_you=(
        "(?:(?:y )?(?:como|q|que) (?:esta|estas|estan|tal|mas|va|va todo|le va|les va|te va|me le va|vamos)(?: (?:usted|ustedes|todo|hoy|"
        "por alla))?)|todo bien|bien y (?:usted|ustedes|tu)|como amanecio|que cuenta",
    ),
    thanks=(
        "(?:(?:muchas|muchisimas|mil|ok|vale|listo) )?gracias(?: (?:mil|totales|a (?:usted|ustedes|ti)|por (?:todo|su (?:ayuda|"
        "respuesta|tiempo|mensaje|informacion)|la (?:info|informacion|respuesta|ayuda)|responder|contestar)|muy amable))*",
        "(?:se |le |les |te )?(?:lo )?agradezco(?: (?:mucho|la informacion))?|muy amable|que amable|mil gracias|se agradece",
    ),
    okay=(
        "ok|okay|okey|oki|vale|listo|lista|dale|de acuerdo|entendido|entiendo|perfecto|genial|super|excelente|chevere|bacano|"
        "bien|muy bien|esta bien|claro que si|de una|hagale|hagamosle|hagamoslo|vamos|vamos pues|empecemos|comencemos|empezamos|"
        "adelante|con gusto|cuando quiera|ya veo|ah ya|ah ok|ah vale|bueno|buenisimo|interesante|que interesante|que bueno|que (?:bien|chevere|bacano|amable)|esta (?:muy )?(?:claro|bien|chevere)|muy (?:amable|claro|chevere)|"
        "anotado|recibido|estoy listo|estoy lista|lo escucho|prueba|probando|buena idea|me parece(?: bien| perfecto)?",
    ),
    laugh=(r"(?:(?:ja|je|ji|jua|aj|ha){2,}j?s? ?)+",),
    goodbye=(
        "adios|chao|chau|hasta (?:luego|pronto|manana|la proxima|otro dia)|nos vemos|nos hablamos|hablamos(?: (?:luego|despues|"
        "pronto|manana))?|feliz (?:dia|tarde|noche|semana|fin de semana)|que (?:tenga|tengan|este|esten|le vaya)(?: un| muy)? ?(?:buen dia|"
        "buena tarde|buena noche|feliz dia|lindo dia|bien)|buen(?:a)? (?:fin de semana|tarde noche)|bye|me voy|me tengo que ir|debo irme",
    ),
    stop=(
        "stop|parar|pare|paremos|para|paro|basta|detener|detengase|terminar|fin|salir|cancelar|pausa|suficiente|(?:me )?quiero (?:irme|ir)|ya no mas|no mas|"
        f"(?:{_WANT} )(?:parar|terminar|hacer una pausa|detenerme|cancelar|salir|continuar (?:luego|despues|mas tarde)|pausar)",
        "(?:ahora|ahorita|hoy|por ahora|ya) no(?: (?:puedo|es posible|tengo tiempo|me queda facil|gracias|alcanzo))*|"
        "no (?:ahora|ahorita|hoy|puedo ahora|puedo ahorita|puedo hoy|puedo hablar(?: ahora)?|en este momento|es (?:un )?buen momento|es el momento)|"
        "(?:en este momento|ahora mismo) no(?: puedo)?|luego|mas tarde|despues|otro dia|en otro momento|otra vez sera|manana|mas tardecito|"
        "al rato|la proxima semana|la otra semana|el lunes|"
        "(?:(?:lo |la )?(?:sigo|seguimos|continuo|continuamos|respondo|contesto|hablamos|miro|reviso|retomo|retomamos|vemos|dejamos para|"
        "vuelvo|escribo|hacemos|dejemoslo para)(?: (?:en|le))?) (?:luego|mas tarde|despues|manana|otro dia|en otro momento|al rato)",
        "(?:ahora |ahorita |hoy |en este momento |ya )?(?:no tengo|sin) (?:mas )?(?:tiempo|ganas)(?: (?:ahora|hoy|ahorita|para (?:esto|eso)|"
        "en este momento|de (?:seguir|continuar|responder)))*",
        "(?:ahora |ahorita )?(?:estoy|ando|estamos) (?:muy )?(?:ocupad[oa]s?|en (?:una )?reunion|de afan|de viaje|manejando|en vacaciones|"
        "full|trabajando|conduciendo)(?: (?:ahora|ahorita|hoy))?|ocupad[oa]|en reunion|en una reunion",
        "no (?:me|nos) interesa(?: (?:gracias|esto|mas|participar|responder))*|no (?:seguir|continuar)|no quiero (?:seguir|continuar|responder|contestar|participar|"
        "nada|mas preguntas|mas)(?: (?:mas|preguntas|esto|gracias))*|ya no quiero (?:mas|seguir|responder|continuar)(?: mas)?",
    ),
    leave_alone=(
        "(?:por que )?no me (?:dejan?|dejen) (?:en paz|tranquil[oa])|deje(?:n)?me (?:en paz|tranquil[oa])|no me (?:vuelvan? a )?(?:escriban?|escribir|moleste|molesten)(?: mas)?|"
        "(?:quiero )?darme de baja|dar de baja|desuscribir(?:me)?|eliminenme|quiteme de (?:la|su) lista|no molesten?(?: mas)?",
    ),
    erase=("borrar|borr(?:e|en|ar)(?: (?:todo|(?:todos )?mis datos))?|(?:eliminar|elimine|eliminen)(?: (?:todo|(?:todos )?mis datos))?",),
    resume=(
        "continuar|continue|continua|continuemos|continuamos|seguir|sigamos|seguimos|siga|sigue|retomar|retomemos|retomamos|reanudar|"
        f"proseguir|(?:{_WANT} )(?:continuar|seguir|retomar|terminar (?:el cuestionario|la encuesta|las preguntas)|acabar)(?: (?:con )?(?:el "
        "cuestionario|la encuesta|las preguntas|donde (?:ibamos|quedamos)))?|(?:sigamos|continuemos|retomemos|continuar|seguir|retomar) "
        "(?:con )?(?:el cuestionario|la encuesta|las preguntas|donde (?:ibamos|quedamos))|en que (?:ibamos|quedamos|estabamos)|donde (?:ibamos|quedamos)",
    ),
    back=(
        "volver|volver atras|volvamos|atras|regresar|regrese|regresemos|devolver|devolverme|devuelvase|devolvamonos|retroceder|anterior|"
        f"la anterior|(?:la )?pregunta anterior|(?:{_WANT} )?(?:volver|regresar|ir|devolverme|volvamos)(?: (?:a|hacia))?(?: la)? "
        "(?:pregunta )?(?:anterior|atras|de antes)|la de antes|la pregunta de antes|una (?:pregunta )?atras|paso atras",
    ),
    skip=(
        "pasar|paso|pasemos|siguiente|la siguiente|(?:la )?(?:siguiente|proxima|otra) pregunta|pregunta siguiente|proxima|saltar|saltarla|"
        f"saltemos|saltemosla|saltela|omitir|omitirla|skip|next|{_WANT} (?:pasar|saltar|omitir)(?:la)?(?: (?:a la siguiente|esta(?: pregunta)?|"
        "de pregunta))?|pasemos a la siguiente|pasar a la siguiente|saltar (?:esta )?pregunta|siguiente pregunta|pase a la siguiente|pasela",
        "(?:la verdad )?(?:yo )?no (?:lo )?(?:se|c|sabria|sabemos|estoy segur[oa])(?: (?:la verdad|que (?:decir|responder|contestar|decirle)|"
        "bien|todavia|aun|muy bien|exactamente|decirle|como responder|por ahora))*|nose|ns|ni idea|no tengo (?:ni )?idea|sin idea|"
        "ns ?/?nr|prefiero no (?:responder|decir|decirlo|contestar|opinar)|sin (?:comentarios|opinion|respuesta)|no tengo (?:respuesta|"
        "opinion|nada que decir)|no aplica|n a|na|no me aplica|no recuerdo|no me acuerdo|ninguna respuesta|quien sabe|"
        "no se me (?:ocurre|viene)(?: nada)?(?: (?:ahora|ahorita|a la mente))?|no veo(?: nada)?|dej[ae]lo(?: asi)?|olvid[ae]lo|no sabria decir\\w*|no quiero (?:responder|contestar) (?:esa|esta|eso)(?: pregunta)?",
    ),
    restart=(
        f"(?:{_WANT} )?(?:(?:empezar|comenzar|iniciar|arrancar|hacerlo|responder)(?: todo)? (?:de nuevo|otra vez|desde (?:cero|el principio|"
        "el inicio|el comienzo)|nuevamente|de cero)|volver a (?:empezar|comenzar|iniciar|hacerlo)(?: (?:todo|desde cero))?|reiniciar"
        "(?: (?:todo|el cuestionario|la encuesta))?|reempezar|recomenzar|borrar todo|repetir (?:todo|el cuestionario|la encuesta)|"
        "rehacer (?:todo|el cuestionario|la encuesta))",
        "(?:desde|de) (?:cero|el (?:principio|inicio|comienzo))|(?:empecemos|comencemos|arranquemos|reiniciemos) (?:de nuevo|otra vez|desde cero|"
        "desde el principio)|reinicio|restart|reset|nuevo cuestionario|otra vez desde el principio",
    ),
    human=(
        f"(?:{_WANT} )?(?:que )?(?:me )?(?:hablar|hablo|conversar|comunicarme|comunicarnos|contactar|contactarme|chatear|tratar|comunica|charlar|"
        f"comunique|pase|pasen|hablara|atender|atienda|ponga|hablamos)(?: en contacto)?(?: (?:directamente )?(?:con|a))? {_SOMEONE}(?: .{{0,50}})?",
        f"(?:una )?persona(?: (?:real|humana))?|(?:un )?humano|(?:un )?asesor(?:a)?|(?:un )?agente|(?:un )?operador|{_SOMEONE.replace('|ustedes', '')}",
        f"(?:{_WANT} )?(?:que )?(?:me |nos )?(?:llamen|llame|contacten|contacte|llamar(?:me)?|contactar(?:me)?|contactado|contactada)"
        "(?: (?:alguien|un asesor|una persona|por favor|por telefono|al celular|a mi celular))*",
        f"(?:{_WANT} )?(?:hablarlo|conversarlo|tratarlo|verlo) (?:en persona|por telefono|con alguien|personalmente|con una persona|con ustedes|directamente)|"
        "(?:quien es )?(?:mi|nuestro) (?:contacto|asesor|ejecutivo|interlocutor)(?: (?:es )?quien| quien es)?|me (?:llamas|llaman|llama)(?: .{0,20})?|"
        "(?:llamenme|llameme|llamame|contactenme|contacteme)(?: .{0,30})?",
        "(?:me |nos )?(?:pueden|puede|podria|podrian) (?:llamar|contactar|llamarme|contactarme|comunicar(?:me)? con (?:alguien|un asesor|una "
        "persona)|pasar(?:me)? (?:con|a) (?:alguien|un asesor|una persona))(?: .{0,30})?",
        "(?:con )?(?:quien|a quien) (?:puedo|podemos|podria|debo|me|tengo que)? ?(?:hablar|llamar|contactar|contacto|comunico|comunicarme|escribir|"
        "escribirle|llamo|escribo)(?: (?:en|de) (?:{own_name}|{city}))?",
        "(?:un |el |su |algun )?(?:contacto|numero|telefono|celular) (?:de (?:un asesor|{own_name}|ustedes|{city}|alguien|contacto)|"
        "en {city})|su (?:numero|telefono|contacto|celular)|"
        "(?:me (?:da|das|dan|regala|pasa|comparte|podria dar|puede dar)|deme|dame|pasame|paseme|quiero|quisiera|necesito|tiene|tienen|cual es) "
        "(?:un|el|su|algun) (?:contacto|numero|telefono|celular)(?: (?:de (?:un asesor|{own_name}|ustedes|{city}|alguien|contacto)|"
        "en {city}))*",
        "hay alguien(?: ahi)?|alguien (?:ahi|me (?:puede )?(?:atiende|ayuda|ayudar|atender|responde))",
    ),
    help_me=(
        "ayuda|ayudeme|ayudenme|ayudame|auxilio|help|necesito (?:una )?(?:ayuda|mano)|(?:quiero|quisiera|me gustaria|necesito|deseo) "
        "(?:la |una |esa )?(?:ayuda|el contacto|que me ayuden)(?: (?:para entrar|con el acceso|por favor))?|si por favor|si ayuda|si quiero|si gracias|"
        "ayuda (?:con el acceso|para entrar|acceso)|(?:si )?(?:porfa|por favor) ayud\\w+|si me gustaria|me pueden ayudar|me puede ayudar",
    ),
    clarify=(
        "que|como|perdon|como asi|como que|o sea|es decir|por ejemplo|un ejemplo|ejemplo|ejemplos|(?:me da|deme|dame|tiene|tienes) (?:un |algun )?"
        "ejemplos?|no (?:le |te |lo |la )?(?:entiendo|entendi|comprendo|capto|comprendi)(?: (?:la|su|esa|esta|bien|nada|que))?(?: (?:pregunta|"
        "quiere decir|es eso))?|no es clar[oa]|no (?:me )?(?:queda|es) clar[oa](?: la pregunta)?|no esta clar[oa]|"
        "(?:me |lo |la )?(?:puede|puedes|podria|podrias) (?:repetir|reformular|aclarar|explicar|ser mas clar[oa]|repetirme|explicarme)(?: (?:la|su|esa) "
        "pregunta)?|repita|repitame|repita la pregunta|(?:cual|como) (?:es|era|fue) la pregunta|cual pregunta|que pregunta|a que se "
        "refieren?(?: con eso)?|que quiere decir(?: con eso)?|a que te refieres|en que sentido|que significa eso|como cual(?:es)?|aclareme|expliqueme",
    ),
    preamble=(
        "(?:(?:es|sera|perdon(?:e|en)? (?:por )?|disculpe(?:n)? (?:por )?) ?)?(?:quizas? |tal vez )?(?:una |la |mi )(?:pregunta|duda) (?:es )?(?:quizas? |tal vez |un poco |muy )?(?:boba|tonta|estupida|idiota)|"
        "(?:tengo |solo |una |otra )*(?:pregunta|duda|consulta|inquietud|preguntita|dudita)(?: (?:rapida|antes|para ustedes))?|buena pregunta|"
        "(?:muy |que )?interesante|me interesa|en serio|de verdad|sinceramente|digame|cuenteme|oiga|mire|una cosa|por cierto|a proposito|quisiera (?:saber|preguntar)|queria "
        "(?:saber|preguntar)(?:les|le)?|me gustaria saber|antes(?: de (?:responder|eso|seguir))?|primero|espere|un momento|la verdad|entiendo|"
        "ya veo|claro|si|no|una aclaracion|le cuento|una pregunta",
    ),
    nothing=(
        "(?:no )?(?:ninguno|ninguna|ningunos|nada|cero|nunca|jamas|ningun|ninguno la verdad)(?: (?:de (?:ellos|los dos|momento|todo|especial|"
        "particular|nuevo)|servicio|evento|proyecto|en (?:especial|particular|concreto)|por (?:ahora|el momento|lo pronto|hoy)|todavia|aun|"
        "hasta (?:ahora|el momento|hoy)|la verdad|de momento|nuevo|concreto|que (?:yo )?(?:sepa|recuerde)|mas))*",
        "(?:no )?(?:todavia|aun) (?:no|nada|ninguno|ninguna)(?: .{0,25})?|(?:por (?:ahora|el momento|lo pronto)|de momento|hasta ahora|actualmente) "
        "(?:no|nada|ninguno|ninguna)(?: (?:hay|tenemos|tengo|gracias))*|"
        "no (?:por (?:ahora|el momento|lo pronto)|todavia|aun|de momento|hasta (?:ahora|el momento))|no|nop|nope|no no|no senor|la verdad (?:no|que no|nada|ninguno)|"
        "no la verdad|no mucho|no gran cosa|poca cosa|casi nada|(?:la verdad )?muy poco|no (?:hay|tenemos|tengo|hemos (?:usado|utilizado|hecho)|he (?:usado|utilizado|hecho)|usamos|necesito|necesitamos|falta|"
        "me falta|nos falta)(?: (?:nada|ninguno|ninguna|ningun (?:proyecto|servicio|evento)|proyectos|planes|mas))*(?: (?:por ahora|por el momento|todavia|aun|de momento))?|"
        "(?:asi )?(?:todo|estamos) bien(?: (?:asi|gracias|por ahora))*|no gracias|nada gracias",
    ),
    partial=(
        "mas o menos|(?:un )?poco|un poquito|algo|en parte|parcialmente|a medias|regular|depende|si y no|no del todo|no completamente|"
        "no todos|no todo|rapidamente|por encima|una vez|maso|masomenos|ahi vamos",
    ),
    just_yes=(
        "si|sii+|sip|sep|claro|claro que si|si claro|si si|si senor|si senora|por supuesto|desde luego|exacto|exactamente|correcto|afirmativo|asi es|"
        "efectivamente|obvio|seguro|cierto|es correcto|ya|ya lo hice|confirmo|si confirmo|confirmado|confirmar|eso es|de una|hagale|dale|listo|si ya",
    ),
    just_no=(
        "no|nop|nope|no no|para nada|nunca|jamas|todavia no|aun no|negativo|no gracias|no senor|no senora|mejor no|dejelo asi|dejalo asi|"
        "cancelar|cancele|no todavia|no aun|de ninguna manera|por ahora no|por el momento no|de momento no",
    ),
    go_on=("siguiente|la siguiente|continuar|continuemos|continue|seguir|sigamos|siga|dejar(?:la)?(?: asi)?|dejela(?: asi)?|dejelo asi|asi esta bien|"
           "esta bien(?: asi)?|ok|listo|vale|igual|sin cambios|mantener|pasar|paso|no cambiar|no la cambio|si asi|perfecto asi|si",),
    yes_start=(
        "si|sii+|sip|claro|por supuesto|desde luego|exacto|correcto|afirmativo|asi es|efectivamente|obvio|ya(?! no)",
    ),
    no_start=(
        "no|nop|nunca|jamas|todavia no|aun no|para nada|ningun\\w*|negativo|lamentablemente no|desafortunadamente|desgraciadamente|imposible|"
        "por ahora no|tampoco|ya no|nada",
    ),
    question_start=(
        r"(?:y |pero |pues |entonces |bueno |por cierto |disculpe |perdon |oiga |digame |solo |si |ok |gracias |hola )*"
        r"(?:como|cuanto|cuanta|cuantos|cuantas|cuando|donde|adonde|quien|quienes|que|cual|cuales|por que|para que|a que|de que|en que|con que|"
        r"con quien|a quien|desde cuando|hay|existe|existen|tienen|tiene|ofrecen|ofrece|pueden|puede|puedo|podemos|podria|podrian|podrias|"
        r"ustedes|usted|me (?:puede|pueden|ayuda|ayudan|podria)|nos (?:puede|pueden|ayudan|podrian)|se (?:puede|necesita|requiere|paga)|es (?:posible|"
        r"gratis|gratuito|necesario|obligatorio|caro|pago|con costo)|sabe|saben|hacen|dan|ayudan|manejan|cuentan con|seria posible|"
        r"tendran|organizan|prestan|y (?:el|la|los|las|para|si|eso|con|en|de)|{own_name} (?:puede|tiene|hace|ofrece|ayuda))\b",
    ),
    please=(r"\b(?:por favor|porfa(?:vor)?|porfis|xfa)\b",),
    bare_question_start=(
        r"(?:y |pero |pues |entonces |por cierto |disculpe |perdon |oiga |hola |buenas |buenos dias )*"
        r"(?:como (?:puedo|podemos|hago|hacemos|se |encuentro|funciona|accedo|entro|consigo|obtengo|contacto|ingreso|me |es (?:el|la)|son)|"
        r"cuanto (?:cuesta|vale|dura|es|sale|demora|se demora|tarda|toma|cobran|valen|cuestan|tiempo)|cuando (?:es |son |empieza|hay |sera|comienza|abren? |cierran? )|a que horas? |donde (?:es|queda|esta|puedo|"
        r"encuentro|se)|que (?:es (?:el|la|eso|un|una)|son|servicios|hacen|ofrecen|incluye|eventos|debo|hay que|tengo que|necesito)|"
        r"cual(?:es)? (?:es|son)|q es|quien(?:es)? (?:es|son)|por que (?:me|no|tantas)|para que|(?:ustedes|tienen|ofrecen|me pueden|me puede|nos pueden|pueden|puede) "
        r"(?!ser)\w+|(?:quiero|quisiera|me gustaria|necesito|deseo) (?:saber|informacion|mas informacion|info)|hay (?:algun|alguna|eventos?)|"
        r"(?:expliqueme|cuenteme|hableme|digame|informacion) (?:sobre|de|como|que|acerca|mas))",
    ),
    tentative_start=(
        "quizas?|tal vez|a lo mejor|puede ser|pues|no se|creo|supongo|diria|digamos|tipo|seria|posiblemente|probablemente|"
        r"un|una|unos|unas|algun|alguna|\w{2,}(?:ar|er|ir)\b(?! ustedes)",
    ),
    definite_start=("y|el|la|los|las|su|sus|ese|esa|eso|esto|este|esta|o|no|si|perdon|pero",),
    lead_in=(
        "(?:y |pero |entonces |por cierto )*(?:para|sobre|en cuanto|respecto|con respecto|si|cuando|acerca|en|con|por el lado|de|del)",
    ),
    tag=("no|verdad|cierto|si|vale|no cree|no es cierto|ok|o no|o que|correcto|no es asi|me explico|creo|tal vez|quizas?",),
    in_fact=("(?:ah |eh |no |ay |perdon |disculpe |uy |ups )*(?:en realidad|mejor dicho|en verdad|pensandolo bien|de hecho|mas bien|"
             "rectifico|ahora que lo pienso|cambie de (?:opinion|idea))",),
    yes_hint=(
        r"\bya (?:lo |la |los |las |me |nos |le )?(?:he |hemos |pude |pudimos |hice )?(?:entr|acced|ingres|conoc|vis|revis|mir|us|utiliz|explor|prob|registr|activ|logr|"
        r"tengo (?:acceso|cuenta|usuario))",
        r"\b(?:he|hemos|pude|pudimos|logre|logramos|alcance a) (?:entr|acced|ingres|conoc|visit|revis|mir|usad|utiliz|explor|ver|visto)",
        r"\b(?:entre|entramos|accedi|accedimos|ingrese|ingresamos|lo (?:conozco|conocemos|uso|usamos|vi|revise)|los (?:conozco|conocemos)|conozco|conocemos|tengo acceso|"
        r"tenemos acceso)\b",
    ),
    no_hint=(
        r"\bno (?:lo |la |los |las |me |nos |le |les |se |te )?(?:he|hemos|pude|pudimos|puedo|podemos|tengo|tenemos|conozco|conocemos|se|sabia|sabemos|entre|entramos|logre|"
        r"logramos|recibi|recibimos|hay|ha|han|alcance|accedi|ingrese|llego|llegaron|funciona|deja|dejo)\b",
        r"(?:todavia|aun) no|nunca (?:he|hemos|entr|recib|me|nos|pud)|tampoco|ni siquiera|sin acceso|falta (?:entrar|acceder|ingresar)",
    ),
    trouble=(
        r"clave|contrasena|password|olvid|no (?:me |nos )?(?:acuerdo|recuerdo)|perdi|bloque|no (?:me |nos )?(?:funciona|deja|sirve|abre|carga|entra)|error|"
        r"problema|falla|imposible|no (?:he |hemos )?(?:podido|logrado|pude|puedo|podemos|recibi|pudimos|logre)|usuario|enlace|link|codigo|no me llego|no nos llego",
    ),
    question_hint=(
        r"\bcomo (?:puedo|podemos|hago|se|es|funciona|entro|accedo|consigo|me|nos|encuentro)|cuanto|cuanta|\bque (?:es|son|hacen|ofrecen|tipo|servicios|incluye|"
        r"eventos|debo|hay|tengo|necesito|beneficios)|(?:tienen|ofrecen|pueden|puede|ayudan|manejan|organizan|prestan|hacen|dan|saben|cobran) |"
        r"ustedes|usted\b|hay (?:algun|eventos|un|una)|\bcual(?:es)?\b|donde|por que|quien|se puede|es posible|me (?:puede|pueden|ayudan|ayuda|podria)|"
        r"nos (?:puede|pueden|ayudan|ayuda)|tienen$|ayudan$|puedo |podemos |cuando (?:es|son|sera|hay|empieza)|en que consiste|para que sirve",
    ),
    insult=(
        r"\b(?:mierda|jod(?:er|an|en|ido\w*)|mamad[oa]s? (?:de|con)|hijueputa|hpta|malparid\w*|gonorrea|imbecil\w*|pendej\w*|marica\w*|"
        r"put[ao]s?|cabron\w*|huevon\w*|guevon\w*|maldit\w*|tarad[oa]s?|vaya(?:n)?se a la (?:porra|chingada|verga)|vaya(?:n)?se al (?:carajo|diablo|infierno))\b",
        # A gross salary ("bruto"), a printer by HP, the bin for rubbish and "una pregunta estúpida" insult nobody.
        r"^(?!.*\b(?:(?:preguntas?|dudas?|error|errores)(?: \w+){0,3}|quizas?|soy|fui)(?: \w+)? (?:idiota|estupid[oa])s?\b).*\b(?:idiotas?|estupid\w*)\b",
        rf"\b{_YOU_ARE} (?:ladron(?:es|a|as)?|rater[oa]s?|estafador(?:es|a|as)?|payas[oa]s?|sap[oa]s?|hps?)\b|^(?:ladrones|rateros|estafadores|payasos?|sapos?|bob[oa]s?|inutiles|hps?)$",
        r"\b(?:(?:eres|son|es usted|usted es|que) (?:un|una|unos|unas)|par de|partida de|banda de|cuerda de|manada de|no seas?|no sean) (?:\w+ )?(?:inutil(?:es)?|brut[oa]s?|bob[oa]s?)\b",
        r"\b(?:son|eres|usted es|ustedes|esto es|que|pura) (?:una |unas |pura )*basura$|\bbasura de (?:servicio|empresa|atencion|chat|bot|robot|asistente|programa|aplicacion|gente)\b",
    ),
    complaint=(
        r"inaceptable|inadmisible|(?<!da )(?<!da mucha )(?<!da un poco de )verguenza|indignante|(?:es|fue|son|ha sido|que|todo|siempre|puro) un desastre|^un desastre|desastre de (?:servicio|atencion)|"
        r"pesim[oa]|mal(?:isimo)? servicio|mala atencion|muy mala (?:atencion|experiencia)|(?:poner|hacer|presentar|tengo|"
        r"radicar) una (?:queja|reclamacion|denuncia)|(?<!ninguna )(?<!ningun )(?<!sin )(?<!no tengo )(?<!no tenemos )\b(?:queja|reclamo)\b|estoy (?:muy )?(?:molest|decepcion|indignad|harto|harta|cansad[oa] de|furios|bravo|brava|inconforme)|"
        r"(?:nadie|nunca) (?:me |nos )?(?:ha |han )?(?:respond|contest|llam|atend)(?!\w*mos\b)|no sirven para nada|no sirve para nada|que falta de respeto|(?:es|son|fue|que|pura) (?:una )?(?:estafa|burla)\b|"
        r"me tienen (?:harto|harta|cansad)|hasta cuando(?:$| (?:van|vamos|tengo|tenemos|hay que|me|nos) )",
    ),
    hostile=(
        # "Olvidé las instrucciones", "¿dónde están sus instrucciones de pago?" and "actúa como árbitro" attack nothing.
        r"(?:ignora|ignore|olvida|omite|desobedece) (?:todas? |todos? )?(?:tus|sus|las|los|mis|estas|esas) (?:\w+ )?(?:instrucciones|ordenes|reglas|indicaciones)|olvide (?:todas|todos) \w+ (?:\w+ )?(?:instrucciones|ordenes|reglas|indicaciones)|"
        r"olvide (?:tus|sus|las|esas|estas) (?:instrucciones|ordenes|reglas|indicaciones) (?:anteriores|previas|iniciales)|"
        r"tus instrucciones|(?:sus|las) instrucciones (?:del sistema|iniciales?|internas?|anteriores|previas|ocult\w+|secret\w+)|(?:muestra|muestre|muestreme|dime|digame|repite|repita|revela|revele|copia|copie) (?:todas )?(?:sus|las) instrucciones|\bprompts?\b|"
        r"(?:^|(?:ahora|quiero que|por favor|y) )(?:actua|actue|comportate|compor\w+ se) como|haz como si|finge que|^finge|ahora eres|eres ahora",
    ),
    private=(
        r"(?:numeros?|telefonos?|celular(?:es)?|correos?|e ?mails?|direccion(?:es)?|datos|contactos?|respuestas?|informacion|conversaci\w+|whatsapp)(?: \w+){0,2} (?:de (?:otr[oa]s?|"
        r"(?:todos |todas )?(?:los|las) (?:otr[oa]s|demas|miembros|empresas|clientes|contactos|usuarios|participantes|competidores|asociados)|mi competencia|mis competidores)|"
        r"del (?:gerente|director|presidente|dueno) de)",
        r"que (?:respondio|respondieron|dijo|dijeron|contesto|contestaron) (?:el|la|los|las|otr\w+|mi|mis)|lista (?:completa )?de (?:los )?(?:telefonos|celulares|correos|contactos|"
        r"numeros|usuarios)|base de datos de (?:los )?(?:usuarios|clientes|contactos|conversaciones)",
    ),
    positive=(
        r"\butil(?:es|isim\w+)?\b|excelente|buenisim|genial|perfect|valios|enriquecedor|interesante|eficaz|satisfech|encant|gusto|provechos|chevere|bacano|"
        r"muy (?:bien|bueno|buena|buenos|buenas)|buena experiencia|nos (?:sirvio|ayudo|aporto)|me (?:sirvio|ayudo|aporto)",
    ),
    negative=(
        r"inutil|decepcion|\bmal[oa]?\b|malisim|pesim|perdida de tiempo|perd(?:i|imos) (?:el )?(?:tiempo|plata|dinero)|(?:no|poco|nada) (?:\w+ ){0,2}(?:util|interesante|satisf|"
        r"conven|servir|sirvio|ayudo|aporto|gusto)|sin (?:resultados?|exito|interes)|ningun (?:resultado|beneficio|contacto)|regular|muy caro|nada util|flojo|aburrid",
    ),
    vague=frozenset(
        """
        bien mejor mejores bueno buena buenos buenas cosa cosas varios varias mucho muchos muchas poco algo normal depende
        ver veremos vamos pensar pensarlo pensare mejorar interesante siempre general generalmente todo toda todos todas algun alguno alguna algunos
        algunas otro otra otros otras asi tal vez quizas quiza regular basico tipico lo usual proximamente pronto si no ok
        seguro ahi misma mismo mismos cualquier cualquiera diferentes diversos ciertos tema temas
        """.split()
    ),
    empty=frozenset(
        """
        yo tu el ella nosotros ustedes usted ellos me te se nos le les lo la los las un una unos unas de del al a en por para
        con sin sobre que quien cual como cuando donde y o u e pero pues ni no si ya es son soy somos era fue ser estar estoy
        estamos esta estan he hemos ha han haber hay mi mis su sus nuestro nuestra nuestros nuestras este esta esto ese esa
        eso estos estas esos esas aqui alla muy mas menos tan tambien solo aun todavia eh ah ay bueno claro hola gracias favor
        porfa vale listo la verdad hacer hago hacemos quiero queremos quisiera quisieramos gustaria necesito busco buscamos
        tengo tenemos ir voy principal principalmente sobretodo simplemente actualmente ahora momento entre desde hacia
        """.split()
    ),
    ordinals={
        "primera": 1, "primero": 1, "uno": 1, "segunda": 2, "segundo": 2, "dos": 2, "tercera": 3, "tercero": 3, "tres": 3,
        "cuarta": 4, "cuarto": 4, "cuatro": 4, "quinta": 5, "cinco": 5, "sexta": 6, "seis": 6, "septima": 7, "siete": 7,
        "ultima": -1,
    },
    correction=(
        r"(?:en|a|para|sobre|de) (?:(?:(?:la|mi) (?:respuesta |pregunta |respuesta a la |respuesta de la )*|(?:respuesta |pregunta |respuesta a la |respuesta de la )+)(?:numero |n° ?|no\.? ?|# ?)?|numero ){n}\s*[,:]?\s*"
        r"(?:(?:yo )?(?:quise|queria|quiero) decir|me referia a|debe decir|debia decir|era|es|seria|mejor|ponga|pon|anote|escriba|lo correcto es)\s*(?:que )?(?P<text>.*)",
        r"(?:(?:quiero|quisiera|deseo|necesito|me gustaria|puedo|podria|podemos|hay que) )?(?:corregir|cambiar|modificar|rectificar|corrija|cambie|modifique|corrige|cambia|"
        r"reemplazar|editar|ajustar)\s+(?:la |mi |el |lo de )*(?:respuesta |pregunta |respuesta a la |respuesta de la |de la |a la )*(?:numero |n° ?|no\.? ?|# ?)?{n}\b\s*(?:por|a|con|:|,|-)?\s*(?P<text>.*)",
        r"(?:me equivoque|me equivoco|error|hay un error)\s+(?:en|con) (?:la |mi )?(?:pregunta |respuesta |respuesta a la |respuesta de la )*(?:numero |n° ?|# ?)?{n}\s*[,:.]?\s*(?P<text>.*)",
        r"(?:volver|volvamos|regresar|regresemos|ir|devolverme|vamos|devolvamonos)\s+(?:a|hasta) (?:la |pregunta |respuesta )+(?:numero |n° ?|# ?)?{n}(?P<text>)\W*$",
        r"(?:la )?(?:pregunta|respuesta)\s+(?:numero |n° ?|# ?)?{n}\s*(?::|,|=)\s*(?P<text>.+)",
        r"(?:(?:en|a|para|sobre) )?(?:la )?{n}\s*:\s*(?P<text>.+)",
    ),
    misspoken=(
        r"(?:(?:yo )?(?:quise|queria) decir|me equivoque|me exprese mal|correccion|corrijo|fe de erratas|lo que quise decir)\s*[,:.]?\s*(?:es |era )?(?:que )?(?P<text>.*)",
        r"(?:pero )?(?:eso )?no (?:es|era|fue) (?:eso )?lo que (?:yo )?(?:dije|quise decir|queria decir|respondi)(?P<text>)",
        r"(?:yo )?no dije eso(?P<text>)",
    ),
    located=(r"(?:yo |nosotros )?(?:estoy|estamos|vivo|vivimos|trabajo|trabajamos)(?: (?:ubicad[oa]s?|radicad[oa]s?))? en .{3,25}",),
    recall=(
        r"(?:cual (?:era|fue|es)|recuerdeme|repitame|digame) mi respuesta(?: (?:a|en|de|para) (?:la )?(?:pregunta )?(?:numero )?{n})?",
        r"^\W*(?:y )?que (?:respondi|conteste|dije|he respondido|he contestado)(?: yo)?(?: (?:a|en|para) (?:la )?(?:pregunta )?(?:numero )?{n})?\W*$",
        r"^\W*(?:(?:deme |dame |quiero |me da |haga |hagame |ver |muestreme )*(?:un |el |mi )?resumen|(?:cuales son |ver |quiero ver |muestreme )?mis respuestas)\W*$",
    ),
    person=(r"(?:me llamo|mi nombre es|^\W*(?:yo )?soy) (?P<name>.+)",),
    company=(
        r"(?:trabajo|escribo|les escribo|le escribo) (?:para|en|con|de|desde|de parte de|en nombre de) (?:la empresa |la compania )?(?P<name>.+)",
        r"(?:soy|habla|somos|le habla|les habla|mi nombre es|me llamo) .{0,50}?(?:de la empresa|de la compania|la empresa|de la firma|del grupo|la compania) (?P<name>.+)",
        r"(?:soy|habla|le habla|mi nombre es|me llamo) [^,.]{2,40}?,? (?:de|gerente de|director de|directora de|representante de) (?P<name>.+)",
        r"(?:mi|nuestra|la) (?:empresa|compania|firma|sociedad) (?:se llama|es|:) ?(?P<name>.+)",
        r"(?:empresa|compania|nombre de la empresa) ?: ?(?P<name>.+)",
        r"(?:^|, )(?:de )?(?:la )?(?:empresa|compania|firma) (?P<name>.+)",
        r"(?:represento|representamos) (?:a )?(?:la empresa )?(?P<name>.+)",
    ),
    company_loose=(r"(?:somos|soy de|es|de|^\W*aca|^\W*aqui) (?P<name>.+)",),
)  # fmt: skip
