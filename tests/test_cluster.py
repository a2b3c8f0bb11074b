"""The same on Dask workers: a poisoned case is named, a killed worker costs time only, nothing
goes in the clear."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
import time
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from assembler.errors import ToolFailed
from assembler.pipeline import batch
from assembler.pipeline.batch import Order, Outcome
from assembler.runtime.worker_pool import Pool
from tests.support.commands import run
from tests.support.orders import orders

distributed = pytest.importorskip("distributed")
pytestmark = pytest.mark.filterwarnings("default")  # of Dask's own


def troubled(order: Order, pool: Pool) -> Outcome:
    """Builds the case, unless its name says otherwise; an unlucky one has its Dask worker killed
    the first time."""
    name = order.folder.name
    if "crash" in name:
        os.kill(os.getpid(), signal.SIGSEGV)
    if "unlucky" in name and not (order.folder.parent / "killed").exists():
        (order.folder.parent / "killed").touch()
        worker = multiprocessing.parent_process()
        assert worker is not None and worker.pid
        os.kill(worker.pid, signal.SIGKILL)
        time.sleep(60)
    return batch.build(order, pool)


def test_on_two_local_workers_only_what_is_poisoned_fails(small: Path, tmp_path: Path) -> None:
    for name in ("a", "b-crash", "c-unlucky", "d"):
        shutil.copytree(small, tmp_path / "many" / name, ignore=shutil.ignore_patterns("build"))
    heard: list[str] = []

    found = batch.run_on(
        "local:2", orders(tmp_path / "many"), lambda one: heard.append(one.case), function=troubled
    )

    assert [(one.case, one.state) for one in found] == [
        ("a", "built"),
        ("b-crash", "quarantined"),
        ("c-unlucky", "built"),
        ("d", "built"),
    ]
    assert sorted(heard) == [one.case for one in found]
    assert (tmp_path / "many/killed").exists()


def test_a_scheduler_elsewhere_is_reached_with_keys_only(small: Path, tmp_path: Path) -> None:
    shutil.copytree(small, tmp_path / "many/a", ignore=shutil.ignore_patterns("build"))
    keys = distributed.Security.temporary()
    client = keys.get_tls_config_for_role("client")
    (tmp_path / "tls").mkdir()
    with pytest.raises(ToolFailed, match="there is no ca.pem, cert.pem, key.pem"):
        batch.run_on("tls://127.0.0.1:9", [], print, tls=tmp_path / "tls")
    for name, held in (("ca", "ca_file"), ("cert", "cert"), ("key", "key")):
        (tmp_path / f"tls/{name}.pem").write_text(client[held])
    import dask

    with (
        dask.config.set({"distributed.worker.daemon": False}),
        distributed.LocalCluster(
            n_workers=1,
            threads_per_worker=1,
            protocol="tls://",
            security=keys,
            dashboard_address=None,
            host="127.0.0.1",
        ) as cluster,
    ):
        found = batch.run_on(
            cluster.scheduler_address,
            orders(tmp_path / "many"),
            lambda _: None,
            tls=tmp_path / "tls",
        )

    assert [one.state for one in found] == ["built"]


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("tcp://10.0.0.1:8786", "it is neither local nor encrypted"),
        ("10.0.0.1:8786", "it is neither local nor encrypted"),
        ("local:many", "not a number of workers"),
        ("local:0", "not a number of workers"),
    ],
)
def test_addresses_that_are_refused(address: str, told: str, small: Path) -> None:
    code, _, err = run("batch", small, "--cluster", address, "--as-of", "2026-11-23")

    assert (code, told in err) == (7, True)


def test_local_workers_are_encrypted_and_tell_nothing_to_a_browser() -> None:
    from assembler.pipeline.batch import cluster

    with cluster._connect_client("local:1", None) as client:
        info = client.scheduler_info()
        port = info["services"]["dashboard"]
        answers = [
            status(f"http://127.0.0.1:{port}/{page}")
            for page in ("", "status", "info/main/workers.html", "metrics")
        ]

    assert info["address"].startswith("tls://127.0.0.1")
    assert client.security.require_encryption
    assert answers == [404] * 4


def status(address: str) -> int:
    try:
        with urlopen(address, timeout=5) as answer:
            return int(answer.status)
    except HTTPError as error:
        with error:
            return error.code
