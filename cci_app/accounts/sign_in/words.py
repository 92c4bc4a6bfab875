"""What the pages of signing in say, in the languages of those who administer."""

from collections.abc import Mapping

WORDS: Mapping[str, Mapping[str, str]] = {
    "es": {
        "title": "Iniciar sesión",
        "email": "Correo electrónico",
        "password": "Contraseña",
        "submit": "Entrar",
        "401": "El correo o la contraseña no son correctos.",
        "429": "Demasiados intentos. Espere unos minutos y vuelva a probar.",
        "503": "El servicio no responde en este momento. Vuelva a probar en unos segundos.",
        "500": "No se pudo iniciar la sesión. Vuelva a probar.",
    },
    "fr": {
        "title": "Connexion",
        "email": "Adresse e-mail",
        "password": "Mot de passe",
        "submit": "Se connecter",
        "401": "L’adresse ou le mot de passe est incorrect.",
        "429": "Trop de tentatives. Patientez quelques minutes, puis réessayez.",
        "503": "Le service ne répond pas pour l’instant. Réessayez dans quelques secondes.",
        "500": "La connexion a échoué. Réessayez.",
    },
    "en": {
        "title": "Sign in",
        "email": "E-mail address",
        "password": "Password",
        "submit": "Sign in",
        "401": "The address or the password is not right.",
        "429": "Too many attempts. Wait a few minutes and try again.",
        "503": "The service does not answer at the moment. Try again in a few seconds.",
        "500": "You could not be signed in. Try again.",
    },
}
LANGUAGES = tuple(WORDS)
