# isms: an ISO/IEC 27001 management system as a PostgreSQL extension.
# `make help` lists what can be made. Built with PGXS; the version stands in isms.control alone.

EXTENSION  = isms
EXTVERSION := $(shell sed -n "s/^default_version *= *'\(.*\)'/\1/p" isms.control)

ROOMS      = core types trail workflow control risk report
MODULE_big = isms
OBJS       = $(patsubst %.c,%.o,$(sort $(foreach room,$(ROOMS),$(wildcard extension/$(room)/*.c))))
PG_CPPFLAGS = -Iextension -DISMS_VERSION=\"$(EXTVERSION)\"
PG_CFLAGS  = -Wall -Wextra -Wno-unused-parameter -Wno-missing-field-initializers

# The parts of the install script, in the order they run.  A room uses only rooms above it;
# the last parts finish what every table needs.
PARTS = core/schema core/error core/scope core/person core/actor core/register core/activation core/setup core/import \
	types/reference types/rating \
	trail/trail trail/audit \
	workflow/workflow workflow/machine workflow/approval workflow/appointment \
	control/catalogue control/iso27001_clauses control/iso27001_annex_a control/asset control/implementation control/applicability \
	risk/method risk/threat risk/risk risk/treatment risk/assess risk/acceptance risk/derived risk/guard risk/workflow risk/import \
	report/register report/plan report/heat_map report/inbox \
	core/finish
SQL_PARTS  = $(foreach part,$(PARTS),$(wildcard extension/$(part).sql))
DATA_built := extension/isms--$(EXTVERSION).sql
DOCS      := $(wildcard extension/doc/*.md)

REGRESS      = $(patsubst sql/%.sql,%,$(sort $(wildcard sql/*.sql)))
REGRESS_OPTS = --load-extension=isms
EXTRA_CLEAN  = $(DATA_built)

PG_CONFIG ?= pg_config
PGXS := $(shell $(PG_CONFIG) --pgxs 2>/dev/null)
ifneq ($(PGXS),)
include $(PGXS)
endif

$(DATA_built): $(SQL_PARTS) isms.control Makefile
	cat $(SQL_PARTS) > $@
