#!/usr/bin/env python3
"""Asks the console's API what nobody should, as its OpenAPI file allows and beyond: schemathesis judges the answers.

    Benchmarks/console/api.py --promoguard PROGRAM [--schemathesis PROGRAM] [--examples N]
"""

import argparse
import json
import os
import subprocess
import urllib.request

from console import DATA, Server, fresh_database

CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--promoguard", default=".build/release/promoguard")
    parser.add_argument("--schemathesis", default="schemathesis")
    parser.add_argument("--examples", default="60")
    options = parser.parse_args()
    os.makedirs(DATA, exist_ok=True)
    database = fresh_database(options.promoguard, "api.sqlite")
    with Server(options.promoguard, database) as server:
        token = json.load(urllib.request.urlopen(server.base + "/api/v1/session"))["token"]
        code = subprocess.run([
            options.schemathesis, "run", server.base + "/api/v1/openapi.json", "--url", server.base, "--checks", CHECKS,
            "--max-examples", options.examples, "--seed", "1", "--phases", "examples,coverage,fuzzing",
            "--header", f"X-PromoGuard-Token:{token}", "--suppress-health-check", "all", "--warnings", "off"]).returncode
        urllib.request.urlopen(server.base + "/healthz")
    raise SystemExit(code)


if __name__ == "__main__":
    main()
