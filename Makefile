# Everything a fresh machine with Python >= 3.11 needs; CONTRIBUTING.md has the map.
PYTHON ?= python3
BIN := .venv/bin
# Packages stay readable for the account that runs PostgreSQL when this is run by root.
INSTALL := umask 022 && $(BIN)/python -m pip install --quiet --quiet --no-input --disable-pip-version-check --root-user-action=ignore
# A command with PostgreSQL and Redis of its own.
WITH_SERVERS := $(BIN)/python -m wagemon.embedded
TEMPLATES = $$(git ls-files '*templates/*.html')
ZEROS := 00000000000000000000000000000000
# What `check --deploy` judges: a production environment, with values that open nothing.
PRODUCTION := DEBUG=0 DEMO=0 ALLOWED_HOSTS=wages.example SITE_URL=https://wages.example \
	SECRET_KEY=check-only-b7Qm2xV9tLr4Zs8Kd1Wn6Hy3Pf5Jc0Ga-check-only \
	SEAL_KEYS=1:$(ZEROS) INDEX_KEY=$(ZEROS)$(ZEROS) BANK_KEY=check-only

# Whatever process is free takes over; steps of a journey build on each other, so that a file of
# them has a platform and a process to itself.
SUITE := $(BIN)/python -m pytest -n auto --dist worksteal --ignore tests/journeys
JOURNEYS := $(BIN)/python -m pytest -n 2 --dist loadfile tests/journeys

.PHONY: run test coverage check bench mutants lock messages audit sbom

run: .venv/base
	@exec $(BIN)/python -m wagemon.launch

test: .venv/dev
	@$(SUITE)
	@$(JOURNEYS)

# As `test`, and each folder's lines and branches against its floor in pyproject.toml.
coverage: .venv/dev
	@mkdir -p $${WAGEMON_VAR:-var}
	@$(SUITE) --cov --cov-report=json:$${WAGEMON_VAR:-var}/coverage.json
	@$(BIN)/python -m wagemon.floors $${WAGEMON_VAR:-var}/coverage.json
	@$(JOURNEYS)

bench: .venv/dev
	@exec $(WITH_SERVERS) $(BIN)/python -m bench $(ONLY)

# Known vulnerabilities of what is locked; says so where no service can be reached.
audit: .venv/dev
	@$(BIN)/python -m wagemon.dependencies

# A bill of materials (CycloneDX) of what the platform itself is installed from.
sbom: .venv/dev
	@mkdir -p $${WAGEMON_VAR:-var}
	@$(BIN)/cyclonedx-py requirements requirements/base.txt --spec-version 1.6 --output-reproducible \
		--output-format JSON --output-file $${WAGEMON_VAR:-var}/sbom.cdx.json
	@echo "$${WAGEMON_VAR:-var}/sbom.cdx.json"

# Faults put into the services of APP, and which no test notices; OPTIONS="--minutes 10 --since main".
mutants: .venv/dev
	@exec $(BIN)/python -m bench.mutants $(APP) $(OPTIONS)

check: .venv/dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/djade --check --target-version 5.2 $(TEMPLATES)
	$(PRODUCTION) $(WITH_SERVERS) $(MAKE) --no-print-directory check-django

# Inside `check`, where servers and settings are given.
.PHONY: check-django
check-django:
	$(BIN)/mypy .
	$(BIN)/python manage.py check --deploy --fail-level WARNING
	$(BIN)/python manage.py makemigrations --check --dry-run

# Newest versions that fit, with their hashes, into the lock files; no index address is written.
# Collects the texts for locale/ug and compiles both languages; needs GNU gettext. What awaits a
# native reader (fuzzy) is compiled, too.
messages: .venv/dev
	$(BIN)/python manage.py makemessages --locale ug --add-location file --no-wrap --ignore .venv --ignore tests --ignore var
	$(BIN)/python manage.py compilemessages --locale ug --locale zh_Hans --use-fuzzy

lock: .venv/dev
	cd requirements && for set in base dev; do \
		../$(BIN)/pip-compile --quiet --upgrade --generate-hashes --allow-unsafe --strip-extras --no-header \
			--no-emit-index-url --no-emit-trusted-host --no-emit-find-links \
			--output-file $$set.txt $$set.in; \
	done

.venv/dev: requirements/dev.txt .venv/base
	@echo "正在安装开发依赖……"
	@$(INSTALL) -r requirements/dev.txt
	@touch $@

.venv/base: requirements/base.txt | .venv/bin/python
	@echo "正在安装运行依赖……"
	@$(INSTALL) -r requirements/base.txt
	@touch $@

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit("需要 Python 3.11 或更高版本") if sys.version_info < (3, 11) else None'
	@$(PYTHON) -m venv .venv || { rm -rf .venv; echo "无法创建 .venv: Debian/Ubuntu 请先安装 python3-venv"; exit 1; }
