/*
 * definition.c
 *		What a backend keeps of workflows: the definitions, and for each table
 *		under one where its columns are and what each state freezes.
 *
 * The definitions are read whole.  A trigger on their tables tells every
 * session of a change through the server's invalidation of its knowledge of
 * table isms.workflow, so a change holds from the next statement on, and one
 * rolled back never did; see core/actor.c.  What a change replaces stays until
 * the transaction ends, for somebody further up may be reading it.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/partition.h"
#include "catalog/pg_trigger.h"
#include "catalog/pg_type.h"
#include "core/compat.h"
#include "core/core.h"
#include "lib/stringinfo.h"
#include "parser/parse_func.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/hsearch.h"
#include "utils/inval.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"
#include "workflow/workflow.h"

/* Tables the definitions come from; the invalidation of the first tells of changes. */
static const char *const sources[] = {
	"workflow", "workflow_state", "workflow_transition", "workflow_approval",
	"workflow_relation", "workflow_binding", "guard", "slot_condition"
};

typedef struct Named
{
	char	   *workflow;		/* of relations */
	char	   *name;
	char	   *function;
} Named;

typedef struct Definitions
{
	MemoryContext context;
	uint64		generation;
	IsmsLasting lasting;
	Oid			source_ids[lengthof(sources)];
	List	   *workflows;
	List	   *bindings;
	List	   *guards;			/* of Named */
	List	   *conditions;
	List	   *relations;
} Definitions;

static Definitions *definitions;
static bool definitions_valid = false;
static uint64 generations = 0;
static HTAB *tables;

/* What is in use further up is there until the transaction ends. */
static void
retire(MemoryContext context)
{
	MemoryContextSetParent(context, TopTransactionContext);
}

static void
table_changed(Datum arg, Oid relid)
{
	HASH_SEQ_STATUS scan;
	IsmsTable  *table;

	if (definitions != NULL)
		for (int i = 0; i < (int) lengthof(sources); i++)
			if (relid == InvalidOid || definitions->source_ids[i] == relid)
				definitions_valid = false;
	if (tables == NULL)
		return;
	if (relid != InvalidOid)
	{
		table = hash_search(tables, &relid, HASH_FIND, NULL);
		if (table != NULL)
			table->valid = false;
		return;
	}
	hash_seq_init(&scan, tables);
	while ((table = hash_seq_search(&scan)) != NULL)
		table->valid = false;
}

/* A schema was renamed, perhaps. */
static void
schema_changed(Datum arg, int cacheid, uint32 hashvalue)
{
	table_changed((Datum) 0, InvalidOid);
}

bool
isms_texts_have(const IsmsTexts *texts, const char *text)
{
	for (int i = 0; i < texts->n; i++)
		if (strcmp(texts->text[i], text) == 0)
			return true;
	return false;
}

/*
 * Reading the tables.
 */
static IsmsTexts
texts_field(Relation rel, HeapTuple tuple, const char *column)
{
	IsmsTexts	texts = {0};
	bool		isnull;
	Datum		value = isms_field(rel, tuple, column, &isnull);
	Datum	   *elements;
	bool	   *nulls;
	int			n;

	if (isnull)
		return texts;
	deconstruct_array(DatumGetArrayTypeP(value), TEXTOID, -1, false, TYPALIGN_INT, &elements, &nulls, &n);
	texts.text = palloc(sizeof(char *) * Max(n, 1));
	for (int i = 0; i < n; i++)
		if (!nulls[i])
			texts.text[texts.n++] = TextDatumGetCString(elements[i]);
	return texts;
}

static bool
bool_field(Relation rel, HeapTuple tuple, const char *column)
{
	bool		isnull;
	Datum		value = isms_field(rel, tuple, column, &isnull);

	return !isnull && DatumGetBool(value);
}

typedef void (*ReadRow) (Definitions *d, Relation rel, HeapTuple tuple);

static void
read_table(Definitions *d, const char *name, Snapshot snapshot, ReadRow read_row)
{
	Relation	rel = table_open(isms_own_relation(name), AccessShareLock);
	SysScanDesc scan = isms_scan(rel, NULL, snapshot, 0, NULL, NULL);
	HeapTuple	tuple;

	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
		read_row(d, rel, tuple);
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
}

static IsmsWorkflow *
find_workflow(Definitions *d, const char *name)
{
	ListCell   *lc;

	foreach(lc, d->workflows)
	{
		IsmsWorkflow *w = lfirst(lc);

		if (strcmp(w->name, name) == 0)
			return w;
	}
	return NULL;
}

static Named *
find_named(List *list, const char *workflow, const char *name)
{
	ListCell   *lc;

	foreach(lc, list)
	{
		Named	   *named = lfirst(lc);

		if (strcmp(named->name, name) == 0 &&
			(workflow == NULL || strcmp(named->workflow, workflow) == 0))
			return named;
	}
	return NULL;
}

static Named *
read_named(Relation rel, HeapTuple tuple)
{
	Named	   *named = palloc0(sizeof(Named));

	named->name = isms_text_field(rel, tuple, "name");
	named->function = isms_text_field(rel, tuple, "function");
	return named;
}

static void
read_guard(Definitions *d, Relation rel, HeapTuple tuple)
{
	d->guards = lappend(d->guards, read_named(rel, tuple));
}

static void
read_condition(Definitions *d, Relation rel, HeapTuple tuple)
{
	d->conditions = lappend(d->conditions, read_named(rel, tuple));
}

static void
read_relation(Definitions *d, Relation rel, HeapTuple tuple)
{
	Named	   *named = read_named(rel, tuple);

	named->workflow = isms_text_field(rel, tuple, "workflow");
	d->relations = lappend(d->relations, named);
}

static void
read_workflow(Definitions *d, Relation rel, HeapTuple tuple)
{
	IsmsWorkflow *w = palloc0(sizeof(IsmsWorkflow));

	w->name = isms_text_field(rel, tuple, "name");
	d->workflows = lappend(d->workflows, w);
}

/* Room for one more element. */
static void *
grown(void *array, int n, Size size)
{
	return array == NULL ? palloc0(size) : repalloc(array, (n + 1) * size);
}

static void
read_state(Definitions *d, Relation rel, HeapTuple tuple)
{
	IsmsWorkflow *w = find_workflow(d, isms_text_field(rel, tuple, "workflow"));
	IsmsState  *s;

	if (w == NULL)
		return;
	w->states = grown(w->states, w->nstates, sizeof(IsmsState));
	s = &w->states[w->nstates++];
	s->name = isms_text_field(rel, tuple, "name");
	s->initial = bool_field(rel, tuple, "initial");
	s->final = bool_field(rel, tuple, "final");
	s->frozen = texts_field(rel, tuple, "frozen_columns");
	s->all_frozen = s->frozen.n == 1 && strcmp(s->frozen.text[0], "*") == 0;
	s->children = texts_field(rel, tuple, "frozen_children");
	s->all_children = s->children.n == 1 && strcmp(s->children.text[0], "*") == 0;
}

static bool
parse_spec(Definitions *d, IsmsWorkflow *w, const char *text, IsmsSpec *spec)
{
	const char *dot;
	Named	   *relation;

	spec->function = NULL;
	spec->name = pstrdup(text);
	if (strcmp(text, "editor") == 0)
		spec->kind = ISMS_SPEC_EDITOR;
	else if (strcmp(text, "isms_admin") == 0)
		spec->kind = ISMS_SPEC_ADMIN;
	else if (text[0] != '@')
		spec->kind = ISMS_SPEC_ROLE;
	else if (strcmp(text, "@requester") == 0)
		spec->kind = ISMS_SPEC_REQUESTER;
	else if (strncmp(text, "@new.", 5) == 0)
	{
		spec->kind = ISMS_SPEC_NEW_COLUMN;
		spec->name = pstrdup(text +5);
	}
	else if ((dot = strchr(text, '.')) != NULL)
	{
		spec->kind = ISMS_SPEC_RELATED;
		spec->name = pstrdup(dot + 1);
		relation = find_named(d->relations, w->name, pnstrdup(text +1, dot - text -1));
		if (relation == NULL || strchr(dot + 1, '.') != NULL)
			return false;
		spec->function = relation->function;
	}
	else
	{
		spec->kind = ISMS_SPEC_COLUMN;
		spec->name = pstrdup(text +1);
	}
	return true;
}

/* The guards as one query that is true where all hold; of columns $1 old, $2 new, $3 step. */
static char *
guards_query(Definitions *d, const IsmsTexts *names, bool *known)
{
	StringInfoData query;

	if (names->n == 0)
		return NULL;
	initStringInfo(&query);
	for (int i = 0; i < names->n; i++)
	{
		Named	   *guard = find_named(d->guards, NULL, names->text[i]);

		if (guard == NULL)
			*known = false;
		else
			appendStringInfo(&query, "%s %s($1, $2, $3) is null", i == 0 ? "select" : " and", guard->function);
	}
	return query.data;
}

static void
read_transition(Definitions *d, Relation rel, HeapTuple tuple)
{
	IsmsWorkflow *w = find_workflow(d, isms_text_field(rel, tuple, "workflow"));
	IsmsTransition *t;
	IsmsTexts	actors = texts_field(rel, tuple, "actors");
	IsmsTexts	rules = texts_field(rel, tuple, "separation");
	IsmsTexts	guards = texts_field(rel, tuple, "guards");

	if (w == NULL)
		return;
	w->transitions = grown(w->transitions, w->ntransitions, sizeof(IsmsTransition));
	t = &w->transitions[w->ntransitions++];
	memset(t, 0, sizeof(IsmsTransition));
	t->understood = true;
	t->name = isms_text_field(rel, tuple, "name");
	t->from = texts_field(rel, tuple, "from_states");
	t->on_insert = t->from.n == 0;
	t->from_any = t->from.n == 1 && strcmp(t->from.text[0], "any") == 0;
	t->to = isms_text_field(rel, tuple, "to_state");
	t->amended = texts_field(rel, tuple, "amended_columns");
	t->opens_request = isms_text_field(rel, tuple, "opens_request");
	t->own_login = bool_field(rel, tuple, "own_login");
	t->nactors = actors.n;
	t->actors = palloc(sizeof(IsmsSpec) * Max(actors.n, 1));
	for (int i = 0; i < actors.n; i++)
		t->understood &= parse_spec(d, w, actors.text[i], &t->actors[i]);
	t->nrules = rules.n;
	t->rules = palloc(sizeof(IsmsSeparation) * Max(rules.n, 1));
	t->barred = palloc0(sizeof(IsmsSpec) * Max(rules.n, 1));
	for (int i = 0; i < rules.n; i++)
	{
		const char *rule = rules.text[i];

		if (strcmp(rule, "R") == 0)
			t->rules[i] = ISMS_SEPARATION_REQUESTER;
		else if (strcmp(rule, "A") == 0)
			t->rules[i] = ISMS_SEPARATION_AUTHOR;
		else if (strcmp(rule, "I") == 0)
		{
			/* relation judged can name others than the row's owner */
			t->rules[i] = ISMS_SEPARATION_OWNER;
			t->understood &= find_named(d->relations, w->name, "judged") == NULL;
		}
		else
		{
			t->rules[i] = ISMS_SEPARATION_NOT;
			t->understood &= strncmp(rule, "not @", 5) == 0 && parse_spec(d, w, rule + 4, &t->barred[i]);
		}
	}
	t->guards = guards_query(d, &guards, &t->understood);
}

static void
read_approval(Definitions *d, Relation rel, HeapTuple tuple)
{
	IsmsWorkflow *w = find_workflow(d, isms_text_field(rel, tuple, "workflow"));
	char	   *name = isms_text_field(rel, tuple, "transition");
	char	   *condition = isms_text_field(rel, tuple, "condition");

	for (int i = 0; w != NULL && i < w->ntransitions; i++)
	{
		IsmsTransition *t = &w->transitions[i];
		Named	   *named;

		if (strcmp(t->name, name) != 0)
			continue;
		t->has_slots = w->has_slots = true;
		named = condition ? find_named(d->conditions, NULL, condition) : NULL;
		if (named == NULL)
			t->always_slots = true;
		else
			t->conditions = t->conditions
				? psprintf("%s and not coalesce(%s($1, $2, $3), true)", t->conditions, named->function)
				: psprintf("select not coalesce(%s($1, $2, $3), true)", named->function);
	}
}

/* A JSON object of texts as two lists; false where it is none. */
static bool
read_object(JsonbValue *object, IsmsTexts *names, IsmsTexts *values)
{
	JsonbIterator *it;
	JsonbIteratorToken token;
	JsonbValue	v;
	int			n;

	if (object == NULL)
		return true;
	if (object->type != jbvBinary || !JsonContainerIsObject(object->val.binary.data))
		return false;
	n = JsonContainerSize(object->val.binary.data);
	names->text = palloc(sizeof(char *) * Max(n, 1));
	values->text = palloc(sizeof(char *) * Max(n, 1));
	it = JsonbIteratorInit(object->val.binary.data);
	while ((token = JsonbIteratorNext(&it, &v, true)) != WJB_DONE)
	{
		if (token == WJB_KEY)
			names->text[names->n++] = pnstrdup(v.val.string.val, v.val.string.len);
		else if (token == WJB_VALUE)
		{
			if (v.type != jbvString)
				return false;
			values->text[values->n++] = pnstrdup(v.val.string.val, v.val.string.len);
		}
	}
	return names->n == values->n;
}

static JsonbValue *
member(JsonbValue *object, const char *name)
{
	JsonbValue	key;

	key.type = jbvString;
	key.val.string.val = unconstify(char *, name);
	key.val.string.len = strlen(name);
	return findJsonbValueFromContainer(object->val.binary.data, JB_FOBJECT, &key);
}

static void
read_covers(IsmsBinding *b, Jsonb *covers)
{
	JsonbIterator *it = JsonbIteratorInit(&covers->root);
	JsonbIteratorToken token;
	JsonbValue	v;
	IsmsCover  *cover = NULL;

	b->covers = palloc0(sizeof(IsmsCover) * Max(JB_ROOT_COUNT(covers), 1));
	(void) JsonbIteratorNext(&it, &v, true);
	while ((token = JsonbIteratorNext(&it, &v, true)) != WJB_DONE)
	{
		if (token == WJB_KEY)
		{
			cover = &b->covers[b->ncovers++];
			cover->child = pnstrdup(v.val.string.val, v.val.string.len);
		}
		else if (token == WJB_VALUE && v.type == jbvBinary && JsonContainerIsObject(v.val.binary.data))
			cover->understood = read_object(member(&v, "on"), &cover->on_child, &cover->on_parent) &&
				read_object(member(&v, "where"), &cover->where_columns, &cover->where_values) &&
				cover->on_child.n > 0 && cover->on_child.n <= ISMS_MAX_ARGUMENTS;
	}
}

static void
read_binding(Definitions *d, Relation rel, HeapTuple tuple)
{
	IsmsBinding *b = palloc0(sizeof(IsmsBinding));
	bool		isnull;
	Datum		covers = isms_field(rel, tuple, "covers", &isnull);

	b->workflow = find_workflow(d, isms_text_field(rel, tuple, "workflow"));
	if (b->workflow == NULL)
		return;
	b->schema = isms_text_field(rel, tuple, "schema_name");
	b->table = isms_text_field(rel, tuple, "table_name");
	b->state_column = isms_text_field(rel, tuple, "state_column");
	b->keys = texts_field(rel, tuple, "key_columns");
	b->scoped = bool_field(rel, tuple, "scoped");
	b->in_scope = isms_text_field(rel, tuple, "in_scope");
	if (!isnull && JB_ROOT_IS_OBJECT(DatumGetJsonbP(covers)))
		read_covers(b, DatumGetJsonbP(covers));
	b->ignored = texts_field(rel, tuple, "ignore_columns");
	d->bindings = lappend(d->bindings, b);
}

static bool
leaves(const IsmsTransition *t, const IsmsState *state)
{
	return t->from_any ? !state->final : isms_texts_have(&t->from, state->name);
}

/* Which transition leads from each state to each other. */
static void
find_ways(IsmsWorkflow *w)
{
	w->ways = palloc(sizeof(int) * Max(w->nstates * w->nstates, 1));
	for (int from = 0; from < w->nstates; from++)
		for (int to = 0; to < w->nstates; to++)
		{
			int		   *way = &w->ways[from * w->nstates + to];

			*way = -1;
			for (int i = 0; i < w->ntransitions && from != to; i++)
			{
				IsmsTransition *t = &w->transitions[i];

				if (t->to == NULL || strcmp(t->to, w->states[to].name) != 0)
					continue;
				if (leaves(t, &w->states[from]))
					*way = i;
			}
		}
}

static Definitions *
present_definitions(void)
{
	static bool registered = false;
	Definitions *d;
	MemoryContext context;
	MemoryContext caller;
	Snapshot	snapshot;
	ListCell   *lc;

	if (definitions_valid && isms_lasts(&definitions->lasting))
		return definitions;
	if (!registered)
	{
		CacheRegisterRelcacheCallback(table_changed, (Datum) 0);
		CacheRegisterSyscacheCallback(NAMESPACEOID, schema_changed, (Datum) 0);
		registered = true;
	}
	context = AllocSetContextCreate(CurrentMemoryContext, "isms workflows", ALLOCSET_DEFAULT_SIZES);
	caller = MemoryContextSwitchTo(context);
	d = palloc0(sizeof(Definitions));
	d->context = context;
	d->generation = ++generations;
	for (int i = 0; i < (int) lengthof(sources); i++)
		d->source_ids[i] = isms_own_relation(sources[i]);
	if (definitions != NULL)
		retire(definitions->context);

	/* before reading: a change that arrives meanwhile must not be lost */
	definitions = d;
	definitions_valid = true;
	PG_TRY();
	{
		isms_set_lasting(&d->lasting, sources, lengthof(sources));
		snapshot = isms_newest_snapshot(&d->lasting);
		read_table(d, "guard", snapshot, read_guard);
		read_table(d, "slot_condition", snapshot, read_condition);
		read_table(d, "workflow", snapshot, read_workflow);
		read_table(d, "workflow_relation", snapshot, read_relation);
		read_table(d, "workflow_state", snapshot, read_state);
		read_table(d, "workflow_transition", snapshot, read_transition);
		read_table(d, "workflow_approval", snapshot, read_approval);
		read_table(d, "workflow_binding", snapshot, read_binding);
		UnregisterSnapshot(snapshot);
	}
	PG_CATCH();
	{
		definitions = NULL;
		definitions_valid = false;
		PG_RE_THROW();
	}
	PG_END_TRY();
	foreach(lc, d->workflows)
		find_ways(lfirst(lc));
	MemoryContextSwitchTo(caller);
	MemoryContextSetParent(context, CacheMemoryContext);
	return d;
}

/*
 * Tables under a workflow.
 */
static IsmsBinding *
find_binding(Definitions *d, Oid relid)
{
	char	   *schema = get_namespace_name(get_rel_namespace(relid));
	char	   *name = get_rel_name(relid);
	ListCell   *lc;

	if (schema == NULL || name == NULL)
		return NULL;
	foreach(lc, d->bindings)
	{
		IsmsBinding *b = lfirst(lc);

		if (strcmp(b->table, name) == 0 && strcmp(b->schema, schema) == 0)
			return b;
	}
	return NULL;
}

static IsmsColumnKind
kind_of_type(Oid type)
{
	switch (type)
	{
		case TEXTOID:
		case VARCHAROID:
			return ISMS_COLUMN_TEXT;
		case TEXTARRAYOID:
			return ISMS_COLUMN_TEXTS;
		case INT2OID:
		case INT4OID:
		case INT8OID:
		case NAMEOID:
		case UUIDOID:
			return ISMS_COLUMN_PRINTED;
		default:
			return type_is_enum(type) ? ISMS_COLUMN_PRINTED : ISMS_COLUMN_OTHER;
	}
}

/* A column by name; InvalidAttrNumber where there is none. */
AttrNumber
isms_workflow_column(const IsmsTable *table, const char *name)
{
	for (int i = 0; i < table->ncolumns; i++)
		if (table->columns[i].name != NULL && strcmp(table->columns[i].name, name) == 0)
			return i + 1;
	return InvalidAttrNumber;
}

bool
isms_column_is_readable(const IsmsTable *table, AttrNumber number)
{
	return number != InvalidAttrNumber &&
		(table->columns[number - 1].kind == ISMS_COLUMN_TEXT || table->columns[number - 1].kind == ISMS_COLUMN_PRINTED);
}

static Bitmapset *
columns_named(const IsmsTable *table, const IsmsTexts *names)
{
	Bitmapset  *set = NULL;

	for (int i = 0; i < names->n; i++)
	{
		AttrNumber	number = isms_workflow_column(table, names->text[i]);

		if (number != InvalidAttrNumber)
			set = bms_add_member(set, number);
	}
	return set;
}

static void
find_triggers(IsmsTable *table, const TriggerDesc *triggers)
{
	Oid			function = LookupFuncName(list_make2(makeString("isms"), makeString("workflow_machine")), 0, NULL, true);

	for (int i = 0; triggers != NULL && i < triggers->numtriggers; i++)
	{
		Trigger    *trigger = &triggers->triggers[i];

		if (trigger->tgfoid != function || !TRIGGER_FOR_UPDATE(trigger->tgtype))
			continue;
		if (trigger->tgnattr == 0)
			table->update_trigger = trigger->tgoid;
		else
			table->columns_trigger = trigger->tgoid;
	}
}

/*
 * Can an UPDATE change what the workflow watches without naming it?  A BEFORE
 * trigger can; and the machine's trigger may not list a column that came, or
 * came to be frozen, after it.
 */
static bool
changes_unnamed(const IsmsTable *table, Relation rel, const IsmsWorkflow *w)
{
	TriggerDesc *triggers = rel->trigdesc;
	Bitmapset  *watched = bms_union(table->fixed, table->amendable);
	Bitmapset  *listed = NULL;

	if (triggers == NULL || triggers->trig_update_before_row)
		return true;
	for (int i = 0; i < w->nstates; i++)
		if (!w->states[i].all_frozen)
			watched = bms_add_members(watched, table->frozen[i]);
	watched = bms_del_member(watched, table->state);
	for (int i = 0; i < triggers->numtriggers; i++)
	{
		Trigger    *trigger = &triggers->triggers[i];

		if (trigger->tgoid == table->columns_trigger)
			for (int j = 0; j < trigger->tgnattr; j++)
				listed = bms_add_member(listed, trigger->tgattr[j]);
	}
	return !bms_is_subset(watched, listed);
}

static void
fill_table(IsmsTable *table, Relation rel)
{
	TupleDesc	desc = RelationGetDescr(rel);
	IsmsBinding *b = table->binding;
	IsmsWorkflow *w = b->workflow;
	Bitmapset  *all = NULL;

	table->ncolumns = desc->natts;
	table->columns = palloc0(sizeof(IsmsColumn) * Max(desc->natts, 1));
	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);
		IsmsColumn *column = &table->columns[i];

		if (att->attisdropped)
			continue;
		column->name = pstrdup(NameStr(att->attname));
		column->typlen = att->attlen;
		column->typbyval = att->attbyval;
		column->kind = kind_of_type(getBaseType(att->atttypid));
		if (column->kind == ISMS_COLUMN_PRINTED)
		{
			bool		varlena;

			getTypeOutputInfo(getBaseType(att->atttypid), &column->output, &varlena);
			column->is_number = column->output == F_INT2OUT || column->output == F_INT4OUT || column->output == F_INT8OUT;
		}
		column->counts = strcmp(column->name, b->state_column) != 0 && !isms_texts_have(&b->ignored, column->name);
		if (column->counts)
			all = bms_add_member(all, i + 1);
	}
	table->state = isms_workflow_column(table, b->state_column);
	table->scope = b->scoped ? isms_workflow_column(table, "scope") : InvalidAttrNumber;
	table->created_by = isms_workflow_column(table, "created_by");
	table->simple = isms_column_is_readable(table, table->state) &&
		(b->scoped ? isms_column_is_readable(table, table->scope) : b->in_scope != NULL) && b->keys.n > 0;
	table->nkeys = b->keys.n;
	table->keys = palloc(sizeof(AttrNumber) * Max(b->keys.n, 1));
	for (int i = 0; i < b->keys.n; i++)
	{
		table->keys[i] = isms_workflow_column(table, b->keys.text[i]);
		table->simple &= isms_column_is_readable(table, table->keys[i]);
		table->fixed = bms_add_member(table->fixed, Max(table->keys[i], 0));
	}
	if (table->scope != InvalidAttrNumber)
		table->fixed = bms_add_member(table->fixed, table->scope);
	if (table->created_by != InvalidAttrNumber)
		table->fixed = bms_add_member(table->fixed, table->created_by);

	table->frozen = palloc0(sizeof(Bitmapset *) * Max(w->nstates, 1));
	for (int i = 0; i < w->nstates; i++)
		table->frozen[i] = w->states[i].all_frozen ? bms_copy(all) : columns_named(table, &w->states[i].frozen);
	table->amended = palloc0(sizeof(Bitmapset *) * Max(w->ntransitions, 1));
	for (int i = 0; i < w->ntransitions; i++)
	{
		table->amended[i] = columns_named(table, &w->transitions[i].amended);
		if (w->transitions[i].to == NULL)
			table->amendable = bms_add_members(table->amendable, table->amended[i]);
	}
	table->watched = palloc0(sizeof(Bitmapset *) * Max(w->nstates, 1));
	for (int i = 0; i < w->nstates; i++)
	{
		table->watched[i] = bms_copy(table->frozen[i]);
		for (int j = 0; j < w->ntransitions; j++)
			if (w->transitions[j].to == NULL && leaves(&w->transitions[j], &w->states[i]))
				table->watched[i] = bms_add_members(table->watched[i], table->amended[j]);
	}
	find_triggers(table, rel->trigdesc);
	table->watches_all = changes_unnamed(table, rel, w);
}

/* What is known of a table with a workflow's trigger, at present; its binding is NULL where it is under none. */
IsmsTable *
isms_workflow_table(Relation rel)
{
	Oid			relid = RelationGetRelid(rel);
	Definitions *d = present_definitions();
	IsmsTable  *table;
	IsmsTable	made = {0};
	MemoryContext caller;
	bool		found;

	if (tables == NULL)
	{
		HASHCTL		ctl = {0};

		ctl.keysize = sizeof(Oid);
		ctl.entrysize = sizeof(IsmsTable);
		ctl.hcxt = TopMemoryContext;
		tables = hash_create("isms tables under a workflow", 64, &ctl, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	}
	table = hash_search(tables, &relid, HASH_ENTER, &found);
	if (!found)
	{
		table->valid = false;
		table->context = NULL;
	}
	if (table->valid && table->generation == d->generation)
		return table;

	/* valid before reading: a change that arrives meanwhile must not be lost */
	table->valid = true;
	table->generation = 0;
	made.relid = relid;
	made.generation = d->generation;
	made.context = AllocSetContextCreate(CurrentMemoryContext, "isms table under a workflow", ALLOCSET_SMALL_SIZES);
	caller = MemoryContextSwitchTo(made.context);
	made.binding = find_binding(d, relid);
	if (made.binding == NULL && rel->rd_rel->relispartition)
		made.binding = find_binding(d, llast_oid(get_partition_ancestors(relid)));
	if (made.binding != NULL)
		fill_table(&made, rel);
	MemoryContextSwitchTo(caller);

	if (table->context != NULL)
		retire(table->context);
	MemoryContextSetParent(made.context, CacheMemoryContext);
	made.valid = table->valid;
	*table = made;
	return table;
}

/* The same by the table's oid, without opening it where that can be helped. */
IsmsTable *
isms_workflow_table_of(Oid relid)
{
	Definitions *d = present_definitions();
	IsmsTable  *table = tables ? hash_search(tables, &relid, HASH_FIND, NULL) : NULL;

	if (table == NULL || !table->valid || table->generation != d->generation)
	{
		Relation	rel = table_open(relid, AccessShareLock);

		table = isms_workflow_table(rel);
		table_close(rel, AccessShareLock);
	}
	return table;
}

/* Is what is kept of the table true at present? */
bool
isms_workflow_table_is_present(const IsmsTable *table)
{
	return table->valid && definitions_valid && isms_lasts(&definitions->lasting) &&
		table->generation == definitions->generation;
}

/* What is kept of a table where it is true at present, else NULL; it stays where it is as long as the session lasts. */
IsmsTable *
isms_workflow_table_known(Oid relid)
{
	IsmsTable  *table = tables ? hash_search(tables, &relid, HASH_FIND, NULL) : NULL;

	return table != NULL && isms_workflow_table_is_present(table) ? table : NULL;
}

/* The binding of a covered table's parent, and how it covers; NULL where there is no such thing. */
IsmsBinding *
isms_workflow_cover(const char *schema, const char *table, const char *child, IsmsCover **cover)
{
	ListCell   *lc;

	foreach(lc, present_definitions()->bindings)
	{
		IsmsBinding *b = lfirst(lc);

		if (strcmp(b->table, table) != 0 || strcmp(b->schema, schema) != 0)
			continue;
		for (int i = 0; i < b->ncovers; i++)
			if (strcmp(b->covers[i].child, child) == 0)
			{
				*cover = &b->covers[i];
				return b;
			}
	}
	return NULL;
}

/* A state by name; -1 where there is none. */
int
isms_state_number(const IsmsWorkflow *workflow, const char *name, int len)
{
	for (int i = 0; i < workflow->nstates; i++)
		if (strncmp(workflow->states[i].name, name, len) == 0 && workflow->states[i].name[len] == '\0')
			return i;
	return -1;
}
