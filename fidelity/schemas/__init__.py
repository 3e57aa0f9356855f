"""JSON Schema files of what fidelity writes, generated from the result models.

`python -m fidelity.schemas` writes them anew; a test holds them to the models.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Literal

from fidelity.delivery.judge import DELIVERY_SCHEMA, DeliveryReport
from fidelity.result import AUDIT_SCHEMA, RUN_SCHEMA, Audit, Model, Run
from fidelity.sight.seen import SEEN_SCHEMA, Seen

Name = Literal["audit", "delivery", "run", "seen"]
NAMES: tuple[Name, ...] = ("audit", "delivery", "run", "seen")
_MODELS: dict[Name, tuple[type[Model], str]] = {
    "audit": (Audit, AUDIT_SCHEMA),
    "delivery": (DeliveryReport, DELIVERY_SCHEMA),
    "run": (Run, RUN_SCHEMA),
    "seen": (Seen, SEEN_SCHEMA),
}

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def path_of(name: Name) -> Path:
    """The shipped file, beside this module."""
    return Path(__file__).with_name(f"{name}.schema.json")


def generate(name: Name) -> dict[str, Any]:
    """The schema of the documents as they are written (every key is there), from the code as it is now."""
    model, identity = _MODELS[name]
    schema = model.model_json_schema(by_alias=True, mode="serialization")
    for part in (schema, *schema["$defs"].values()):
        if "properties" in part:
            # The models have defaults for those who make results; a document that we wrote has every key.
            part["required"] = list(part["properties"])
    return {"$schema": _DIALECT, "$id": f"urn:{identity.replace('/', ':')}", **schema}


def text_of(name: Name) -> str:
    """The file's text."""
    return json.dumps(generate(name), indent=2, ensure_ascii=False) + "\n"
