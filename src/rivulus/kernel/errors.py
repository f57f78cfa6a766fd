"""Errors that every context may raise, with sentences fit for a person."""


class Refused(Exception):
    """A rule says no; the message is an English sentence for the person who asked.

    The sentence is a msgid (mark it with ``rivulus.kernel.words.N_``): faces translate it, so that
    rules need neither Django nor a language. ``values`` fill its named placeholders.
    """

    def __init__(self, sentence: str, **values: object) -> None:
        super().__init__(sentence % values if values else sentence)
        self.sentence = sentence
        self.values = values


class NotFound(Exception):
    """The thing asked for does not exist, or may not be seen by the one who asks."""
