"""Where templates come from, and the one page shell that carries their styles and scripts."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from pathlib import Path

import jinja2
from markupsafe import Markup

from fidelity.errors import InputError

_PACKED = Path(__file__).resolve().parent.parent / "_templates"
_MISSING = "template {} is missing; reinstall fidelity or add the file to your template folder"
_CHECKOUT = Path(__file__).resolve().parents[2] / "reports" / "templates"


def environment(user: Path | None = None) -> jinja2.Environment:
    """Find templates in the user's folder first, then in the wheel, then in the checkout."""
    if user is not None and not Path(user).is_dir():
        raise InputError(f"{user}: no such template folder; give one that holds e.g. a report.css")
    places = [place for place in (user, _PACKED, _CHECKOUT) if place is not None]
    return jinja2.Environment(
        loader=jinja2.ChoiceLoader([jinja2.FileSystemLoader(place) for place in places]),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


@dataclass(frozen=True)
class Block:
    """An inline style or script with the hash by which the page's policy knows it."""

    text: Markup
    hash: str


def block(env: jinja2.Environment, *names: str) -> Block:
    r"""Join template files into one inline block.

    They are plain CSS or JavaScript, never rendered. `</` cannot end the block early: `<\/` means the same
    in the strings of both languages. Line ends are normalised because a browser hashes what it parsed.
    """
    sources = (_source(env, name) for name in names)
    # Markup: this is our or the studio's own file, not text from outside.
    text = "\n".join(sources).replace("\r\n", "\n").replace("\r", "\n").replace("</", "<\\/")
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return Block(Markup(text), f"sha256-{digest}")


def content_policy(style: Block, script: Block, *, images: str) -> str:
    """Write the page's Content-Security-Policy: its own two blocks, `images`, and nothing else at all."""
    return (
        f"default-src 'none'; img-src {images}; style-src '{style.hash}'; script-src '{script.hash}'; "
        "base-uri 'none'; form-action 'none'"
    )


def render(env: jinja2.Environment, name: str, **values: object) -> str:
    """Render one page; a broken template is an `InputError` that names the file and line."""
    try:
        return env.get_template(name).render(**values)
    except jinja2.TemplateSyntaxError as error:
        raise InputError(f"{error.filename or error.name}, line {error.lineno}: {error.message}") from error
    except jinja2.TemplateNotFound as error:
        raise InputError(_MISSING.format(error.name)) from error
    except jinja2.TemplateError as error:
        raise InputError(f"template {name} does not render: {error.message}") from error


def _source(env: jinja2.Environment, name: str) -> str:
    assert env.loader is not None  # environment() always sets one
    try:
        return env.loader.get_source(env, name)[0]
    except jinja2.TemplateNotFound as error:
        raise InputError(_MISSING.format(name)) from error
