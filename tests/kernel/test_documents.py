"""The document child: plain values in and out, no network, bounded, replaced after any error."""

import os
import subprocess
import sys
import threading
import time
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from academy.kernel import disk, documents
from academy.kernel.documents import DocumentChild, DocumentError, DocumentTimeout

FUNCTIONS = "tests.kernel.document_functions"


@pytest.fixture(scope="module")
def child():
    child = DocumentChild()
    yield child
    child.close()


def test_plain_values_come_back_as_they_went(child):
    values = {
        "text": "Łukasz نعيمة",
        "bytes": b"%PDF\x00",
        "number": 2**70,
        "none": None,
        "list": [1.5, (True, {"a"})],
        "day": date(2026, 11, 23),
        "instant": datetime(2026, 11, 23, 9, tzinfo=UTC),
    }
    assert child.call(f"{FUNCTIONS}:echo", value=values) == values


def test_one_child_serves_many_documents(child):
    child.call(f"{FUNCTIONS}:echo", value=1)
    first = child.process_id
    assert {child.call(f"{FUNCTIONS}:process_id") for _ in range(5)} == {first}


def test_the_child_tells_how_it_is_cut_off(child):
    child.call(f"{FUNCTIONS}:echo", value=1)
    assert child.isolation in {"namespace", "blocked"}


def test_only_the_child_of_a_worker_goes_behind_others(child, monkeypatch):
    child.call(f"{FUNCTIONS}:echo", value=1)
    here = os.getpriority(os.PRIO_PROCESS, 0)
    assert os.getpriority(os.PRIO_PROCESS, child.process_id) == here
    monkeypatch.setattr(documents, "_manners", documents._Manners())
    documents.give_way()
    child.close()
    child.call(f"{FUNCTIONS}:echo", value=1)
    niceness = os.getpriority(os.PRIO_PROCESS, child.process_id)
    assert niceness == min(19, here + documents.NICE)
    child.close()


def test_a_full_disk_in_the_child_is_told_as_such(child):
    with pytest.raises(DocumentError) as raised:
        child.call(f"{FUNCTIONS}:fill_disk")
    assert disk.failed(raised.value)


@pytest.mark.parametrize("function", ["connect", "listen", "resolve", "run_program", "use_system"])
def test_the_child_reaches_no_network_and_no_program(child, function):
    with pytest.raises(DocumentError) as raised:
        child.call(f"{FUNCTIONS}:{function}")
    assert raised.value.kind.split()[0] == "PermissionError"


def test_the_child_inherits_no_secrets(child, monkeypatch):
    monkeypatch.setenv("ACADEMY_SECRET_KEY", "canary")
    child.close()
    assert "ACADEMY_SECRET_KEY" not in child.call(f"{FUNCTIONS}:environment")


def test_too_much_memory_is_an_error_of_the_document(child):
    with pytest.raises(DocumentError) as raised:
        child.call(f"{FUNCTIONS}:allocate", megabytes=600)
    assert raised.value.kind.startswith("MemoryError")


def test_a_document_that_never_ends_is_stopped(child):
    started = time.monotonic()
    with pytest.raises(DocumentTimeout) as raised:
        child.call(f"{FUNCTIONS}:sleep", wall_seconds=0.3, seconds=60)
    assert time.monotonic() - started < 20
    assert "te lang" in raised.value.sentence
    assert child.process_id is None


def test_a_refusal_keeps_its_sentences_and_its_kind(child):
    with pytest.raises(DocumentError) as raised:
        child.call(f"{FUNCTIONS}:refuse")
    assert (raised.value.sentence, raised.value.sentence_en) == ("Dit kan niet.", "Not possible.")
    assert raised.value.kind == "NotPossible"


def test_an_unexpected_error_tells_its_place_and_nothing_of_the_content(child):
    with pytest.raises(DocumentError) as raised:
        child.call(f"{FUNCTIONS}:fail", text="geheim")
    assert raised.value.kind.startswith("KeyError at document_functions.py:")
    assert "geheim" not in str(raised.value) + raised.value.kind


def test_a_child_is_replaced_after_an_error(child):
    child.call(f"{FUNCTIONS}:echo", value=1)
    before = child.process_id
    with pytest.raises(DocumentError):
        child.call(f"{FUNCTIONS}:refuse")
    assert child.call(f"{FUNCTIONS}:process_id") != before


def test_a_child_that_dies_is_an_error_and_then_replaced(child):
    with pytest.raises(DocumentError) as raised:
        child.call(f"{FUNCTIONS}:die")
    assert raised.value.kind == "ChildGone"
    assert child.call(f"{FUNCTIONS}:echo", value=1) == 1


def test_what_is_not_plain_does_not_come_back(child):
    with pytest.raises(DocumentError) as raised:
        child.call(f"{FUNCTIONS}:not_plain")
    assert raised.value.kind == "NotPlain"


def test_an_unknown_function_is_an_error(child):
    with pytest.raises(DocumentError) as raised:
        child.call("tests.kernel.document_functions:nothing")
    assert raised.value.kind.startswith("AttributeError")


def test_what_a_library_prints_does_not_reach_the_pipe(child):
    assert child.call(f"{FUNCTIONS}:chatter") == "done"


def test_a_child_is_replaced_after_its_number_of_documents():
    child = DocumentChild(documents=2)
    numbers = [child.call(f"{FUNCTIONS}:process_id") for _ in range(4)]
    child.close()
    assert numbers[0] == numbers[1] != numbers[2] == numbers[3]


def test_threads_take_turns(child):
    answers = []
    threads = [
        threading.Thread(
            target=lambda n=n: answers.append(child.call(f"{FUNCTIONS}:echo", value=n))
        )
        for n in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == list(range(8))


def test_a_closed_child_leaves_no_process():
    child = DocumentChild()
    number = child.call(f"{FUNCTIONS}:process_id")
    child.close()
    with pytest.raises(ProcessLookupError):
        os.kill(number, 0)


def test_a_process_has_one_child_of_its_own():
    first = documents.call(f"{FUNCTIONS}:process_id")
    assert documents.call(f"{FUNCTIONS}:process_id") == first
    documents.close()
    assert documents.call(f"{FUNCTIONS}:process_id") != first
    documents.close()


def test_a_stopped_child_leaves_no_files(child):
    place = child.call(f"{FUNCTIONS}:leave_a_file")
    assert Path(place).exists()
    child.close()
    assert not Path(place).parent.exists()


def test_a_child_whose_parent_has_gone_ends_and_cleans_up():
    script = (
        "import os, signal; from academy.kernel import documents as d;"
        f"print(d.call('{FUNCTIONS}:process_id'), d.call('{FUNCTIONS}:leave_a_file'), flush=True);"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    number, place = done.stdout.split()
    deadline = time.monotonic() + 20
    while Path(f"/proc/{number}").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not Path(f"/proc/{number}").exists()
    assert not Path(place).exists()
