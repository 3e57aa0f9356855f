"""Drawn pairs and made-up audits: a report needs results and pixels, not the engine."""

from __future__ import annotations

import cv2
import numpy as np

from fidelity.exhibit import Exhibit
from fidelity.image.picture import U8, PictureInfo
from fidelity.result import (
    Audit,
    CheckResult,
    Finding,
    Measurement,
    RegistrationInfo,
    Severity,
    Status,
    verdict_of,
)

WIDTH, HEIGHT = 900, 720
NASTY = "<script>alert(\"x\")</script> & 'quoted' ünï"


def ring(prongs: int = 6, stone: tuple[int, int, int] = (205, 222, 235), ground: int = 236) -> U8:
    """A solitaire from the front: shank, stone with facets, prongs as bright beads."""
    picture = np.full((HEIGHT, WIDTH, 3), ground, np.uint8)
    cv2.ellipse(picture, (450, 470), (210, 190), 0, 0, 360, (196, 170, 112), 34, cv2.LINE_AA)
    cv2.circle(picture, (450, 230), 120, stone, -1, cv2.LINE_AA)
    for angle in range(0, 360, 30):
        turn = np.deg2rad(angle)
        end = (int(450 + 118 * np.cos(turn)), int(230 + 118 * np.sin(turn)))
        cv2.line(picture, (450, 230), end, (150, 175, 195), 2, cv2.LINE_AA)
    for i in range(prongs):
        turn = np.deg2rad(60 * i + 30)
        at = (int(450 + 122 * np.cos(turn)), int(230 + 122 * np.sin(turn)))
        cv2.circle(picture, at, 15, (226, 203, 148), -1, cv2.LINE_AA)
    return picture


def pictures(**changes: object) -> Exhibit:
    before, after = ring(), ring(prongs=5, ground=255)
    values: dict[str, object] = {
        "original": before,
        "retouched": after,
        "registered": after,
        "covered": np.ones((HEIGHT, WIDTH), bool),
    }
    return Exhibit(**{**values, **changes})  # type: ignore[arg-type]


def info(name: str, **changes: object) -> PictureInfo:
    values: dict[str, object] = {
        "path": f"/studio/shelf/{name}",
        "width": WIDTH,
        "height": HEIGHT,
        "format": "JPEG",
        "mode": "RGB",
        "profile": "sRGB IEC61966-2.1",
        "bytes": 412_345,
    }
    return PictureInfo.model_validate({**values, **changes})


REGISTERED = RegistrationInfo(
    status="registered",
    matrix=((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    residual_px=0.31,
    inliers=1843,
    trust=0.97,
    method="features",
    scale=1,
    rotation_deg=0.02,
    stretch=1,
)
LOST = RegistrationInfo(status="failed", trust=0, message="Only 9 details agree; 20 are needed.")


def check(id: str, status: Status, summary: str, **changes: object) -> CheckResult:
    values: dict[str, object] = {
        "id": id,
        "title": id.replace("-", " ").capitalize(),
        "question": f"Is every {id} as it was?",
        "advice": f"Bring the {id} back from the original as a masked layer.",
        "status": status,
        "summary": summary,
    }
    return CheckResult.model_validate({**values, **changes})


def audit(*checks: CheckResult, id: str = "solitaire-01", **changes: object) -> Audit:
    values: dict[str, object] = {
        "id": id,
        "verdict": verdict_of(checks),
        "original": info("ring.jpg"),
        "retouched": info("ring_retouched.jpg", format="PNG", bytes=2_301_000, alpha=True),
        "registration": REGISTERED,
        "checks": checks,
    }
    return Audit.model_validate({**values, **changes})


def counted(name: str, before: float, after: float, limit: float | None = 0) -> Measurement:
    return Measurement(name=name, original=before, retouched=after, limit=limit, unit=name, worse_when="lower")


def failing(**changes: object) -> Audit:
    return audit(
        check("chain", Status.NOT_APPLICABLE, "no chain in the picture"),
        check(
            "outline",
            Status.PASS,
            "1 stone, outline as it was",
            measurements=[
                Measurement(
                    name="boundary distance",
                    original=0,
                    retouched=0.42,
                    limit=1.5,
                    unit="px",
                    worse_when="higher",
                ),
                Measurement(name="axis ratio", original=1.004, retouched=1.001, limit=0.02),
            ],
        ),
        check(
            "prongs",
            Status.FAIL,
            "5 of 6 prongs found; 1 missing",
            measurements=[
                counted("prongs", 6, 5),
                Measurement(name="largest shift", original=0, retouched=1.1, limit=3, unit="px", worse_when="higher"),
            ],
            findings=[
                Finding(
                    kind="moved",
                    severity=Severity.MINOR,
                    box=(329, 274, 40, 40),
                    message="A prong moved by 1.1 px.",
                ),
                Finding(
                    kind="missing",
                    severity=Severity.CRITICAL,
                    box=(534, 149, 42, 42),
                    message="A prong is missing.",
                ),
            ],
        ),
        check(
            "metal-tone",
            Status.FAIL,
            "yellow gold reads 4.1 paler",
            measurements=[
                Measurement(
                    name="colour difference",
                    original=0,
                    retouched=4.1,
                    limit=2,
                    unit="ΔE00",
                    worse_when="higher",
                ),
                Measurement(name="lightness", original=61.2, retouched=63.9, unit="L*"),
            ],
            findings=[
                Finding(
                    kind="recoloured",
                    box=(225, 265, 450, 410),
                    message="The shank is paler than in the original.",
                ),
                Finding(
                    kind="recoloured",
                    severity=Severity.MINOR,
                    message="The whole picture is a little lighter.",
                ),
            ],
        ),
        check(
            "texture",
            Status.FAIL,
            "plain metal is calmer",
            gating=False,
            measurements=[
                Measurement(name="fine detail", original=1, retouched=0.61, limit=0.25, worse_when="lower"),
            ],
            findings=[Finding(kind="softened", box=(240, 600, 60, 50), message="Grain is gone.")],
        ),
        check("hallmark", Status.ERROR, "the check crashed: ValueError: empty", gating=False),
        **changes,
    )


def passing(**changes: object) -> Audit:
    return audit(
        check("prongs", Status.PASS, "6 of 6 prongs found", measurements=[counted("prongs", 6, 6)]),
        check(
            "facets",
            Status.PASS,
            "facet edges agree",
            measurements=[
                Measurement(name="edge agreement", original=1, retouched=0.94, limit=0.2, worse_when="lower"),
            ],
        ),
        check("pave", Status.NOT_APPLICABLE, "no small stones"),
        **changes,
    )


def puzzling(**changes: object) -> Audit:
    return audit(
        check(
            "prongs",
            Status.REVIEW,
            f"cannot tell {NASTY}",
            title=NASTY,
            question=NASTY,
            advice=NASTY,
            measurements=[
                Measurement(name=NASTY, original=None, retouched=3, limit=1, unit=NASTY),
            ],
            findings=[Finding(kind=NASTY, box=(880, 700, 200, 200), message=NASTY)],
        ),
        check("facets", Status.PASS, "facet edges agree"),
        id=NASTY,
        original=info(f"{NASTY}.jpg", notes=(NASTY,)),
        profile=NASTY,
        extra={NASTY: NASTY, "vendor": "Atelier & Söhne"},
        **changes,
    )


def unregistered(**changes: object) -> Audit:
    return audit(
        check(
            "geometry",
            Status.FAIL,
            "another view of the piece",
            findings=[
                Finding(kind="different", severity=Severity.CRITICAL, message="The pictures show different views."),
            ],
        ),
        check(
            "prongs",
            Status.REVIEW,
            "nothing could be laid on top of each other",
            findings=[
                Finding(kind="unsure", box=(534, 149, 42, 42), message="This prong could not be looked for."),
            ],
        ),
        registration=LOST,
        **changes,
    )
