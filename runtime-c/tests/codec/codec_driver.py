"""The part of the stand-in runtime that is easier in Python; `drive` is put here by the native module."""
import dataclasses
import enum
import json


def plain(value):
    if isinstance(value, enum.Enum):
        return plain(value.value)
    if dataclasses.is_dataclass(value):
        return {each.name: plain(getattr(value, each.name)) for each in dataclasses.fields(value)}
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    return value


def dumps(value):
    return json.dumps(plain(value), separators=(",", ":"), ensure_ascii=False, allow_nan=False)
