"""What a file really is, whatever its name says, and a name for it that can do no harm. Pure."""

import io
import re
import unicodedata
import zipfile
from collections.abc import Mapping
from typing import Final

import puremagic

from shared.errors import Invalid

TYPES: Final[Mapping[str, str]] = {
    "pdf": "application/pdf",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
    "tif": "image/tiff",
    "tiff": "image/tiff",
    "heic": "image/heic",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "txt": "text/plain",
    "mp3": "audio/mpeg",
    "m4a": "audio/mp4",
    "mp4": "video/mp4",
}
"""The allow-list: what people bring to a dossier and what opens without running anything."""

_MARKS: Final[Mapping[str, tuple[tuple[int, bytes], ...]]] = {
    "application/pdf": ((0, b"%PDF-"),),
    "image/jpeg": ((0, b"\xff\xd8\xff"),),
    "image/png": ((0, b"\x89PNG\r\n\x1a\n"),),
    "image/webp": ((0, b"RIFF"), (8, b"WEBP")),
}
_OFFICE: Final = {TYPES["docx"]: "word/", TYPES["xlsx"]: "xl/"}
_OPEN_DOCUMENT: Final = frozenset({TYPES["odt"], TYPES["ods"]})
_MACROS: Final = ("vbaproject.bin", "basic/", "scripts/", "activex/")
_HEAD: Final = 64 * 1024
_ARCHIVE: Final = b"PK\x03\x04"
_ENCRYPTED: Final = 0x1
_NO_ARCHIVE: Final = (
    zipfile.BadZipFile,  # no end, no directory, a member that is not where it should be, a wrong checksum
    NotImplementedError,  # in pieces over several disks, or of a version to come
    ValueError,  # an offset before the beginning, a name in no character set
    EOFError,  # a member that is cut off
)
"""What `zipfile` says of something that is not the archive that an office file is: to us all the same, another type."""
_UNPACKED: Final = 300_000_000
_NAME_LENGTH: Final = 120
_MIMETYPE_MOST: Final = 200
_FIRST_LETTER: Final = 32
_RESERVED: Final = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|\Z)", re.IGNORECASE)
_FORBIDDEN: Final = re.compile(r'[<>:"|?*;%]')


class FileWrong(Invalid):
    """The file cannot be kept; the code of the field `file` says why."""

    def __init__(self, code: str, **details: str) -> None:
        super().__init__({"file": code}, details=details)


def media_type_of(name: str, content: bytes) -> str:
    """The type that both the name and the content say. Raises `FileWrong`."""
    if not content:
        raise FileWrong("file_empty")
    claimed = TYPES.get(extension_of(name), "")
    if not claimed:
        raise FileWrong("type_not_allowed")
    if not _is(claimed, content):
        raise FileWrong("type_differs")
    return claimed


def extension_of(name: str) -> str:
    return name.rpartition(".")[2].lower() if "." in name else ""


def _is(claimed: str, content: bytes) -> bool:
    if claimed == "text/plain":
        return _is_text(content)
    if claimed in _OFFICE or claimed in _OPEN_DOCUMENT:
        return _is_office(claimed, content)
    if claimed in _MARKS:
        return all(content[at : at + len(mark)] == mark for at, mark in _MARKS[claimed])
    return any(TYPES.get(found) == claimed for found in _recognised(content))


def _recognised(content: bytes) -> set[str]:
    """The extensions that the content may have."""
    try:
        return {each.extension.lstrip(".").lower() for each in puremagic.magic_string(content[:_HEAD])}
    except (puremagic.PureError, ValueError):
        return set()


def _is_text(content: bytes) -> bool:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    return not any(ord(sign) < _FIRST_LETTER and sign not in "\t\n\r\f" for sign in text)


def _is_office(claimed: str, content: bytes) -> bool:
    """Opened as the archive that it is, without unpacking; raises `FileWrong` for one that brings a program along."""
    if not content.startswith(_ARCHIVE):
        return False  # an archive may have something before it: a page, or a program
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            if sum(member.file_size for member in members) > _UNPACKED:
                return False
            if any(member.flag_bits & _ENCRYPTED for member in members):
                return False  # nobody could look into it, nor the scanner
            names = [member.filename.lower() for member in members]
            if any(mark in name for name in names for mark in _MACROS):
                raise FileWrong("has_macros")
            if claimed in _OFFICE:
                return "[content_types].xml" in names and any(
                    name.startswith(_OFFICE[claimed]) for name in names
                )
            mimetype = next((each for each in members if each.filename == "mimetype"), None)
            return (
                mimetype is not None
                and mimetype.file_size < _MIMETYPE_MOST
                # as the format demands; so nothing that a stranger sent is ever unpacked here
                and mimetype.compress_type == zipfile.ZIP_STORED
                and archive.read(mimetype) == claimed.encode()
            )
    except _NO_ARCHIVE:
        return False


def safe_name(name: str) -> str:
    """The name without folders, control signs, reversals of writing direction or what a file system trips over."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    plain = "".join(sign for sign in last if unicodedata.category(sign)[0] != "C")
    plain = re.sub(r"\s+", " ", _FORBIDDEN.sub("_", plain)).strip(" .")
    if not plain:
        plain = "document"
    if _RESERVED.match(plain):
        plain = f"_{plain}"
    stem, dot, extension = plain.rpartition(".")
    if not dot:
        return plain[:_NAME_LENGTH]
    return f"{stem[: _NAME_LENGTH - len(extension) - 1].rstrip(' .') or 'document'}.{extension}"
