"""The documents on disk are those of the code, so that a change of a contract is seen in its diff."""

import pytest

from deploy.documents import ROOT, documents

DOCUMENTS = documents()


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_the_document_on_disk_is_that_of_the_code(path: object) -> None:
    on_disk = path.read_bytes() if path.exists() else b""  # type: ignore[attr-defined]

    assert on_disk == DOCUMENTS[path], f"run: python -m deploy.documents ({path.relative_to(ROOT)})"  # type: ignore[attr-defined,index]
