from fidelity import Audit, PictureInfo, RegistrationInfo, Verdict


def test_a_file_name_that_is_not_utf8_can_still_be_written() -> None:
    name = b"ring\xff.jpg".decode("utf-8", "surrogateescape")
    info = PictureInfo(path=name)
    audit = Audit(
        id=name, verdict=Verdict.REVIEW, original=info, retouched=info, registration=RegistrationInfo(status="failed")
    )
    assert r'"ring\\xff.jpg"' in audit.to_json()
