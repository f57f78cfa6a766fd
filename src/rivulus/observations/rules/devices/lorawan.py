"""Uplinks of LoRaWAN networks as ChirpStack 4 and The Things Stack 3 post them.

Shapes: https://www.chirpstack.io/docs/chirpstack/integrations/events.html and
https://www.thethingsindustries.com/docs/integrations/data-formats/. A series of a device has the code
``lorawan:<devEUI>:<series>``; the code of the thing is ``lorawan:<devEUI>``.
"""

import base64
import binascii
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rivulus.kernel.words import N_
from rivulus.observations.rules.devices import cayenne
from rivulus.observations.rules.devices.messages import Claim, Finding, Kind, Message, error, good, warning
from rivulus.observations.rules.devices.profiles import MISSING, Profile, find_profile, find_value

EUI = re.compile(r"[0-9a-f]{16}")
RADIO = ("rssi", "snr", "battery")  # series that every network tells of, where the device has them
RADIO_UNITS = {"rssi": "dBm", "snr": "dB", "battery": "%"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Uplink:
    """What both networks say of one message."""

    kind: Kind
    eui: str
    title: str
    names: tuple[str, ...]  # by which a profile may know the device
    time: Any
    port: Any
    data: Any  # base64
    decoded: Any
    radio: Mapping[str, Any]

    @property
    def device(self) -> str:
        """The code of the thing."""
        return f"lorawan:{self.eui}"


def looks_like_chirpstack(document: Mapping[str, Any]) -> bool:
    """Say whether a document is an event of ChirpStack."""
    return "deviceInfo" in document or "deduplicationId" in document


def looks_like_tts(document: Mapping[str, Any]) -> bool:
    """Say whether a document is a message of The Things Stack."""
    return "end_device_ids" in document


def read_chirpstack(document: Mapping[str, Any], profiles: Sequence[Profile]) -> Message:
    """Return what an uplink of ChirpStack (``event=up``) claims."""
    info = _object(document.get("deviceInfo"))
    tags = _object(info.get("tags"))
    uplink = Uplink(
        kind=Kind.CHIRPSTACK,
        eui=_eui(info.get("devEui")),
        title=str(info.get("deviceName") or "")[:200],
        names=_names(tags.get("profile"), info.get("deviceProfileName"), info.get("applicationName")),
        time=document.get("time"),
        port=document.get("fPort"),
        data=document.get("data"),
        decoded=document.get("object"),
        radio=_best(document.get("rxInfo")),
    )
    return read_uplink(uplink, profiles)


def read_tts(document: Mapping[str, Any], profiles: Sequence[Profile]) -> Message:
    """Return what an uplink of The Things Stack claims."""
    ids = _object(document.get("end_device_ids"))
    message = document.get("uplink_message")
    if not isinstance(message, Mapping):
        sentence = N_("The message of The Things Stack is no uplink: it has no “uplink_message”.")
        return Message(kind=Kind.TTS, device=f"lorawan:{_eui(ids.get('dev_eui'))}", findings=(error(sentence),))
    application = _object(ids.get("application_ids"))
    version = _object(message.get("version_ids"))
    radio = dict(_best(message.get("rx_metadata")))
    radio["battery"] = _object(message.get("last_battery_percentage")).get("value")
    uplink = Uplink(
        kind=Kind.TTS,
        eui=_eui(ids.get("dev_eui")),
        title=str(ids.get("device_id") or "")[:200],
        names=_names(version.get("model_id"), application.get("application_id")),
        time=message.get("received_at") or document.get("received_at"),
        port=message.get("f_port"),
        data=message.get("frm_payload"),
        decoded=message.get("decoded_payload"),
        radio=radio,
    )
    return read_uplink(uplink, profiles)


def read_uplink(uplink: Uplink, profiles: Sequence[Profile]) -> Message:
    """Return what an uplink claims, read by the profile of its device."""
    findings = [*_look_at_frame(uplink)]
    profile = find_profile(profiles, uplink.names)
    claims: list[Claim] = []
    if profile is None:
        names = ", ".join(uplink.names) or "—"
        findings.append(error(N_("No profile of devices is declared for any of: %(names)s."), names=names))
    elif uplink.eui:
        claims, more = _read_by(profile, uplink)
        findings += more
    return Message(
        kind=uplink.kind,
        device=uplink.device,
        title=uplink.title or uplink.eui,
        names=uplink.names,
        claims=tuple(claims),
        findings=tuple(findings),
    )


def read_chirpstack_status(document: Mapping[str, Any]) -> Message:
    """Return what a status event of ChirpStack (``event=status``) claims: how full the battery is."""
    info = _object(document.get("deviceInfo"))
    device = f"lorawan:{_eui(info.get('devEui'))}"
    level = document.get("batteryLevel")
    if document.get("batteryLevelUnavailable") or not isinstance(level, int | float) or document.get("time") is None:
        return Message(kind=Kind.CHIRPSTACK, device=device)
    claim = Claim(
        series=f"{device}:battery", value=level, time=document["time"], unit="%", place="battery", is_optional=True
    )
    return Message(kind=Kind.CHIRPSTACK, device=device, claims=(claim,))


def _look_at_frame(uplink: Uplink) -> Iterator[Finding]:
    if not uplink.eui:
        yield error(N_("The message names no device: a devEUI has 16 hexadecimal digits."))
    if uplink.time is None:
        yield error(N_("The message has no time of receipt."))
    if uplink.port is None:
        yield warning(N_("The message has no port (fPort): it carries no measurements, only commands of the network."))


def _read_by(profile: Profile, uplink: Uplink) -> tuple[list[Claim], list[Finding]]:
    findings: list[Finding] = []
    if profile.port is not None and uplink.port is not None and uplink.port != profile.port:
        sentence = N_("The message came on port %(port)s, and the profile “%(name)s” reads port %(wanted)d.")
        return [], [error(sentence, port=uplink.port, name=profile.name, wanted=profile.port)]
    values = _decode(profile, uplink, findings)
    claims = []
    for place in profile.places:
        value = find_value(values, place.path)
        if value is MISSING or value is None:
            findings.append(warning(N_("The message has nothing at “%(path)s”."), path=place.path))
            continue
        code = f"{uplink.device}:{place.series}"
        claims.append(
            Claim(series=code, value=place.convert(value), time=uplink.time, unit=place.unit, place=place.path)
        )
    if claims:
        findings.append(good(N_("It was read by the profile “%(name)s”."), name=profile.name))
    return claims + list(_radio(profile, uplink)), findings


def _radio(profile: Profile, uplink: Uplink) -> Iterator[Claim]:
    """What the network itself knows: how well the message was heard, and how full the battery is."""
    taken = {place.series for place in profile.places}
    for name in RADIO:
        value = uplink.radio.get(name)
        if name not in taken and isinstance(value, int | float) and not isinstance(value, bool):
            code = f"{uplink.device}:{name}"
            yield Claim(
                series=code, value=value, time=uplink.time, unit=RADIO_UNITS[name], place=name, is_optional=True
            )


def _decode(profile: Profile, uplink: Uplink, findings: list[Finding]) -> Any:
    if profile.codec == "cayenne" and isinstance(uplink.data, str) and uplink.data:
        try:
            return cayenne.decode(base64.b64decode(uplink.data, validate=True))
        except (binascii.Error, ValueError) as problem:
            findings.append(error(N_("The bytes are not Cayenne LPP: %(problem)s"), problem=str(problem)))
            return {}
    if isinstance(uplink.decoded, Mapping) and uplink.decoded:
        return uplink.decoded
    sentence = N_("The message is not decoded: give the device a codec in the network, or use Cayenne LPP.")
    findings.append(error(sentence))
    return {}


def _best(receptions: Any) -> Mapping[str, Any]:
    """Of several gateways, the one that heard best."""
    heard = [one for one in receptions or () if isinstance(one, Mapping) and isinstance(one.get("rssi"), int | float)]
    return max(heard, key=lambda one: one["rssi"]) if heard else {}


def _eui(value: Any) -> str:
    text = str(value or "").replace("-", "").replace(":", "").lower()
    return text if EUI.fullmatch(text) else ""


def _names(*values: Any) -> tuple[str, ...]:
    return tuple(str(value) for value in values if value)


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
