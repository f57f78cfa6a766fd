"""Random filters as text, well formed and well typed, over the properties that a set has."""

import datetime as dt

from hypothesis import strategies as st

LETTERS = "aAbBșȘțéű 'z%_\\"
TEXTS = st.text(LETTERS, max_size=4)
NUMBERS = st.one_of(
    st.integers(-20, 20),
    st.sampled_from([0.5, 1.25, -2.75, 1e3, 0.1, 7.5]),
    st.floats(-100, 100, allow_nan=False).map(lambda x: round(x, 3)),
)
MOMENTS = st.integers(0, 3 * 86_400_000).map(
    lambda ms: dt.datetime(2026, 1, 1, tzinfo=dt.UTC) + dt.timedelta(milliseconds=ms)
)


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def moment_text(moment: object, offset: str) -> str:
    return f"{moment.replace(tzinfo=None).isoformat(timespec='milliseconds')}{offset}"  # type: ignore[attr-defined]


INSTANTS = st.builds(moment_text, MOMENTS, st.sampled_from(["Z", "+02:00", "-05:30", ""]))
DURATIONS = st.sampled_from(["duration'PT1H'", "duration'P1D'", "duration'-PT90M'", "duration'P1DT2H3M4.5S'"])
POINTS = st.tuples(st.integers(0, 9), st.integers(0, 9))
PLACES = st.one_of(
    POINTS.map(lambda p: f"geography'POINT ({p[0]} {p[1]})'"),
    st.tuples(POINTS, st.integers(1, 5), st.integers(1, 5)).map(
        lambda b: (
            f"geography'POLYGON (({b[0][0]} {b[0][1]}, {b[0][0] + b[1]} {b[0][1]}, {b[0][0] + b[1]} {b[0][1] + b[2]}, "
            f"{b[0][0]} {b[0][1] + b[2]}, {b[0][0]} {b[0][1]}))'"
        )
    ),
    st.tuples(POINTS, POINTS)
    .filter(lambda ends: ends[0] != ends[1])
    .map(lambda ends: f"geography'LINESTRING ({ends[0][0]} {ends[0][1]}, {ends[1][0]} {ends[1][1]})'"),
)


class Words:
    """The properties of a set, by the kind of value they have."""

    def __init__(
        self,
        *,
        texts: list[str],
        any_: list[str],
        instants: list[str] | None = None,
        intervals: list[str] | None = None,
        places: list[str] | None = None,
        numbers: list[str] | None = None,
    ) -> None:
        self.any = st.sampled_from(any_)
        self.text_paths = st.sampled_from([*texts, *any_])
        self.instant_paths = st.sampled_from([*(instants or []), *(intervals or [])]) if instants or intervals else None
        self.interval_paths = st.sampled_from(intervals) if intervals else None
        self.place_paths = st.sampled_from(places) if places else None
        self.number_paths = st.sampled_from([*(numbers or []), *any_])

    def text(self, depth: int) -> st.SearchStrategy[str]:
        leaf = st.one_of(TEXTS.map(quoted), self.text_paths)
        if depth == 0:
            return leaf
        inner, number = self.text(depth - 1), self.number(depth - 1)
        return st.one_of(
            leaf,
            st.builds("{}({})".format, st.sampled_from(["tolower", "toupper", "trim"]), inner),
            st.builds("concat({},{})".format, inner, inner),
            st.builds("substring({},{})".format, inner, number),
            st.builds("substring({},{},{})".format, inner, number, number),
        )

    def number(self, depth: int) -> st.SearchStrategy[str]:
        leaf = st.one_of(NUMBERS.map(lambda n: repr(n) if "e" not in repr(n) else f"{n:f}"), self.number_paths)
        if depth == 0:
            return leaf
        inner, text = self.number(depth - 1), self.text(depth - 1)
        parts = [
            leaf,
            st.builds("({} {} {})".format, inner, st.sampled_from(["add", "sub", "mul", "div", "mod"]), inner),
            st.builds("{}({})".format, st.sampled_from(["round", "floor", "ceiling"]), inner),
            st.builds("length({})".format, text),
            st.builds("indexof({},{})".format, text, text),
            st.builds("-({})".format, inner),
        ]
        if self.instant_paths is not None:
            name = st.sampled_from(
                ["year", "month", "day", "hour", "minute", "second", "fractionalseconds", "totaloffsetminutes"]
            )
            parts.append(st.builds("{}({})".format, name, self.instant(depth - 1)))
        if self.place_paths is not None:
            parts.append(st.builds("geo.distance({},{})".format, self.place_paths, PLACES))
            parts.append(st.builds("geo.length({})".format, self.place_paths))
        return st.one_of(*parts)

    def instant(self, depth: int) -> st.SearchStrategy[str]:
        assert self.instant_paths is not None
        leaf = st.one_of(INSTANTS, self.instant_paths, st.just("now()"))
        if depth == 0:
            return leaf
        return st.one_of(
            leaf, st.builds("({} {} {})".format, self.instant(depth - 1), st.sampled_from(["add", "sub"]), DURATIONS)
        )

    def interval(self) -> st.SearchStrategy[str]:
        assert self.interval_paths is not None
        pair = st.tuples(MOMENTS, MOMENTS).map(sorted)
        return st.one_of(
            pair.map(lambda p: f"{moment_text(p[0], 'Z')}/{moment_text(p[1], 'Z')}"), self.interval_paths, INSTANTS
        )

    def condition(self, depth: int) -> st.SearchStrategy[str]:
        compared = st.sampled_from(["eq", "ne", "lt", "le", "gt", "ge"])
        number, text = self.number(min(depth, 2)), self.text(min(depth, 2))
        parts = [
            st.builds("{} {} {}".format, number, compared, number),
            st.builds("{} {} {}".format, text, compared, text),
            st.builds(
                "{}({},{})".format, st.sampled_from(["substringof", "contains", "startswith", "endswith"]), text, text
            ),
            st.builds("{} {} null".format, self.text_paths, st.sampled_from(["eq", "ne"])),
            st.builds("{} eq {}".format, self.any, st.sampled_from(["true", "false"])),
            st.builds("{} {} {}".format, self.any, compared, self.any),
        ]
        if self.instant_paths is not None:
            parts.append(st.builds("{} {} {}".format, self.instant(1), compared, self.instant(1)))
            parts.append(st.builds("date({}) {} 2026-01-02".format, self.instant(1), compared))
            parts.append(st.builds("time({}) {} 12:30".format, self.instant(1), compared))
            parts.append(st.builds("({} sub {}) {} {}".format, self.instant(1), self.instant(1), compared, DURATIONS))
        if self.interval_paths is not None:
            stretch = st.sampled_from(["before", "after", "meets", "during", "overlaps", "starts", "finishes"])
            parts.append(st.builds("{} {} {}".format, self.interval(), compared, self.interval()))
            parts.append(st.builds("{}({},{})".format, stretch, self.interval(), self.interval()))
        if self.place_paths is not None:
            relation = st.sampled_from(
                [
                    f"st_{n}"
                    for n in [
                        "equals",
                        "disjoint",
                        "touches",
                        "within",
                        "overlaps",
                        "crosses",
                        "intersects",
                        "contains",
                    ]
                ]
                + ["geo.intersects"]
            )
            parts.append(st.builds("{}({},{})".format, relation, self.place_paths, PLACES))
            parts.append(st.builds("{}({},{})".format, relation, PLACES, self.place_paths))
            parts.append(
                st.builds("geo.distance({},{}) {} {}".format, self.place_paths, PLACES, compared, st.integers(0, 6))
            )
            parts.append(st.builds("st_relate({},{},'T*F**F***')".format, self.place_paths, PLACES))
        leaf = st.one_of(*parts)
        if depth == 0:
            return leaf
        inner = self.condition(depth - 1)
        return st.one_of(
            leaf,
            st.builds("({} and {})".format, inner, inner),
            st.builds("({} or {})".format, inner, inner),
            st.builds("not ({})".format, inner),
        )
