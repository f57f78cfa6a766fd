"""The number of an observation: its series and its millisecond, in 63 bits.

The store has no column for it: the key (datastream, phenomenon time) is the identity, and the number only spells it.
Twenty bits name the series, forty-three the milliseconds since 1900 (until 2178).
"""

TIME_BITS = 43
EPOCH_OFFSET_MS = 2_208_988_800_000  # from 1900-01-01 to 1970-01-01
MAX_DATASTREAM = 2**20 - 1


def observation_id(datastream: int, time_us: int) -> int:
    """Return the number of the observation of a series at a time (microseconds since 1970, whole milliseconds)."""
    return datastream << TIME_BITS | (time_us // 1000 + EPOCH_OFFSET_MS)


def split_observation_id(number: int) -> tuple[int, int]:
    """Return (series, microseconds since 1970); raises ValueError when no observation can have this number."""
    if not 0 < number < 2**63:
        raise ValueError("No observation has this number.")
    datastream, rest = number >> TIME_BITS, number & (2**TIME_BITS - 1)
    if datastream == 0:
        raise ValueError("No observation has this number.")
    return datastream, (rest - EPOCH_OFFSET_MS) * 1000
