/*
 * as_owner.c
 *		Reads a table with the rights of its owner.
 *
 * The rules of workflows hold for anybody's tables and judge with the rights
 * of the extension's owner.  Reading a table can run code of its owner: a
 * cast to json, the check of a domain, a view put in its place.  So a
 * superuser reads here as the owner of the table, and what that code sets is
 * taken back.  Anybody else reads as oneself: nobody gains a right here.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_class.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "core/core.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/syscache.h"
#include "workflow/workflow.h"

/* Arguments before those of the query. */
#define OWN_ARGUMENTS	2

PG_FUNCTION_INFO_V1(isms_query_as_owner);
PG_FUNCTION_INFO_V1(isms_governs_table);

/* Owner of a table, which is locked against being renamed or replaced. */
static Oid
lock_and_find_owner(Oid relid)
{
	HeapTuple	tuple;
	Oid			owner;

	LockRelationOid(relid, AccessShareLock);
	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	if (!HeapTupleIsValid(tuple))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("relation with OID %u does not exist", relid)));
	owner = ((Form_pg_class) GETSTRUCT(tuple))->relowner;
	ReleaseSysCache(tuple);
	return owner;
}

/*
 * isms.read_as_owner, isms.lock_as_owner (relation regclass, query text,
 * variadic "any") returns jsonb: the one value of the query's first row.  The
 * stable one reads with the caller's snapshot, the volatile one may lock rows.
 */
Datum
isms_query_as_owner(PG_FUNCTION_ARGS)
{
	int			nargs = PG_NARGS() - OWN_ARGUMENTS;
	Oid			types[ISMS_MAX_ARGUMENTS];
	Datum		values[ISMS_MAX_ARGUMENTS];
	char		nulls[ISMS_MAX_ARGUMENTS];
	MemoryContext caller = CurrentMemoryContext;
	bool		read_only = func_volatile(fcinfo->flinfo->fn_oid) != PROVOLATILE_VOLATILE;
	Datum		result = (Datum) 0;
	bool		found = false;
	char	   *query;
	Oid			owner;
	Oid			user;
	int			security;
	int			level;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || get_fn_expr_variadic(fcinfo->flinfo) || nargs > ISMS_MAX_ARGUMENTS)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a table, a query and its arguments are needed")));
	query = text_to_cstring(PG_GETARG_TEXT_PP(1));
	for (int i = 0; i < nargs; i++)
	{
		types[i] = get_fn_expr_argtype(fcinfo->flinfo, i + OWN_ARGUMENTS);
		nulls[i] = PG_ARGISNULL(i + OWN_ARGUMENTS) ? 'n' : ' ';
		values[i] = PG_ARGISNULL(i + OWN_ARGUMENTS) ? (Datum) 0 : PG_GETARG_DATUM(i + OWN_ARGUMENTS);
	}

	owner = lock_and_find_owner(PG_GETARG_OID(0));
	GetUserIdAndSecContext(&user, &security);
	level = NewGUCNestLevel();
	if (owner != user && superuser())
		SetUserIdAndSecContext(owner, security | SECURITY_LOCAL_USERID_CHANGE | SECURITY_RESTRICTED_OPERATION);

	SPI_connect();
	if (SPI_execute_plan(isms_plan(query, nargs, types), values, nulls, read_only, 1) != SPI_OK_SELECT ||
		SPI_tuptable->tupdesc->natts != 1 || SPI_gettypeid(SPI_tuptable->tupdesc, 1) != JSONBOID)
		elog(ERROR, "not a query for one jsonb: %s", query);
	if (SPI_processed > 0)
	{
		bool		isnull;
		Datum		value = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull);

		if (!isnull)
		{
			MemoryContext spi = MemoryContextSwitchTo(caller);

			result = PointerGetDatum(PG_DETOAST_DATUM_COPY(value));
			found = true;
			MemoryContextSwitchTo(spi);
		}
	}
	SPI_finish();

	AtEOXact_GUC(false, level);
	SetUserIdAndSecContext(user, security);
	if (!found)
		PG_RETURN_NULL();
	PG_RETURN_DATUM(result);
}

/*
 * isms.governs_table(regclass) returns boolean: does the session's user own
 * the table, or belong to isms_admin?  Maintenance runs code of table owners
 * in the sessions of others: there the session's user asked for nothing.
 */
Datum
isms_governs_table(PG_FUNCTION_ARGS)
{
	Oid			relid = PG_GETARG_OID(0);

	if (InSecurityRestrictedOperation())
		PG_RETURN_BOOL(false);
	PG_RETURN_BOOL(isms_has_database_role("isms_admin") ||
				   has_privs_of_role(GetSessionUserId(), isms_table_owner(relid)));
}
