# ruff: noqa: E501, SIM905 (lists of alternatives read better in long lines)
"""French, as people type it: without accents, shortened, with the usual slips."""

from typing import Final

from cci_app.agents.questionnaire.lexicon.entries import Lexicon

_N_AI = r"(?:je |j )?(?:n |ne )?ai"
_WANT = (
    r"(?:je (?:veux|voudrais|souhaite|souhaiterais|prefere|prefererais|dois|peux)|j aimerais(?: bien)?|jaimerais|"
    r"on peut|peut on|est ce qu on peut|est ce que je peux|puis je|peux tu|pouvez vous|pourriez vous|"
    r"c est possible de|est il possible de|possible de|il faut|on va|allez)"
)
_SOMEONE = (
    r"(?:une (?:vraie )?personne(?: (?:reelle|humaine|physique))?|quelqu un|qqn|quelquun|un (?:vrai )?(?:humain|conseiller|"
    r"agent|responsable|collaborateur|interlocuteur|charge d affaires)|une conseillere|l equipe|votre equipe|un etre humain)"
)
# What is said of others in other words is said of the person spoken to after these.
_YOU_ARE = (
    r"(?:vous (?:n )?etes|t es|tu (?:n )?es|vous|tous|bande d(?:e|es)?|espece d(?:e|es)?|quels?|sales?|gros)"
    r"(?: (?:que|qu|tous|toutes|vraiment|rien|de|d|des|un|une|gros|sales?|vrais?))*"
)

FRENCH: Final = Lexicon(
    fillers=(
        "s il (?:vous|te) plait|svp|stp|merci(?: beaucoup| bien| d avance)?|bonjour|bonsoir|salut|coucou|pardon|desolee?|"
        "excusez moi|excuse moi|alors|bon|ben|bah|euh|heu|hum|eh bien|et|mais|donc|ok|okay|d accord|dacc|ah|oh|non|oui|"
        "(?:mdr|lol|(?:ha|ah|he|hi){2,})|voila|bref|finalement|plutot|juste|maintenant|la|ca|monsieur|madame|hein|allez|tres bien|super|parfait",
    ),
    greeting=(
        "(?:re ?)?(?:bonjour|bonsoir|salut|coucou|hello|hey|bjr|bsr|slt|cc|yo|allo|bonne apres midi)"
        "(?: (?:a (?:vous|tous|toute l equipe)|tout le monde|l equipe|monsieur|madame|{own_name}|encore|de nouveau))*",
        "re|me revoila|me revoici|je suis de retour|me voila",
    ),
    how_are_you=(
        "(?:comment )?(?:ca va|vas tu|allez vous|tu vas|vous allez)(?: bien)?(?: (?:et vous|et toi|aujourd hui))?",
        "vous allez bien|tout va bien|quoi de neuf|comment ca va",
    ),
    thanks=(
        "(?:un grand |mille )?(?:merci|mercis)(?: (?:beaucoup|bien|infiniment|a vous|a toi|d avance|pour (?:tout|votre "
        "(?:aide|reponse|retour|message)|l info|l information|les infos|la reponse|ces infos)))*",
        "je vous remercie(?: (?:beaucoup|bien|infiniment))?|c est gentil|tres gentil|top merci|super merci",
    ),
    okay=(
        "ok|okay|oki|dac|d ac|d accord|dacc|entendu|compris|c est compris|parfait|super|top|genial|tres bien|bien|ca marche|"
        "ca roule|nickel|impec|c est note|note|bien recu|recu|allons y|c est parti|je suis pret|je suis prete|pret|prete|"
        "vas y|allez y|on y va|je vous ecoute|interessant|c est (?:tres |super |bien )?(?:interessant|sympa|gentil|cool|super|top|clair|parfait|bien|bon|note|genial)|sympa|cool|ah bon|ah d accord|je vois|avec plaisir|"
        "volontiers|bonne idee|quand vous voulez|commencons|on commence|on peut commencer|test|coucou test",
    ),
    laugh=(r"(?:(?:(?:ha|ah|he|hi){2,}h?|mdr+|lol|ptdr|xd+|haha+) ?)+",),
    goodbye=(
        "au revoir|a bientot|a plus|a tres vite|a la prochaine|ciao|bye|bonne (?:journee|soiree|continuation|fin de journee|"
        "semaine|nuit|fin de semaine)|bon week ?end|bonne fin d apres midi|je vous laisse|je dois (?:y aller|filer|partir)",
    ),
    stop=(
        "stop|stopper|arret|arreter|arretez|arrete|arretons|on arrete|pause|faire une pause|fin|quitter|annuler|suffit|assez|"
        f"(?:ca |c en )?(?:suffit|est assez)|{_WANT} (?:m )?(?:arreter|stopper|faire une pause|quitter|continuer plus tard)",
        "(?:pas|plus) maintenant|pas tout de suite|pas aujourd hui|plus tard|tout a l heure|apres|une autre fois|un autre jour|"
        "demain|la semaine prochaine|ce n est pas le (?:bon )?moment|c est pas le moment|pas le (?:bon )?moment|"
        "(?:on (?:verra|voit|en reparle|reprend|continue)|je (?:reviens|reprends|reprendrai|repondrai|verrai|continue|"
        "continuerai|vous reponds|vous repondrai)|reprenons|voyons|continuons)(?: ca)? (?:plus tard|demain|apres|tout a l heure|"
        "un autre jour|une autre fois|la semaine prochaine|lundi|ce soir)",
        f"(?:je |j )?(?:n |ne )?ai (?:pas|plus) (?:le |trop le |beaucoup de |de )?(?:temps|envie)(?: (?:maintenant|pour ca|la|"
        f"aujourd hui|de (?:continuer|repondre)))*|{_N_AI} pas le temps|jai pas le temps",
        "je suis (?:occupee?|en reunion|en rdv|en rendez vous|pressee?|en voiture|au volant|en deplacement|en vacances|debordee?)"
        "(?: (?:la|maintenant|aujourd hui))?|en reunion|occupee?",
        "(?:ne )?pas continuer|(?:ca |cela )?(?:ne )?m interesse pas|ca m interesse pas|pas interessee?|je (?:ne )?veux (?:pas|plus) (?:continuer|"
        "repondre|participer)",
    ),
    leave_alone=(
        "je (?:ne )?veux (?:pas|plus) etre contactee?|(?:laissez|laisse|foutez|fichez) moi (?:tranquille|en paix|la paix)|lachez moi|fichez moi la paix|ne m ecrivez plus|"
        "desabonner|desinscription|desinscrire|me desinscrire|me desabonner|retirez moi de (?:la|votre) liste",
    ),
    erase=("(?:effacer|effacez|supprimer|supprimez)(?: (?:tout|(?:toutes )?mes donnees))?",),
    resume=(
        "reprendre|continuer|continue|continuons|reprenons|on (?:continue|reprend|y retourne)|poursuivre|poursuivons|"
        f"(?:{_WANT} )(?:reprendre|continuer|poursuivre|finir|terminer)(?: (?:le questionnaire|ou on en etait|nos questions))?|"
        "(?:reprendre|continuer|poursuivre|finir|terminer|reprenons|continuons) (?:le|les|ou) (?:questionnaire|questions?|"
        "on en etait)|on en etait ou|ou en etions nous|ou on en etait",
    ),
    back=(
        "retour|revenir|precedente?|en arriere|arriere|la precedente|(?:la )?question (?:precedente|d avant)|revenir en arriere|"
        f"(?:{_WANT} )?(?:revenir|retourner|revenons)(?: (?:a|sur))?(?: (?:la|en))? (?:question )?(?:precedente|arriere|"
        "d avant|question d avant)|celle d avant|retour (?:en )?arriere|retour a la (?:question )?precedente|back",
    ),
    skip=(
        "passer|passe|passons|on passe|je passe|suivante?|la suivante|(?:la )?(?:question )?suivante|prochaine(?: question)?|"
        f"sauter|skip|next|ignorer|{_WANT} passer(?: (?:cette question|celle ci|a la suivante|a la question suivante))?|"
        "passons a la (?:question )?suivante|passer (?:cette question|celle ci|a la suivante)|passez a la suivante",
        "(?:je |j )?(?:ne |n )?(?:sais|sait|c|ai) pas(?: (?:trop|encore|du tout|vraiment|quoi (?:dire|repondre|vous dire)|"
        "repondre|dire))?|chais pas|che pas|chai pas|jsp|jspas|nsp|aucune idee|pas d idee|(?:je n en |j en |je n )?ai aucune idee|"
        "sans opinion|sans avis|pas d avis|(?:je )?(?:prefere|prefererais) ne pas (?:repondre|le dire|en parler)|"
        "pas de reponse|sans reponse|joker|je n ai pas de reponse|je (?:ne )?vois pas(?: trop| vraiment)?|ca ne me dit rien|laissez? tomber|je seche|rien a dire|rien de special a dire|difficile a dire|"
        "pas concernee?|non concernee?|(?:je ne suis |on n est |nous ne sommes )?pas concernee?s?",
    ),
    restart=(
        f"(?:{_WANT} )?(?:tout )?(?:recommencer|reinitialiser|refaire le questionnaire|repartir de zero|reprendre (?:du|au|depuis le)"
        " debut|reprendre a zero|recommencer (?:a zero|depuis le debut|du debut|le questionnaire|tout)|repartir du debut|"
        "remettre a zero)(?: tout)?",
        "(?:on )?recommence(?:z|ons)?(?: (?:a zero|depuis le debut|du debut|tout))?|de zero|depuis le debut|restart|reset|"
        "nouveau questionnaire|remise a zero",
    ),
    human=(
        f"(?:{_WANT} )?(?:de )?(?:me )?(?:parler|echanger|discuter|contacter|joindre|m adresser|dialoguer|parle|communiquer)"
        f" (?:a|avec|directement a|directement avec)? ?{_SOMEONE}(?: .{{0,50}})?",
        f"{_SOMEONE}|humain|conseiller|agent|operateur|une vraie personne|(?:un )?(?:etre )?humain",
        f"(?:{_WANT} )?(?:m |me |etre )?(?:appeler|rappeler|rappelee?|appelee?|telephoner|recontacter|recontactee?|contacter|"
        "contactee?)(?: (?:par (?:quelqu un|telephone|un conseiller|l equipe)|par (?:un |une )?(?:humain|personne)))?",
        "(?:appelez|rappelez|contactez|recontactez) moi(?: .{0,30})?",
        "(?:pouvez vous |pourriez vous |vous pouvez )(?:me |m )(?:rappeler|appeler|recontacter|contacter|passer quelqu un|"
        "mettre en (?:contact|relation) avec (?:quelqu un|l equipe|un conseiller))(?: .{0,30})?",
        "(?:qui )?(?:puis je|je peux|peut on|dois je|on peut) (?:appeler|contacter|joindre)(?: qui)?(?: (?:a {own_name}))?",
        "(?:un |le |votre |vos |les )?(?:contact|numero|telephone|coordonnees) (?:d un (?:conseiller|responsable)|de {own_name}|"
        "de l equipe|de quelqu un|a {city})|votre (?:numero|telephone|contact)|vos coordonnees|"
        "(?:donnez moi|je veux|je voudrais|vous avez|avez vous|quel est) (?:un|le|votre|vos) (?:contact|numero|telephone|coordonnees)(?: .{0,30})?",
        "(?:et )?(?:qui est )?(?:mon|notre|votre) (?:interlocuteur|interlocutrice|contact|conseiller|referent|correspondant)(?: (?:c est )?qui)?|"
        f"(?:{_WANT} )?(?:avoir )?son (?:numero|telephone|contact)|"
        f"(?:{_WANT} )?(?:en parler|discuter|en discuter) (?:de vive voix|directement|par telephone|avec quelqu un|en personne|avec vous|avec un humain)|"
        "(?:vous |tu )?(?:m appelez|m appelles|me rappelez)(?: .{0,20})?|appelle moi|"
        "(?:il y a quelqu un|y a quelqu un|quelqu un est la)",
    ),
    help_me=(
        "aide|aidez moi|a l aide|help|de l aide|besoin d aide|un coup de main|(?:j ai )?besoin (?:d aide|d un coup de main)|"
        "je (?:veux|voudrais|souhaite) (?:bien )?(?:de l aide|un coup de main|etre aidee?|le contact)|"
        "(?:oui )?je veux bien|volontiers|aide (?:acces|espace membre|pour l acces)|(?:oui )?avec plaisir",
    ),
    clarify=(
        "quoi|hein|pardon|comment|c est a dire|cad|c ad|par exemple|un exemple|des exemples|exemple|exemples|comme quoi|"
        "(?:avez vous |vous avez |donnez moi |tu as )(?:un |des )exemples?|"
        "(?:je |j )?(?:ne |n )?(?:comprends|comprend|ai|saisis|capte) (?:pas|rien)(?: compris)?(?: (?:la|votre|ta|cette) question)?|"
        "pas compris|pas clair|c est pas clair|ce n est pas clair|la question n est pas claire|question pas claire|"
        "(?:pouvez vous|peux tu|vous pouvez|pourriez vous) (?:repeter|reformuler|preciser|expliquer|re expliquer)"
        "(?: (?:la|votre|cette) question)?|repetez|reformulez|quelle (?:est la |etait la )?question|(?:c etait|c est) quoi (?:la|"
        "votre|deja la) question|que voulez vous dire|(?:c est|ca veut|vous voulez) (?:quoi|dire quoi)|qu est ce que (?:ca|vous) "
        "(?:veut|voulez) dire|dans quel sens|en quel sens|de quoi (?:vous )?parlez vous|ca veut dire quoi|precisez",
    ),
    preamble=(
        "(?:j ai |juste |petite |encore )*(?:une |petite |autre )*question(?: (?:pour vous|rapide|avant))?|"
        "(?:(?:c est|ma question est|desolee? pour (?:la|cette)) )?(?:peut etre |surement )?(?:une |la |ma )?(?:question )?(?:peut etre |un peu )?(?:idiote?|bete|stupide)(?: comme question)?|"
        "(?:bonne|tres bonne) question|(?:tres )?interessant|c est interessant|dites moi|dis moi|au fait|par contre|"
        "d ailleurs|serieusement|franchement|honnetement|je me demandais?|je voulais (?:vous demander|savoir)|je me pose une question|je vous reponds|une precision|"
        "avant de repondre|avant (?:ca|cela)|attendez|attends|avant tout|d abord|en fait|du coup|oui|non|si|je vois|compris",
    ),
    nothing=(
        "(?:non )?(?:aucun|aucune|aucuns|aucunes|rien|neant|r ?a ?s|zero|nada|jamais)(?: (?:d entre eux|service|evenement|des deux|projet|"
        "idee particuliere|en particulier|de special|de particulier|de prevu|pour (?:le moment|l instant)|du tout|encore|"
        "pour ma part|de notre cote|a signaler|actuellement|a ce jour|jusqu ici|ne me vient a l esprit|ne manque))*",
        "(?:pour (?:le moment|l instant)|a ce jour|jusqu ici|actuellement) (?:rien|aucun|aucune|pas|non|pas grand chose)(?: .{0,25})?|"
        "(?:presque rien|pas grand chose|peu de choses?)(?: (?:pour (?:le moment|l instant)|a ce jour|jusqu ici|honnetement|franchement))*",
        "(?:non )?(?:pas|toujours pas|pas encore)(?: (?:pour (?:le moment|l instant)|encore|du tout|vraiment|a ce jour|grand chose|"
        "de projets?(?: particuliers?)?|en ce moment|actuellement|de besoins?|d idees?))+",
        "pas encore|toujours pas|non|nan|nope|non non|pas vraiment|(?:je |on )?(?:n |ne )?(?:ai|avons|a) (?:rien|aucun)"
        "(?: (?:utilise|fait|teste|prevu|projet|besoin|service|de prevu|de particulier))*|aucun service utilise|"
        "(?:je n |on n |nous n )(?:en )?(?:ai|a|avons) (?:utilise|fait|teste) (?:aucun|rien)|(?:je n |on n |nous n )en (?:ai|a|avons) "
        "(?:utilise |pas )?(?:aucun|utilise|pas)|(?:tout|ca) va bien|tout est (?:la|bon|parfait|ok)|non (?:merci|rien)|rien merci",
    ),
    partial=(
        "un peu|(?:un )?petit peu|plus ou moins|a peu pres|en partie|partiellement|vaguement|a moitie|bof|moyen(?:nement)?|"
        "ca depend|oui et non|pas tout a fait|pas completement|pas entierement|rapidement|une fois",
    ),
    just_yes=(
        "oui|ouais|oue|ui|yep|yes|si|mais oui|oui oui|bien sur|bien sur que oui|tout a fait|exact|exactement|absolument|evidemment|"
        "affirmatif|certainement|effectivement|en effet|deja|deja fait|c est fait|carrement|je confirme|oui je (?:confirme|veux|"
        "suis sure?)|c est ca|confirme|confirmer|vrai|correct",
    ),
    just_no=(
        "non|nan|nope|no|non non|pas du tout|surtout pas|jamais|pas encore|toujours pas|negatif|non merci|absolument pas|"
        "annuler|annule|laisse tomber|laissez tomber|finalement non|pas (?:pour (?:le moment|l instant))",
    ),
    go_on=("suivante?|la suivante|continuer|continuons|continue|garder|gardez|je garde|on garde|c est bon|laisser|laissez|ok|"
           "d accord|passer|passe|comme ca|c est bien comme ca|ne changez rien|rien a changer|oui|c est ca",),
    yes_start=(
        "oui|ouais|oue|ui|yep|yes|bien sur|tout a fait|exactement|absolument|evidemment|affirmatif|effectivement|en effet|"
        "carrement|mais oui|deja|c est fait|ca y est",
    ),
    no_start=(
        "non|nan|nope|pas (?:encore|du tout|vraiment|pour|a ma)|toujours pas|jamais|aucun|negatif|malheureusement (?:non|pas)|"
        "helas|impossible",
    ),
    question_start=(
        r"(?:et |mais |alors |bon |sinon |donc |du coup |au fait |excusez moi |pardon |dites moi |juste |oui |ok |merci |bonjour )*"
        r"(?:comment|combien|quand|qui|que|quoi|qu|quel|quels|quelle|quelles|lequel|laquelle|pourquoi|est ce|c est (?:quoi|combien|"
        r"quand|ou|qui|comment|possible|payant|gratuit|cher|inclus)|cest quoi|c koi|qu est|y a t il|y a|il y a|il existe|existe t il|"
        r"avez vous|pouvez vous|pourriez vous|peut on|puis je|dois je|faut il|savez vous|faites vous|proposez vous|offrez vous|"
        r"aidez vous|organisez vous|auriez vous|etes vous|connaissez vous|vous|votre equipe|ou (?:est|se|sont|puis|peut|trouver|"
        r"a lieu|c est)|a (?:quoi|qui|quel|quelle|quelles|quels|partir de)|de quoi|d ou|dans quel|tu (?:peux|as|connais|sais)|"
        r"on (?:peut|doit|a)|je (?:peux|dois|pourrais)|ca (?:coute|marche|fonctionne|sert|existe|se passe|consiste)|"
        r"et (?:le|la|les|l|pour|si|vos|du|des|au|niveau|cote)|{own_name} (?:peut|a|propose|fait|aide|offre))\b",
    ),
    please=(r"\b(?:s il (?:vous|te) plait|svp|stp)\b",),
    bare_question_start=(
        r"(?:et |mais |alors |sinon |au fait |excusez moi |pardon |dites moi |bonjour |svp )*"
        r"(?:comment (?!dire)|combien|quels? (?:est|sont)|quelles? (?:est|sont)|pourquoi|est ce qu|c est quoi|cest quoi|c koi|"
        r"qu est ce qu|y a t il|avez vous|pouvez vous|pourriez vous|peut on|puis je|dois je|faut il|savez vous|faites vous|"
        r"proposez vous|ou (?:est|se trouve|sont|puis je|peut on)|quand (?:est|sont|a lieu|commence|ouvre|ferme)|a quelle heure|je (?:voudrais|voulais|"
        r"aimerais|veux) (?:savoir|des (?:infos|informations|renseignements))|j aimerais (?:savoir|avoir des (?:infos|informations|"
        r"renseignements))|(?:expliquez|parlez|dites) (?:moi|nous)|a quoi (?:sert|servent))",
    ),
    tentative_start=(
        "peut etre|je dirais|disons|probablement|sans doute|je (?:pense|crois|suppose|ne sais pas)|j imagine|genre|du style|"
        r"un|une|des|quelques|\w+(?:er|ir|dre|tre|ttre)\b(?! vous)",
    ),
    definite_start=("et|le|la|les|l|vos|votre|du|des|au|aux|ce|cette|ces|sinon|ou|qui|non|oui|pardon",),
    lead_in=(
        "(?:et |mais |alors |sinon |donc )*(?:pour|concernant|au sujet|a propos|cote|niveau|quant|si|quand|en ce qui concerne|"
        "par rapport|dans|avec|s agissant|sur)",
    ),
    tag=("non|n est ce pas|hein|pas vrai|d accord|ok|vous voyez|tu vois|je crois|c est ca|voila|peut etre|si|oui|quoi",),
    in_fact=("(?:ah |euh |non |oh |pardon |desole |desolee |oups )*(?:en fait|en realite|finalement|plutot|a vrai dire|au fait|"
             "erreur|oups|apres reflexion|(?:j.)?ai change d.avis)",),
    yes_hint=(
        r"(?:j |je |on |nous |l )(?:y )?(?:l )?(?:ai|a|avons) (?:deja |bien |pu |tous |tout |y )*(?:acced|connect|visit|vu|utilis|"
        r"consult|regard|ouvert|active|essay|parcour|decouv|entr|recu)",
        r"deja (?:acced|connect|visit|vu|utilis|consult|fait|activ|all|entr|inscri)",
        r"(?:je|on|nous) (?:m y |s y |nous y |y |le |la |les |l |nous )?(?:suis|sommes|est) (?:deja |bien )?(?:connect|all|entr|inscri)",
        r"(?:je|on|nous) (?:le |la |les |l |y |y ai |m en )?(?:connais|connait|connaissons|utilise|utilisons|consulte|vais)\b",
        r"jai (?:deja )?(?:acced|connect|vu|utilis|visit)|ai (?:bien )?(?:mes|mon) (?:identifiant|acces|compte)",
    ),
    no_hint=(
        r"(?:pas|plus|rien|jamais|aucun\w*) (?:encore|pu|eu|su|vu|trouve|recu|reussi|le temps|l acces|acces|d acces|connect|acced)",
        r"(?:n |ne )\w+(?: \w+){0,3} (?:pas|jamais|rien|aucun\w*)\b|pas encore|toujours pas|jamais (?:vu|all|entr|utilis|connect|recu)|"
        r"(?:ai|sais|peux|connais|arrive|marche|fonctionne|avons|trouve) pas\b|impossible d",
    ),
    trouble=(
        r"mot de passe|mdp|identifiants?\b|oubli|perdu|bloqu|(?:ne |n )?(?:marche|fonctionne|arrive|arrivons|reussi\w*|peux|trouve) (?:pas|plus)|"
        r"erreur|probleme|bug|souci|impossible|pas (?:pu|reussi|recu)|jamais recu|lien (?:mort|casse|expire)|galere|code",
    ),
    question_hint=(
        r"comment (?:ca|on|je|faire|faut|se|vous|fonctionne|marche|obtenir|trouver|puis|peut)|combien|c est quoi|cest quoi|c koi|"
        r"qu est ce|est ce qu|quoi$|(?:avez|pouvez|pourriez|proposez|faites|aidez|offrez|organisez|savez|auriez|connaissez|etes|"
        r"conseillez|recommandez) vous|"
        r"vous (?:avez|pouvez|pourriez|proposez|faites|aidez|offrez|organisez|savez|connaissez|etes|conseillez|recommandez|"
        r"accompagnez|intervenez|gerez|occupez)|y a t il|"
        r"(?:peut|faut|existe t|puis|dois) (?:il|on|je)\b|ca (?:coute|marche|fonctionne|sert|consiste)|a quoi|de quoi|"
        r"(?:quel|quelle|quels|quelles) (?!que)|pourquoi|c est (?:possible|payant|gratuit|cher|combien|quand|ou)|quand (?:est|a|aura)|"
        r"on (?:peut|doit) |je (?:peux|dois) ",
    ),
    insult=(
        r"\b(?:con(?:ne|nard|nards|nasse)|(?<!and )cons|merde|emmerd\w*|fai(?:s|t|tes) chier|casse[sz]? les (?:pieds|couilles)|merdique|putain|pute|salaud|salope|encul\w+|batard|abruti\w*|"
        r"imbecile\w*|cretin\w*|ta gueule|nique)\b|\bferme (?:la|ta) (?:gueule|bouche)\b|\b(?:va te|allez(?: tous)? vous) faire (?:foutre|enculer|cuire|voir$|voir ailleurs|mettre$)",
        # "Quand ferme la bibliothèque ?", "une question stupide", "un contrat contre les voleurs" and "une bande de 5 cm" insult nobody.
        r"^(?:(?:mais|alors|allez|bon|oh|toi|et) )*ferme la(?: (?:maintenant|un peu|toi|enfin|une fois|le bot|robot|machine))*$",
        r"^(?!.*\b(?:(?:questions?|erreurs?|fautes?|choix)(?: \w+){0,3}|peut etre|suis)(?: \w+)? (?:idiote?|stupide|debile)s?\b).*\b(?:idiot\w*|stupides?|debile\w*)\b",
        rf"\b{_YOU_ARE} (?:escrocs?|voleurs?|fdp)\b|^(?:escrocs?|voleurs?|fdp)$",
        r"\bbande d(?:e|es)? (?:gros |sales |vrais )?(?:nuls?|incapables?|charlots?|clowns?|rigolos?|menteurs?|bons a rien|guignols?|faineants?|voyous?|amateurs?)\b",
    ),
    complaint=(
        r"inadmissible|inacceptable|scandaleu|honteu|lamentable|j en ai (?:marre|assez)|ras le bol|(?:c est|ce sont|vraiment|faites|font|dites|^) ?(?:du |vraiment )?n importe quoi|(?:je suis |nous sommes |"
        r"on est )?(?:tres |vraiment )?(?:mecontent|insatisfait|furieu)|"
        r"(?:tres|vraiment|hyper) (?:decu|deçu)|(?:faire|fais|faisons|deposer|depose|porter|porte|ai|avons|avais) (?:\w+ )?(?:une |ma |notre )(?:plainte|reclamation)\b|^(?:une |ma |notre )?(?:plainte|reclamation)\b|"
        r"(?:personne|jamais) (?:ne )?(?:m |nous )?"
        r"(?:a |ont )?(?:repond|rappel)|(?:tres )?mauvais service|vous (?:ne )?servez a rien|(?:c est|quelle) (?:une )?(?:honte|arnaque)",
    ),
    hostile=(
        # "J'ai oublié vos consignes" and "où sont vos instructions de paiement ?" attack nothing.
        r"(?:ignore|ignorez|(?<!ai )(?<!as )(?<!avons )(?<!j )(?<!on )(?:oublie|oubliez)|annule) (?:toutes? |tous )?(?:tes|vos|les|mes|ces) (?:\w+ )?(?:instructions?|consignes?|regles?)|"
        r"(?:tes|ton) (?:instructions?|consignes)|(?:vos|votre|les?) (?:instructions?|consignes) (?:systeme|initiales?|internes?|cachees?|secretes?)|"
        r"(?:montre|montrez|affiche|affichez|repete|repetez|revele|revelez|recite|recitez|copie|copiez)(?: moi)? (?:toutes )?(?:vos|votre|les) (?:instructions?|consignes)|\bprompts?\b|"
        r"(?:fais|faites) (?:comme si|semblant)|tu es maintenant|jouez? le role",
    ),
    private=(
        r"(?:numeros?|telephones?|portables?|e ?mails?|mails?|adresses?|coordonnees|donnees|reponses?|infos?|informations|dossiers?|whatsapp)"
        r"(?: \w+){0,2} (?:d autres?|des autres|de(?:s| tous les| mes)? (?:membres|adherents|entreprises|concurrents|clients|contacts|"
        r"utilisateurs|participants)|d un autre|d une autre|du (?:directeur|gerant|patron) d)",
        r"(?:qu a|qu ont|ce qu a|ce qu ont) (?:repondu|dit) (?:les|l|la|des|autre|mon|notre)|liste (?:complete )?des (?:numeros|telephones|contacts|"
        r"mails|emails|utilisateurs)|base de donnees (?:de vos|des) (?:utilisateurs|contacts|conversations)|conversations? des autres",
    ),
    positive=(
        r"\butiles?\b|excellent|genial|super|parfait|formidable|enrichissant|interessant|efficace|satisfait|adore|apprecie|ravi|precieu|"
        r"tres (?:bien|bon|bonne)|bonne experience|au top|\btop\b|reussi|ca nous a (?:aide|servi)",
    ),
    negative=(
        r"inutile|decu|decev|\bnul|mauvais|\bmal\b|perte de temps|pas (?:tres |vraiment |du tout |trop )?(?:utile|interessant|bien|terrible|"
        r"satisf|convaincu|concluant)|sans (?:resultat|suite|interet)|aucun (?:resultat|interet|retour)|\bbof\b|peu (?:utile|interessant)|"
        r"\bmoyen(?:ne)?\b|trop cher|n (?:a|ont) (?:rien|pas) (?:servi|apporte|aide)|rien apporte|servi a rien",
    ),
    vague=frozenset(
        """
        bien mieux bon bonne bonnes choses chose truc trucs plusieurs divers diverses divers varies beaucoup peu normal
        normale depend voir verra verrons ameliorer plaisir interessant comme toujours habitude general generale globalement
        reflechir reflechis reflechirai tout tous toutes quelque quelques certain certains certaines autre autres plutot assez tres classique standard
        oui non ok peut etre moins ainsi suite voila etc bof moyen moyenne
        """.split()
    ),
    empty=frozenset(
        """
        je j tu il elle on nous vous ils elles me m te t se s le la les l un une des de du d au aux a en dans par pour sur
        avec sans sous ce c cet cette ces ca cela mon ma mes ton ta tes son sa ses notre nos votre vos leur leurs que qu qui
        quoi dont ou et mais donc or ni car si ne n pas plus est sont suis sommes etes ai as avons avez ont etre avoir etait
        y euh ben bah bon alors eh ah oh enfin juste encore deja aussi comme chez entre vers merci bonjour svp plait ici la
        fait faire va vais aller veut veux voulons voudrais aimerais aimerions souhaite souhaitons cherche cherchons
        principal principalement surtout simplement actuellement maintenant moment
        """.split()
    ),
    ordinals={
        "premiere": 1, "premier": 1, "deuxieme": 2, "seconde": 2, "deux": 2, "troisieme": 3, "trois": 3,
        "quatrieme": 4, "quatre": 4, "cinquieme": 5, "cinq": 5, "sixieme": 6, "six": 6, "septieme": 7, "sept": 7,
        "derniere": -1,
    },
    correction=(
        r"(?:a|pour|sur|dans|concernant) (?:(?:(?:la|ma) (?:reponse |question |reponse a la |reponse a la question )*|(?:reponse |question |reponse a la |reponse a la question )+)(?:numero |n° ?|no ?)?|numero ){n}\s*[,:]?\s*"
        r"(?:je voulais (?:plutot )?dire|je veux dire|il fallait (?:lire|mettre)|c'est plutot|c'etait plutot|c'est|c'etait|mettez|plutot|lire|notez)\s*"
        r"(?:que |qu')?(?P<text>.*)",
        r"(?:je (?:voudrais|veux|souhaite|dois) |j'aimerais |peut-on |puis-je |on peut )?(?:corriger|modifier|changer|rectifier|corrigez|modifiez|changez|remplacer)"
        r"\s+(?:la |ma |le |mon )?(?:reponse |question |reponse a la |reponse de la |reponse a |question )*(?:numero |n° ?)?{n}\b\s*(?:par|en|avec|:|,|-)?\s*(?P<text>.*)",
        r"(?:je me suis trompee?|je me trompe|erreur)\s+(?:a|sur|dans|pour) (?:la |ma )?(?:question |reponse |reponse a la )*(?:numero |n° ?)?{n}\s*[,:.]?\s*(?P<text>.*)",
        r"(?:revenir|revenons|retour|retourner|retournons|reprendre|reprenons)\s+(?:a|sur) (?:la |question |reponse )+(?:numero |n° ?)?{n}(?P<text>)\W*$",
        r"(?:la )?(?:question|reponse)\s+(?:numero |n° ?)?{n}\s*(?::|,|=)\s*(?P<text>.+)",
        r"(?:(?:a|pour|sur|dans) )?(?:la )?{n}\s*:\s*(?P<text>.+)",
    ),
    misspoken=(
        r"(?:je voulais (?:plutot )?dire|je me suis trompee?|je me suis mal exprimee?|correction|rectification|erratum)\s*[,:.]?\s*(?:que |qu')?(?P<text>.*)",
        r"(?:mais )?(?:ce n'est|c'est|c) pas (?:du tout )?ce que j'ai (?:dit|voulu dire|repondu)(?P<text>)",
    ),
    located=(r"(?:(?:je|on|nous) (?:suis|est|sommes) )(?:bases?|basees?|situes?|installes?)? ?(?:a|sur|dans|vers|pres de) .{3,25}",),
    recall=(
        r"(?:(?:c'etait|c'est) quoi|quelle (?:etait|est)|rappelez-moi|redonnez-moi) ma reponse(?: (?:a|pour|sur) (?:la )?(?:question )?{n})?",
        r"^\W*(?:et )?(?:qu'?est[- ]ce que j'ai|j'ai) (?:repondu|dit) ?(?:quoi)?(?: (?:a|pour) (?:la )?(?:question )?{n})?\W*$|qu'ai-je repondu",
        r"^\W*(?:(?:donnez-moi|faites-moi|montrez-moi|je (?:veux|voudrais) (?:voir )?|un |mon |le )*(?:resume|recapitulatif|recap)|(?:voir |montrez-moi |quelles sont )?mes reponses)\W*$",
    ),
    person=(r"(?:je m'appelle|mon nom est|moi c'est|^\W*je suis) (?P<name>.+)",),
    company=(
        r"(?:je travaille|je vous ecris|j'ecris) (?:pour|chez|au nom de|de la part de) (?:la societe |l'entreprise )?(?P<name>.+)",
        r"(?:je suis|c'est|nous sommes|ici) .{0,50}?(?:de chez|de la societe|de l'entreprise|du groupe|chez|la societe|l'entreprise) (?P<name>.+)",
        r"(?:mon |notre |ma |la |l')(?:entreprise|societe|boite|groupe) (?:s'appelle|c'est|est|se nomme|:) ?(?P<name>.+)",
        r"(?:la societe|l'entreprise|societe|entreprise|nom de l'entreprise) ?: ?(?P<name>.+)",
        r"(?:^|, )(?:de chez|(?:de )?(?:la )?societe|(?:de )?(?:l')?entreprise) (?P<name>.+)",
        r"je represente (?:la societe |l'entreprise )?(?P<name>.+)",
        r"(?:moi c'est|je m'appelle|mon nom est) [^,.]{2,40}?,? (?:de chez|de|chez|du groupe) (?P<name>.+)",
    ),
    company_loose=(r"(?:nous sommes|on est|c'est|je suis de|chez|^\W*ici) (?P<name>.+)",),
)  # fmt: skip
