"""Write the schema files anew from the models."""

from fidelity.schemas import NAMES, path_of, text_of

for name in NAMES:
    path_of(name).write_text(text_of(name), encoding="utf-8")
    print(path_of(name))
