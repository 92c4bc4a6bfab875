"""The people behind the assistant: who answers for which city, and how to write to them."""

from urllib.parse import quote as url_quote

import phonenumbers

from cci_app.agents.questionnaire.content import City, Directory, Person
from cci_app.agents.questionnaire.reading import pattern_of, words_of
from cci_app.agents.questionnaire.wording import Voice


def cities_in(directory: Directory, text: str) -> list[City]:
    """The cities that `text` names, under any of their names."""
    words = words_of(text)
    return [city for city in directory.cities if pattern_of(city.aliases).search(words)]


def people_for(directory: Directory, city_id: str | None, role: str | None) -> list[Person]:
    """Who answers: one person in a known city, else one of every city; those with `role` come first."""
    cities = [city.id for city in directory.cities if city_id is None or city.id == city_id]
    chosen = []
    for city in cities:
        local = [person for person in directory.people if person.city == city]
        fitting = [person for person in local if role is None or role in person.roles]
        chosen.append((fitting or local)[0])
    return chosen


def link_of(person: Person, prefill: str = "") -> str:
    """The wa.me link that opens a conversation, with its first line already written where one is given."""
    link = f"https://wa.me/{person.phone}"
    return f"{link}?text={url_quote(prefill, safe='')}" if prefill else link


def present(voice: Voice, directory: Directory, people: list[Person], prefill: str, *, short: bool = False) -> str:
    """The people with their links: one on the same line, several on a line each, the first of them a new one.

    Of several the links are bare: two that carry a sentence each are a wall.
    """
    lines = []
    for person in people:
        link = link_of(person, prefill if len(people) == 1 else "")
        city = city_of(voice, directory, person)
        if short:
            lines.append(voice.say("contact_short", person=person.name, city=city, link=link))
            continue
        number = phonenumbers.parse(f"+{person.phone}", None)
        phone = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
        lines.append(voice.say("contact", person=person.name, city=city, phone=phone, link=link))
    return lines[0] if len(lines) == 1 else "\n" + "\n".join(lines)


def named(voice: Voice, directory: Directory, person: Person) -> str:
    """Somebody whose link the person has already."""
    return voice.say("contact_name", person=person.name, city=city_of(voice, directory, person))


def city_of(voice: Voice, directory: Directory, person: Person) -> str:
    """The name of the city where somebody answers."""
    return next(city.name[voice.language] for city in directory.cities if city.id == person.city)
