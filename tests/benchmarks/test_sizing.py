"""The sizes of clusters follow from what was measured."""

import pytest

from benchmarks.sizing import SIZES, Measured, compute, load_measured, write_table

MACHINE = {"rate": 10, "cores": 16, "memory_gb": 64, "disk_gb": 2000}


def test_what_was_measured_is_there_and_makes_a_table():
    needs = [compute(chunks, Measured(**load_measured()), **MACHINE) for chunks in SIZES]
    table = write_table(needs)
    assert len({line.count("|") for line in table.splitlines()}) == 1
    assert [need.shards for need in needs] == [1, 10, 100, 999]


def test_one_machine_asks_no_others():
    need = compute(10**6, Measured(5000, 0.2, 9, 9, 100, 10), **MACHINE)
    assert (need.machines, need.asking_machines, need.storage_gb) == (1, 0, 0)
    assert need.core_s_a_question == pytest.approx(0.2 + 0.0165)


def test_what_is_scarce_decides_how_many_machines():
    known = Measured(
        chunk_bytes=5000, answer_s=0.2, asking_s=0.005, shard_s=0.01, shard_mb=100, chunks_per_core_s=10
    )  # fmt: skip
    usual = compute(10**8, known, **MACHINE).machines
    assert usual == 3  # 100 shards of 26.5 ms a question, ten a second, 9.6 cores of a machine
    assert compute(10**8, known, **{**MACHINE, "rate": 100}).machines == 28
    assert compute(10**8, known, **{**MACHINE, "memory_gb": 16}).machines == 11
    assert compute(10**8, known, **{**MACHINE, "disk_gb": 50}).machines == 15
