/*
 * child.c
 *		The trigger of tables whose rows belong to rows under a workflow.
 *
 * It locks the parent, so that who approves it waits for this row, and who
 * writes this row waits for the approval, and lets the row pass where the
 * parent's state freezes no rows of this table.  All else goes to
 * isms.judge_child(), which looks at everything anew.
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "core/compat.h"
#include "core/core.h"
#include "executor/spi.h"
#include "lib/stringinfo.h"
#include "nodes/makefuncs.h"
#include "storage/proc.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "workflow/workflow.h"

/* The parent locked last, as long as the command lasts; it froze nothing. */
static struct
{
	LocalTransactionId transaction;
	CommandId	command;
	Oid			trigger;
	MemoryContext context;
	int			nkeys;
	Datum		keys[ISMS_MAX_ARGUMENTS];
}			last;

PG_FUNCTION_INFO_V1(isms_workflow_child);

/*
 * Is the row one of those covered?  They have the texts given: 1 yes, 0 no,
 * -1 cannot be told here.
 */
static int
is_covered(Relation rel, TupleTableSlot *slot, const IsmsCover *cover)
{
	TupleDesc	desc = RelationGetDescr(rel);

	for (int i = 0; i < cover->where_columns.n; i++)
	{
		AttrNumber	number = get_attnum(RelationGetRelid(rel), cover->where_columns.text[i]);
		bool		isnull;
		Datum		value;

		if (number <= 0 || getBaseType(TupleDescAttr(desc, number - 1)->atttypid) != TEXTOID)
			return -1;
		value = slot_getattr(slot, number, &isnull);
		if (isnull || strcmp(TextDatumGetCString(value), cover->where_values.text[i]) != 0)
			return 0;
	}
	return 1;
}

/* The state of the row's parent, which is locked; NULL where there is none.  known: false where it cannot be had here. */
static char *
lock_parent(const IsmsBinding *b, const IsmsCover *cover, Oid definer, Oid *types, Datum *keys, bool *known)
{
	const char *relation = quote_qualified_identifier(b->schema, b->table);
	Oid			parent = RangeVarGetRelid(makeRangeVar(b->schema, b->table, -1), AccessShareLock, true);
	MemoryContext caller = CurrentMemoryContext;
	StringInfoData query;
	IsmsIdentity before;
	char	   *state = NULL;

	*known = OidIsValid(parent);
	if (!*known)
		return NULL;
	initStringInfo(&query);
	appendStringInfo(&query, "select p.%s::pg_catalog.text from %s p where ", quote_identifier(b->state_column), relation);
	for (int i = 0; i < cover->on_parent.n; i++)
		appendStringInfo(&query, "%sp.%s = $%d", i == 0 ? "" : " and ", quote_identifier(cover->on_parent.text[i]), i + 1);
	appendStringInfoString(&query, " for share");

	isms_become(&before, definer, isms_table_owner(parent));
	SPI_connect();
	if (SPI_execute_plan(isms_plan(query.data, cover->on_parent.n, types), keys, NULL, false, 1) != SPI_OK_SELECT)
		elog(ERROR, "not a query: %s", query.data);
	if (SPI_processed > 0)
	{
		char	   *value = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);

		*known = value != NULL;
		if (value != NULL)
			state = MemoryContextStrdup(caller, value);
	}
	SPI_finish();
	isms_become_again(&before);
	return state;
}

static bool
is_last(Oid trigger, Relation rel, const AttrNumber *numbers, int n, const Datum *keys)
{
	if (last.transaction != IsmsLocalXid() || last.command != GetCurrentCommandId(false) ||
		last.trigger != trigger || last.nkeys != n)
		return false;
	for (int i = 0; i < n; i++)
	{
		Form_pg_attribute att = TupleDescAttr(RelationGetDescr(rel), numbers[i] - 1);

		if (!datum_image_eq(last.keys[i], keys[i], att->attbyval, att->attlen))
			return false;
	}
	return true;
}

static void
remember_last(Oid trigger, Relation rel, const AttrNumber *numbers, int n, const Datum *keys)
{
	MemoryContext caller;

	last.transaction = InvalidLocalTransactionId;
	if (last.context == NULL)
		last.context = AllocSetContextCreate(TopMemoryContext, "isms parent", ALLOCSET_SMALL_SIZES);
	MemoryContextReset(last.context);
	caller = MemoryContextSwitchTo(last.context);
	for (int i = 0; i < n; i++)
	{
		Form_pg_attribute att = TupleDescAttr(RelationGetDescr(rel), numbers[i] - 1);

		last.keys[i] = datumCopy(keys[i], att->attbyval, att->attlen);
	}
	MemoryContextSwitchTo(caller);
	last.nkeys = n;
	last.trigger = trigger;
	/* marked as used, so that the next statement's is another one */
	last.command = GetCurrentCommandId(true);
	last.transaction = IsmsLocalXid();
}

/* May the row, old or new, change as far as its parent is concerned?  The parent is locked then. */
static bool
parent_allows(Trigger *trigger, Relation rel, TupleTableSlot *slot, Oid definer)
{
	IsmsCover  *cover;
	IsmsBinding *b = isms_workflow_cover(trigger->tgargs[0], trigger->tgargs[1], trigger->tgargs[2], &cover);
	IsmsWorkflow *w;
	AttrNumber	numbers[ISMS_MAX_ARGUMENTS];
	Oid			types[ISMS_MAX_ARGUMENTS];
	Datum		keys[ISMS_MAX_ARGUMENTS];
	int			covered;
	char	   *state;
	int			number;
	bool		known;

	if (b == NULL || !cover->understood)
		return false;
	w = b->workflow;
	covered = is_covered(rel, slot, cover);
	if (covered <= 0)
		return covered == 0;
	for (int i = 0; i < cover->on_child.n; i++)
	{
		bool		isnull;

		numbers[i] = get_attnum(RelationGetRelid(rel), cover->on_child.text[i]);
		if (numbers[i] <= 0)
			return false;
		types[i] = getBaseType(TupleDescAttr(RelationGetDescr(rel), numbers[i] - 1)->atttypid);
		keys[i] = slot_getattr(slot, numbers[i], &isnull);
		if (isnull)
			return true;		/* it has no parent */
	}
	if (is_last(trigger->tgoid, rel, numbers, cover->on_child.n, keys))
		return true;
	state = lock_parent(b, cover, definer, types, keys, &known);
	if (!known)
		return false;
	if (state != NULL)
	{
		number = isms_state_number(w, state, strlen(state));
		if (number >= 0 && (w->states[number].all_children || isms_texts_have(&w->states[number].children, cover->child)))
			return false;
	}
	remember_last(trigger->tgoid, rel, numbers, cover->on_child.n, keys);
	return true;
}

/* isms.workflow_child() returns trigger; arguments: parent's schema, parent's table, this table. */
Datum
isms_workflow_child(PG_FUNCTION_ARGS)
{
	TriggerData *call = (TriggerData *) fcinfo->context;
	Relation	rel;
	TupleTableSlot *old = NULL;
	TupleTableSlot *new = NULL;
	const char *operation;
	Oid			definer;
	Oid			types[] = {REGCLASSOID, TEXTOID, JSONBOID, JSONBOID, TEXTOID, TEXTOID, TEXTOID};
	NullableDatum args[lengthof(types)];

	if (!CALLED_AS_TRIGGER(fcinfo) ||
		!TRIGGER_FIRED_AFTER(call->tg_event) || !TRIGGER_FIRED_FOR_ROW(call->tg_event) || call->tg_trigger->tgnargs != 3)
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("isms.workflow_child() must be fired after each row, with three arguments")));

	/*
	 * a statement that holds its locks already may not have heard of changes
	 * yet
	 */
	AcceptInvalidationMessages();
	if (isms_origin_is_trusted())
		return PointerGetDatum(NULL);

	rel = call->tg_relation;
	definer = isms_function_owner(fcinfo->flinfo->fn_oid);
	if (TRIGGER_FIRED_BY_INSERT(call->tg_event))
	{
		operation = "INSERT";
		new = call->tg_trigslot;
	}
	else if (TRIGGER_FIRED_BY_UPDATE(call->tg_event))
	{
		operation = "UPDATE";
		old = call->tg_trigslot;
		new = call->tg_newslot;
	}
	else
	{
		operation = "DELETE";
		old = call->tg_trigslot;
	}
	if ((old == NULL || parent_allows(call->tg_trigger, rel, old, definer)) &&
		(new == NULL || parent_allows(call->tg_trigger, rel, new, definer)))
		return PointerGetDatum(NULL);

	args[0] = (NullableDatum)
	{
		ObjectIdGetDatum(RelationGetRelid(rel)), false
	};
	args[1] = (NullableDatum)
	{
		CStringGetTextDatum(operation), false
	};
	args[2] = (NullableDatum)
	{
		old ? isms_row_json(rel, old, definer) : (Datum) 0, old == NULL
	};
	args[3] = (NullableDatum)
	{
		new ? isms_row_json(rel, new, definer) : (Datum) 0, new == NULL
	};
	for (int i = 0; i < 3; i++)
		args[4 + i] = (NullableDatum)
	{
		CStringGetTextDatum(call->tg_trigger->tgargs[i]), false
	};
	isms_call("judge_child", lengthof(types), types, args, definer);
	return PointerGetDatum(NULL);
}
