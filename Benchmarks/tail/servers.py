#!/usr/bin/env python3
"""A tail behind the real nginx and the real logrotate (Debian: nginx-light, logrotate), on the loopback only.

Three logs get the events of SampleLogs as requests: one that nginx compresses as it writes (`gzip=4 flush=200ms`, two
workers), one that logrotate compresses a turn later, one that it copies and truncates. Meanwhile they are rotated, and
the tail is killed, stopped and started again. At the end its flags must be those of `score` over all files.

    Benchmarks/tail/servers.py --promoguard PROGRAM
"""

import argparse
import glob
import gzip
import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time

FOLDER = os.path.abspath("Benchmarks/.data/servers")
LOGS = f"{FOLDER}/logs"
DATABASE = f"{FOLDER}/tail.sqlite"
FIELDS = {
    "account_id": str, "event_id": str, "device_id": str, "device_source": str, "ip": str, "campaign_id": str,
    "coupon_id": str, "order_id": str, "merchant_id": str, "payer_id": str, "address_id": str, "inviter_id": str,
    "discount_fen": int, "amount_fen": int,
}
KINDS = ["gzip", "compress", "copytruncate"]


def nginx_configuration(ports):
    """Its own variables as canonical events: an argument that is absent is null."""
    maps, parts = [], ['"ts":$ms', '"event":"$arg_event"']
    for name, kind in FIELDS.items():
        value = f"$arg_{name}" if kind is int else f'"$arg_{name}"'
        maps.append(f"map $arg_{name} ${name}_json {{ '' null; default '{value}'; }}")
        parts.append(f'"{name}":${name}_json')
    options = {"gzip": "gzip=4 buffer=32k flush=200ms", "compress": "buffer=16k flush=100ms", "copytruncate": ""}
    servers = "".join(
        f"server {{ listen 127.0.0.1:{port}; keepalive_requests 1000000;\n"
        f"  access_log {LOGS}/{kind}.log event {options[kind]};\n  location / {{ return 204; }} }}\n"
        for kind, port in zip(KINDS, ports))
    line = "{" + ",".join(parts) + "}"
    return (
        f"user root; worker_processes 2; daemon off; pid {FOLDER}/nginx.pid; error_log {FOLDER}/nginx-errors.txt;\n"
        "events { worker_connections 64; }\nhttp {\n"
        "map $msec $ms { '~^(?<s>[0-9]+)[.](?<m>[0-9]+)$' '$s$m'; }\n" + "\n".join(maps)
        + f"\nlog_format event escape=none '{line}';\n{servers}}}\n")


def logrotate_configuration(kind):
    reopen = f"create\n  postrotate\n    kill -USR1 $(cat {FOLDER}/nginx.pid)\n  endscript"
    rest = {"gzip": "nocompress\n  " + reopen, "compress": "compress\n  delaycompress\n  " + reopen}
    return (f"{LOGS}/{kind}.log {{\n  su root root\n  rotate 20\n  missingok\n  notifempty\n"
            f"  {rest.get(kind, kind)}\n}}\n")


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def requests():
    """The events of SampleLogs in the order of their time, as requests."""
    events = []
    for path in glob.glob("SampleLogs/*.gz"):
        try:
            with gzip.open(path, "rt", errors="replace") as log:
                for line in log:
                    try:
                        event = json.loads(line)
                        events.append((event["ts"], event))
                    except (ValueError, KeyError, TypeError):
                        pass
        except EOFError:
            pass
    events.sort(key=lambda pair: str(pair[0]).zfill(20))
    for _, event in events:
        words = "&".join(f"{name}={event[name]}" for name in FIELDS if event.get(name) not in (None, ""))
        yield f"GET /?event={event['event']}&{words} HTTP/1.1\r\nHost: a\r\n\r\n".encode()


def send(port, wanted):
    """Sends requests over one connection, fifty at a time."""
    with socket.create_connection(("127.0.0.1", port)) as connection:
        for start in range(0, len(wanted), 50):
            lot = wanted[start:start + 50]
            connection.sendall(b"".join(lot))
            answered, rest = 0, b""
            while answered < len(lot):
                rest += connection.recv(1 << 16)
                answered = rest.count(b"HTTP/1.1 204")
            time.sleep(0.02)


def status():
    try:
        with sqlite3.connect(f"file:{DATABASE}?mode=ro", uri=True, timeout=5) as reader:
            row = reader.execute("SELECT status FROM tail_status").fetchone()
        return json.loads(row[0]) if row else {}
    except sqlite3.OperationalError:
        return {}


def flags(database):
    columns = "account_id, risk, score, level, first_flagged_ms, last_scored_ms, amount_at_risk_fen, reasons, tags"
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as reader:
        return reader.execute(f"SELECT {columns} FROM flagged_accounts ORDER BY account_id, risk").fetchall()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--promoguard", required=True)
    promoguard = os.path.abspath(parser.parse_args().promoguard)
    for program in ["nginx", "logrotate"]:
        if not shutil.which(program, path=os.environ["PATH"] + ":/usr/sbin"):
            print(f"servers.py: skipped, because there is no {program} here (Debian: apt-get install nginx-light logrotate)")
            return
    shutil.rmtree(FOLDER, ignore_errors=True)
    os.makedirs(LOGS, mode=0o755)
    ports = free_ports(len(KINDS))
    rotations = [(f"{kind}.conf", logrotate_configuration(kind)) for kind in KINDS]
    for name, text in [("nginx.conf", nginx_configuration(ports)), *rotations]:
        with open(f"{FOLDER}/{name}", "w") as file:
            file.write(text)
        os.chmod(f"{FOLDER}/{name}", 0o644)
    path = dict(os.environ, PATH=os.environ["PATH"] + ":/usr/sbin")
    nginx = subprocess.Popen(["nginx", "-c", f"{FOLDER}/nginx.conf"], env=path)
    errors = open(f"{FOLDER}/tail-errors.txt", "ab")

    def follow():
        return subprocess.Popen(
            [promoguard, "tail", LOGS, "--database", DATABASE, "--checkpoint-every", "2", "--format", "json"],
            stdout=open(f"{FOLDER}/flags.ndjson", "ab"), stderr=errors)

    def rotate(*kinds):
        subprocess.run(
            ["logrotate", "--force", "--state", f"{FOLDER}/logrotate.state", *(f"{FOLDER}/{kind}.conf" for kind in kinds)],
            env=path, check=True)

    try:
        wanted = list(requests())
        time.sleep(0.5)
        tail = follow()
        parts = 8
        for part in range(parts):
            mine = wanted[part * len(wanted) // parts:(part + 1) * len(wanted) // parts]
            senders = [
                threading.Thread(target=send, args=(port, mine[server * 2 + half::len(ports) * 2]))
                for server, port in enumerate(ports) for half in range(2)]
            for sender in senders:
                sender.start()
            time.sleep(0.1)
            rotate("gzip", "compress")
            for sender in senders:
                sender.join()
            # Between the turns: what is written between the copy and the cut is lost, as logrotate's manual says, and
            # nothing could tell what the tail should have read.
            rotate("copytruncate")
            if part == 2:
                tail.send_signal(signal.SIGKILL)
                tail.wait()
            if part == 4:
                tail = follow()
            if part == 5:
                tail.send_signal(signal.SIGTERM)
                if tail.wait(10) != 0:
                    sys.exit("servers.py: the tail did not stop with 0")
                tail = follow()
        nginx.send_signal(signal.SIGQUIT)
        nginx.wait(20)
        scored = f"{FOLDER}/score.sqlite"
        subprocess.run([promoguard, "score", LOGS, "--database", scored, "--quiet"], check=True)
        with sqlite3.connect(f"file:{scored}?mode=ro", uri=True) as reader:
            events = int(reader.execute("SELECT value FROM metadata WHERE key = 'events'").fetchone()[0])
        deadline = time.monotonic() + 60
        while not (status().get("state") == "idle" and status().get("events") == events):
            if time.monotonic() > deadline:
                sys.exit(f"servers.py: of {events:,} events the tail has taken {status().get('events'):,}")
            time.sleep(0.2)
        last = status()
        tail.send_signal(signal.SIGTERM)
        tail.wait(10)
        mine, whole = flags(DATABASE), flags(scored)
        print(f"{len(wanted):,} requests, {last['events']:,} events, {last['lateEvents']} late, "
              f"{last['rejectedLines']} rejected; logs: {', '.join(sorted(os.listdir(LOGS)))}")
        if mine != whole:
            sys.exit(f"servers.py: the tail has {len(mine)} flags, score {len(whole)}; they differ: "
                     f"{sorted(set(mine) ^ set(whole))[:3]}")
        print(f"the same {len(mine)} flags as score over all files")
    finally:
        for process in [nginx, tail]:
            if process.poll() is None:
                process.kill()


main()
