"""What each role may do, for those who give it."""

from collections.abc import Mapping

from cci_app.accounts.caller import Role

ROLES: Mapping[Role, Mapping[str, str]] = {
    Role.VIEWER: {
        "en": "Sees conversations, contacts, documents and figures. Changes nothing.",
        "es": "Ve las conversaciones, los contactos, los documentos y las cifras. No cambia nada.",
        "fr": "Consulte les conversations, les contacts, les documents et les chiffres. Ne modifie rien.",
    },
    Role.AGENT: {
        "en": "Also looks after people who write: closes a conversation so that it begins anew.",
        "es": "Además atiende a quienes escriben: cierra una conversación para que empiece de nuevo.",
        "fr": "Suit en plus les personnes qui écrivent : clôt une conversation pour qu’elle recommence.",
    },
    Role.ADMIN: {
        "en": "Also exports, reloads contacts, manages documents, accounts, keys and members.",
        "es": "Además exporta, recarga contactos y gestiona documentos, cuentas, claves y miembros.",
        "fr": "En plus, exporte, recharge les contacts et gère documents, comptes, clés et membres.",
    },
    Role.OWNER: {
        "en": "Also makes other members owners. An organisation always has at least one.",
        "es": "Además nombra a otros propietarios. Una organización siempre tiene al menos uno.",
        "fr": "Nomme en plus d’autres propriétaires. Une organisation en a toujours au moins un.",
    },
}
