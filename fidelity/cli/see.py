"""`fidelity see`: what single photographs show."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fidelity.cli.exits import Exit, go_silent, say
from fidelity.cli.outputs import writable, write_text
from fidelity.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import Console

    from fidelity.sight import Seen


def command(
    photos: Annotated[list[Path], typer.Argument(metavar="PHOTO...", help="Photographs of jewellery.")],
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Write NAME.json and NAME.png, a drawing, of each.")
    ] = None,
    json: Annotated[
        str | None,
        typer.Option("--json", metavar="FILE|-", help="Write it as JSON (of several, a list); '-' is stdout."),
    ] = None,
) -> Exit:
    """Say what each photograph shows: stones, prongs, links, marks, metal and props, counted and outlined.

    Nothing is judged. A file that cannot be read is one line of error, and the others go on. Exit code: 0, or 2
    if any file could not be read.
    """
    if json not in (None, "-"):
        writable("--json", Path(json), inputs=photos)
    if out is not None:
        _folder(out)
    names = output_names(photos, out)

    from fidelity.cli.render import console_for
    from fidelity.sight import see

    seen: list[Seen | None] = []
    with _bar(console_for(stderr=True), len(photos)) as advance:
        for photo, name in zip(photos, names, strict=True):
            try:
                from fidelity.image.decode import load

                picture = load(photo)
                seen.append(see(picture))
                if out is not None:
                    _write(out, name, picture.rgb, seen[-1])
            except InputError as error:
                say(str(error))
                seen.append(None)
            advance()
    found = [one for one in seen if one is not None]
    _show(console_for(stderr=json == "-"), photos, names, seen, out)
    if json is not None and found:
        # One photograph is one document; of several, a list in the order in which they were named.
        many = "[\n" + ",\n".join(one.to_json() for one in found) + "\n]"
        text = found[0].to_json() if len(photos) == 1 else many
        if json == "-":
            try:
                sys.stdout.write(text + "\n")
                sys.stdout.flush()
            except BrokenPipeError:
                go_silent()
        else:
            write_text("--json", Path(json), text)
    return Exit.PASS if len(found) == len(photos) else Exit.ERROR


def output_names(photos: Sequence[Path], out: Path | None) -> list[str]:
    """A name in DIR for each photograph: its own, with -2, -3 … where that is taken or would overwrite a photograph.

    Names are compared without regard to case: not every disk tells them apart.
    """
    inputs = {photo.resolve() for photo in photos}
    taken: set[str] = set()
    names = []
    for photo in photos:
        name, number = photo.stem, 1
        while name.lower() in taken or (out is not None and _overwrites(out, name, inputs)):
            number += 1
            name = f"{photo.stem}-{number}"
        taken.add(name.lower())
        names.append(name)
    return names


def _overwrites(out: Path, name: str, inputs: set[Path]) -> bool:
    return any((out / f"{name}{suffix}").resolve() in inputs for suffix in (".json", ".png"))


def _folder(out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"--out: {out} cannot be made a folder: {error.strerror or error}") from error
    writable("--out", out / "seen.json")


def _write(out: Path, name: str, rgb: object, seen: Seen | None) -> None:
    from PIL import Image

    from fidelity.sight.drawing import drawn

    assert seen is not None
    write_text("--out", out / f"{name}.json", seen.to_json())
    path = out / f"{name}.png"
    try:
        Image.fromarray(drawn(rgb, seen)).save(path)  # type: ignore[arg-type]
    except OSError as error:
        raise InputError(f"--out: {path} cannot be written: {error.strerror or error}") from error


def _show(
    console: Console, photos: Sequence[Path], names: Sequence[str], seen: Sequence[Seen | None], out: Path | None
) -> None:
    """A line a photograph: its name, what was seen, and where that is written."""
    from rich.text import Text

    from fidelity.cli.render import table
    from fidelity.sight.drawing import counted

    rows = table("photograph", "seen")
    for photo, name, one in zip(photos, names, seen, strict=True):
        if one is not None:
            where = Text(f"\n→ {out / name}.json, .png" if out is not None else "", style="dim")
            rows.add_row(Text(str(photo)), Text.assemble(f"{counted(one)}; metal {one.metal.family}", where))
    if rows.row_count:
        console.print(rows)


@contextmanager
def _bar(console: Console, total: int) -> Iterator[Callable[[], None]]:
    """A progress bar for several photographs; nothing where nobody watches."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, console=console, transient=True, disable=total < 2 or not console.is_terminal) as bar:
        task = bar.add_task("looking", total=total)
        yield lambda: bar.advance(task)
