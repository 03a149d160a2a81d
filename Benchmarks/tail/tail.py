#!/usr/bin/env python3
"""What following logs costs: how soon a flag is seen, how fast a tail catches up, its memory over weeks, and at rest.

    Benchmarks/tail/tail.py --promoguard PROGRAM [catchup] [latency] [memory] [idle]
"""

import argparse
import glob
import gzip
import json
import multiprocessing
import os
import re
import shutil
import signal
import sqlite3
import statistics
import subprocess
import sys
import time

DATA = "Benchmarks/.data"
FOLDER = f"{DATA}/tail"
DATABASE = f"{FOLDER}/tail.sqlite"
TICK = os.sysconf("SC_CLK_TCK")


class Tail:
    """A tail that runs, into a fresh database."""

    def __init__(self, promoguard, *arguments):
        for name in glob.glob(DATABASE + "*"):
            os.remove(name)
        self.started = time.monotonic()
        self.errors = open(f"{FOLDER}/stderr.txt", "w+b")
        self.process = subprocess.Popen(
            [promoguard, "tail", "--database", DATABASE, "--quiet", *arguments], stdout=subprocess.DEVNULL,
            stderr=self.errors)

    def status(self):
        """What it says of itself; None before it has said anything."""
        try:
            with sqlite3.connect(f"file:{DATABASE}?mode=ro", uri=True, timeout=1) as reader:
                row = reader.execute("SELECT status FROM tail_status").fetchone()
            return json.loads(row[0]) if row else None
        except sqlite3.OperationalError:
            return None

    def wait_for(self, is_reached, poll=0.02):
        while True:
            status = self.status()
            if status and is_reached(status):
                return status
            if self.process.poll() is not None:
                self.errors.seek(0)
                sys.exit(f"tail.py: tail ended with {self.process.returncode}: {self.errors.read().decode()}")
            time.sleep(poll)

    def resident(self):
        """Bytes of memory in use."""
        with open(f"/proc/{self.process.pid}/statm") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    def cpu(self):
        """Seconds of processor time so far."""
        with open(f"/proc/{self.process.pid}/stat") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICK

    def stop(self):
        """Seconds from SIGTERM to its end."""
        start = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(60)
        if code != 0:
            sys.exit(f"tail.py: tail ended with {code}")
        return time.monotonic() - start


def world(promoguard, accounts, days):
    """The path of a simulated campaign in one gzip -6 file."""
    folder = f"{DATA}/bench-{accounts}-{days}"
    if not glob.glob(f"{folder}/*.gz"):
        subprocess.run(
            [promoguard, "simulate", folder, "--accounts", str(accounts), "--days", str(days), "--seed", "7",
             "--front-ends", "1", "--files", "1", "--gzip-level", "6"], check=True)
    return glob.glob(f"{folder}/*.gz")[0]


def fresh_folder():
    shutil.rmtree(f"{FOLDER}/logs", ignore_errors=True)
    os.makedirs(f"{FOLDER}/logs")
    return f"{FOLDER}/logs"


# MARK: Catching up


def catch_up(promoguard, options):
    """History, gzip and plain, from the start of the program until every event is taken and every flag shown."""
    log = world(promoguard, options.accounts, 13)
    for kind in ["gzip", "plain"]:
        folder = fresh_folder()
        if kind == "gzip":
            os.link(log, f"{folder}/mp.log.gz")
        else:
            with gzip.open(log) as source, open(f"{folder}/mp.log", "wb") as target:
                shutil.copyfileobj(source, target, 1 << 20)
        # What has been silent for long is settled at once.
        for name in os.listdir(folder):
            os.utime(f"{folder}/{name}", (0, time.time() - 600))
        seconds, rates = [], []
        for _ in range(options.runs):
            tail = Tail(promoguard, folder)
            status = tail.wait_for(lambda status: status["state"] == "idle")
            seconds.append(time.monotonic() - tail.started)
            rates.append(status["events"] / seconds[-1])
            tail.stop()
        yield (f"catching up, {kind}: events a second", f"{statistics.median(rates):,.0f}", "at least 500,000")
        if kind == "plain":
            whole = statistics.median(seconds)
            start = time.monotonic()
            subprocess.run(["gzip", "-dc", log], stdout=subprocess.DEVNULL, check=True)
            yield ("the same, time over gzip -dc of the log", f"{whole / (time.monotonic() - start):.2f}", "")
            # With `--settled-only`, as while history is read; a view ahead goes on meanwhile.
            standstills = []
            for _ in range(3):
                tail = Tail(promoguard, folder, "--settled-only", "--checkpoint-every", "5")
                before = tail.wait_for(lambda status: status["state"] == "idle").get("checkpointMs")
                # A line more, so that there is something new to save.
                with open(f"{folder}/mp.log", "rb+") as plain:
                    plain.seek(-100_000, os.SEEK_END)
                    plain.write(plain.read().splitlines(keepends=True)[-1])
                told = tail.wait_for(lambda status: status.get("checkpointMs") not in (None, before))
                standstills.append(told["standstillMs"])
                tail.stop()
            yield ("without a view ahead, a checkpoint of a million entities stops it",
                   f"{max(standstills):.0f} ms (slowest of {len(standstills)})", "at most 200 ms")


# MARK: Latency


def write_live(path, chunks, interval, written):
    """Appends each chunk when its time comes, and notes when it was there."""
    log = os.open(path, os.O_WRONLY | os.O_APPEND)
    start = time.monotonic()
    for index, chunk in enumerate(chunks):
        wait = start + index * interval - time.monotonic()
        if wait > 0:
            time.sleep(wait)
        os.write(log, chunk)
        written[index] = time.monotonic()


def latency(promoguard, options):
    """A flag's way: the line that raised it is written among `rate` others a second; another reader sees the row."""
    rate, a_chunk = 20_000, 100
    count = rate * options.seconds
    with gzip.open(world(promoguard, options.accounts, 13)) as source:
        lines = source.read().splitlines(keepends=True)
    history, live = lines[:-count], lines[-count:]
    begin = int(re.match(rb'{"ts":(\d+)', history[-1]).group(1))
    # As dense in time as they come: the events of the last minute all wait for their order to be settled.
    place = {}
    for index, line in enumerate(live):
        ts = begin + 1 + index * 1000 // rate
        live[index] = re.sub(rb'^{"ts":\d+', b'{"ts":%d' % ts, line)
        account = re.search(rb'"account_id":"([^"]*)"', line).group(1).decode()
        place[account, ts] = index // a_chunk
    chunks = [b"".join(live[start:start + a_chunk]) for start in range(0, count, a_chunk)]
    folder = fresh_folder()
    with open(f"{folder}/mp.log", "wb") as log:
        log.writelines(history)
    del lines, history, live
    tail = Tail(promoguard, folder)
    tail.wait_for(lambda status: status["state"] == "idle")

    reader = sqlite3.connect(f"file:{DATABASE}?mode=ro", uri=True, isolation_level=None)
    last = reader.execute("SELECT coalesce(max(rowid), 0) FROM flagged_accounts").fetchone()[0]
    standstills = set()
    written = multiprocessing.Array("d", len(chunks), lock=False)
    cpu, start = tail.cpu(), time.monotonic()
    writer = multiprocessing.Process(target=write_live, args=(f"{folder}/mp.log", chunks, a_chunk / rate, written))
    writer.start()
    delays, version, unknown = [], None, 0
    while writer.is_alive():
        now = reader.execute("PRAGMA data_version").fetchone()[0]
        if now == version:
            time.sleep(0.001)
            continue
        version = now
        standstills.add(json.loads(reader.execute("SELECT status FROM tail_status").fetchone()[0]).get("standstillMs"))
        rows = reader.execute(
            "SELECT rowid, account_id, first_flagged_ms FROM flagged_accounts WHERE rowid > ?", [last]).fetchall()
        seen = time.monotonic()
        for rowid, account, first_ms in rows:
            last = max(last, rowid)
            chunk = place.get((account, first_ms))
            # What was there before its line came of another event of that time.
            if chunk is None or written[chunk] == 0:
                unknown += 1
            else:
                delays.append((seen - written[chunk]) * 1000)
    seconds = time.monotonic() - start
    cores = (tail.cpu() - cpu) / seconds
    tail.stop()
    delays.sort()
    yield ("lines a second written meanwhile", f"{count / (max(written) - min(written)):,.0f}", "20,000")
    yield ("flags that came of them", f"{len(delays):,} ({unknown} of older events)", "")
    yield ("from a line's write to its flag seen, p50", f"{delays[len(delays) // 2]:.0f} ms", "at most 50")
    yield ("the same, p99", f"{delays[len(delays) * 99 // 100]:.0f} ms", "at most 250")
    yield ("the same, slowest", f"{delays[-1]:.0f} ms", "")
    stops = [ms for ms in standstills if ms]
    if stops:
        yield ("checkpoints meanwhile stopped the stream for", f"{max(stops):.0f} ms at most", "")
    yield ("cores in use meanwhile", f"{cores:.2f}", "")


# MARK: Memory


IDS = re.compile(
    rb'"(account_id|device_id|wifi_id|session_id|phone_id|address_id|payer_id|tracking_id|inviter_id|peer_id'
    rb'|order_id|group_id|coupon_instance|event_id)":"')


def memory(promoguard, options):
    """Ten weeks of traffic whose people change every ten days: memory must not grow once the oldest are forgotten."""
    with gzip.open(world(promoguard, 20_000, 10)) as source:
        days = source.read()
    folder = fresh_folder()
    log = open(f"{folder}/mp.log", "ab")
    log.flush()
    tail = Tail(promoguard, folder, "--checkpoint-every", "5")
    marks, events, readings = [], 0, []
    for turn in range(10):
        # Other people and other things, ten days later.
        text = IDS.sub(lambda found: found.group(0) + b"%d." % turn, days)
        text = re.sub(
            rb'^{"ts":(\d+)', lambda found: b'{"ts":%d' % (int(found.group(1)) + turn * 864_000_000), text,
            flags=re.MULTILINE)
        for part in re.findall(rb"(?:.*\n){1,20000}", text):
            log.write(part)
            log.flush()
            events += part.count(b"\n")
            tail.wait_for(lambda status: status["events"] > events - 60_000)
            readings.append(tail.resident())
        # The copy of a checkpoint comes and goes.
        marks.append((turn, tail.status()["accounts"], statistics.median(readings)))
        readings = []
    tail.stop()
    for turn, accounts, resident in marks:
        yield (f"memory after {turn * 10 + 10} days ({accounts:,} accounts held)", f"{resident / 2**20:.0f} MiB", "")
    settled = [resident for _, _, resident in marks[5:]]
    yield ("largest of the last five over the first of them", f"{max(settled) / settled[0]:.2f}", "at most 1.10")


# MARK: At rest


def idle(promoguard, options):
    """A tail of ten logs to which nothing is written."""
    folder = fresh_folder()
    with gzip.open(world(promoguard, 20_000, 10)) as source:
        lines = source.read().splitlines(keepends=True)
    for part in range(10):
        with open(f"{folder}/mp-{part}.log", "wb") as log:
            log.writelines(lines[part::10])
    tail = Tail(promoguard, folder)
    tail.wait_for(lambda status: status["state"] == "idle")
    time.sleep(12)
    cpu, start = tail.cpu(), time.monotonic()
    time.sleep(30)
    yield ("processor time at rest", f"{(tail.cpu() - cpu) / (time.monotonic() - start):.2%} of a core", "under 1 %")
    yield ("from SIGTERM to the end", f"{tail.stop() * 1000:.0f} ms", "at most 1000")


def main():
    parts = {"catchup": catch_up, "latency": latency, "memory": memory, "idle": idle}
    parser = argparse.ArgumentParser()
    parser.add_argument("--promoguard", required=True)
    parser.add_argument("--accounts", type=int, default=200_000)
    parser.add_argument("--seconds", type=int, default=60, help="of live traffic")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("parts", nargs="*", choices=[[], *parts], help="default: all")
    options = parser.parse_args()
    os.makedirs(FOLDER, exist_ok=True)
    print(f"{'what':66} {'figure':>26}  aim", flush=True)
    for part in options.parts or parts:
        for what, figure, aim in parts[part](options.promoguard, options):
            print(f"{what:66} {figure:>26}  {aim}", flush=True)


main()
