"""Build the packets of a case; then print, verify, compare and keep them."""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from assembler.desk.build_view import (
    ChangesRequest,
    PacketSummary,
    ReceiverView,
    choose_receiver,
    compare_packet,
    describe_outcome,
    describe_progress,
    list_receivers,
    summarize_packets,
)
from assembler.desk.case_folders import CaseFolder
from assembler.desk.case_index import RowRequest, read_rows
from assembler.desk.case_people import name_people
from assembler.desk.case_store import EditRefused
from assembler.desk.case_work import (
    BuildOrder,
    FileOrder,
    PacketOrder,
    build_case,
    file_packets,
    print_packet,
    read_times,
    verify_packet,
)
from assembler.desk.cases_view import convert_row
from assembler.desk.desk_state import CaseJob, Desk
from assembler.desk.packet_downloads import BUILD, list_places
from assembler.desk.page_answers import (
    JsonAnswer,
    find_case,
    get_desk,
    get_text,
    read_body,
    show_case_page,
    show_page,
)
from assembler.desk.worker_call import call_in_worker
from assembler.pipeline.filed_packets import list_filed_folders
from assembler.runtime.atomic_files import write_atomic
from assembler.runtime.manifest_reader import read_manifest
from assembler.runtime.sign_off import SIGN_OFF_FILE, is_complete

_END_SECONDS = 20.0  # to wait for work that was asked to end


async def show_build(request: Request) -> Response:
    """Show the page on which packets are built."""
    desk, case = get_desk(request), find_case(request)
    raw = (await run_in_threadpool(desk.open_store(case).read)).value
    packets = await _get_packets(desk, case)
    views = await run_in_threadpool(list_receivers, desk.shelf, case.folder)
    job = desk.find_job(case)
    built = [packet for packet in packets if packet.place == BUILD]
    filed = await run_in_threadpool(list_filed_folders, case.folder)
    return show_case_page(
        request,
        "build.html",
        case,
        {
            "page": "build",
            "receivers": views,
            "chosen": choose_receiver(views, built[0].profile if built else "", raw),
            "titles": {view.id: view.title for view in views},
            "names": name_people(raw),
            "built": built,
            "filed": [packet for packet in packets if packet.place != BUILD],
            "filed_days": [folder.name for folder in reversed(filed)],
            "files": f"/packets/{desk.make_capability(case)}",
            "progress": _describe_running(job, case),
            "outcome": describe_outcome(job) if job else None,
        },
    )


async def _get_packets(desk: Desk, case: CaseFolder) -> tuple[PacketSummary, ...]:
    """Return the packets of a case, read again only if they changed."""
    key = f"packets/{case.id}"
    stamp = await run_in_threadpool(_stamp_packets, case.folder)
    known = desk.notes.get(key)
    if known is None or known[0] != stamp:
        packets = await call_in_worker(summarize_packets, case.folder) if stamp else ()
        known = desk.notes[key] = (stamp, packets)
    return known[1]


def _stamp_packets(case_folder: Path) -> tuple[object, ...]:
    """Return what changes when a file comes to a packet or goes."""
    watched = [
        path
        for packet in list_places(case_folder).values()
        for path in (packet, packet / "manifest.json", packet / SIGN_OFF_FILE, packet / "print")
    ]
    return tuple((str(path), path.lstat().st_mtime_ns) for path in watched if path.exists())


def _describe_running(job: CaseJob | None, case: CaseFolder) -> Any:
    if job is None or not job.is_running:
        return None
    return describe_progress(job, time.monotonic() - job.started, read_times(case.folder))


async def show_progress(request: Request) -> Response:
    """Return the part of the page that says how far the work is; 204 if there is none."""
    case = find_case(request)
    view = _describe_running(get_desk(request).find_job(case), case)
    if view is None:
        return Response(status_code=204)
    return show_page(request, "build-progress.html", {"progress": view})


async def show_state(request: Request) -> Response:
    """Return where the case stands, as the list of cases says it."""
    desk, case = get_desk(request), find_case(request)
    order = RowRequest(cases=((case.id, case.folder),), shelf=desk.shelf, as_of=desk.as_of)
    (row,) = await call_in_worker(read_rows, order)
    return JsonAnswer(convert_row(row))


async def start_build(request: Request) -> Response:
    """Build: {"profile", "strict", "filed": folder in filed/ or "", "late"}."""
    desk, case, body = get_desk(request), find_case(request), await read_body(request)
    views = await run_in_threadpool(list_receivers, desk.shelf, case.folder)
    profile, late = get_text(body, "profile"), get_text(body, "late")
    if late not in ("end", "in-place"):
        raise HTTPException(400, "late must be end or in-place")
    order = BuildOrder(
        folder=case.folder,
        shelf=desk.shelf,
        as_of=desk.as_of,
        workers=desk.workers,
        profile=_check_receiver(profile, views),
        strict=body.get("strict") is True,
        filed=await _find_filed(case, get_text(body, "filed")),
        late=late,
    )
    desk.start_job(case, "build", build_case, order)
    return JsonAnswer({"started": True})


def _check_receiver(profile: str, views: tuple[ReceiverView, ...]) -> str:
    if profile not in {view.id for view in views}:
        raise EditRefused("there is no such receiver", where="Receiver", remedy="choose another")
    return profile


async def _find_filed(case: CaseFolder, name: str) -> Path | None:
    """Return the folder of a filed packet by its name; None for "". Raises EditRefused."""
    if not name:
        return None
    folders = await run_in_threadpool(list_filed_folders, case.folder)
    folder = next((folder for folder in folders if folder.name == name), None)
    if folder is None:
        raise EditRefused(
            "there is no such filed packet", where="Filed packet", remedy="load the page again"
        )
    return folder


async def cancel(request: Request) -> Response:
    """End the work of this page, and wait until it has cleaned up."""
    desk, case = get_desk(request), find_case(request)
    job = desk.find_job(case)
    if job is not None:
        job.job.ask_to_end()
        await _wait_for_end(job)
    return JsonAnswer({"ended": True})


async def _wait_for_end(job: CaseJob) -> None:
    end = time.monotonic() + _END_SECONDS
    while job.is_running and time.monotonic() < end:
        await asyncio.sleep(0.05)  # the desk looks at its work meanwhile


async def start_print(request: Request) -> Response:
    """Make the print set of a packet: {"packet", "supplement"}."""
    desk, case, body = get_desk(request), find_case(request), await read_body(request)
    packet = await _find_packet(case, get_text(body, "packet"))
    order = _order_packet(desk, case, packet, is_supplement=body.get("supplement") is True)
    desk.start_job(case, "print", print_packet, order)
    return JsonAnswer({"started": True})


async def start_verify(request: Request) -> Response:
    """Prove a packet again: {"packet"}."""
    desk, case, body = get_desk(request), find_case(request), await read_body(request)
    packet = await _find_packet(case, get_text(body, "packet"))
    desk.start_job(case, "verify", verify_packet, _order_packet(desk, case, packet))
    return JsonAnswer({"started": True})


def _order_packet(
    desk: Desk, case: CaseFolder, packet: Path, *, is_supplement: bool = False
) -> PacketOrder:
    return PacketOrder(
        case_folder=case.folder,
        packet=packet,
        shelf=desk.shelf,
        as_of=desk.as_of,
        workers=desk.workers,
        is_supplement=is_supplement,
    )


async def start_filing(request: Request) -> Response:
    """Keep the packets as they were filed."""
    desk, case = get_desk(request), find_case(request)
    await read_body(request)
    desk.start_job(case, "file", file_packets, FileOrder(folder=case.folder, day=desk.as_of))
    return JsonAnswer({"started": True})


async def _find_packet(case: CaseFolder, name: str) -> Path:
    """Return the folder of a packet in build/ by its name. Raises EditRefused."""
    packet = (await run_in_threadpool(list_places, case.folder)).get((BUILD, name))
    if packet is None:
        raise EditRefused("there is no such packet", where="Packet", remedy="load the page again")
    return packet


async def show_changes(request: Request) -> Response:
    """Show what changed since the build before, and since the packet was filed."""
    case = find_case(request)
    packet = await _find_packet(case, request.query_params.get("packet", ""))
    filed = [
        folder / packet.name
        for folder in await run_in_threadpool(list_filed_folders, case.folder)
        if (folder / packet.name / "manifest.json").is_file()
    ]
    order = ChangesRequest(
        case_folder=case.folder, packet=packet, filed=filed[-1] if filed else None
    )
    comparisons = await call_in_worker(compare_packet, order)
    raw = (await run_in_threadpool(get_desk(request).open_store(case).read)).value
    return show_case_page(
        request,
        "build-changes.html",
        case,
        {
            "page": "build",
            "packet": packet.name,
            "person": name_people(raw).get(packet.name, packet.name),
            "comparisons": comparisons,
        },
    )


async def sign_off(request: Request) -> Response:
    """Put the sign-off that was saved from the review page beside the packet: its JSON is the
    body."""
    case, record = find_case(request), await read_body(request)
    packet = await _find_packet(case, request.query_params.get("packet", ""))
    await run_in_threadpool(_write_sign_off, packet, record)
    return JsonAnswer({"signed": True})


def _write_sign_off(packet: Path, record: dict[str, Any]) -> None:
    """Write a sign-off. Raises EditRefused for one that is of another bundle, or incomplete."""
    if not is_complete(record, read_manifest(packet)):
        raise EditRefused(
            "it is not a complete sign-off of this bundle",
            where="Sign-off",
            remedy="open the review page of this packet, tick every item, and save it again",
        )
    place = packet / SIGN_OFF_FILE
    if place.is_symlink():
        raise EditRefused("it is a symbolic link", where=SIGN_OFF_FILE, remedy="remove it")
    write_atomic(place, (json.dumps(record, indent=1, ensure_ascii=False) + "\n").encode())


ROUTES = [
    Route("/cases/{case_id}/build", show_build),
    Route("/cases/{case_id}/build/progress", show_progress),
    Route("/cases/{case_id}/build/state", show_state),
    Route("/cases/{case_id}/build/changes", show_changes),
    Route("/cases/{case_id}/build/start", start_build, methods=["POST"]),
    Route("/cases/{case_id}/build/cancel", cancel, methods=["POST"]),
    Route("/cases/{case_id}/build/print", start_print, methods=["POST"]),
    Route("/cases/{case_id}/build/verify", start_verify, methods=["POST"]),
    Route("/cases/{case_id}/build/file", start_filing, methods=["POST"]),
    Route("/cases/{case_id}/build/sign-off", sign_off, methods=["POST"]),
]
