/*
 * watch.c
 *		Which UPDATEs of a row the machine is called for.
 *
 * The machine's triggers on UPDATE have conditions.  The server reads their
 * text anew for each statement, and of a statement that changes one row that
 * is the dearest part.  So when a statement begins, the conditions of a table
 * this session knows are put in place ready-made: functions of this file that
 * look at the row.  They hold at least where the text does, which stays the
 * rule wherever they are not in place: in a session that has not met the table
 * before, and where rows are changed without a statement, by a subscription.
 */
#include "postgres.h"

#include "commands/trigger.h"
#include "core/compat.h"
#include "core/core.h"
#include "executor/executor.h"
#include "fmgr.h"
#include "utils/inval.h"
#include "utils/rel.h"
#include "workflow/workflow.h"

static ExecutorStart_hook_type next_start = NULL;

PG_FUNCTION_INFO_V1(isms_judges_row);

/* Can it be told by its columns whether an UPDATE of a row is judged?  Else it is. */
static bool
can_be_told(const IsmsTable *table)
{
	return table->binding != NULL && !table->watches_all && isms_column_is_readable(table, table->state);
}

/* Is an UPDATE of the row judged whatever columns the statement names? */
static bool
row_is_judged(const IsmsTable *table, TupleTableSlot *old, TupleTableSlot *new)
{
	int			state;

	if (!can_be_told(table))
		return true;
	slot_getsomeattrs(old, table->state);
	slot_getsomeattrs(new, table->state);
	if (isms_value_changed(&table->columns[table->state - 1], table->state, old, new))
		return true;
	state = isms_state_of(table, old);
	return state >= 0 && table->binding->workflow->states[state].all_frozen;
}

static bool
any_changed(const IsmsTable *table, const Bitmapset *columns, TupleTableSlot *old, TupleTableSlot *new)
{
	int			number = 0;

	while ((number = bms_next_member(columns, number)) > 0)
	{
		slot_getsomeattrs(old, number);
		slot_getsomeattrs(new, number);
		if (isms_value_changed(&table->columns[number - 1], number, old, new))
			return true;
	}
	return false;
}

/* What is known at present of the table a condition is for. */
static const IsmsTable *
table_of(ExprState *condition)
{
	IsmsTable  *table = condition->evalfunc_private;

	AcceptInvalidationMessages();
	return isms_workflow_table_is_present(table) ? table : isms_workflow_table_of(table->relid);
}

/* The condition of the trigger that is called for any column. */
static Datum
update_condition(ExprState *condition, ExprContext *context, bool *isnull)
{
	*isnull = false;
	return BoolGetDatum(row_is_judged(table_of(condition), context->ecxt_innertuple, context->ecxt_outertuple));
}

/* The condition of the trigger that is called where watched columns are named. */
static Datum
columns_condition(ExprState *condition, ExprContext *context, bool *isnull)
{
	const IsmsTable *table = table_of(condition);
	TupleTableSlot *old = context->ecxt_innertuple;
	TupleTableSlot *new = context->ecxt_outertuple;
	int			state;

	*isnull = false;
	if (!can_be_told(table))
		return BoolGetDatum(false); /* the other one is called */
	state = isms_state_of(table, old);
	return BoolGetDatum((any_changed(table, table->fixed, old, new) ||
						 (state >= 0 && any_changed(table, table->watched[state], old, new))) &&
						!row_is_judged(table, old, new));
}

static ExprState *
make_condition(ExprStateEvalFunc function, IsmsTable *table)
{
	ExprState  *condition = makeNode(ExprState);

	condition->flags = EEO_FLAG_IS_QUAL;
	condition->evalfunc = function;
	condition->evalfunc_private = table;
	return condition;
}

static void
put_conditions_in_place(ResultRelInfo *target)
{
	TriggerDesc *triggers = target->ri_TrigDesc;
	IsmsTable  *table;

	if (triggers == NULL || !triggers->trig_update_after_row)
		return;
	table = isms_workflow_table_known(RelationGetRelid(target->ri_RelationDesc));
	if (table == NULL || table->binding == NULL || !isms_column_is_readable(table, table->state))
		return;
	for (int i = 0; i < triggers->numtriggers; i++)
	{
		Oid			trigger = triggers->triggers[i].tgoid;

		if (trigger == table->update_trigger)
			target->ri_TrigWhenExprs[i] = make_condition(update_condition, table);
		else if (trigger == table->columns_trigger)
			target->ri_TrigWhenExprs[i] = make_condition(columns_condition, table);
	}
}

static void
start_statement(QueryDesc *query, int eflags)
{
	EState	   *estate;
	MemoryContext caller;
	ListCell   *lc;

	if (next_start != NULL)
		next_start(query, eflags);
	else
		standard_ExecutorStart(query, eflags);
	estate = query->estate;
	if (estate->es_opened_result_relations == NIL)
		return;
	caller = MemoryContextSwitchTo(estate->es_query_cxt);
	foreach(lc, estate->es_opened_result_relations)
		put_conditions_in_place(lfirst(lc));
	MemoryContextSwitchTo(caller);
}

void
isms_watch_init(void)
{
	next_start = ExecutorStart_hook;
	ExecutorStart_hook = start_statement;
}

/* isms.judges_row(relation oid, from_state text, to_state text) returns boolean */
Datum
isms_judges_row(PG_FUNCTION_ARGS)
{
	text	   *state;
	text	   *other;
	int			len;
	int			number;
	IsmsTable  *table;

	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
	{
		if (PG_ARGISNULL(1) != PG_ARGISNULL(2))
			PG_RETURN_BOOL(true);
		state = other = NULL;
		len = 0;
	}
	else
	{
		state = PG_GETARG_TEXT_PP(1);
		other = PG_GETARG_TEXT_PP(2);
		len = VARSIZE_ANY_EXHDR(state);
		if ((int) VARSIZE_ANY_EXHDR(other) != len || memcmp(VARDATA_ANY(state), VARDATA_ANY(other), len) != 0)
			PG_RETURN_BOOL(true);
	}

	/*
	 * a row on its way to another partition, asked about at the root: its
	 * triggers are those of the partitions
	 */
	if (PG_ARGISNULL(0) || !OidIsValid(PG_GETARG_OID(0)))
		PG_RETURN_BOOL(true);
	AcceptInvalidationMessages();
	table = isms_workflow_table_of(PG_GETARG_OID(0));
	if (table->binding == NULL || table->watches_all)
		PG_RETURN_BOOL(true);
	if (state == NULL)
		PG_RETURN_BOOL(false);
	number = isms_state_number(table->binding->workflow, VARDATA_ANY(state), len);
	PG_RETURN_BOOL(number >= 0 && table->binding->workflow->states[number].all_frozen);
}
