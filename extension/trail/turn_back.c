/*
 * turn_back.c
 *		Queries that show tables as they were: what the setting isms.as_of does
 *		to a plan.
 *
 * A query is rewritten as ever, with views expanded and the policies of row
 * security laid on each table.  Before it is planned, each audited table of
 * the extension that stands in one of its views, or in a function that reads
 * the past, gives way to isms.rows_as_of(), which yields the same columns in
 * the same places.  Policies stay where they were and judge the rows as they
 * were by the rights of today; the table itself stays in the list of relations,
 * read by nothing, so that privileges on it are asked for as in any query.
 *
 * isms.rows_as_of() asks nobody.  Its second argument has a type without
 * input, so that nobody but this file can call it.
 *
 * All this needs the library to be there before the first query is planned.
 * So each view refers to a table whose access method is in the library, and
 * reading functions have a planner support function there.
 */
#include "postgres.h"

#include "access/table.h"
#include "access/tableam.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_operator.h"
#include "catalog/pg_type.h"
#include "core/compat.h"
#include "core/core.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "nodes/supportnodes.h"
#include "optimizer/optimizer.h"
#include "optimizer/plancat.h"
#include "optimizer/planner.h"
#include "parser/parse_func.h"
#include "parser/parse_type.h"
#include "parser/parsetree.h"
#include "trail/trail.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/selfuncs.h"
#include "utils/syscache.h"
#include "utils/timestamp.h"

/* A query on the way through it and those around it. */
typedef struct Level
{
	struct Level *around;
	Bitmapset  *turned;			/* relations that gave way */
} Level;

typedef struct Turning
{
	Level	   *level;
	bool		past;			/* in a view or function that shows the past */
	Oid			schema;
} Turning;

/* Rows of a table as it was, while the statement lasts that asked for them first. */
typedef struct Kept
{
	Oid			relid;
	TimestampTz at;
	int			n;
	MinimalTuple *rows;
} Kept;

static planner_hook_type next_planner = NULL;
static get_relation_stats_hook_type next_statistics = NULL;
static Oid	rows_function = InvalidOid; /* isms.rows_as_of(), once a plan had
										 * it */
static MemoryContext kept_context = NULL;
static List *kept = NIL;		/* Kept */
static Size kept_bytes;
static TimestampTz kept_in;		/* start of the statement */

PG_FUNCTION_INFO_V1(isms_table_handler);
PG_FUNCTION_INFO_V1(isms_lookback_loads);
PG_FUNCTION_INFO_V1(isms_lookback_rows);
PG_FUNCTION_INFO_V1(isms_lookback_in);
PG_FUNCTION_INFO_V1(isms_lookback_out);
PG_FUNCTION_INFO_V1(isms_rows_as_of);

/*
 * The plan.
 */

static Oid
own_function(const char *name, int n, Oid *types)
{
	return LookupFuncName(list_make2(makeString("isms"), makeString(pstrdup(name))), n, types, false);
}

static Oid
lookback_type(void)
{
	return typenameTypeId(NULL, makeTypeNameFromNameList(list_make2(makeString("isms"), makeString("lookback"))));
}

/* isms.rows_as_of(null::the table, the setting) */
static Node *
call_of(Oid row_type)
{
	Oid			types[2] = {ANYELEMENTOID, lookback_type()};
	IsmsAsOf   *a = palloc(sizeof(IsmsAsOf));
	FuncExpr   *call;

	*a = *isms_as_of_setting();
	rows_function = own_function("rows_as_of", 2, types);
	call = makeFuncExpr(rows_function, row_type,
						list_make2(makeNullConst(row_type, -1, InvalidOid),
								   makeConst(types[1], -1, InvalidOid, sizeof(IsmsAsOf), PointerGetDatum(a), false, false)),
						InvalidOid, InvalidOid, COERCE_EXPLICIT_CALL);
	call->funcretset = true;
	return (Node *) call;
}

static void
turn_relation(Query *query, int number, RangeTblEntry *rte, Relation rel, Turning *t)
{
	RangeTblFunction *function = makeNode(RangeTblFunction);
	RangeTblEntry *asked = copyObject(rte);

	/* for privileges alone */
	asked->securityQuals = NIL;
	asked->inh = false;
	asked->lateral = false;
	asked->tablesample = NULL;
	query->rtable = lappend(query->rtable, asked);

	function->funcexpr = call_of(rel->rd_rel->reltype);
	function->funccolcount = RelationGetNumberOfAttributes(rel);
	rte->rtekind = RTE_FUNCTION;
	rte->functions = list_make1(function);
	rte->funcordinality = false;
	rte->relid = InvalidOid;
	rte->relkind = 0;
	rte->rellockmode = 0;
	rte->inh = false;
	rte->tablesample = NULL;
#if PG_VERSION_NUM >= 160000
	rte->perminfoindex = 0;
#else
	rte->requiredPerms = 0;
	rte->checkAsUser = InvalidOid;
	rte->selectedCols = NULL;
	rte->insertedCols = NULL;
	rte->updatedCols = NULL;
	rte->extraUpdatedCols = NULL;
#endif
	t->level->turned = bms_add_member(t->level->turned, number);
}

/* Rows of a table that is only added to, which say themselves since when they are there. */
static void
cut_relation(int number, RangeTblEntry *rte, const char *column)
{
	AttrNumber	attnum = get_attnum(rte->relid, column);
	Oid			operator = OpernameGetOprid(list_make2(makeString("pg_catalog"), makeString("<=")), TIMESTAMPTZOID, TIMESTAMPTZOID);
	Expr	   *qual;

	if (attnum == InvalidAttrNumber)
		elog(ERROR, "table %u has no column \"%s\"", rte->relid, column);
	qual = make_opclause(operator, BOOLOID, false,
						 (Expr *) makeVar(number, attnum, TIMESTAMPTZOID, -1, InvalidOid, 0),
						 (Expr *) makeFuncExpr(own_function("now", 0, NULL), TIMESTAMPTZOID, NIL, InvalidOid, InvalidOid, COERCE_EXPLICIT_CALL),
						 InvalidOid, InvalidOid);
	set_opfuncid((OpExpr *) qual);
	rte->securityQuals = lcons(qual, rte->securityQuals);
}

static bool
is_locked(Query *query, int number)
{
	ListCell   *lc;

	foreach(lc, query->rowMarks)
		if (((RowMarkClause *) lfirst(lc))->rti == (Index) number)
		return true;
	return false;
}

static void
look_at_relation(Query *query, int number, RangeTblEntry *rte, Turning *t)
{
	char	   *column = NULL;
	Relation	rel;

	if (number == query->resultRelation || is_locked(query, number) || get_rel_namespace(rte->relid) != t->schema)
		return;
	if (isms_lookback_exception("table", get_rel_name(rte->relid), &column))
	{
		if (column != NULL)
			cut_relation(number, rte, column);
		return;
	}
	rel = table_open(rte->relid, AccessShareLock);
	if (rel->rd_rel->relkind == RELKIND_RELATION && isms_trail_trigger(rel, ISMS_CAPTURE_TRIGGER) != NULL)
		turn_relation(query, number, rte, rel, t);
	table_close(rel, NoLock);
}

/* The view that a subquery is what became of, if it is one. */
static Oid
view_of(RangeTblEntry *rte)
{
#if PG_VERSION_NUM >= 160000
	return rte->relkind == RELKIND_VIEW ? rte->relid : InvalidOid;
#else
	RangeTblEntry *first = rte->subquery->rtable ? linitial(rte->subquery->rtable) : NULL;

	return first && first->rtekind == RTE_RELATION && first->relkind == RELKIND_VIEW ? first->relid : InvalidOid;
#endif
}

static bool turn_node(Node *node, void *context);

static void
turn_query(Query *query, Turning *t)
{
	Level		level = {t->level, NULL};
	bool		past = t->past;
	int			n = list_length(query->rtable);

	t->level = &level;
	for (int i = 1; past && i <= n; i++)
	{
		RangeTblEntry *rte = rt_fetch(i, query->rtable);

		if (rte->rtekind == RTE_RELATION && rte->relkind != RELKIND_VIEW)
			look_at_relation(query, i, rte, t);
	}
	for (int i = 1; i <= n; i++)
	{
		RangeTblEntry *rte = rt_fetch(i, query->rtable);
		Oid			view = rte->rtekind == RTE_SUBQUERY ? view_of(rte) : InvalidOid;

		if (rte->rtekind != RTE_SUBQUERY)
			continue;
		if (OidIsValid(view) && get_rel_namespace(view) == t->schema)
		{
			if (isms_lookback_exception("view", get_rel_name(view), NULL))
				continue;
			if (isms_as_of_setting()->kind == ISMS_AS_OF_INVALID)
				(void) isms_then(isms_as_of_setting());
			t->past = true;
		}
		turn_query(rte->subquery, t);
		t->past = past;
	}
	(void) query_tree_walker(query, turn_node, t, QTW_IGNORE_RT_SUBQUERIES);
	t->level = level.around;
}

static bool
turn_node(Node *node, void *context)
{
	Turning    *t = context;

	if (node == NULL)
		return false;
	if (IsA(node, Query))
	{
		turn_query((Query *) node, t);
		return false;
	}
	if (IsA(node, Var) && ((Var *) node)->varattno < 0)
	{
		Level	   *level = t->level;

		for (Index up = ((Var *) node)->varlevelsup; up > 0 && level != NULL; up--)
			level = level->around;
		if (level != NULL && bms_is_member(((Var *) node)->varno, level->turned))
			ereport(ERROR,
					(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
					 errmsg("rows as they were have no system columns")));
	}
	return expression_tree_walker(node, turn_node, context);
}

static PlannedStmt *
plan(Query *query, const char *text, int options, ParamListInfo parameters)
{
	if (isms_as_of_setting()->kind != ISMS_AS_OF_NOW && query->commandType != CMD_UTILITY)
	{
		IsmsAsOfPlace place = isms_as_of_place();
		Turning		t = {NULL, place == ISMS_IN_PAST, get_namespace_oid("isms", true)};

		/* looking back takes what no worker has */
		options &= ~CURSOR_OPT_PARALLEL_OK;
		if (OidIsValid(t.schema) && (place == ISMS_OUTSIDE || place == ISMS_IN_PAST))
		{
			query = copyObject(query);
			turn_query(query, &t);
		}
	}
	if (next_planner != NULL)
		return next_planner(query, text, options, parameters);
	return standard_planner(query, text, options, parameters);
}

/*
 * What is known of a column's values is known of them as they were: a planner
 * without an idea joins a thousand rows to a thousand one by one.
 */
static bool
find_statistics(PlannerInfo *root, RangeTblEntry *rte, AttrNumber attnum, VariableStatData *found)
{
	RangeTblFunction *function = rte->rtekind == RTE_FUNCTION && attnum > 0 ? linitial(rte->functions) : NULL;

	if (function != NULL && OidIsValid(rows_function) &&
		IsA(function->funcexpr, FuncExpr) && ((FuncExpr *) function->funcexpr)->funcid == rows_function)
	{
		Oid			relid = get_typ_typrelid(((FuncExpr *) function->funcexpr)->funcresulttype);

		found->statsTuple = SearchSysCache3(STATRELATTINH, ObjectIdGetDatum(relid), Int16GetDatum(attnum), BoolGetDatum(false));
		found->freefunc = ReleaseSysCache;
		found->acl_ok = rte->securityQuals == NIL && pg_class_aclcheck(relid, GetUserId(), ACL_SELECT) == ACLCHECK_OK;
		return true;
	}
	return next_statistics != NULL && next_statistics(root, rte, attnum, found);
}

void
isms_turn_back_init(void)
{
	next_planner = planner_hook;
	planner_hook = plan;
	next_statistics = get_relation_stats_hook;
	get_relation_stats_hook = find_statistics;
}

/*
 * The rows.
 */

static void
forget_kept(void *arg)
{
	kept_context = NULL;
	kept = NIL;
}

static Kept *
find_kept(Oid relid, TimestampTz at)
{
	ListCell   *lc;

	if (kept_context != NULL && kept_in != GetCurrentStatementStartTimestamp())
		MemoryContextDelete(kept_context);
	foreach(lc, kept)
	{
		Kept	   *k = lfirst(lc);

		if (k->relid == relid && k->at == at)
			return k;
	}
	return NULL;
}

static void
put_kept(ReturnSetInfo *result, Kept *k)
{
	TupleTableSlot *slot = MakeSingleTupleTableSlot(result->setDesc, &TTSOpsMinimalTuple);

	for (int i = 0; i < k->n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		ExecStoreMinimalTuple(k->rows[i], slot, false);
		tuplestore_puttupleslot(result->setResult, slot);
	}
	ExecDropSingleTupleTableSlot(slot);
}

/* Keeps what was put out, as far as there is room. */
static void
keep(ReturnSetInfo *result, Oid relid, TimestampTz at)
{
	TupleTableSlot *slot = MakeSingleTupleTableSlot(result->setDesc, &TTSOpsMinimalTuple);
	Size		room = (Size) work_mem * 1024;
	MemoryContext caller;
	Kept	   *k;
	int			size = 64;

	if (kept_context == NULL)
	{
		MemoryContextCallback *callback;

		kept_context = AllocSetContextCreate(TopTransactionContext, "isms rows as of", ALLOCSET_DEFAULT_SIZES);
		callback = MemoryContextAllocZero(kept_context, sizeof(MemoryContextCallback));
		callback->func = forget_kept;
		MemoryContextRegisterResetCallback(kept_context, callback);
		kept_in = GetCurrentStatementStartTimestamp();
		kept_bytes = 0;
	}
	caller = MemoryContextSwitchTo(kept_context);
	k = palloc0(sizeof(Kept));
	k->relid = relid;
	k->at = at;
	k->rows = palloc(sizeof(MinimalTuple) * size);
	while (tuplestore_gettupleslot(result->setResult, true, false, slot) && kept_bytes <= room)
	{
		CHECK_FOR_INTERRUPTS();
		if (k->n == size)
			k->rows = repalloc(k->rows, sizeof(MinimalTuple) * (size *= 2));
		k->rows[k->n] = ExecCopySlotMinimalTuple(slot);
		kept_bytes += k->rows[k->n]->t_len;
		k->n++;
	}
	if (kept_bytes <= room)
		kept = lappend(kept, k);
	else
	{
		for (int i = 0; i < k->n; i++)
		{
			kept_bytes -= k->rows[i]->t_len;
			pfree(k->rows[i]);
		}
		pfree(k->rows);
		pfree(k);
	}
	MemoryContextSwitchTo(caller);
	ExecDropSingleTupleTableSlot(slot);
}

/* isms.rows_as_of(anyelement, isms.lookback) returns setof anyelement */
Datum
isms_rows_as_of(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result;
	Oid			type = get_fn_expr_argtype(fcinfo->flinfo, 0);
	Oid			relid = OidIsValid(type) ? get_typ_typrelid(type) : InvalidOid;
	IsmsAsOfPlace before;
	TimestampTz at;
	Kept	   *k;

	if (PG_ARGISNULL(1) || !OidIsValid(relid))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("isms.rows_as_of() is called by the library alone"),
				 errhint("See isms.as_of.")));
	at = isms_then((IsmsAsOf *) PG_GETARG_POINTER(1));
	InitMaterializedSRF(fcinfo, 0);
	result = (ReturnSetInfo *) fcinfo->resultinfo;
	k = find_kept(relid, at);
	if (k != NULL)
	{
		put_kept(result, k);
		return (Datum) 0;
	}
	before = isms_go_inside();
	PG_TRY();
	{
		isms_put_rows_at(result, relid, at);
	}
	PG_FINALLY();
	{
		isms_come_back(before);
	}
	PG_END_TRY();
	keep(result, relid, at);
	return (Datum) 0;
}

/* As many as the table has now. */
Datum
isms_lookback_rows(PG_FUNCTION_ARGS)
{
	Node	   *request = (Node *) PG_GETARG_POINTER(0);
	SupportRequestRows *rows;
	Oid			relid;
	Relation	rel;
	BlockNumber pages;
	double		tuples;
	double		all_visible;

	if (!IsA(request, SupportRequestRows))
		PG_RETURN_POINTER(NULL);
	rows = (SupportRequestRows *) request;
	if (rows->node == NULL || !IsA(rows->node, FuncExpr))
		PG_RETURN_POINTER(NULL);
	relid = get_typ_typrelid(exprType(linitial(((FuncExpr *) rows->node)->args)));
	if (!OidIsValid(relid))
		PG_RETURN_POINTER(NULL);
	rel = table_open(relid, AccessShareLock);
	estimate_rel_size(rel, NULL, &pages, &tuples, &all_visible);
	table_close(rel, NoLock);
	rows->rows = Max(tuples, 1);
	PG_RETURN_POINTER(rows);
}

/*
 * What brings the library in.
 */

/* A planner support function that supports nothing. */
Datum
isms_lookback_loads(PG_FUNCTION_ARGS)
{
	PG_RETURN_POINTER(NULL);
}

/* A table access method: the server's own. */
Datum
isms_table_handler(PG_FUNCTION_ARGS)
{
	PG_RETURN_POINTER(GetHeapamTableAmRoutine());
}

/*
 * The type of the second argument.
 */

Datum
isms_lookback_in(PG_FUNCTION_ARGS)
{
	ereport(ERROR,
			(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
			 errmsg("cannot accept a value of type %s", "isms.lookback"),
			 errhint("See the setting isms.as_of, and isms.as_of.")));
	PG_RETURN_NULL();
}

Datum
isms_lookback_out(PG_FUNCTION_ARGS)
{
	const IsmsAsOf *a = (const IsmsAsOf *) PG_GETARG_POINTER(0);

	if (a->kind == ISMS_AS_OF_INSTANT)
		PG_RETURN_CSTRING(pstrdup(timestamptz_to_str(a->value)));
	if (a->kind == ISMS_AS_OF_DAY)
		PG_RETURN_DATUM(DirectFunctionCall1(date_out, DateADTGetDatum((DateADT) a->value)));
	PG_RETURN_DATUM(DirectFunctionCall1(timestamp_out, TimestampGetDatum(a->value)));
}
