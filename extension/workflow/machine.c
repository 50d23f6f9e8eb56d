/*
 * machine.c
 *		The trigger of tables under a workflow.
 *
 * Most changes are plainly allowed, and that can be told from what the backend
 * keeps of definitions and people.  Here it is told; all else, every refusal
 * and all that has to be recorded goes to isms.judge_row(), which judges the
 * whole step anew, with the rights of the extension's owner.  So what this file holds must be no more than that function
 * would let through and have nothing to record about.
 *
 * The trigger runs with the rights of whoever writes.  Nobody's code is run but
 * guards and conditions, with the rights of the extension's owner, and what
 * makes the JSON they get of a row: with those of the table's owner, since a
 * cast to json or the check of a domain is that owner's.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "common/hashfn.h"
#include "core/compat.h"
#include "core/core.h"
#include "executor/spi.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "parser/parse_func.h"
#include "storage/proc.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/fmgroids.h"
#include "utils/guc.h"
#include "utils/hsearch.h"
#include "utils/inval.h"
#include "utils/jsonb.h"
#include "utils/numeric.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"
#include "utils/typcache.h"
#include "workflow/workflow.h"

/* A step being judged.  Rows are old and new; one is NULL for INSERT and DELETE. */
typedef struct Step
{
	Relation	rel;
	IsmsTable	table;			/* as it was when the step began */
	IsmsWorkflow *workflow;
	IsmsTransition *transition;
	TupleTableSlot *old;
	TupleTableSlot *new;
	TupleTableSlot *source;		/* old, or new where there is none */
	Oid			definer;		/* with whose rights is judged */
	char	   *actor;
	char	   *scope;
	char	   *key;
	DateADT		day;
	const char *from;
	const char *to;
	bool		has_json;
	Datum		json[3];		/* old, new, isms.step */
	char		json_nulls[4];
	Oid			step_type;
} Step;

PG_FUNCTION_INFO_V1(isms_workflow_machine);

/*
 * Values of columns.
 */

/* A column's text, copied; NULL for null. */
static char *
column_text(const IsmsTable *table, AttrNumber number, TupleTableSlot *slot)
{
	const IsmsColumn *column = &table->columns[number - 1];
	bool		isnull;
	Datum		value = slot_getattr(slot, number, &isnull);

	if (isnull)
		return NULL;
	if (column->kind == ISMS_COLUMN_TEXT)
		return TextDatumGetCString(value);
	return OidOutputFunctionCall(column->output, value);
}

/* As isms.row_key(): the one value of the key, or a JSON object of several; NULL where one is null. */
static char *
row_key(const IsmsTable *table, TupleTableSlot *slot)
{
	JsonbParseState *state = NULL;
	JsonbValue *object;
	Jsonb	   *json;

	if (table->nkeys == 1)
		return column_text(table, table->keys[0], slot);
	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	for (int i = 0; i < table->nkeys; i++)
	{
		const IsmsColumn *column = &table->columns[table->keys[i] - 1];
		char	   *text = column_text(table, table->keys[i], slot);
		JsonbValue	v;

		if (text == NULL)
			return NULL;
		v.type = jbvString;
		v.val.string.val = column->name;
		v.val.string.len = strlen(column->name);
		pushJsonbValue(&state, WJB_KEY, &v);
		if (column->is_number)
		{
			v.type = jbvNumeric;
			v.val.numeric = DatumGetNumeric(DirectFunctionCall3(numeric_in, CStringGetDatum(text), ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1)));
		}
		else
		{
			v.type = jbvString;
			v.val.string.val = text;

			v.val.string.len = strlen(text);
		}
		pushJsonbValue(&state, WJB_VALUE, &v);
	}
	object = pushJsonbValue(&state, WJB_END_OBJECT, NULL);
	json = JsonbValueToJsonb(object);
	return JsonbToCString(NULL, &json->root, VARSIZE(json));
}

/* Number of the state a row is in; -1 where the workflow has no such state. */
int
isms_state_of(const IsmsTable *table, TupleTableSlot *slot)
{
	const IsmsWorkflow *w = table->binding->workflow;
	bool		isnull;
	Datum		value = slot_getattr(slot, table->state, &isnull);

	if (isnull)
		return -1;
	if (table->columns[table->state - 1].kind == ISMS_COLUMN_TEXT)
	{
		struct varlena *text = PG_DETOAST_DATUM_PACKED(value);

		return isms_state_number(w, VARDATA_ANY(text), VARSIZE_ANY_EXHDR(text));
	}
	else
	{
		char	   *name = column_text(table, table->state, slot);

		return isms_state_number(w, name, strlen(name));
	}
}

static bool
text_is(Datum value, const char *text, int len)
{
	struct varlena *v = PG_DETOAST_DATUM_PACKED(value);

	return (int) VARSIZE_ANY_EXHDR(v) == len && memcmp(VARDATA_ANY(v), text, len) == 0;
}

/* Does the column, a text or an array of texts, name the person?  False too where that cannot be told here. */
static bool
column_names(const IsmsTable *table, AttrNumber number, TupleTableSlot *slot, const char *person)
{
	bool		isnull;
	Datum		value;
	Datum	   *elements;
	bool	   *nulls;
	int			n;

	if (number == InvalidAttrNumber)
		return false;
	value = slot_getattr(slot, number, &isnull);
	if (isnull)
		return false;
	switch (table->columns[number - 1].kind)
	{
		case ISMS_COLUMN_TEXT:
			return text_is(value, person, strlen(person));
		case ISMS_COLUMN_TEXTS:
			if (ARR_NDIM(DatumGetArrayTypeP(value)) != 1)
				return false;
			deconstruct_array(DatumGetArrayTypeP(value), TEXTOID, -1, false, TYPALIGN_INT, &elements, &nulls, &n);
			for (int i = 0; i < n; i++)
				if (!nulls[i] && text_is(elements[i], person, strlen(person)))
					return true;
			return false;
		default:
			return false;
	}
}

/* Can it be told whether the column names a person? */
static bool
column_can_name(const IsmsTable *table, AttrNumber number)
{
	return number == InvalidAttrNumber ||
		table->columns[number - 1].kind == ISMS_COLUMN_TEXT;
}

bool
isms_value_changed(const IsmsColumn *column, AttrNumber number, TupleTableSlot *old, TupleTableSlot *new)
{
	Datum		a;
	Datum		b;

	if (old->tts_isnull[number - 1] || new->tts_isnull[number - 1])
		return old->tts_isnull[number - 1] != new->tts_isnull[number - 1];
	a = old->tts_values[number - 1];
	b = new->tts_values[number - 1];

	/* a stored value that was carried over is known by its place */
	if (column->typlen == -1 && VARATT_IS_EXTERNAL_ONDISK(DatumGetPointer(a)) && VARATT_IS_EXTERNAL_ONDISK(DatumGetPointer(b)) &&
		memcmp(DatumGetPointer(a), DatumGetPointer(b), VARSIZE_EXTERNAL(DatumGetPointer(a))) == 0)
		return false;
	return !datum_image_eq(a, b, column->typbyval, column->typlen);
}

/* The columns that changed, but for the state and the ignored ones.  At least those the judge finds. */
static Bitmapset *
changed_columns(const IsmsTable *table, TupleTableSlot *old, TupleTableSlot *new)
{
	Bitmapset  *changed = NULL;

	slot_getallattrs(old);
	slot_getallattrs(new);
	for (int i = 0; i < table->ncolumns; i++)
		if (table->columns[i].counts && isms_value_changed(&table->columns[i], i + 1, old, new))
			changed = bms_add_member(changed, i + 1);
	return changed;
}

/*
 * Guards and conditions.
 */

/* A value of type isms.step. */
static Datum
step_datum(Step *step)
{
	TupleDesc	desc = lookup_rowtype_tupdesc(step->step_type, -1);
	Datum	   *values = palloc0(sizeof(Datum) * desc->natts);
	bool	   *nulls = palloc(sizeof(bool) * desc->natts);
	const char *relation = quote_qualified_identifier(step->table.binding->schema, step->table.binding->table);
	const struct
	{
		const char *name;
		const char *value;
	}			fields[] = {
		{"workflow", step->workflow->name},
		{"transition", step->transition->name},
		{"from_state", step->from},
		{"to_state", step->to},
		{"relation", relation},
		{"key", step->key},
		{"actor", step->actor},
		{"comment", isms_comment()},
		{"scope", step->scope},
	};
	HeapTuple	tuple;

	for (int i = 0; i < desc->natts; i++)
	{
		nulls[i] = true;
		for (int j = 0; j < (int) lengthof(fields); j++)
			if (fields[j].value != NULL && strcmp(NameStr(TupleDescAttr(desc, i)->attname), fields[j].name) == 0)
			{
				values[i] = CStringGetTextDatum(fields[j].value);
				nulls[i] = false;
			}
	}
	tuple = heap_form_tuple(desc, values, nulls);
	ReleaseTupleDesc(desc);
	return HeapTupleGetDatum(tuple);
}

/* Is the query's one value, of the rows and the step, true? */
static bool
query_holds(Step *step, const char *text)
{
	IsmsIdentity before;
	Oid			types[3] = {JSONBOID, JSONBOID, InvalidOid};
	bool		holds = false;

	if (!step->has_json)
	{
		step->step_type = GetSysCacheOid2(TYPENAMENSP, Anum_pg_type_oid, CStringGetDatum("step"),
										  ObjectIdGetDatum(get_namespace_oid("isms", false)));
		step->json[0] = step->old ? isms_row_json(step->rel, step->old, step->definer) : (Datum) 0;
		step->json_nulls[0] = step->old ? ' ' : 'n';
		step->json[1] = step->new ? isms_row_json(step->rel, step->new, step->definer) : (Datum) 0;
		step->json_nulls[1] = step->new ? ' ' : 'n';
		step->json[2] = step_datum(step);
		step->json_nulls[2] = ' ';
		step->has_json = true;
	}
	types[2] = step->step_type;

	isms_become(&before, step->definer, 0);
	SPI_connect();
	if (SPI_execute_plan(isms_plan(text, 3, types), step->json, step->json_nulls, false, 1) != SPI_OK_SELECT)
		elog(ERROR, "not a query: %s", text);
	if (SPI_processed == 1 && SPI_gettypeid(SPI_tuptable->tupdesc, 1) == BOOLOID)
	{
		bool		isnull;
		Datum		value = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull);

		holds = !isnull && DatumGetBool(value);
	}
	SPI_finish();
	isms_become_again(&before);
	return holds;
}

/*
 * People.
 */
static bool
permits(Step *step, const IsmsSpec *spec)
{
	const IsmsTable *table = &step->table;
	TupleTableSlot *slot = step->source;

	switch (spec->kind)
	{
		case ISMS_SPEC_ROLE:
			return isms_person_holds(step->actor, spec->name, step->scope, step->day);
		case ISMS_SPEC_EDITOR:
			return isms_person_holds(step->actor, NULL, step->scope, step->day);
		case ISMS_SPEC_ADMIN:
			return isms_has_database_role("isms_admin");
		case ISMS_SPEC_NEW_COLUMN:
			if (step->new != NULL)
				slot = step->new;
			/* FALLTHROUGH */
		case ISMS_SPEC_COLUMN:
			return column_names(table, isms_workflow_column(table, spec->name), slot, step->actor) &&
				isms_person_active(step->actor, step->day);
		case ISMS_SPEC_RELATED:
		case ISMS_SPEC_REQUESTER:
			break;
	}
	return false;
}

/* Could the rule keep the actor from the step? */
static bool
may_separate(Step *step, IsmsSeparation rule, const IsmsSpec *barred)
{
	const IsmsTable *table = &step->table;
	AttrNumber	author = isms_workflow_column(table, "author");
	AttrNumber	column;

	switch (rule)
	{
		case ISMS_SEPARATION_REQUESTER:
			return false;
		case ISMS_SEPARATION_AUTHOR:
			return !column_can_name(table, author) || column_names(table, author, step->source, step->actor) ||
				!column_can_name(table, table->created_by) || column_names(table, table->created_by, step->source, step->actor);
		case ISMS_SEPARATION_OWNER:
			column = isms_workflow_column(table, "owner");
			return !column_can_name(table, column) || column_names(table, column, step->source, step->actor);
		case ISMS_SEPARATION_NOT:
			if (barred->kind != ISMS_SPEC_COLUMN)
				return true;
			column = isms_workflow_column(table, barred->name);
			return !column_can_name(table, column) || column_names(table, column, step->source, step->actor);
	}
	return true;
}

/* Is there a request about the table in the step's scope, and with a key: about that row?  open: one that is not settled. */
static bool
find_request(Step *step, bool open, const char *key)
{
	static const char *const columns[] = {"scope", "table_name", "key"};
	const char *values[3];
	Relation	rel = table_open(isms_own_relation("approval_request"), AccessShareLock);
	Snapshot	snapshot = RegisterSnapshot(GetLatestSnapshot());
	SysScanDesc scan;
	HeapTuple	tuple;
	bool		found = false;

	values[0] = step->scope;
	values[1] = quote_qualified_identifier(step->table.binding->schema, step->table.binding->table);
	values[2] = key;
	scan = isms_scan(rel, open ? "approval_request_open_key" : "approval_request_row_idx", snapshot, key ? 3 : 2, columns, values);
	while (!found && HeapTupleIsValid(tuple = systable_getnext(scan)))
		found = !open || strcmp(isms_text_field(rel, tuple, "status"), "open") == 0;
	systable_endscan(scan);
	UnregisterSnapshot(snapshot);
	table_close(rel, AccessShareLock);
	return found;
}

/*
 * Is something asked for about the row and not settled?
 *
 * Who asks holds the row's lock until the request is committed, and all rows
 * of a statement are locked by the time its triggers fire.  So if there was no
 * request about any row of the table after that, there is none until
 * the present transaction begins another command.
 */
static bool
has_open_request(Step *step)
{
	static LocalTransactionId transaction = InvalidLocalTransactionId;
	static CommandId command;
	static Oid	relid;
	static char scope[64];
	static bool none;

	/* where nobody approves anything, nothing is asked for */
	if (!step->workflow->has_slots)
		return false;
	if (transaction != IsmsLocalXid() || command != GetCurrentCommandId(false) ||
		relid != RelationGetRelid(step->rel) || strcmp(scope, step->scope) != 0)
	{
		transaction = InvalidLocalTransactionId;
		none = !find_request(step, true, NULL);
		if (strlen(step->scope) < sizeof(scope))
		{
			strcpy(scope, step->scope);
			relid = RelationGetRelid(step->rel);
			/* marked as used, so that the next statement's is another one */
			command = GetCurrentCommandId(true);
			transaction = IsmsLocalXid();
		}
	}
	return !none && find_request(step, true, step->key);
}

/* Who acts, in which scope, on which row; false where something of it is missing. */
static bool
know_step(Step *step)
{
	const IsmsTable *table = &step->table;

	step->actor = isms_actor();
	step->scope = table->scope == InvalidAttrNumber ? table->binding->in_scope
		: column_text(table, table->scope, step->source);
	step->key = row_key(table, step->source);
	return step->actor != NULL && step->scope != NULL && step->key != NULL &&
		isms_today(step->scope, &step->day);
}

/* May the actor take the step, and needs it no approval? */
static bool
may_take(Step *step)
{
	IsmsTransition *t = step->transition;
	bool		permitted = false;

	if (!t->understood || t->always_slots || t->opens_request != NULL ||
		(t->own_login && isms_claimed_actor() != NULL))
		return false;
	for (int i = 0; i < t->nactors && !permitted; i++)
		permitted = permits(step, &t->actors[i]);
	if (!permitted)
		return false;
	for (int i = 0; i < t->nrules; i++)
		if (may_separate(step, t->rules[i], &t->barred[i]))
			return false;

	/*
	 * Queries come last: what is kept of definitions may be made anew under
	 * them.
	 */
	if (t->has_slots && !query_holds(step, t->conditions))
		return false;
	return t->guards == NULL || query_holds(step, t->guards);
}

/*
 * The three changes: is it plain that nothing speaks against it, and that
 * nothing is to be recorded?
 */
static bool
insert_is_plain(Step *step)
{
	IsmsTable  *table = &step->table;
	IsmsWorkflow *w = step->workflow;
	int			state = isms_state_of(table, step->new);

	if (state < 0 || !know_step(step))
		return false;
	if (table->created_by != InvalidAttrNumber &&
		(!column_can_name(table, table->created_by) ||
		 !column_names(table, table->created_by, step->new, step->actor)))
		return false;
	step->to = w->states[state].name;
	for (int i = 0; i < w->ntransitions; i++)
	{
		IsmsTransition *t = &w->transitions[i];

		if (t->on_insert && t->to != NULL && strcmp(t->to, step->to) == 0)
		{
			step->transition = t;
			return may_take(step);
		}
	}
	return false;
}

static bool
update_is_plain(Step *step)
{
	IsmsTable  *table = &step->table;
	IsmsWorkflow *w = step->workflow;
	Bitmapset  *changed = changed_columns(table, step->old, step->new);
	int			from = isms_state_of(table, step->old);
	int			to;
	Bitmapset  *held;

	if (from < 0 || bms_overlap(changed, table->fixed))
		return false;
	if (!isms_value_changed(&table->columns[table->state - 1], table->state, step->old, step->new))
		return !bms_overlap(changed, table->frozen[from]) &&
			(!bms_overlap(changed, table->amendable) || (know_step(step) && !has_open_request(step)));

	to = isms_state_of(table, step->new);
	if (to < 0 || w->ways[from * w->nstates + to] < 0)
		return false;
	held = bms_int_members(bms_int_members(changed, table->frozen[from]), table->frozen[to]);
	if (!bms_is_subset(held, table->amended[w->ways[from * w->nstates + to]]))
		return false;
	step->transition = &w->transitions[w->ways[from * w->nstates + to]];
	step->from = w->states[from].name;
	step->to = w->states[to].name;
	/* one that approval depends on may renew what was carried over */
	if (step->transition->has_slots || !know_step(step) || has_open_request(step))
		return false;
	return may_take(step);
}

static bool
delete_is_plain(Step *step)
{
	IsmsTable  *table = &step->table;
	int			from = isms_state_of(table, step->old);

	return from >= 0 && step->workflow->states[from].initial && table->binding->ncovers == 0 &&
		table->created_by != InvalidAttrNumber && know_step(step) &&
		column_names(table, table->created_by, step->old, step->actor) && !find_request(step, false, step->key);
}

static bool
is_plain(Step *step)
{
	if (step->table.binding == NULL || !step->table.simple)
		return false;
	step->workflow = step->table.binding->workflow;
	if (step->old == NULL)
		return insert_is_plain(step);
	if (step->new == NULL)
		return delete_is_plain(step);
	return update_is_plain(step);
}

/* isms.judge_row(relation, operation, old, new): refuses, or records and returns. */
static void
judge(Step *step, const char *operation)
{
	Oid			types[] = {REGCLASSOID, TEXTOID, JSONBOID, JSONBOID};
	NullableDatum args[lengthof(types)] = {
		{ObjectIdGetDatum(RelationGetRelid(step->rel)), false},
		{CStringGetTextDatum(operation), false},
		{(Datum) 0, true},
		{(Datum) 0, true},
	};

	if (step->old != NULL)
		args[2] = (NullableDatum)
	{
		isms_row_json(step->rel, step->old, step->definer), false
	};
	if (step->new != NULL)
		args[3] = (NullableDatum)
	{
		isms_row_json(step->rel, step->new, step->definer), false
	};
	isms_call("judge_row", lengthof(types), types, args, step->definer);
}

/* isms.workflow_machine() returns trigger */
Datum
isms_workflow_machine(PG_FUNCTION_ARGS)
{
	TriggerData *call = (TriggerData *) fcinfo->context;
	Step		step = {0};
	const char *operation;

	if (!CALLED_AS_TRIGGER(fcinfo) ||
		!TRIGGER_FIRED_AFTER(call->tg_event) || !TRIGGER_FIRED_FOR_ROW(call->tg_event))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("isms.workflow_machine() must be fired after each row")));

	/*
	 * a statement that holds its locks already may not have heard of changes
	 * yet
	 */
	AcceptInvalidationMessages();
	if (isms_origin_is_trusted())
		return PointerGetDatum(NULL);
	isms_refuse_looking_back();

	step.rel = call->tg_relation;
	step.definer = isms_function_owner(fcinfo->flinfo->fn_oid);
	if (TRIGGER_FIRED_BY_INSERT(call->tg_event))
	{
		operation = "INSERT";
		step.source = step.new = call->tg_trigslot;
	}
	else if (TRIGGER_FIRED_BY_UPDATE(call->tg_event))
	{
		operation = "UPDATE";
		step.source = step.old = call->tg_trigslot;
		step.new = call->tg_newslot;
	}
	else
	{
		operation = "DELETE";
		step.source = step.old = call->tg_trigslot;
	}
	step.table = *isms_workflow_table(step.rel);
	/* with the glass broken every row is written down */
	if (isms_glass_broken() || !is_plain(&step))
		judge(&step, operation);
	return PointerGetDatum(NULL);
}
