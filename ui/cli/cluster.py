"""`jawab cluster`: the machines on which an index lives."""

import time
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from index.errors import InputError
from ui.cli.console import JsonOption, errors, output, print_json

if TYPE_CHECKING:
    from index.store.ray.node import Machine
    from rag.settings import ClusterSettings

app = typer.Typer(
    help="Keep an index on several machines, by Ray. · فهرس موزّع على عدة أجهزة.",
    no_args_is_help=True,
)

_GATHERING_S = 600
"""Seconds for which the first machine waits for the others. Chosen."""
_PLACEMENT_CORES = 0.01
"""Of Ray's, that a shard asks for: any machine has as much but one that only asks questions."""

AddressOption = Annotated[
    str | None,
    typer.Option(
        "--address",
        metavar="HOST[:PORT]",
        help="The cluster's first machine. Default: this machine's cluster, else the one in"
        " jawab.toml. · عنوان أول أجهزة العنقود.",
    ),
]


@app.command("start")
def start(
    listen: Annotated[
        str | None,
        typer.Option(
            "--listen",
            metavar="HOST[:PORT]",
            help="Address of this machine by which the others reach it; without it nobody else"
            " does. Only in a private network. · عنوان هذا الجهاز في الشبكة الداخلية.",
        ),
    ] = None,
    join: Annotated[
        str | None,
        typer.Option(
            "--join",
            metavar="HOST[:PORT]",
            help="Join the cluster that began there; its token has to be here."
            " · الانضمام إلى عنقود قائم.",
        ),
    ] = None,
    machines: Annotated[
        int,
        typer.Option(
            "--machines",
            min=1,
            help="Machines that keep shards, to wait for before the shards are placed."
            " · عدد الأجهزة التي تُنتظر قبل توزيع الأجزاء عليها.",
        ),
    ] = 1,
    only_ask: Annotated[
        bool,
        typer.Option(
            "--only-ask",
            help="Keep no shard on this machine. · لا يُحفظ على هذا الجهاز جزء من الفهرس.",
        ),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Begin a cluster on this machine with the shards that jawab.toml says, or join one.

    Without --listen it is this machine alone. Doing it again, on any of its machines, begins what
    is missing.

    Example: jawab cluster start
    Example: jawab cluster start --listen 10.0.0.1 --machines 2
    Example: jawab cluster start --join 10.0.0.1:6379
    """
    from rag.settings import load_settings

    cluster = load_settings().cluster
    if join:
        from index.store.ray.node import join as join_cluster

        joined = join_cluster(_complete(join), listen=listen or "", holds_shards=not only_ask)
        if as_json:
            print_json({"address": joined.address})
        else:
            output().print(f"انضم الجهاز · joined {joined.address}")
        return
    from index.store.ray.node import find_own

    own = None if listen else find_own()
    address = own.address if own else _choose_address(cluster.address, listen)
    cluster = replace(cluster, address=address)
    _start_shards(cluster, machines=machines, holds_shards=not only_ask, quiet=as_json)
    if as_json:
        print_json({"address": cluster.address, "index": f"ray:{cluster.address}"})
        return
    output().print(f"العنقود يعمل · the cluster runs: --index ray:{cluster.address}")


@app.command("status")
def status(address: AddressOption = None, as_json: JsonOption = False) -> None:
    """Show the machines, the shards with their replicas, and what does not answer.

    Exit code 1 when a machine or a shard is away.

    Example: jawab cluster status --address 10.0.0.1:6379
    """
    from index.store.ray.cluster import show_cluster
    from index.store.ray.node import list_machines

    address = _find_address(address)
    machines = list_machines(_connect(address))
    shards = show_cluster(address)
    away = [machine.address for machine in machines if not machine.alive]
    away += [f"{one.shard}.{one.replica}" for one in shards if not one.alive]
    if as_json:
        print_json(
            {
                "address": address,
                "machines": [asdict(machine) for machine in machines],
                "shards": [asdict(shard) for shard in shards],
                "chunks": sum(shard.chunks for shard in shards if shard.replica == 0),
                "away": away,
            }
        )
    else:
        _print_tables(machines, shards)
        if away:
            output().print(f"[bold red]لا يجيب · away:[/] {', '.join(away)}")
    if away:
        raise typer.Exit(1)


@app.command("stop")
def stop(as_json: JsonOption = False) -> None:
    """End the part of the cluster that runs on this machine; what is stored stays.

    On the first machine that is the end of the whole cluster, until it is started again there.

    Example: jawab cluster stop
    """
    from index.store.ray.node import stop as stop_node

    own = stop_node()
    if as_json:
        print_json({"address": own.address, "first": own.first})
    else:
        output().print(f"أُوقف · stopped: {own.address}")


def _choose_address(configured: str, listen: str | None) -> str:
    """Return where the first machine listens.

    Raises:
        InputError: Others are to reach it by the settings, and --listen does not say so.
    """
    from index.store.ray.environment import is_loopback, split_address

    if listen:
        host, port = split_address(listen)
        return f"{host}:{port if ':' in listen else split_address(configured)[1]}"
    if not is_loopback(configured):
        raise InputError(
            f"[cluster] says that it begins at {configured}: on that machine run jawab cluster"
            f" start --listen {configured}, on the others jawab cluster start --join {configured}"
        )
    return _complete(configured)


def _complete(address: str) -> str:
    from index.store.ray.environment import split_address

    host, port = split_address(address)
    return f"{host}:{port}"


def _find_address(given: str | None) -> str:
    from index.store.ray.node import find_own
    from rag.settings import load_settings

    if given is None and (own := find_own()):
        return own.address
    return _complete(given or load_settings().cluster.address)


def _connect(address: str) -> Any:
    from index.store.ray.engine import connect
    from index.store.ray.node import check_answers

    check_answers(address)
    return connect(address)


def _start_shards(
    cluster: "ClusterSettings", *, machines: int, holds_shards: bool, quiet: bool
) -> None:
    """Begin Ray and the shards, each unless it runs."""
    from index.embedding.embedders import load_embedder
    from index.store.manifest import Manifest
    from index.store.opening import check_shards
    from index.store.ray.cluster import check_folder, start_cluster
    from index.store.ray.environment import is_loopback, token_path
    from index.store.ray.node import find_own, start_first
    from rag.settings import load_chosen_embedder, load_settings

    check_shards(cluster.shards)
    check_folder(cluster.folder, cluster.shards)
    embedder = load_chosen_embedder(load_settings()) or load_embedder()
    own = find_own()
    if own is None or own.address != cluster.address:
        own = start_first(cluster.address, holds_shards=holds_shards)
    if own.first and not is_loopback(cluster.address) and not quiet:
        errors().print(
            f"انسخ {token_path()} إلى الأجهزة الأخرى · copy it to the other machines, for this user"
            f" alone, then there: jawab cluster start --join {cluster.address}"
        )
    _gather(cluster.address, machines)
    start_cluster(
        Path(cluster.folder),
        Manifest(embedder.identity),
        shards=cluster.shards,
        replicas=cluster.replicas,
        storage=cluster.storage,
        address=cluster.address,
        cpus=_PLACEMENT_CORES,
    )


def _gather(address: str, count: int) -> None:
    """Wait until so many machines that keep shards are there.

    Raises:
        InputError: They do not come.
    """
    from index.store.ray.node import list_machines

    ray = _connect(address)
    deadline = time.monotonic() + _GATHERING_S
    while (found := sum(one.alive and one.cores > 0 for one in list_machines(ray))) < count:
        if time.monotonic() > deadline:
            raise InputError(
                f"{found} of {count} machines are there; join the others and start again"
            )
        time.sleep(1)


def _print_tables(machines: "list[Machine]", shards: list[Any]) -> None:
    from rich.table import Table
    from rich.text import Text

    def show(heads: tuple[str, ...], rows: list[tuple[Any, ...]]) -> None:
        table = Table(box=None, pad_edge=False)
        for head in heads:
            table.add_column(head)
        for row in rows:
            table.add_row(*(Text(str(cell)) for cell in row))
        output().print(table)

    state = {True: "يعمل · up", False: "لا يجيب · away"}
    show(
        ("machine", "", "first", "cores"),
        [(one.address, state[one.alive], "✓" if one.first else "", one.cores) for one in machines],
    )
    show(
        ("shard", "replica", "", "generation", "chunks", "machine"),
        [
            (one.shard, one.replica, state[one.alive], one.generation, one.chunks, one.machine)
            for one in shards
        ],
    )
