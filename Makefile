# `make demo` and `make test` are all a newcomer needs; `make help` lists the rest.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

PROMOGUARD := .build/release/promoguard
DEMO_DATABASE := .build/demo.sqlite
APT_PACKAGES := libsqlite3-dev zlib1g-dev libisal-dev pkg-config

.PHONY: help setup build demo test bench follow torture quality learning browser console fuzz lint model samples

help: ## this list
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/\1\t\2/' | expand -t 12

setup: ## install the system libraries that are missing (apt-get)
	@if ! command -v swift >/dev/null; then
	    echo 'setup: no `swift` on the PATH; install Swift 6.2 or newer from https://swift.org/install' >&2
	    exit 1
	fi
	if command -v pkg-config >/dev/null && pkg-config --exists sqlite3 zlib libisal; then exit 0; fi
	as_root=()
	if [ "$$(id -u)" -ne 0 ]; then
	    if command -v sudo >/dev/null; then
	        as_root=(sudo)
	    else
	        echo 'setup: missing libraries and neither root nor sudo; install by hand: $(APT_PACKAGES)' >&2
	        exit 1
	    fi
	fi
	if ! command -v apt-get >/dev/null; then
	    echo 'setup: missing libraries and no apt-get; install SQLite, zlib and ISA-L with their headers' >&2
	    exit 1
	fi
	install=("$${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends)
	echo 'setup: installing $(APT_PACKAGES)'
	if ! "$${install[@]}" $(APT_PACKAGES) 2>/dev/null; then
	    "$${as_root[@]}" apt-get update
	    "$${install[@]}" $(APT_PACKAGES)
	fi

build: setup ## build the release program, the Swift runtime inside
	swift build --configuration release --static-swift-stdlib --product promoguard

demo: build ## score SampleLogs with the bundled model and list the flagged accounts
	@rm -f $(DEMO_DATABASE) $(DEMO_DATABASE)-wal $(DEMO_DATABASE)-shm
	echo '$$ promoguard score SampleLogs'
	$(PROMOGUARD) score SampleLogs --database $(DEMO_DATABASE) || [ $$? -eq 2 ]
	echo '$$ promoguard review list'
	$(PROMOGUARD) review list --database $(DEMO_DATABASE)

test: setup ## run every test
	swift test --disable-xctest

bench: build ## speed and memory beside gzip, and the decoder beside JSONDecoder
	Benchmarks/bench.sh

follow: build ## speed, memory and delay of tail; then tail behind a real nginx and logrotate
	Benchmarks/tail/tail.py --promoguard $(PROMOGUARD)
	Benchmarks/tail/servers.py --promoguard $(PROMOGUARD)

torture: setup ## thousands of seeded rotations, cuts and crashes, against score over the same logs
	Benchmarks/tail/torture.sh

quality: build ## how well the bundled model finds cheats it has not seen, LightGBM beside it
	Benchmarks/quality/run.sh

learning: setup ## how fast and how well tables are learned, scikit-learn and LightGBM beside it
	Benchmarks/learning/run.sh

browser: setup ## the review console in a real Chromium, by the program that `make test` has built
	swift build --product promoguard
	Benchmarks/console/browser.sh --promoguard .build/debug/promoguard --without-training

console: build ## the review console in a real Chromium, and how fast it answers
	Benchmarks/console/run.sh

fuzz: setup ## run the libFuzzer targets: the decoder, the line framer, the formats, CSV
	Benchmarks/fuzz.sh

lint: ## check the formatting
	swift format lint --strict --recursive Sources Tests Package.swift

model: build ## fit Models/default.json anew on simulated campaigns
	Benchmarks/fit-default-model.sh

samples: build ## make SampleLogs anew with the simulator
	Benchmarks/make-samples.sh

.ONESHELL:
