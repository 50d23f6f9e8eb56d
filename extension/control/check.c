/*
 * check.c
 *		Running the queries of database checks.
 *
 * A check looks and never writes: its query runs as a read-only statement of
 * a read-only transaction, so that neither the query nor a function it calls
 * can change a row.  It has a time of its own: when that is over the query is
 * cancelled with an error that can be caught, and the checks after it go on.
 *
 * What a check sees is what the role sees that asked for it.  The function
 * that stores results has the rights of the extension's owner, and evaluates
 * as the role at the top of the session, be that by SET ROLE.
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "control/control.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "storage/latch.h"
#include "storage/proc.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/timeout.h"

PG_FUNCTION_INFO_V1(isms_query_read_only);
PG_FUNCTION_INFO_V1(isms_evaluate_as_caller);

static TimeoutId check_clock;
static bool clock_known = false;
static volatile sig_atomic_t clock_rang = false;

/* Called by the server's signal handler. */
static void
ring(void)
{
	clock_rang = true;
	InterruptPending = true;
	QueryCancelPending = true;
	SetLatch(MyLatch);
}

static void
start_clock(int milliseconds)
{
	if (!clock_known)
	{
		check_clock = RegisterTimeout(USER_TIMEOUT, ring);
		clock_known = true;
	}
	clock_rang = false;
	enable_timeout_after(check_clock, milliseconds);
}

/* Did it ring?  What it asked for is then not asked for any more. */
static bool
stop_clock(void)
{
	disable_timeout(check_clock, false);
	if (clock_rang)
		QueryCancelPending = false;
	return clock_rang;
}

/* The one jsonb of a query's first row, in the caller's memory; false: null, or no row. */
static bool
query_for_jsonb(const char *query, int nargs, Oid *types, Datum *values, const char *nulls, Datum *result)
{
	MemoryContext caller = CurrentMemoryContext;
	bool		isnull = true;

	SPI_connect();
	if (SPI_execute_with_args(query, nargs, types, values, nulls, true, 1) != SPI_OK_SELECT ||
		SPI_tuptable->tupdesc->natts != 1 || SPI_gettypeid(SPI_tuptable->tupdesc, 1) != JSONBOID)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("not a query for one jsonb")));
	if (SPI_processed > 0)
	{
		Datum		value = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull);

		if (!isnull)
		{
			MemoryContext spi = MemoryContextSwitchTo(caller);

			*result = PointerGetDatum(PG_DETOAST_DATUM_COPY(value));
			MemoryContextSwitchTo(spi);
		}
	}
	SPI_finish();
	return !isnull;
}

/* Has run(arg) run so that it cannot write; an error if it took longer. */
void
isms_run_read_only(int milliseconds, void (*run) (void *arg), void *arg)
{
	MemoryContext caller = CurrentMemoryContext;
	bool		read_only = XactReadOnly;

	if (milliseconds <= 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a query needs some time")));
	XactReadOnly = true;
	start_clock(milliseconds);
	PG_TRY();
	{
		run(arg);
	}
	PG_CATCH();
	{
		int			code;

		MemoryContextSwitchTo(caller);
		code = geterrcode();
		XactReadOnly = read_only;
		if (!stop_clock() || code != ERRCODE_QUERY_CANCELED)
			PG_RE_THROW();
		FlushErrorState();
	}
	PG_END_TRY();
	XactReadOnly = read_only;
	(void) stop_clock();
	if (clock_rang)
		ereport(ERROR,
				(errcode(ERRCODE_CONFIGURATION_LIMIT_EXCEEDED),
				 errmsg("took longer than %d ms", milliseconds)));
}

typedef struct JsonbQuery
{
	char	   *query;
	Datum		values[2];
	Datum		result;
	bool		found;
} JsonbQuery;

static void
run_jsonb_query(void *arg)
{
	JsonbQuery *q = (JsonbQuery *) arg;
	Oid			types[] = {JSONBOID, TEXTARRAYOID};

	q->found = query_for_jsonb(q->query, 2, types, q->values, NULL, &q->result);
}

/*
 * isms.query_read_only(query text, parameters jsonb, patterns text[],
 * milliseconds integer) returns jsonb: the query finds parameters as $1 and
 * patterns as $2.
 */
Datum
isms_query_read_only(PG_FUNCTION_ARGS)
{
	JsonbQuery	q = {text_to_cstring(PG_GETARG_TEXT_PP(0)), {PG_GETARG_DATUM(1), PG_GETARG_DATUM(2)}, (Datum) 0, false};

	isms_run_read_only(PG_GETARG_INT32(3), run_jsonb_query, &q);
	if (!q.found)
		PG_RETURN_NULL();
	PG_RETURN_DATUM(q.result);
}

/*
 * isms.evaluate_as_caller(what text, scope text, codes text[], milliseconds
 * integer) returns jsonb: the rows of isms.evaluate_database_checks() or of
 * isms.readiness() as the role at the top of the session sees them.
 */
Datum
isms_evaluate_as_caller(PG_FUNCTION_ARGS)
{
	static const char *const checks =
		"select pg_catalog.jsonb_agg(pg_catalog.to_jsonb(e) order by e.code) from isms.evaluate_database_checks($1, $2, $3) e";
	static const char *const readiness =
		"select pg_catalog.jsonb_agg(pg_catalog.to_jsonb(e)) from isms.readiness_of(array[$1], $2, $3) e";
	const char *what = PG_ARGISNULL(0) ? "" : text_to_cstring(PG_GETARG_TEXT_PP(0));
	const char *query = strcmp(what, "checks") == 0 ? checks : strcmp(what, "readiness") == 0 ? readiness : NULL;
	Oid			types[] = {TEXTOID, TEXTARRAYOID, INT4OID};
	Datum		values[3];
	char		nulls[3];
	Datum		result = (Datum) 0;
	bool		found;
	Oid			user;
	int			security;
	int			level;

	/* Maintenance runs code of table owners: who began it asked for nothing. */
	if (InSecurityRestrictedOperation())
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("database checks do not run within a security-restricted operation")));
	if (query == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("nothing is evaluated by the name \"%s\"", what),
				 errhint("There are checks and readiness.")));
	for (int i = 0; i < 3; i++)
	{
		nulls[i] = PG_ARGISNULL(i + 1) ? 'n' : ' ';
		values[i] = PG_ARGISNULL(i + 1) ? (Datum) 0 : PG_GETARG_DATUM(i + 1);
	}

	GetUserIdAndSecContext(&user, &security);
	level = NewGUCNestLevel();
	SetUserIdAndSecContext(GetOuterUserId(), security | SECURITY_LOCAL_USERID_CHANGE | SECURITY_RESTRICTED_OPERATION);
	found = query_for_jsonb(query, 3, types, values, nulls, &result);
	AtEOXact_GUC(false, level);
	SetUserIdAndSecContext(user, security);
	if (!found)
		PG_RETURN_NULL();
	PG_RETURN_DATUM(result);
}
