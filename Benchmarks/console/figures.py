#!/usr/bin/env python3
"""How fast the review console answers over 100,000 flagged accounts, beside a tail that writes.

    Benchmarks/console/figures.py --promoguard PROGRAM [--flags N]
"""

import argparse
import contextlib
import glob
import gzip
import json
import multiprocessing
import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import threading
import time
import urllib.error
import urllib.request

DATA = "Benchmarks/.data/console"
LINES_PER_SECOND = 5000


def make(promoguard, flags):
    """A database that score made, then filled up with flags like those it holds."""
    path = f"{DATA}/figures.sqlite"
    for old in glob.glob(path + "*"):
        if not old.endswith(".log"):
            os.remove(old)
    subprocess.run([promoguard, "score", "SampleLogs", "--database", path, "--quiet"], check=False)
    random.seed(1)
    with contextlib.closing(sqlite3.connect(path)) as db, db:
        db.execute("PRAGMA synchronous = OFF")
        db.execute("PRAGMA cache_size = -200000")
        columns = "risk, score, level, first_flagged_ms, last_scored_ms, amount_at_risk_fen, reasons, tags, model"
        known = db.execute(f"SELECT account_id, {columns} FROM flagged_accounts").fetchall()
        evidence = {row[0]: row[1:] for row in db.execute("SELECT * FROM account_evidence")}
        new, kept, links, members = [], [], [], []
        for number in range(flags - len(known)):
            like, risk, score, level, first, last, fen, reasons, tags, model = random.choice(known)
            account = f"o6_{random.getrandbits(64):016x}_{number}"
            gang = f"g-{number // 80:08x}" if number % 4 == 0 else None
            new.append((account, gang, risk, min(0.9999, score * random.uniform(0.9, 1.05)), level, first + random.randrange(86400000),
                        last, int(fen * random.uniform(0.2, 3)), reasons, tags, model))
            if like in evidence:
                kept.append((account, *evidence[like]))
            for kind in ("device", "address", "ip"):
                links.append((account, kind, f"{number // 20:016x}", 20, last))
            if gang:
                members.append((gang, account, 1.5, 1, first))
        db.executemany(f"INSERT INTO account_evidence VALUES ({','.join('?' * 10)})", sorted(kept))
        db.executemany(f"INSERT INTO flagged_accounts (account_id, gang_id, {columns}) VALUES (?,?,?,?,?,?,?,?,?,?,?)", sorted(new))
        db.executemany("INSERT OR IGNORE INTO account_links VALUES (?,?,?,?,?)", links)
        db.executemany("INSERT OR IGNORE INTO gang_members VALUES (?,?,?,?,?)", members)
        for gang in sorted({row[0] for row in members}):
            db.execute("INSERT OR IGNORE INTO gangs VALUES (?,20,20,0.5,0.9,0,1,10000,20000,5000,?)",
                       (gang, '[{"kind":"device","things":1,"accounts":20}]'))
    return path, [row[0] for row in new]


class Feed(threading.Thread):
    """Writes a log, line by line, for the tail."""

    def __init__(self, promoguard):
        super().__init__(daemon=True)
        self.folder = f"{DATA}/feed"
        shutil.rmtree(self.folder, ignore_errors=True)
        os.makedirs(self.folder)
        world = f"{DATA}/world-60000"
        if not os.path.exists(world):
            subprocess.run([promoguard, "simulate", world, "--accounts", "60000", "--days", "4", "--seed", "77", "--front-ends",
                            "1", "--files", "1"], check=True)
        self.source = sorted(glob.glob(world + "/*.log*.gz"))[0]
        self.target = open(f"{self.folder}/mp.log", "wb")
        self.written = 0

    def run(self):
        with gzip.open(self.source) as lines:
            start = time.monotonic()
            for line in lines:
                self.target.write(line)
                self.written += 1
                if self.written % 100 == 0:
                    self.target.flush()
                    time.sleep(max(0, start + self.written / LINES_PER_SECOND - time.monotonic()))


def wrk(url, seconds, connections):
    text = subprocess.run(["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", url], capture_output=True, text=True).stdout
    found = re.search(r"99%\s+([\d.]+)(us|ms|s)", text)
    ms = float(found.group(1)) * {"us": 0.001, "ms": 1, "s": 1000}[found.group(2)]
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", text).group(1))
    failed = re.search(r"Non-2xx[^:]*: (\d+)", text)
    return rate, ms, int(failed.group(1)) if failed else 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--promoguard", default=".build/release/promoguard")
    parser.add_argument("--flags", type=int, default=100_000)
    parser.add_argument("--seconds", type=int, default=4)
    parser.add_argument("--without-tail", action="store_true")
    options = parser.parse_args()
    os.makedirs(DATA, exist_ok=True)
    path, accounts = make(options.promoguard, options.flags)
    feed = Feed(options.promoguard)
    start = time.monotonic()
    server = subprocess.Popen([options.promoguard, "serve", "--port", "0", "--database", path], stderr=subprocess.PIPE, text=True)
    port = re.search(r":(\d+)/", server.stderr.readline()).group(1)
    base = f"http://127.0.0.1:{port}"
    urllib.request.urlopen(base + "/healthz").read()
    print(f"start-up to the first answer: {(time.monotonic() - start) * 1000:.0f} ms (aim 200)")
    page = urllib.request.urlopen(base + "/").read().decode()
    parts = {asset: len(urllib.request.urlopen(base + asset).read()) for asset in re.findall(r'(/assets/[^"]+)"', page)}
    print(f"first paint: {(len(page.encode()) + sum(parts.values())) / 1000:.0f} kB (aim < 100)")
    tail = None
    try:
        if not options.without_tail:
            tail = subprocess.Popen([options.promoguard, "tail", feed.folder, "--database", path, "--quiet"], stdout=subprocess.DEVNULL)
            feed.start()
            time.sleep(2)
        with contextlib.closing(sqlite3.connect(path)) as db:
            latest = db.execute("SELECT max(first_flagged_ms) - 3600000 FROM flag_queue").fetchone()[0]
        refs = re.findall(r'href="(/accounts/[^"?]+)', page)
        after = re.search(r'rel="next" href="([^"]+)"', page).group(1).replace("&amp;", "&")
        pages = {
            "queue": "/", "next page": after, "by score": "/?sort=score", "latest": "/?sort=time&status=all",
            "risk and level": "/?risk=fake_order&level=high", "tag": "/?tag=device_farm&sort=amount",
            "part of an id": "/?q=ab12", "amount and score": "/?min_yuan=100&min_score=0.95&sort=time",
            "nothing found": "/?q=nobody", "gang": "/?gang=g-00000001", "account": refs[0], "gangs": "/gangs",
            "gang page": "/gangs/g-00000001", "API list": "/api/v1/flags?limit=50",
            "rare tag by amount": "/?tag=coupon_farming&level=review&sort=amount", "late, by score": f"/?since={latest}&sort=score",
        }
        worst = 0
        for name, address in pages.items():
            rate, ms, failed = wrk(base + address, options.seconds, 1)
            worst = max(worst, ms)
            print(f"{name}: {rate:.0f} requests/s, p99 {ms:.1f} ms" + (f", {failed} FAILED" if failed else ""))
        print(f"the slowest page: p99 {worst:.1f} ms (aim 50)")
        for name, address in {"flagged": accounts[5], "unknown": "o6_nobody_at_all"}.items():
            rate, ms, failed = wrk(base + "/api/v1/accounts/" + address, options.seconds, 4)
            print(f"GET /api/v1/accounts/ID, {name}: {rate:.0f} requests/s, p99 {ms:.2f} ms (aims 5,000 and 5)" + (f", {failed} FAILED" if failed else ""))
        if tail:
            decide_beside(base, path)
            print(f"lines fed {feed.written}, more to come: {feed.is_alive()}, tail running: {tail.poll() is None}")
    finally:
        for process in [tail, server]:
            if process:
                process.send_signal(signal.SIGTERM)
                process.wait(60)


def watch(path, stop, held):
    """Milliseconds for which somebody held the write lock, one number each time."""
    with contextlib.closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as db:
        since = None
        while not stop.is_set():
            now = time.monotonic()
            try:
                db.execute("BEGIN IMMEDIATE")
                db.execute("ROLLBACK")
                if since is not None:
                    held.put((now - since) * 1000)
                since = None
            except sqlite3.OperationalError:
                since = since or now
            time.sleep(0.001)
    held.put(None)


def decide_beside(base, path):
    """One decision on some 5,000 accounts, and taking it back, while the tail commits: how long is its writer kept waiting?"""
    token = json.load(urllib.request.urlopen(base + "/api/v1/session"))["token"]

    def post(address, body):
        request = urllib.request.Request(base + address, json.dumps(body).encode(), {"X-PromoGuard-Token": token})
        return json.load(urllib.request.urlopen(request))

    query = "status=open&min_yuan=500"
    flags = json.load(urllib.request.urlopen(f"{base}/api/v1/flags?limit=1&{query}"))["total"]["flags"]
    undo = None
    for what in ["decision on", "undo of"]:
        stop, held = multiprocessing.Event(), multiprocessing.Queue()
        watcher = multiprocessing.Process(target=watch, args=(path, stop, held))
        watcher.start()
        time.sleep(0.5)
        start = time.monotonic()
        if undo is None:
            while undo is None:
                try:
                    undo = post("/api/v1/decisions", {"decision": "confirm", "filter": query, "expecting": flags})["undo"]
                except urllib.error.HTTPError as refused:
                    # The tail has raised some meanwhile: the answer says how many there are now.
                    if refused.code != 409:
                        raise
                    flags = int(re.search(r"\d+", json.load(refused)["error"]["message"]).group())
        else:
            post("/api/v1/undo", {"undo": undo})
        took = time.monotonic() - start
        stop.set()
        longest = max(iter(held.get, None), default=0)
        watcher.join()
        print(f"{what} {flags:,} flags beside the tail: {took:.1f} s, write lock held for {longest:.0f} ms at most (aim 100)")


if __name__ == "__main__":
    main()
