"""Numbers and moments as people of the page's language read them, in the organisation's time."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime, format_time, get_day_names, get_timezone_location
from babel.numbers import format_decimal, format_percent

from cci_app.core import clock
from cci_app.core.phone import national_number
from cci_app.dashboard.account_words import account_about
from cci_app.dashboard.house_words import device_name, job_name, kind_name, table_name
from cci_app.dashboard.intents import intent_name
from cci_app.dashboard.looking import language, who_looks
from cci_app.dashboard.told import told
from cci_app.dashboard.turn_words import call_outcome, call_purpose, stage_name
from cci_app.dashboard.words import gettext

NOTHING = "–"
_SECOND_MS = 1000


def _locale() -> Locale:
    return Locale(language(), {"es": "CO", "fr": "FR", "en": "GB"}[language()])


def _zone() -> ZoneInfo:
    return ZoneInfo(who_looks().timezone)


def number(value: float | None) -> str:
    """1234 as 1 234, 1.234 or 1,234."""
    return NOTHING if value is None else format_decimal(value, locale=_locale())


def share(value: float | None) -> str:
    """0.987 as 98.7 %."""
    if value is None:
        return NOTHING
    # 99.97 % is not all of them.
    cut = min(value, 0.999) if value < 1 else value
    spaced = "#,##0.#%" if language() == "en" else "#,##0.#\u202f%"
    return format_percent(cut, format=spaced, locale=_locale())


def milliseconds(value: float | None) -> str:
    """How long something took, in seconds, or in milliseconds below a tenth of one."""
    if value is None:
        return NOTHING
    if value < 1:
        return "< 1 ms"
    if value < _SECOND_MS / 10:
        return f"{number(round(value))} ms"
    return f"{format_decimal(round(value / _SECOND_MS, 1), format='0.0', locale=_locale())} s"


def lasting(value: float | None) -> str:
    """How long something took that people wait for: in its two largest units."""
    if value is None:
        return NOTHING
    seconds = round(value)
    days, hours, minutes = seconds // 86_400, seconds // 3600 % 24, seconds // 60 % 60
    shown = [(days, {"fr": "j"}.get(language(), "d")), (hours, "h"), (minutes, "min"), (seconds % 60, "s")]
    first = next((place for place, (amount, _) in enumerate(shown) if amount), len(shown) - 1)
    kept = [(amount, unit) for amount, unit in shown[first : first + 2] if amount] or [shown[-1]]
    return " ".join(f"{number(amount)} {unit}" for amount, unit in kept)


def size(value: float | None) -> str:
    """How large a file is."""
    if value is None:
        return NOTHING
    for unit in ("B", "kB", "MB"):
        if value < 1000:
            return f"{format_decimal(round(value, 1 if unit == 'MB' else 0), locale=_locale())} {unit}"
        value /= 1000
    return f"{format_decimal(round(value, 1), locale=_locale())} GB"


def moment(value: datetime | str | None) -> str:
    """When: the hour today, yesterday with its hour, else the day; the year where it is another one."""
    if value is None:
        return NOTHING
    local, today = _local(value), clock.now().astimezone(_zone()).date()
    hour = format_time(local, "HH:mm", locale=_locale())
    if local.date() == today:
        return hour
    if local.date() == today - timedelta(days=1):
        return " ".join([gettext("yesterday"), hour])
    pattern = "d MMM" if local.year == today.year else "d MMM y"
    return f"{format_date(local, pattern, locale=_locale())} {hour}"


def exact(value: datetime | str | None) -> str:
    """When, in full."""
    return NOTHING if value is None else format_datetime(_local(value), "EEEE d MMMM y, HH:mm:ss", locale=_locale())


def day(value: date) -> str:
    """A day."""
    return format_date(value, "EEE d MMM", locale=_locale())


def month(value: date) -> str:
    """The month of a day, with its year."""
    return format_date(value, "LLLL y", locale=_locale())


def weekday(value: date) -> str:
    """What day of the week it is, in short."""
    return format_date(value, "ccc", locale=_locale())


def weekdays() -> list[str]:
    """The names of the days of a week, from Monday on, as they stand alone."""
    names = get_day_names("wide", context="stand-alone", locale=_locale())
    return [capital(names[number]) for number in range(7)]


def day_of(value: datetime) -> str:
    """The day of a moment, in words."""
    local, today = _local(value).date(), clock.now().astimezone(_zone()).date()
    if local == today:
        return gettext("Today")
    return format_date(local, "EEEE d MMMM" + (" y" if local.year != today.year else ""), locale=_locale())


def hour(value: datetime) -> str:
    """The hour of a moment."""
    return format_time(_local(value), "HH:mm", locale=_locale())


def language_name(code: str | None) -> str:
    """What a language is called."""
    names = _locale().languages
    return gettext("not known") if not code or code == "?" else str(names.get(code, code))


def phone(user_id: str) -> str:
    """A number in groups, any other id as it is."""
    if not user_id.startswith("+") or not user_id[1:].isdigit():
        return user_id
    national = national_number(user_id)
    country = user_id[: len(user_id) - len(national)]
    groups = [national[max(0, end - 3) : end] for end in range(len(national) - 4, 0, -3)][::-1]
    return " ".join(filter(None, [country, *groups, national[-4:]]))


def capital(text: str) -> str:
    """The text as a heading: names in it stay as they are."""
    return text[:1].upper() + text[1:]


def city(zone: str) -> str:
    """The city that a time zone is named after."""
    return get_timezone_location(ZoneInfo(zone), locale=_locale(), return_city=True)


def tokens_of(call: Mapping[str, int]) -> int:
    """The tokens of a call of a model, in and out."""
    return call["input_tokens"] + call["output_tokens"]


def service_name(kind: str) -> str:
    """What a service outside calls itself, by its kind of account."""
    names = {
        "sharepoint": "SharePoint",
        "google_sheets": "Google Sheets",
        "google_drive": "Google Drive",
        "waha": "WAHA",
        "meta": "WhatsApp (Meta)",
        "email": gettext("E-mail"),
    }
    return names.get(kind, kind.replace("_", " ").capitalize())


def initials(name: str | None, user_id: str) -> str:
    """Two letters for who it is."""
    words = [word for word in (name or "").split() if word[0].isalnum()]
    return ("".join(word[0] for word in (words[:1] + words[1:][-1:])) or user_id[-2:]).upper()


def _local(value: datetime | str) -> datetime:
    aware = datetime.fromisoformat(value) if isinstance(value, str) else value
    return aware.astimezone(_zone())


FILTERS = {
    each.__name__: each
    for each in (
        *(number, share, milliseconds, lasting, size, moment, exact, day, month, weekday, day_of, hour, language_name),
        *(phone, capital, city),
        *(initials, intent_name, service_name, account_about, tokens_of),
        *(table_name, job_name, kind_name, device_name),
        *(stage_name, call_purpose, call_outcome, told),
    )
}
