# Two commands: `make demo` and `make test`. Each sets up what it needs on a fresh Debian or Ubuntu.
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin
READY = $(VENV)/.ready

# What `make proof PARTS="search mail"` runs; all of it without.
PARTS ?=
PROOF ?= full
# What `make audit` is told: --where-it-can-be-asked lets a machine without the Internet pass.
AUDIT ?=

.PHONY: trials help demo test check lint types imports benchmarks proof screenshots bundle package inventory audit ages windows-wheels catalogue lock system clean

help:
	@echo "make demo         a complete system on this machine, with invented voters, and the desk's window"
	@echo "make test         every test (installs what they need)"
	@echo "make check        format, lint, types, import contracts"
	@echo "make screenshots  pictures of every screen, into build/screenshots"
	@echo "make benchmarks   figures of search"
	@echo "make proof        every benchmark and trial: table, JSON and report in build/proof (PROOF=quick: ten minutes)"
	@echo "make bundle       the program with all it needs in one folder, checked as a stranger would use it"
	@echo "make trials       the mailer killed 300 times over 5,000 mails; twenty desks on a server that restarts"
	@echo "make package      a Debian package of the bundle, installed, run and removed here as a check"
	@echo "make inventory    what the bundle holds (CycloneDX) and checksums, into build/packages"
	@echo "make audit        known weaknesses of the pinned packages (pip-audit)"
	@echo "make ages         which pinned packages had no release for two years, and why they are kept"
	@echo "make windows-wheels  that every pinned package has a wheel for Windows"
	@echo "make catalogue    collect messages for translation into resources/locale"
	@echo "make lock         renew requirements.lock from pyproject.toml"

demo: $(READY)
	@.ci/system-packages window
	$(BIN)/helpdesk demo $(DEMO)

test: $(READY)
	@.ci/system-packages tests
	@.ci/system-packages browser || echo "LEFT OUT: the tests in a real browser, for want of chromium (see above)." >&2
	$(BIN)/python -m pytest -n 2 --dist loadfile $(TESTS)

check: lint types imports

lint: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(READY)
	$(BIN)/mypy

imports: $(READY)
	$(BIN)/lint-imports

benchmarks: $(READY)
	$(BIN)/python -m tests.benchmarks.search
	$(BIN)/python -m tests.benchmarks.roll
	$(BIN)/python -m tests.benchmarks.mail
	$(BIN)/python -m tests.benchmarks.desk
	$(BIN)/python -m tests.benchmarks.audit
	$(BIN)/python -m tests.benchmarks.bounces

proof: $(READY)
	@.ci/system-packages tests
	@test $(PROOF) != full || .ci/system-packages peers || echo "LEFT OUT: the comparison with OpenLDAP." >&2
	PROOF=$(PROOF) QT_QPA_PLATFORM=offscreen $(BIN)/python -m tests.proof $(PARTS)

screenshots: $(READY)
	@.ci/system-packages window
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m tests.screenshots build/screenshots

BUNDLER = build/bundle-venv
BUNDLE = build/dist/helpdesk
BUNDLED = $(shell git ls-files helpdesk release resources helpdesk.spec 2>/dev/null)

bundle: $(BUNDLE)/helpdesk
	@.ci/system-packages bundle
	$(BUNDLER)/bin/python -m release.check_bundle $(BUNDLE)

$(BUNDLE)/helpdesk: $(BUNDLER)/.ready $(BUNDLED)
	@.ci/system-packages bundle
	$(BUNDLER)/bin/python -m release.bundle
	@touch $@

package: $(BUNDLE)/helpdesk
	$(BUNDLER)/bin/python -m release.deb build
	$(BUNDLER)/bin/python -m release.deb check

inventory: $(BUNDLE)/helpdesk
	$(BUNDLER)/bin/python -m release.inventory

audit: $(BUNDLER)/.ready
	$(BUNDLER)/bin/python -m release.audit $(AUDIT)

ages: $(BUNDLER)/.ready
	$(BUNDLER)/bin/python -m release.dependency_ages

windows-wheels: $(BUNDLER)/.ready
	$(BUNDLER)/bin/python -m release.windows_wheels

$(BUNDLER)/.ready: requirements-bundle.lock pyproject.toml hatch_build.py $(wildcard resources/locale/*/LC_MESSAGES/*.po)
	@.ci/system-packages python
	$(PYTHON) -m venv $(BUNDLER)
	$(BUNDLER)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes \
		--requirement requirements-bundle.lock
	$(BUNDLER)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

catalogue: $(READY)
	@mkdir -p build
	$(BIN)/pybabel --quiet extract --mapping babel.cfg --keyword to_translate --keyword ngettext:1,2 --keyword setting:2 --no-location \
		--omit-header --width 110 --sort-output --project helpdesk --output build/helpdesk.pot .
	$(BIN)/pybabel --quiet update --domain helpdesk --input-file build/helpdesk.pot --output-dir resources/locale \
		--no-fuzzy-matching --ignore-obsolete --width 110 --ignore-pot-creation-date

trials: $(READY)
	$(BIN)/python -m tests.trials.mailer_kills
	PROOF=full $(BIN)/python -m tests.trials.many_desks

lock: $(BUNDLER)/.ready
	$(BUNDLER)/bin/uv pip compile --quiet --universal --python-version 3.11 --no-header --no-emit-index-url \
		--generate-hashes --group dev pyproject.toml --output-file requirements.lock
	$(BUNDLER)/bin/uv pip compile --quiet --universal --python-version 3.11 --no-header --no-emit-index-url \
		--generate-hashes --group release --constraint requirements.lock pyproject.toml \
		--output-file requirements-bundle.lock

system:
	@.ci/system-packages tests

$(READY): requirements.lock pyproject.toml hatch_build.py $(wildcard resources/locale/*/LC_MESSAGES/*.po)
	@.ci/system-packages python
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

clean:
	rm -rf $(VENV) build dist
