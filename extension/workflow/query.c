/*
 * query.c
 *		Running SQL for the machine: with whose rights, and by plans that are
 *		kept.
 *
 * A plan is kept by its text, as long as the session lasts; the server makes it
 * anew when what it uses, the search_path or row security has changed.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_class.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "parser/parse_func.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/guc.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"
#include "utils/syscache.h"
#include "workflow/workflow.h"

typedef struct KeptPlan
{
	uint64		hash;			/* hash key */
	char	   *text;
	int			ntypes;
	Oid			types[ISMS_MAX_ARGUMENTS];
	SPIPlanPtr	plan;
} KeptPlan;

static HTAB *plans;

/*
 * Take the rights of the machine's owner, or, where that is a superuser and
 * another role is given, of that role: then what the role's code sets is taken
 * back.
 */
void
isms_become(IsmsIdentity *before, Oid definer, Oid owner)
{
	GetUserIdAndSecContext(&before->user, &before->security);
	before->level = NewGUCNestLevel();
	before->keep_settings = !OidIsValid(owner);
	if (OidIsValid(owner) && owner != definer && superuser_arg(definer))
		SetUserIdAndSecContext(owner, before->security | SECURITY_LOCAL_USERID_CHANGE | SECURITY_RESTRICTED_OPERATION);
	else
		SetUserIdAndSecContext(definer, before->security | SECURITY_LOCAL_USERID_CHANGE);
	(void) set_config_option("search_path", "pg_catalog, pg_temp", PGC_USERSET, PGC_S_SESSION,
							 GUC_ACTION_SAVE, true, 0, false);
}

void
isms_become_again(const IsmsIdentity *before)
{
	AtEOXact_GUC(before->keep_settings, before->level);
	SetUserIdAndSecContext(before->user, before->security);
}

/* A plan for the query; to be called under the search_path it runs with, while connected to SPI. */
SPIPlanPtr
isms_plan(const char *text, int ntypes, Oid *types)
{
	uint64		hash = hash_bytes_extended((const unsigned char *) text, strlen(text), 0) ^
		hash_bytes_extended((const unsigned char *) types, ntypes * sizeof(Oid), 1);
	SPIPlanPtr	plan;
	KeptPlan   *kept;
	bool		found;

	if (plans == NULL)
	{
		HASHCTL		ctl = {0};

		ctl.keysize = sizeof(uint64);
		ctl.entrysize = sizeof(KeptPlan);
		ctl.hcxt = TopMemoryContext;
		plans = hash_create("isms plans", 32, &ctl, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	}
	kept = hash_search(plans, &hash, HASH_FIND, NULL);
	if (kept != NULL && kept->ntypes == ntypes &&
		memcmp(kept->types, types, ntypes * sizeof(Oid)) == 0 && strcmp(kept->text, text) == 0)
		return kept->plan;

	/* one plan for all values: they are keys, or rows as JSON */
	plan = SPI_prepare_cursor(text, ntypes, types, CURSOR_OPT_GENERIC_PLAN);
	if (plan == NULL)
		elog(ERROR, "could not prepare: %s: %s", text, SPI_result_code_string(SPI_result));
	text = MemoryContextStrdup(TopMemoryContext, text);

	kept = hash_search(plans, &hash, HASH_ENTER, &found);
	/* one that is replaced may be running further up: it is left alone */
	kept->text = unconstify(char *, text);
	kept->ntypes = ntypes;
	memcpy(kept->types, types, ntypes * sizeof(Oid));
	kept->plan = plan;
	SPI_keepplan(plan);
	return plan;
}

/* A row as JSON, made with the rights of the table's owner. */
Datum
isms_row_json(Relation rel, TupleTableSlot *slot, Oid definer)
{
	FuncExpr   *call;
	FmgrInfo	flinfo;
	IsmsIdentity before;
	Datum		result;

	call = makeFuncExpr(F_TO_JSONB, JSONBOID, list_make1(makeNullConst(rel->rd_rel->reltype, -1, InvalidOid)),
						InvalidOid, InvalidOid, COERCE_EXPLICIT_CALL);
	fmgr_info(F_TO_JSONB, &flinfo);
	fmgr_info_set_expr((Node *) call, &flinfo);

	isms_become(&before, definer, rel->rd_rel->relowner);
	result = FunctionCall1(&flinfo, ExecFetchSlotHeapTupleDatum(slot));
	isms_become_again(&before);
	return result;
}

/* Call a function of schema isms with the rights of the machine's owner; what it returns is nobody's. */
void
isms_call(const char *name, int n, const Oid *types, const NullableDatum *args, Oid definer)
{
	Oid			function = LookupFuncName(list_make2(makeString("isms"), makeString(pstrdup(name))), n, types, false);

	LOCAL_FCINFO(fcinfo, ISMS_MAX_ARGUMENTS);
	FmgrInfo	flinfo;
	Oid			user;
	int			security;

	Assert(n <= ISMS_MAX_ARGUMENTS);
	fmgr_info(function, &flinfo);
	InitFunctionCallInfoData(*fcinfo, &flinfo, n, InvalidOid, NULL, NULL);
	memcpy(fcinfo->args, args, n * sizeof(NullableDatum));

	GetUserIdAndSecContext(&user, &security);
	SetUserIdAndSecContext(definer, security | SECURITY_LOCAL_USERID_CHANGE);
	FunctionCallInvoke(fcinfo);
	SetUserIdAndSecContext(user, security);
}

/* Owner of a function. */
Oid
isms_function_owner(Oid function)
{
	HeapTuple	tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
	Oid			owner;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for function %u", function);
	owner = ((Form_pg_proc) GETSTRUCT(tuple))->proowner;
	ReleaseSysCache(tuple);
	return owner;
}

/* Owner of a table that is locked. */
Oid
isms_table_owner(Oid relid)
{
	HeapTuple	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	Oid			owner;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for relation %u", relid);
	owner = ((Form_pg_class) GETSTRUCT(tuple))->relowner;
	ReleaseSysCache(tuple);
	return owner;
}
