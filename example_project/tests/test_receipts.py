"""Functions with an entryPoint or a scriptFile, and one that returns its output."""

from pytest_azfunc import Invoke, Project


def test_a_receipt_is_kept_as_it_is(invoke: Invoke) -> None:
    result = invoke("StoreReceipt", '{"id":  7}')  # a str is the text of the message, character by character

    assert result.outputs["stored"].body == b'{"id":  7}'


def test_a_refund_is_returned(invoke: Invoke) -> None:
    result = invoke("RefundOrder", {"id": 7})

    assert result.return_value == '{"id": 7, "status": "refunded"}'  # the object that main() returned
    assert result.outputs["$return"].json() == {"id": 7, "status": "refunded"}  # what goes to the queue


def test_names_are_looked_up_without_case(invoke: Invoke) -> None:
    assert invoke("refundorder", {"id": 7}).function == "RefundOrder"


def test_what_is_on_disk(azfunc_project: Project) -> None:
    assert not azfunc_project.errors
    assert azfunc_project.functions["StoreReceipt"].entry_point == "store_receipt"
    assert azfunc_project.functions["RefundOrder"].script_file.name == "refund.py"
    assert azfunc_project.functions["StoreReceipt"].bindings["stored"].properties["path"] == "receipts/{id}.json"
