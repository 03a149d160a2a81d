#!/usr/bin/env python3
"""Drives the review console in a real Chromium: reads, filters, decides with keys, undoes, switches, hears news.

    Benchmarks/console/console.py --promoguard PROGRAM [--screenshots FOLDER] [--only screenshots] [--without-training]
"""

import argparse
import contextlib
import csv
import glob
import gzip
import io
import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import time

from selenium import webdriver
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

DATA = "Benchmarks/.data/console"
SAMPLES = "SampleLogs"


class Server:
    """A console over a database, on a free port."""

    def __init__(self, promoguard, database, *arguments):
        self.process = subprocess.Popen(
            [promoguard, "serve", "--port", "0", "--database", database, "--lang", "en", "--reviewer", "ling", *arguments],
            stderr=subprocess.PIPE, text=True)
        line = self.process.stderr.readline()
        found = re.search(r"http://[^ ]+:(\d+)/", line)
        assert found, line
        self.base = f"http://127.0.0.1:{found.group(1)}"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(20) == 0, "the console did not end cleanly"


def browser(width=1280, height=900, script=True):
    options = webdriver.ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    for argument in ["--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--hide-scrollbars",
                     "--force-color-profile=srgb", f"--window-size={width},{height}", "--lang=en-GB"]:
        options.add_argument(argument)
    if not script:
        options.add_experimental_option("prefs", {"profile.managed_default_content_settings.javascript": 2})
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    return webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))


def resize(driver, width, height):
    driver.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600})


def until(driver, condition, seconds=30, what=""):
    # The script replaces the list, and one page another, while we look at them.
    return WebDriverWait(driver, seconds, poll_frequency=0.05, ignored_exceptions=[WebDriverException]).until(
        lambda _: condition(), what)


def opened(driver, part):
    """Waits for a page whose address has this part, and for its script, which hears the keys."""
    until(driver, lambda: part in driver.current_url and driver.execute_script(
        "return document.readyState === 'complete' && document.documentElement.dataset.script === '1'"))


def rows(driver):
    return driver.find_elements(By.CSS_SELECTOR, "#live tbody tr")


def texts(driver, selector, attribute=None):
    """Of every element at once: the script may replace the list between two questions."""
    return driver.execute_script(
        "return [...document.querySelectorAll(arguments[0])].map(e => arguments[1] ? e.getAttribute(arguments[1]) : e.innerText)",
        selector, attribute)


def press(driver, *keys):
    body = driver.find_element(By.TAG_NAME, "body")
    for key in keys:
        body.send_keys(key)


def total(driver):
    return int(driver.execute_script("return document.getElementById('total').textContent").split()[0].replace(",", ""))


def check(condition, what):
    if not condition:
        raise SystemExit(f"console: FAILED: {what}")
    print(f"console: {what}")


def quiet_and_at_home(driver, base, what):
    """No message of the browser's (a policy violated, a script that failed), no request to another host."""
    log = [entry for entry in driver.get_log("browser") if entry["level"] in ("SEVERE", "WARNING")]
    check(not log, f"{what}: the browser has nothing to complain of {log or ''}")
    urls = [json.loads(entry["message"])["message"] for entry in driver.get_log("performance")]
    urls = [event["params"]["request"]["url"] for event in urls if event["method"] == "Network.requestWillBeSent"]
    strange = [url for url in urls if not url.startswith((base, "data:", "about:", "chrome:"))]
    check(urls and not strange, f"{what}: {len(urls)} requests, all to the console {strange or ''}")


def fresh_database(promoguard, name):
    for old in glob.glob(f"{DATA}/{name}*"):
        os.remove(old)
    path = f"{DATA}/{name}"
    subprocess.run([promoguard, "score", SAMPLES, "--database", path, "--quiet"], check=False)
    return path


def flag(database, account, feature="device_accounts_1d"):
    """What another process flags."""
    with contextlib.closing(sqlite3.connect(database, timeout=10)) as db, db:
        reasons = json.dumps([{"feature": feature, "value": 37, "contribution": 3.1}])
        db.execute(
            """INSERT INTO flagged_accounts (account_id, risk, score, level, first_flagged_ms, last_scored_ms,
                   amount_at_risk_fen, reasons, tags, model) VALUES (?, 'coupon_abuse', 0.999, 'high', ?, ?, 99999999, ?,
                   '["coupon_farming"]', 'default')""",
            (account, 1781000000000, 1781000000000, reasons))


def follow(driver, promoguard):
    """A console that follows logs itself: what is written to them shows on the page that is open."""
    folder = f"{DATA}/logs"
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    lines = []
    for name in sorted(glob.glob(f"{SAMPLES}/mp-a*.gz")):
        lines += gzip.open(name).read().splitlines(keepends=True)
    # Without what the samples have of damaged lines.
    lines = sorted((line for line in lines if re.match(rb'{"ts":\d{13},', line)), key=lambda line: line[6:19])
    for old in glob.glob(f"{DATA}/follow.sqlite*"):
        os.remove(old)
    log = open(f"{folder}/mp.log", "wb")
    log.write(b"".join(lines[:100]))
    log.flush()
    with Server(promoguard, f"{DATA}/follow.sqlite", folder) as server:
        driver.get(server.base + "/")
        check("Nothing waits." in driver.find_element(By.ID, "live").text, "an empty queue says so kindly")
        log.write(b"".join(lines[100:]))
        log.flush()
        until(driver, lambda: rows(driver), 60)
        check(True, "serve LOG: flags appear on the open page as the log grows")


def read_and_decide(driver, base, database):
    driver.get(base + "/")
    count = total(driver)
    check(len(rows(driver)) == min(count, 40) > 10, f"the queue shows {count} flags, forty at most")
    first = texts(driver, "#live tbody tr", "id")[0]
    press(driver, "j", "j", "k")
    until(driver, lambda: texts(driver, "tr.current", "id") != [first])
    current = texts(driver, "tr.current", "id")[0]
    check(current == texts(driver, "#live tbody tr", "id")[1] != first, "j and k move")
    press(driver, "c")
    until(driver, lambda: total(driver) == count - 1)
    check(not driver.find_elements(By.ID, current), "c confirms, and the next row stands there by itself")
    check(driver.find_elements(By.CSS_SELECTOR, "tr.current"), "a row is still the current one")
    press(driver, "z")
    until(driver, lambda: total(driver) == count)
    check(driver.find_elements(By.ID, current), "z takes it back")
    press(driver, "x")
    until(driver, lambda: total(driver) == count - 1)
    press(driver, "z")
    until(driver, lambda: total(driver) == count)
    until(driver, lambda: driver.find_elements(By.CSS_SELECTOR, "tr.current"))
    press(driver, Keys.ENTER)
    opened(driver, "/accounts/~")
    here = driver.current_url
    check("Why (log-odds)" in driver.find_element(By.TAG_NAME, "main").text, "Enter opens the account, which says why")
    press(driver, "u")
    until(driver, lambda: driver.current_url != here)
    opened(driver, "/accounts/~")
    check(driver.find_elements(By.CSS_SELECTOR, "form.toast"), "u decides and opens the next by itself")
    press(driver, "z")
    until(driver, lambda: driver.find_elements(By.ID, "live"))
    opened(driver, "/?")
    check(total(driver) == count, "z on the next account takes the last decision back")
    press(driver, "?")
    until(driver, lambda: driver.find_element(By.ID, "help").is_displayed())
    driver.find_element(By.CSS_SELECTOR, "#help button").click()
    press(driver, "/")
    search = driver.switch_to.active_element
    masked = texts(driver, "#live a.id")[3]
    search.send_keys(masked, Keys.ENTER)
    opened(driver, "q=")
    check(total(driver) >= 1 and set(texts(driver, "#live a.id")) == {masked},
          "/ searches by a masked id")
    driver.get(base + "/?risk=fake_order&sort=score")
    scores = [float(text) for text in texts(driver, "td.score b")]
    check(scores == sorted(scores, reverse=True) and 0 < total(driver) < count, "a filter and another order")
    quiet_and_at_home(driver, base, "queue and accounts")


def live(driver, base, database):
    driver.get(base + "/")
    until(driver, lambda: rows(driver))
    count = total(driver)
    flag(database, "zz-late-arrival-0001")
    start = time.monotonic()
    until(driver, lambda: total(driver) == count + 1, 15)
    check(texts(driver, "#live a.id")[0] == "zz…0001", f"a flag of another process appears by itself ({time.monotonic() - start:.1f} s)")


def hostile(driver, base, database):
    nasty = "<script>window.hacked=1</script>\"'><img src=x onerror=window.hacked=2>\u202e\x1b[31m"
    flag(database, nasty, "<img src=x onerror=window.hacked=3>")
    driver.get(base + "/")
    until(driver, lambda: rows(driver))
    names = texts(driver, "#live a.id")
    place = next(i for i, name in enumerate(names) if name.startswith("<s"))
    driver.get(base + texts(driver, "#live a.id", "href")[place])
    driver.find_element(By.CSS_SELECTOR, "form.inline button").click()
    until(driver, lambda: driver.find_elements(By.CSS_SELECTOR, "code.whole"))
    shown = driver.find_element(By.CSS_SELECTOR, "code.whole").text
    check("<script>window.hacked=1</script>" in shown and "\u202e" not in shown, "a hostile id is shown as what it is")
    check(driver.execute_script("return window.hacked") is None, "and does nothing")
    quiet_and_at_home(driver, base, "hostile strings")


def gang(driver, base, database):
    driver.get(base + "/gangs")
    links = driver.find_elements(By.CSS_SELECTOR, "a.gang")
    check(links, f"{len(links)} gangs are listed")
    links[0].click()
    opened(driver, "/gangs/g-")
    check("accounts" in driver.find_element(By.TAG_NAME, "main").text, "a gang tells of its members and ties")
    driver.get(base + "/?sort=score")
    until(driver, lambda: rows(driver))
    count = total(driver)
    for gang in texts(driver, "#live tbody tr", "data-gang"):
        if gang:
            break
        press(driver, "j")
    press(driver, "g")
    opened(driver, "/bulk?")
    number = int(driver.find_element(By.CSS_SELECTOR, "input[name=expecting]").get_attribute("value"))
    press(driver, "c")
    until(driver, lambda: driver.find_elements(By.CSS_SELECTOR, "form.toast"))
    opened(driver, "/")
    check(total(driver) == count - number, f"g and c decide on a whole gang ({number} flags)")
    press(driver, "z")
    until(driver, lambda: total(driver) == count)
    check(True, "and z takes all of it back")


def language_and_width(driver, base):
    driver.get(base + "/")
    driver.find_element(By.LINK_TEXT, "中文").click()
    until(driver, lambda: "待办" in driver.title)
    check("薅羊毛" in driver.find_element(By.TAG_NAME, "main").text, "the switch turns the pages Chinese")
    driver.find_element(By.LINK_TEXT, "English").click()
    account = rows(driver)[0].find_element(By.CSS_SELECTOR, "a.id").get_attribute("href")
    for width, height in [(1280, 900), (390, 844)]:
        resize(driver, width, height)
        for path in ["/", account, "/gangs", "/overview", "/model", "/bulk?status=open"]:
            driver.get(path if path.startswith("http") else base + path)
            over = driver.execute_script("return document.documentElement.scrollWidth - window.innerWidth")
            check(over <= 0, f"{path.replace(base, '').split('?')[0]} fits {width} px")
    resize(driver, 1280, 900)


def without_script(base):
    driver = browser(script=False)
    try:
        driver.get(base + "/")
        count = total(driver)
        rows(driver)[0].find_element(By.NAME, "flag").click()
        driver.find_element(By.CSS_SELECTOR, "#live button.unsure").click()
        until(driver, lambda: driver.find_elements(By.CSS_SELECTOR, "form.toast"))
        check(total(driver) == count - 1, "without a script: read, and decide with boxes and buttons")
        driver.find_element(By.CSS_SELECTOR, "form.toast button").click()
        until(driver, lambda: total(driver) == count)
        check(True, "without a script: undo")
    finally:
        driver.quit()


def clear_the_queue(driver, base, database):
    """With the keyboard alone: the whole queue, as the truth of the samples says; then its labels.

    Returns them, the CSV that train reads.
    """
    truth = {(row["account_id"], row["risk"]): row["label"] == "1" for row in csv.DictReader(open(f"{SAMPLES}/labels.csv"))}
    driver.get(base + "/")
    until(driver, lambda: rows(driver))
    decided = 0
    while rows(driver):
        with contextlib.closing(sqlite3.connect(database)) as db:
            account, risk = db.execute(
                "SELECT account_id, risk FROM flag_queue WHERE status = 'open' ORDER BY priority DESC, account_id, risk").fetchone()
        row = texts(driver, "tr.current", "id")
        press(driver, "c" if truth.get((account, risk)) else "x")
        until(driver, lambda: not set(row) & set(texts(driver, "#live tbody tr", "id")), what=f"{row} stays")
        decided += 1
    check("Nothing waits." in texts(driver, "#live")[0], f"the keyboard alone clears the queue ({decided} flags)")
    labels = driver.execute_async_script("""
        const done = arguments[0], token = document.querySelector('meta[name="promoguard-token"]').content;
        fetch("/api/v1/labels", {method: "POST", headers: {"X-PromoGuard-Token": token}}).then(r => r.text()).then(done);""")
    found = list(csv.DictReader(io.StringIO(labels)))
    check(len(found) == decided and all(truth[(row["account_id"], row["risk"])] == (row["label"] == "1") for row in found),
          "the exported labels are the decisions")
    return labels


def learn(promoguard, labels):
    open(f"{DATA}/mine.csv", "w").write(labels)
    subprocess.run([promoguard, "train", "--labels", f"{DATA}/mine.csv", "--from", "Models/default.json", SAMPLES,
                    "--output", f"{DATA}/mine.json", "--quiet"], check=False)
    told = subprocess.run([promoguard, "model", "compare", "Models/default.json", f"{DATA}/mine.json", "--lang", "en"],
                          capture_output=True, text=True).stdout
    check(told.strip(), "and the model that learned from them differs:\n" + "\n".join(told.splitlines()[:12]))


def photograph(driver, base, folder, pages):
    """Each page whole, in both themes, both languages and two widths."""
    os.makedirs(folder, exist_ok=True)
    for theme in ["light", "dark"]:
        driver.get(base + f"/settings?theme={theme}")
        for width, height, kind in [(1280, 900, ""), (390, 844, "-phone")]:
            resize(driver, width, height)
            for language in ["en", "zh"]:
                driver.get(base + f"/settings?language={language}")
                for name, url in pages.items():
                    driver.get(url)
                    driver.save_screenshot(f"{folder}/{name}-{language}-{theme}{kind}.png")
    driver.get(base + "/settings?theme=auto")
    driver.get(base + "/settings?language=en")
    resize(driver, 1280, 900)


def screenshots(base, folder):
    driver = browser()
    try:
        driver.get(base + "/")
        account = rows(driver)[0].find_element(By.CSS_SELECTOR, "a.id").get_attribute("href")
        with_gang = [row for row in rows(driver) if row.get_attribute("data-gang")]
        if with_gang:
            account = with_gang[0].find_element(By.CSS_SELECTOR, "a.id").get_attribute("href")
        driver.get(base + "/gangs")
        gangs = driver.find_elements(By.CSS_SELECTOR, "a.gang")
        pages = {"queue": base + "/", "account": account, "overview": base + "/overview", "model": base + "/model",
                 "gangs": base + "/gangs", "bulk": base + "/bulk?status=open", "error": base + "/nowhere"}
        if gangs:
            pages["gang"] = gangs[0].get_attribute("href")
        photograph(driver, base, folder, pages)
    finally:
        driver.quit()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--promoguard", default=".build/release/promoguard")
    parser.add_argument("--screenshots")
    parser.add_argument("--only", choices=["screenshots"])
    parser.add_argument("--without-training", action="store_true", help="where the program is a slow one, built for debugging")
    options = parser.parse_args()
    os.makedirs(DATA, exist_ok=True)
    database = fresh_database(options.promoguard, "browser.sqlite")
    with Server(options.promoguard, database) as server:
        if options.screenshots:
            screenshots(server.base, options.screenshots)
        if options.only:
            return
        driver = browser()
        try:
            read_and_decide(driver, server.base, database)
            gang(driver, server.base, database)
            language_and_width(driver, server.base)
            without_script(server.base)
            live(driver, server.base, database)
            hostile(driver, server.base, database)
        finally:
            driver.quit()
    database = fresh_database(options.promoguard, "clear.sqlite")
    with Server(options.promoguard, database) as server:
        driver = browser()
        try:
            labels = clear_the_queue(driver, server.base, database)
            if options.screenshots:
                photograph(driver, server.base, options.screenshots, {"empty": server.base + "/"})
            if not options.without_training:
                learn(options.promoguard, labels)
            follow(driver, options.promoguard)
        finally:
            driver.quit()
    print("console: all is well")


if __name__ == "__main__":
    main()
