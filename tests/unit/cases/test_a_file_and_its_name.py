"""What a file is by its content, and what it may be called."""

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.cases.documents.content import FileWrong, media_type_of, safe_name
from shared.contracts.documents import AddDocument

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(64)


def office(folder: str, *more: str) -> bytes:
    """The least that makes a Word or Excel file."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(f"{folder}document.xml", "<w/>")
        for name in more:
            archive.writestr(name, "x")
    return whole.getvalue()


def open_document(mimetype: str) -> bytes:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        archive.writestr("mimetype", mimetype)
        archive.writestr("content.xml", "<x/>")
    return whole.getvalue()


def refusal(name: str, content: bytes) -> str:
    with pytest.raises(FileWrong) as refused:
        media_type_of(name, content)
    return refused.value.fields["file"]


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("pv.pdf", PDF, "application/pdf"),
        ("PV.PDF", PDF, "application/pdf"),
        ("foto.jpg", JPEG, "image/jpeg"),
        ("foto.png", PNG, "image/png"),
        ("nota.txt", b"Gezien om 14 u.\n", "text/plain"),
        ("brief.docx", office("word/"), "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        ("brief.odt", open_document("application/vnd.oasis.opendocument.text"), "application/vnd.oasis.opendocument.text"),
    ],
)  # fmt: skip
def test_a_file_that_is_what_its_name_says_is_taken(name: str, content: bytes, media_type: str) -> None:
    assert media_type_of(name, content) == media_type


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("leeg.pdf", b"", "file_empty"),
        ("programma.exe", b"MZ" + bytes(64), "type_not_allowed"),
        ("bladzijde.html", b"<script>1</script>", "type_not_allowed"),
        ("tekening.svg", b"<svg/>", "type_not_allowed"),
        ("zonder", PDF, "type_not_allowed"),
        ("pv.pdf", b"MZ" + bytes(64), "type_differs"),
        ("pv.pdf.exe", PDF, "type_not_allowed"),
        ("foto.png", JPEG, "type_differs"),
        ("nota.txt", b"\x00\x01\x02", "type_differs"),
        ("brief.docx", office("xl/"), "type_differs"),
        ("brief.docx", PDF, "type_differs"),
        ("brief.docx", office("word/", "word/vbaProject.bin"), "has_macros"),
        ("brief.odt", open_document("application/vnd.oasis.opendocument.spreadsheet"), "type_differs"),
    ],
)
def test_a_file_that_is_something_else_is_refused_with_why(name: str, content: bytes, code: str) -> None:
    assert refusal(name, content) == code


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("verslag.pdf", "verslag.pdf"),
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\Users\\Lena\\verslag.pdf", "verslag.pdf"),
        ("factuur\u202efdp.exe.pdf", "factuurfdp.exe.pdf"),
        ("a\r\nSet-Cookie: x.pdf", "aSet-Cookie_ x.pdf"),
        ("CON.txt", "_CON.txt"),
        ("...", "document"),
        ("", "document"),
        ("“Élise” & <vrienden>.pdf", "“Élise” & _vrienden_.pdf"),
    ],
)
def test_a_hostile_name_is_made_harmless_and_a_good_one_stays(given_name: str, kept: str) -> None:
    assert safe_name(given_name) == kept


@given(st.text(max_size=400))
def test_no_name_can_leave_its_folder_or_carry_a_control_sign(name: str) -> None:
    kept = safe_name(name)

    assert 0 < len(kept) <= 120
    assert not set(kept) & set('/\\<>:"|?*;%')
    assert kept.isprintable()
    assert kept == kept.strip(" ")
    assert not kept.startswith(".")
    assert AddDocument(name=kept).name == kept


@given(st.text(max_size=400))
def test_a_name_that_was_made_safe_stays_as_it_is(name: str) -> None:
    assert safe_name(safe_name(name)) == safe_name(name)
