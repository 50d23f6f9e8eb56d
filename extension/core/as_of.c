/*
 * as_of.c
 *		The setting isms.as_of: the time to which views and reading functions
 *		are turned back.
 *
 * What is set is a day, a time in the time zone of the scope, or an instant.
 * Which instant a day or a time without zone is can only be told when somebody
 * reads: it depends on the scopes that are seen.
 *
 * What a session reads is shown as it was inside views and reading functions
 * of the extension, and nowhere else.  The server's function hook says inside
 * which function a statement runs, and each function has its one way to be
 * read: reading functions see the past, functions that write and those that
 * decide on rights the present, and what is neither sees what its caller sees.
 * So a function's cached plans never serve both; all of a session's plans are
 * made anew when the setting changes.  Without the setting no function is
 * hooked and no plan differs.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/namespace.h"
#include "catalog/pg_language.h"
#include "catalog/pg_proc.h"
#include "core/compat.h"
#include "core/core.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "storage/proc.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/guc.h"
#include "utils/hsearch.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/plancache.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"
#include "utils/timestamp.h"

#define VALID_FORMS		"It is neither a date, such as 2025-12-31, nor a time, such as 2025-12-31 18:00 or 2025-12-31T18:00:00+01:00."
#define HOW_TO_RESET	"reset isms.as_of, or an empty value, shows what is."

/* How a function reads. */
typedef enum Reading
{
	READ_AS_CALLER,
	READ_PAST,
	READ_PRESENT
} Reading;

typedef struct Function
{
	Oid			oid;			/* hash key */
	Reading		reading;
} Function;

/* Where a session stands. */
typedef struct Place
{
	IsmsAsOfPlace place;
	Datum		next;			/* of the hook below */
} Place;

/* The instant that was last told of a setting, and when it holds. */
typedef struct Told
{
	bool		valid;
	IsmsAsOf	as_of;
	LocalTransactionId transaction;
	TimestampTz statement;
	char	   *scope;			/* the setting isms.scope */
	TimestampTz then;
} Told;

static char *setting;
static bool taking_over = false;	/* a value set before the library was
									 * there */
static IsmsAsOf as_of = {ISMS_AS_OF_NOW, 0};
static IsmsAsOfPlace place = ISMS_OUTSIDE;
static HTAB *functions = NULL;
static Told told;
static needs_fmgr_hook_type next_needs_hook = NULL;
static fmgr_hook_type next_hook = NULL;

PG_FUNCTION_INFO_V1(isms_now);

/*
 * The setting's text.
 */

/* So many digits. */
static bool
read_number(const char **p, int digits, int *number)
{
	*number = 0;
	for (int i = 0; i < digits; i++, (*p)++)
	{
		if (**p < '0' || **p > '9')
			return false;
		*number = *number * 10 + (**p - '0');
	}
	return true;
}

static bool
read_date(const char **p, DateADT *day)
{
	int			y,
				m,
				d;

	if (!read_number(p, 4, &y) || *(*p)++ != '-' || !read_number(p, 2, &m) || *(*p)++ != '-' || !read_number(p, 2, &d))
		return false;
	if (y < 1 || m < 1 || m > 12 || d < 1 || d > day_tab[isleap(y)][m - 1])
		return false;
	*day = date2j(y, m, d) - POSTGRES_EPOCH_JDATE;
	return true;
}

/* Hours and minutes, seconds and their fractions where they are there. */
static bool
read_time(const char **p, int64 *microseconds)
{
	int			h,
				m,
				s = 0;
	int64		fraction = 0;

	if (!read_number(p, 2, &h) || *(*p)++ != ':' || !read_number(p, 2, &m))
		return false;
	if (**p == ':')
	{
		(*p)++;
		if (!read_number(p, 2, &s))
			return false;
		if (**p == '.')
		{
			(*p)++;
			if (**p < '0' || **p > '9')
				return false;
			for (int64 unit = USECS_PER_SEC / 10; **p >= '0' && **p <= '9'; unit /= 10, (*p)++)
				fraction += unit * (**p - '0');
		}
	}
	if (h > 23 || m > 59 || s > 59)
		return false;
	*microseconds = ((h * INT64CONST(60) + m) * 60 + s) * USECS_PER_SEC + fraction;
	return true;
}

/* Z, or an offset from UTC: +02, +0530, +05:30. */
static bool
read_zone(const char **p, int64 *microseconds)
{
	int			h,
				m = 0;
	bool		west = **p == '-';

	*microseconds = 0;
	if (**p == 'Z' || **p == 'z')
	{
		(*p)++;
		return true;
	}
	if (**p != '+' && **p != '-')
		return false;
	(*p)++;
	if (!read_number(p, 2, &h))
		return false;
	if (**p == ':')
		(*p)++;
	if (**p != '\0' && !read_number(p, 2, &m))
		return false;
	if (h > 15 || m > 59)
		return false;
	*microseconds = (h * INT64CONST(60) + m) * 60 * USECS_PER_SEC * (west ? -1 : 1);
	return true;
}

/* What a text says; false if nothing. */
static bool
parse(const char *p, IsmsAsOf *parsed)
{
	DateADT		day;
	int64		time;
	int64		offset;

	parsed->kind = ISMS_AS_OF_NOW;
	parsed->value = 0;
	if (*p == '\0')
		return true;
	if (!read_date(&p, &day))
		return false;
	parsed->kind = ISMS_AS_OF_DAY;
	parsed->value = day;
	if (*p == '\0')
		return true;
	if ((*p != ' ' && *p != 'T') || (p++, !read_time(&p, &time)))
		return false;
	parsed->kind = ISMS_AS_OF_LOCAL;
	parsed->value = day * USECS_PER_DAY + time;
	if (*p == ' ')
		p++;
	if (*p == '\0')
		return true;
	if (!read_zone(&p, &offset))
		return false;
	parsed->kind = ISMS_AS_OF_INSTANT;
	parsed->value -= offset;
	return *p == '\0';
}

/*
 * A value that says nothing is refused; one that was set before the library
 * could judge it is refused where somebody reads, instead of showing what is.
 */
static bool
check_as_of(char **newval, void **extra, GucSource source)
{
	IsmsAsOf	parsed;

	if (!parse(*newval, &parsed) && taking_over)
		parsed.kind = ISMS_AS_OF_INVALID;
	else if (!parse(*newval, &parsed))
	{
		GUC_check_errdetail("%s", VALID_FORMS);
		GUC_check_errhint("%s", HOW_TO_RESET);
		return false;
	}
#if PG_VERSION_NUM >= 160000
	*extra = guc_malloc(LOG, sizeof(IsmsAsOf));
#else
	*extra = malloc(sizeof(IsmsAsOf));
#endif
	if (*extra == NULL)
		return false;
	memcpy(*extra, &parsed, sizeof(IsmsAsOf));
	return true;
}

/* Plans made so far show something else. */
static void
assign_as_of(const char *newval, void *extra)
{
	const IsmsAsOf *given = extra;

	if (given->kind == as_of.kind && given->value == as_of.value)
		return;
	as_of = *given;
	if (functions != NULL)
		hash_destroy(functions);
	functions = NULL;
	ResetPlanCache();
}

const IsmsAsOf *
isms_as_of_setting(void)
{
	return &as_of;
}

/*
 * The instant.
 */

static TimestampTz
instant_in(const IsmsAsOf *a, const char *zone)
{
	if (a->kind == ISMS_AS_OF_DAY)
		return isms_midnight(zone, (DateADT) a->value + 1) - 1;
	return DatumGetTimestampTz(DirectFunctionCall2(timestamp_zone, CStringGetTextDatum(zone), TimestampGetDatum(a->value)));
}

/* Time zones of the scopes that are meant, copied: of the one the session names, else of all that are visible. */
static List *
zones_meant(void)
{
	const char *named = GetConfigOption("isms.scope", true, false);
	const char *zone = named && named[0] ? isms_scope_time_zone(named) : NULL;
	MemoryContext caller = CurrentMemoryContext;
	List	   *zones = NIL;

	if (zone != NULL)
		return list_make1(pstrdup(zone));
	SPI_connect();
	if (SPI_execute("select s from pg_catalog.unnest(isms.visible_scopes()::text[]) s", true, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not read visible scopes");
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		zone = isms_scope_time_zone(SPI_getvalue(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1));
		if (zone != NULL)
		{
			MemoryContext inner = MemoryContextSwitchTo(caller);

			zones = lappend(zones, pstrdup(zone));
			MemoryContextSwitchTo(inner);
		}
	}
	SPI_finish();
	return zones;
}

/* Where time zones differ, the last of the instants: by then it has been that time everywhere. */
static TimestampTz
find_instant(const IsmsAsOf *a)
{
	TimestampTz then = DT_NOBEGIN;
	TimestampTz begin = DT_NOEND;
	List	   *zones = NIL;
	ListCell   *lc;

	if (a->kind == ISMS_AS_OF_INSTANT)
		then = begin = a->value;
	else
	{
		zones = zones_meant();
		if (zones == NIL)
			zones = list_make1("UTC");
	}
	foreach(lc, zones)
	{
		const char *zone = lfirst(lc);
		TimestampTz t = instant_in(a, zone);

		then = Max(then, t);
		begin = Min(begin, a->kind == ISMS_AS_OF_DAY ? isms_midnight(zone, (DateADT) a->value) : t);
	}
	if (begin > GetCurrentTimestamp())
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("isms.as_of is %s, which is yet to come", setting),
				 errdetail("What is shown is the state at a checkpoint of the trail."),
				 errhint("%s", HOW_TO_RESET)));
	return then;
}

/* The instant a setting stands for.  Told once a statement. */
TimestampTz
isms_then(const IsmsAsOf *a)
{
	const char *scope = GetConfigOption("isms.scope", true, false);
	IsmsAsOfPlace before;
	volatile TimestampTz then = 0;

	if (a->kind == ISMS_AS_OF_INVALID)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid value for parameter \"%s\": \"%s\"", "isms.as_of", setting),
				 errdetail("%s", VALID_FORMS),
				 errhint("%s", HOW_TO_RESET)));
	if (a->kind == ISMS_AS_OF_INSTANT && a->value <= GetCurrentTransactionStartTimestamp())
		return a->value;
	if (told.valid && told.as_of.kind == a->kind && told.as_of.value == a->value &&
		told.transaction == IsmsLocalXid() && told.statement == GetCurrentStatementStartTimestamp() &&
		strcmp(told.scope, scope ? scope : "") == 0)
		return told.then;
	before = isms_go_inside();
	PG_TRY();
	{
		then = find_instant(a);
	}
	PG_FINALLY();
	{
		isms_come_back(before);
	}
	PG_END_TRY();
	told.valid = false;
	if (told.scope != NULL)
		pfree(told.scope);
	told.scope = MemoryContextStrdup(TopMemoryContext, scope ? scope : "");
	told.as_of = *a;
	told.transaction = IsmsLocalXid();
	told.statement = GetCurrentStatementStartTimestamp();
	told.then = then;
	told.valid = true;
	return then;
}

/* isms.now() returns timestamptz */
Datum
isms_now(PG_FUNCTION_ARGS)
{
	PG_RETURN_TIMESTAMPTZ(isms_looking_back() ? isms_then(&as_of) : GetCurrentTransactionStartTimestamp());
}

/*
 * Where the session stands.
 */

bool
isms_looking_back(void)
{
	return as_of.kind != ISMS_AS_OF_NOW && (place == ISMS_OUTSIDE || place == ISMS_IN_PAST);
}

IsmsAsOfPlace
isms_as_of_place(void)
{
	return place;
}

/* What the library itself has to know is always the present, whatever functions it asks. */
IsmsAsOfPlace
isms_go_inside(void)
{
	IsmsAsOfPlace before = place;

	place = ISMS_INSIDE;
	return before;
}

void
isms_come_back(IsmsAsOfPlace before)
{
	place = before;
}

/* Nothing is decided by what was: rules would judge by the past. */
void
isms_refuse_looking_back(void)
{
	if (as_of.kind != ISMS_AS_OF_NOW)
		ereport(ERROR,
				(errcode(ERRCODE_READ_ONLY_SQL_TRANSACTION),
				 errmsg("nothing can be changed while isms.as_of is set"),
				 errdetail("as_of: what is read is the state of %s.", setting),
				 errhint("reset isms.as_of")));
}

/*
 * Is it told in isms.lookback_exception?  For a table, *time_column is the
 * column that says since when a row is there, copied.  While the extension is
 * being made everything is.
 */
bool
isms_lookback_exception(const char *kind, const char *name, char **time_column)
{
	static const char *const columns[] = {"kind", "name"};
	const char *values[] = {kind, name};
	Oid			relid = get_relname_relid("lookback_exception", get_namespace_oid("isms", false));
	Relation	rel;
	IsmsLasting lasting;
	Snapshot	snapshot;
	SysScanDesc scan;
	HeapTuple	tuple;
	bool		found;

	if (!OidIsValid(relid))
		return true;
	rel = table_open(relid, AccessShareLock);
	snapshot = isms_newest_snapshot(&lasting);
	scan = isms_scan(rel, "lookback_exception_pkey", snapshot, 2, columns, values);
	tuple = systable_getnext(scan);
	found = HeapTupleIsValid(tuple);
	if (found && time_column != NULL)
		*time_column = isms_text_field(rel, tuple, "time_column");
	systable_endscan(scan);
	UnregisterSnapshot(snapshot);
	table_close(rel, AccessShareLock);
	return found;
}

static Reading
find_reading(Oid oid)
{
	Oid			schema = get_namespace_oid("isms", true);
	HeapTuple	tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(oid));
	Form_pg_proc proc;
	Reading		reading = READ_AS_CALLER;

	if (!HeapTupleIsValid(tuple))
		return READ_AS_CALLER;
	proc = (Form_pg_proc) GETSTRUCT(tuple);
	if (OidIsValid(schema) && proc->pronamespace == schema && proc->provolatile != PROVOLATILE_IMMUTABLE &&
		proc->prolang != INTERNALlanguageId && proc->prolang != ClanguageId)
	{
		reading = READ_PAST;
		if (proc->provolatile == PROVOLATILE_VOLATILE ||
			isms_lookback_exception("function", NameStr(proc->proname), NULL))
			reading = READ_PRESENT;
	}
	ReleaseSysCache(tuple);
	return reading;
}

/* What is kept goes while it is looked up where the server tells of changes. */
static Reading
reading_of(Oid oid)
{
	Function   *f = functions ? hash_search(functions, &oid, HASH_FIND, NULL) : NULL;
	Reading		reading;

	if (f != NULL)
		return f->reading;
	reading = find_reading(oid);
	if (functions == NULL)
	{
		HASHCTL		ctl = {0};

		ctl.keysize = sizeof(Oid);
		ctl.entrysize = sizeof(Function);
		functions = hash_create("isms functions", 64, &ctl, HASH_ELEM | HASH_BLOBS);
	}
	f = hash_search(functions, &oid, HASH_ENTER, NULL);
	f->reading = reading;
	return reading;
}

static bool
needs_hook(Oid oid)
{
	if (next_needs_hook != NULL && next_needs_hook(oid))
		return true;
	return as_of.kind != ISMS_AS_OF_NOW && oid >= FirstNormalObjectId && reading_of(oid) != READ_AS_CALLER;
}

/* Each call keeps where it came from. */
static void
enter_or_leave(FmgrHookEventType event, FmgrInfo *function, Datum *arg)
{
	Place	   *kept;

	if (event == FHET_START)
	{
		Reading		reading = as_of.kind == ISMS_AS_OF_NOW ? READ_AS_CALLER : reading_of(function->fn_oid);

		kept = (Place *) DatumGetPointer(*arg);
		if (kept == NULL)
		{
			kept = MemoryContextAllocZero(function->fn_mcxt, sizeof(Place));
			*arg = PointerGetDatum(kept);
		}
		if (next_hook != NULL)
			next_hook(event, function, &kept->next);
		kept->place = place;
		if (reading != READ_AS_CALLER && place != ISMS_INSIDE)
			place = reading == READ_PAST ? ISMS_IN_PAST : ISMS_IN_PRESENT;
	}
	else
	{
		kept = (Place *) DatumGetPointer(*arg);
		if (kept == NULL)
			return;
		place = kept->place;
		if (next_hook != NULL)
			next_hook(event, function, &kept->next);
	}
}

static void
functions_changed(Datum arg, int cacheid, uint32 hashvalue)
{
	if (functions != NULL)
		hash_destroy(functions);
	functions = NULL;
}

void
isms_as_of_init(void)
{
	taking_over = true;
	DefineCustomStringVariable("isms.as_of",
							   "Time to which views and reading functions of isms are turned back.",
							   "A date means the end of that day in the scope's time zone.",
							   &setting, "",
							   PGC_USERSET, 0, check_as_of, assign_as_of, NULL);
	taking_over = false;
	next_needs_hook = needs_fmgr_hook;
	needs_fmgr_hook = needs_hook;
	next_hook = fmgr_hook;
	fmgr_hook = enter_or_leave;
	CacheRegisterSyscacheCallback(PROCOID, functions_changed, (Datum) 0);
}
