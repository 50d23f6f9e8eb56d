# isms: an ISO/IEC 27001 management system as a PostgreSQL extension.
# `make help` lists what can be made. Built with PGXS; the version stands in isms.control alone.

EXTENSION  = isms
EXTVERSION := $(shell sed -n "s/^default_version *= *'\(.*\)'/\1/p" isms.control)

ROOMS      = core types trail workflow control risk management report
MODULE_big = isms
OBJS       = $(patsubst %.c,%.o,$(sort $(foreach room,$(ROOMS),$(wildcard extension/$(room)/*.c))))
PG_CPPFLAGS = -Iextension -DISMS_VERSION=\"$(EXTVERSION)\"
PG_CFLAGS  = -Wall -Wextra -Wno-unused-parameter -Wno-missing-field-initializers

# The parts of the install script, in the order they run.  A room uses only rooms above it;
# the last parts finish what every table needs.
PARTS = core/schema core/error core/as_of core/scope core/person core/actor core/register core/activation core/setup core/actor_source core/import \
	types/reference types/rating types/estimate \
	trail/trail trail/archive trail/checkpoint trail/verify trail/cosignature trail/audit trail/key trail/reconcile trail/lookback trail/turn_back trail/schema trail/coverage trail/ddl trail/erase trail/retention \
	workflow/workflow workflow/request workflow/overlay workflow/judge workflow/relation workflow/machine workflow/cutover workflow/break_glass workflow/delegation workflow/approval workflow/notify workflow/gap workflow/context workflow/appointment workflow/enforce workflow/version workflow/rule workflow/origin \
	control/catalogue control/iso27001_clauses control/iso27001_annex_a control/mapping control/iso27001_2013 control/baseline control/oscal control/asset control/asset_dependency control/implementation control/evidence control/control_test control/assurance control/applicability control/statement control/gap control/classification control/handling control/inventory control/import control/import_evidence \
	control/check control/check_report control/check_access control/check_privilege control/check_setting control/check_operation \
	risk/method risk/threat risk/threat_vulnerability risk/event_scenario risk/risk risk/treatment risk/control_type risk/override risk/assess risk/aggregate risk/acceptance risk/appetite risk/derived risk/preview risk/what_if risk/round risk/identification risk/guard risk/workflow risk/statement risk/import risk/loss risk/loss_register \
	management/guard management/guard_event management/guard_certification management/workflow management/context management/process management/supplier management/scope_item management/context_import management/document management/people management/import_document management/leadership management/objective \
	management/change management/incident management/operation management/continuity management/operation_import \
	management/nonconformity management/measure management/audit management/review management/performance_import \
	management/certification management/certification_calendar management/certification_cost management/integrity \
	management/readiness management/readiness_context_to_treatment management/readiness_objective_to_improvement management/readiness_history management/readiness_impact management/clause \
	report/register report/plan report/heat_map report/coverage report/trend report/performance report/inbox \
	report/chart report/chart_heat_map report/chart_loss report/chart_trend report/chart_control report/chart_treatment report/chart_certification \
	report/html report/html_statement report/html_section \
	report/export report/register_json report/calendar report/audit_sample report/evidence_pack report/oscal_export \
	report/activity report/health \
	report/as_of core/finish
SQL_PARTS  = $(foreach part,$(PARTS),extension/$(part).sql)
DATA_built := extension/isms--$(EXTVERSION).sql
DOCS      := $(wildcard extension/doc/*.md)
# Folders of files to use, which PGXS would lay among the pages.
DOC_FOLDERS = grafana metabase monitoring

REGRESS      = $(patsubst sql/%.sql,%,$(sort $(wildcard sql/*.sql)))
REGRESS_OPTS = --load-extension=isms
EXTRA_CLEAN  = $(DATA_built)

# A test begins by dropping what the one before it left.
installcheck: export PGOPTIONS := -c isms.allow_drop=on

PG_CONFIG ?= pg_config
PGXS := $(wildcard $(shell $(PG_CONFIG) --pgxs 2>/dev/null))
ifneq ($(PGXS),)
include $(PGXS)
# Hashes are the server's OpenSSL's, where it has one: trail/hash.c
SHLIB_LINK += $(filter -lcrypto,$(LIBS))
endif

ifeq ($(PGXS),)
all install installcheck clean:
	@echo "$(PG_CONFIG) knows of no server's development files. On Debian, as root:" >&2
	@echo "    apt-get install build-essential postgresql postgresql-server-dev-all" >&2
	@false
endif

$(DATA_built): $(SQL_PARTS) isms.control Makefile
	cat $(SQL_PARTS) > $@

ifneq ($(PGXS),)
docs := $(DESTDIR)$(docdir)/$(docmoduledir)

.PHONY: install-folders uninstall-folders
install: install-folders
uninstall: uninstall-folders

install-folders: $(wildcard $(DOC_FOLDERS:%=extension/doc/%/*))
	$(MKDIR_P) $(DOC_FOLDERS:%='$(docs)/%')
	$(foreach folder,$(DOC_FOLDERS),$(INSTALL_DATA) $(wildcard extension/doc/$(folder)/*) '$(docs)/$(folder)' &&) true

uninstall-folders:
	$(foreach folder,$(DOC_FOLDERS),rm -f $(patsubst extension/doc/%,'$(docs)/%',$(wildcard extension/doc/$(folder)/*)) &&) true
endif

$(OBJS): $(wildcard extension/*/*.h) isms.control

# What can be made.  `make help` shows the lines with two hashes.

.PHONY: help demo test test-versions bench views indent indent-check

## all             build the library and the install script; PG_CONFIG=... chooses the server
## install         install them into the server's folders (as root)
## installcheck    run the pg_regress tests against a running server (PGHOST, PGPORT, ...)
## clean           remove what was built

## help            this list
help:
	@sed -n "s/^##\( *[a-zT]\)/make\1/; s/^make     /         /p; s/^make /make /p" Makefile

## demo            see it work, in a throw-away cluster; KEEP=1 leaves it running
demo:
	@tests/setup.sh demo
	@tests/demo.sh

## test            run all tests in throw-away clusters, installing what is missing; KEEP=1 keeps the logs,
##                 TESTS="regress tap" runs some kinds (build lint regress isolation pgtap tap)
test:
	@tests/setup.sh test
	@tests/run.sh $(TESTS)

## test-versions   run all tests on PostgreSQL 17 and 18 too, in chroots (as root; VERSIONS_DIR=... keeps them)
test-versions:
	@tests/versions.sh

## bench           measure: prints ratios, asserts nothing; installs what it compares with; BENCH="name ..." runs some
bench:
	@tests/setup.sh bench
	@tests/bench/run.sh $(BENCH)

## views           write what the database's comments say of the views into extension/doc/views.md
views:
	@tests/setup.sh demo
	@tests/views.sh

## indent          lay the C files out as PostgreSQL does (pgindent, of PostgreSQL 17 or later)
indent:
	@tests/indent.sh

## indent-check    show where their layout differs from it
indent-check:
	@tests/indent.sh --check
