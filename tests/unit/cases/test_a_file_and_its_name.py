"""What a file is by its content, and what it may be called."""

import contextlib
import io
import zipfile
from collections.abc import Callable

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


def open_document(mimetype: str, packed: int = zipfile.ZIP_STORED) -> bytes:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", packed) as archive:
        archive.writestr("mimetype", mimetype)
        archive.writestr("content.xml", "<x/>")
    return whole.getvalue()


WORD = office("word/")
TEXT = open_document("application/vnd.oasis.opendocument.text")
DIRECTORY, END = b"PK\x01\x02", b"PK\x05\x06"


def changed(content: bytes, part: bytes, offset: int, to: bytes) -> bytes:
    """Other bytes in each part of the archive that begins so."""
    whole, at = bytearray(content), content.find(part)
    while at >= 0:
        whole[at + offset : at + offset + len(to)] = to
        at = content.find(part, at + 1)
    return bytes(whole)


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


@pytest.mark.parametrize("whole", [WORD, TEXT], ids=["docx", "odt"])
@pytest.mark.parametrize(
    "spoilt",
    [
        pytest.param(lambda whole: whole[:-30], id="cut off at the end"),
        pytest.param(lambda whole: whole[: len(whole) // 3], id="cut off before the directory"),
        pytest.param(lambda whole: whole[60:], id="without its beginning"),
        pytest.param(lambda whole: b"<script>1</script>" + whole, id="behind a page"),
        pytest.param(lambda whole: changed(whole, DIRECTORY, 8, b"\x01"), id="encrypted"),
        pytest.param(lambda whole: changed(whole, DIRECTORY, 24, b"\x00\x00\x00\x7f"), id="a bomb"),
        pytest.param(lambda whole: changed(whole, DIRECTORY, 6, b"\xff"), id="of a version to come"),
        pytest.param(lambda whole: changed(whole, END, 12, b"\xff\xff\xff\x00"), id="a directory too large"),
    ],
)
def test_an_office_file_that_nobody_can_open_is_refused(
    whole: bytes, spoilt: Callable[[bytes], bytes]
) -> None:
    assert refusal("brief.docx" if whole == WORD else "brief.odt", spoilt(whole)) == "type_differs"


def test_an_open_document_is_never_unpacked_to_know_what_it_is() -> None:
    packed = open_document("application/vnd.oasis.opendocument.text", zipfile.ZIP_DEFLATED)

    assert refusal("brief.odt", packed) == "type_differs"


@given(st.sampled_from([WORD, TEXT]), st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), max_size=12))
def test_whatever_is_changed_in_an_office_file_it_is_taken_or_refused_and_breaks_nothing(
    whole: bytes, changes: list[tuple[float, int]]
) -> None:
    spoilt = bytearray(whole)
    for where, value in changes:
        spoilt[int(where * (len(whole) - 1))] = value

    with contextlib.suppress(FileWrong):
        media_type_of("brief.docx" if whole == WORD else "brief.odt", bytes(spoilt))


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
