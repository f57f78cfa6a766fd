"""Where something stands in a source: packs write it in Romanian, pages say it in the language of the reader."""

import re

from django.utils.translation import gettext

from rivulus.kernel.words import N_

NUMBERED = {
    "cap.": N_("ch. %(number)s"),
    "p.": N_("p. %(number)s"),
    "nivel din Anexa": N_("level from Annex %(number)s"),
    "Anexa": N_("Annex %(number)s"),
    "Tabelul": N_("Table %(number)s"),
    "tabelul": N_("table %(number)s"),
    "figura": N_("figure %(number)s"),
    "pilonul": N_("pillar %(number)s"),
}
PHRASES = {
    "starea actuală": N_("present state"),
    "viziune": N_("vision"),
    "luat anul viziunii": N_("the year of the vision is taken"),
    "perioada derivată din nivel": N_("the period follows from the level"),
    "perioada netipărită": N_("the period is not printed"),
    "altă formulare": N_("in other words"),
    "al doilea grup": N_("second group"),
    "repetat în viziune": N_("repeated in the vision"),
    "fără criteriu": N_("no criterion"),
    "fără prag tipărit": N_("no threshold printed"),
    "temă": N_("theme"),
    "lipsește din pagina web": N_("missing on the web page"),
    "pagina web": N_("web page"),
    "pilonul cetățeni": N_("pillar of citizens"),
    "studiu de caz MaaS": N_("case study MaaS"),
    "Economie": N_("Economy"),
    "Populație": N_("Population"),
    "Stil de viață": N_("Lifestyle"),
    "Mediu": N_("Environment"),
    "Mobilitate": N_("Mobility"),
    "Guvernanță": N_("Governance"),
    "și": N_("and"),
}
NUMBER = r"\d+(?:\.\d+)*(?:[-–]\d+)?"
KNOWN = re.compile(
    rf"\b(?P<word>{'|'.join(map(re.escape, NUMBERED))}) (?P<number>{NUMBER})"
    rf"|\b(?P<phrase>{'|'.join(sorted(map(re.escape, PHRASES), key=len, reverse=True))})(?!\w)"
)
# What stands between the words: codes such as D1.2 or Me2.4, numbers, signs.
BETWEEN = re.compile(r"(?:\b[A-Z][a-z]?\d+(?:\.\d+)*|\d+(?:\.\d+)*|[\s;,:()–-])*")


def place_text(place: str) -> str:
    """The place in the language of the reader; as it was written, when a part of it is not known."""
    place = str(place)  # a template gives words that wait for their language
    return KNOWN.sub(_word, place) if BETWEEN.fullmatch(KNOWN.sub("", place)) else place


def _word(found: re.Match[str]) -> str:
    phrase, word = found["phrase"], found["word"]
    sentence = gettext(PHRASES[phrase] if phrase else NUMBERED[word])
    return sentence if phrase else sentence % {"number": found["number"]}
