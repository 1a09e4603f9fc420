"""A blob function: content, name and what the name's pattern captures."""

from typing import Any

import pytest

from pytest_azfunc import BindingError, Invoke, blob

SPRING = "sku,cents\ntea,450\ncup,1290\n"


def test_the_articles_of_a_file(invoke: Invoke) -> None:
    result = invoke("ImportCatalogue", SPRING)

    assert result.outputs["catalogue"].json() == {"tea": 450, "cup": 1290}


def test_the_blobs_name(invoke: Invoke) -> None:
    result = invoke("ImportCatalogue", blob(SPRING, name="uploads/spring.csv"))

    assert result.logs.messages == ["uploads/spring.csv holds 2 articles"]


def test_a_file_that_is_no_number(invoke: Invoke) -> None:
    with pytest.raises(ValueError, match="invalid literal for int"):
        invoke("ImportCatalogue", "sku,cents\ntea,free\n")


def test_a_blob_that_would_not_start_the_function(invoke: Invoke) -> None:
    with pytest.raises(BindingError) as caught:
        invoke("ImportCatalogue", blob(SPRING, name="uploads/spring.txt"))

    assert caught.value.rule == "blob-name"


def test_metadata_of_the_blob(azfunc_trigger: Any) -> None:
    upload = azfunc_trigger.blob(SPRING, name="spring.csv", metadata={"author": "Ada"}).decode("ImportCatalogue")

    assert upload.name == "uploads/spring.csv"
    assert upload.length == len(SPRING)
    assert upload.metadata["author"] == "Ada"
