/*
 * fold.c
 *		The trail read back: applying entries to rows, forward from nothing
 *		or backward from the table as it is.
 *
 * Order.  Of two transactions that changed one row the later one's entries
 * all have larger numbers than the earlier one's, because it waited for the
 * earlier one's end; so transactions are taken whole, by their largest number.
 * Inside a transaction the command orders, and inside a command rows leave
 * their keys before others take them (two rows may swap keys in one UPDATE).
 * The callers' queries give the entries in that order, or in its reverse.
 *
 * Columns.  A column is followed through versions of its table by its number
 * as long as the installation stays the same, and by its name from one
 * installation to the next (a dump numbers columns anew).  What is followed
 * is called a lineage; rows hold their values by lineage.
 */
#include "postgres.h"

#include "trail/fold.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

static char *
joined_names(FoldValue schema, FoldValue table)
{
	if (schema.p == NULL || table.p == NULL)
		isms_malformed();
	return psprintf("%.*s,%.*s", schema.len, schema.p, table.len, table.p);
}

static void
read_version_column(PayloadReader *r, FoldColumn *column)
{
	FoldValue	label;
	bool		first = true;

	memset(column, 0, sizeof(FoldColumn));
	isms_expect(r, '{');
	while (isms_read_member(r, &first, &label))
	{
		FoldValue	value = isms_read_value(r);

		if (isms_value_is(label, "\"number\""))
			column->number = atoi(pnstrdup(value.p, value.len));
		else if (isms_value_is(label, "\"name\""))
		{
			column->label = pnstrdup(value.p, value.len);
			column->label_len = value.len;
		}
		else if (isms_value_is(label, "\"excluded\""))
			column->excluded = true;
	}
	if (column->label == NULL || column->number <= 0)
		isms_malformed();
}

/* A content of isms.trail_table_version. */
FoldVersion *
isms_fold_version(const char *content)
{
	FoldVersion *v = palloc0(sizeof(FoldVersion));
	PayloadReader r = {content, content + strlen(content)};
	FoldValue	label;
	FoldValue	schema = {NULL, 0};
	FoldValue	table = {NULL, 0};
	FoldValue	key = {NULL, 0};
	bool		first = true;
	int			room = 16;

	isms_content_id(content, &v->id);
	v->columns = palloc(sizeof(FoldColumn) * room);
	isms_expect(&r, '{');
	while (isms_read_member(&r, &first, &label))
	{
		if (isms_value_is(label, "\"schema\""))
			schema = isms_read_value(&r);
		else if (isms_value_is(label, "\"table\""))
			table = isms_read_value(&r);
		else if (isms_value_is(label, "\"partition_of\""))
		{
			FoldValue	part_label;
			FoldValue	names[2] = {{NULL, 0}, {NULL, 0}};
			bool		part_first = true;

			isms_expect(&r, '{');
			while (isms_read_member(&r, &part_first, &part_label))
				names[isms_value_is(part_label, "\"table\"") ? 1 : 0] = isms_read_value(&r);
			v->root = joined_names(names[0], names[1]);
		}
		else if (isms_value_is(label, "\"columns\""))
		{
			isms_expect(&r, '[');
			while (!isms_accept(&r, ']'))
			{
				if (v->ncolumns > 0)
					isms_expect(&r, ',');
				if (v->ncolumns == room)
					v->columns = repalloc(v->columns, sizeof(FoldColumn) * (room *= 2));
				read_version_column(&r, &v->columns[v->ncolumns++]);
			}
		}
		else if (isms_value_is(label, "\"key\""))
			key = isms_read_value(&r);
		else
			(void) isms_read_value(&r);
	}
	v->table = joined_names(schema, table);

	v->key = palloc(sizeof(int) * Max(v->ncolumns, 1));
	if (key.p != NULL)
	{
		PayloadReader k = {key.p, key.p + key.len};

		isms_expect(&k, '[');
		for (bool begin = true; !isms_accept(&k, ']'); begin = false)
		{
			FoldValue	name;

			if (!begin)
				isms_expect(&k, ',');
			name = isms_read_value(&k);
			for (int i = 0; i < v->ncolumns; i++)
				if (!v->columns[i].excluded && name.len == v->columns[i].label_len &&
					memcmp(name.p, v->columns[i].label, name.len) == 0)
					v->key[v->nkey++] = i;
		}
	}
	v->has_key = v->nkey > 0;
	for (int i = 0; !v->has_key && i < v->ncolumns; i++)
		if (!v->columns[i].excluded)
			v->key[v->nkey++] = i;
	return v;
}

/* Schema and name as SQL writes them. */
char *
isms_fold_table_name(FoldTable *t)
{
	const char *comma = t->table + 1;

	/* two JSON strings; a comma inside the first is not the one between them */
	while (comma[-1] != '"' || comma == t->table + 1 || comma[0] != ',')
		comma++;
	return quote_qualified_identifier(isms_fold_text(t->table, comma - t->table),
									  isms_fold_text(comma + 1, strlen(comma + 1)));
}

FoldTable *
isms_fold_table(MemoryContext context, const char *table, bool back)
{
	MemoryContext caller = MemoryContextSwitchTo(context);
	FoldTable  *t = palloc0(sizeof(FoldTable));

	t->context = context;
	t->table = pstrdup(table);
	t->rows = foldhash_create(context, 256, NULL);
	t->displaced = foldhash_create(context, 8, NULL);
	if (back)
		t->live = foldhash_create(context, 256, NULL);
	initStringInfo(&t->keybuf);
	MemoryContextSwitchTo(caller);
	return t;
}

FoldValue
isms_fold_value(FoldRow *row, int lineage)
{
	static const FoldValue absent = {NULL, FOLD_ABSENT};

	return lineage < row->n ? row->values[lineage] : absent;
}

static void
scratch_clear(FoldTable *t, FoldValue *values)
{
	for (int i = 0; i < t->nlineages; i++)
	{
		values[i].p = NULL;
		values[i].len = FOLD_ABSENT;
	}
}

/* What rows are found by; stands until the next call. */
FoldKey
isms_fold_key(FoldTable *t, FoldValue *values)
{
	FoldKey		key;

	resetStringInfo(&t->keybuf);
	for (int i = 0; i < t->nkey; i++)
	{
		FoldValue	v = values[t->key[i]];

		if (i > 0)
			appendStringInfoCharMacro(&t->keybuf, ',');
		if (v.p != NULL)
			appendBinaryStringInfo(&t->keybuf, v.p, v.len);
		else
			appendBinaryStringInfo(&t->keybuf, "null", 4);
	}
	key.p = t->keybuf.data;
	key.len = t->keybuf.len;
	return key;
}

static FoldKey
keep_key(FoldTable *t, FoldKey key)
{
	char	   *copy = MemoryContextAlloc(t->context, Max(key.len, 1));

	memcpy(copy, key.p, key.len);
	key.p = copy;
	return key;
}

static void
set_values(FoldTable *t, FoldRow *row, FoldValue *values)
{
	Size		size = sizeof(FoldValue) * Max(t->nlineages, 1);
	FoldValue  *chunk;
	char	   *bytes;

	for (int i = 0; i < t->nlineages; i++)
		if (values[i].p != NULL)
			size += values[i].len;
	chunk = MemoryContextAllocHuge(t->context, size);
	bytes = (char *) (chunk + Max(t->nlineages, 1));
	for (int i = 0; i < t->nlineages; i++)
	{
		chunk[i] = values[i];
		if (values[i].p != NULL)
		{
			memcpy(bytes, values[i].p, values[i].len);
			chunk[i].p = bytes;
			bytes += values[i].len;
		}
	}
	if (row->values != NULL)
		pfree(row->values);
	row->values = chunk;
	row->n = t->nlineages;
}

static FoldRow *
new_row(FoldTable *t, FoldValue *values)
{
	FoldRow    *row = MemoryContextAllocZero(t->context, sizeof(FoldRow));

	row->stamp = t->stamp;
	row->life = ++t->lives;
	set_values(t, row, values);
	return row;
}

static void
free_row(FoldRow *row)
{
	pfree(row->values);
	pfree(row);
}

/* The row with the key these values have, or NULL. */
FoldRow *
isms_fold_find(FoldTable *t, foldhash_hash * rows, FoldValue *values)
{
	FoldItem   *item = foldhash_lookup(rows, isms_fold_key(t, values));

	return item ? item->row : NULL;
}

/* Every row leaves. */
static void
forget_rows(FoldTable *t)
{
	foldhash_iterator iterator;
	FoldItem   *item;

	foldhash_start_iterate(t->rows, &iterator);
	while ((item = foldhash_iterate(t->rows, &iterator)) != NULL)
	{
		free_row(item->row);
		pfree(unconstify(char *, item->key.p));
	}
	foldhash_reset(t->rows);
	foldhash_reset(t->displaced);
}

static void
rehash(FoldTable *t)
{
	foldhash_hash *old = t->rows;
	foldhash_iterator iterator;
	FoldItem   *item;

	t->rows = foldhash_create(t->context, Max(old->members, 256), NULL);
	foldhash_start_iterate(old, &iterator);
	while ((item = foldhash_iterate(old, &iterator)) != NULL)
	{
		FoldItem   *other;
		FoldKey		key;
		bool		found;

		for (int i = 0; i < t->nlineages; i++)
			t->before[i] = isms_fold_value(item->row, i);
		key = isms_fold_key(t, t->before);
		pfree(unconstify(char *, item->key.p));
		other = foldhash_insert(t->rows, key, &found);
		if (found)
		{
			other->row->count += item->row->count;
			free_row(item->row);
			continue;
		}
		other->key = keep_key(t, key);
		other->row = item->row;
	}
	foldhash_destroy(old);
	foldhash_reset(t->displaced);
}

/* From now on entries speak of this version. */
void
isms_fold_switch(FoldTable *t, FoldVersion *version, const pg_uuid_t *incarnation)
{
	MemoryContext caller;
	FoldVersion *old = t->version;
	bool		by_number;
	int		   *lineage;
	int		   *key;
	bool		same;

	if (old == version && memcmp(&t->incarnation, incarnation, sizeof(pg_uuid_t)) == 0)
		return;

	caller = MemoryContextSwitchTo(t->context);
	by_number = memcmp(&t->incarnation, incarnation, sizeof(pg_uuid_t)) == 0;
	lineage = palloc(sizeof(int) * Max(version->ncolumns, 1));
	for (int i = 0; i < version->ncolumns; i++)
	{
		FoldColumn *column = &version->columns[i];

		lineage[i] = -1;
		for (int j = 0; old != NULL && j < old->ncolumns; j++)
			if (by_number ? old->columns[j].number == column->number
				: (old->columns[j].label_len == column->label_len &&
				   memcmp(old->columns[j].label, column->label, column->label_len) == 0))
				lineage[i] = t->lineage[j];
		if (lineage[i] < 0)
			lineage[i] = t->nlineages++;
	}
	if (t->nlineages > t->nscratch)
	{
		t->nscratch = t->nlineages * 2;
		t->before = palloc(sizeof(FoldValue) * t->nscratch);
		t->after = palloc(sizeof(FoldValue) * t->nscratch);
	}

	key = palloc(sizeof(int) * Max(version->nkey, 1));
	for (int i = 0; i < version->nkey; i++)
		key[i] = lineage[version->key[i]];
	same = old != NULL && t->nkey == version->nkey && t->has_key == version->has_key &&
		memcmp(t->key, key, sizeof(int) * version->nkey) == 0;
	t->lineage = lineage;
	t->key = key;
	t->nkey = version->nkey;
	t->has_key = version->has_key;
	t->version = version;
	t->incarnation = *incarnation;
	MemoryContextSwitchTo(caller);

	if (same || old == NULL)
		return;
	if (t->live != NULL)
		t->cannot_undo = true;
	else
		rehash(t);
}

FoldPoint
isms_fold_mark(FoldTable *t)
{
	FoldPoint	point = {t->version, t->incarnation, t->lineage, t->key, t->nkey, t->has_key};

	return point;
}

/* As the table stood at a point: values read and shown from now on are of its columns. */
void
isms_fold_return(FoldTable *t, const FoldPoint *point)
{
	t->version = point->version;
	t->incarnation = point->incarnation;
	t->lineage = point->lineage;
	t->key = point->key;
	t->nkey = point->nkey;
	t->has_key = point->has_key;
}

/* Values of an object of the payload, by lineage; a change is an array of two, of which side 0 or 1 is taken. */
static void
read_object(FoldTable *t, PayloadReader *r, FoldValue *values, FoldValue *changed)
{
	FoldVersion *v = t->version;
	FoldValue	label;
	bool		first = true;
	int			next = 0;

	isms_expect(r, '{');
	while (isms_read_member(r, &first, &label))
	{
		int			i;
		int			lineage;

		for (i = 0; i < v->ncolumns; i++)
		{
			FoldColumn *column = &v->columns[(next + i) % v->ncolumns];

			if (column->label_len == label.len && memcmp(column->label, label.p, label.len) == 0)
				break;
		}
		if (i == v->ncolumns)
			isms_malformed();
		next = (next + i) % v->ncolumns;
		lineage = t->lineage[next++];
		if (next == v->ncolumns)
			next = 0;
		if (changed == NULL)
			values[lineage] = isms_read_value(r);
		else
		{
			isms_expect(r, '[');
			if (isms_accept(r, ']'))
			{
				values[lineage].p = changed[lineage].p = NULL;
				values[lineage].len = changed[lineage].len = FOLD_EXCLUDED;
				continue;
			}
			values[lineage] = isms_read_value(r);
			isms_expect(r, ',');
			changed[lineage] = isms_read_value(r);
			isms_expect(r, ']');
		}
	}
}

static void
mark_excluded(FoldTable *t, FoldValue *values)
{
	for (int i = 0; i < t->version->ncolumns; i++)
		if (t->version->columns[i].excluded)
			values[t->lineage[i]].len = FOLD_EXCLUDED;
}

/* A whole row into t->after. */
void
isms_fold_parse_row(FoldTable *t, const char *payload, int len)
{
	PayloadReader r = {payload, payload + len};

	scratch_clear(t, t->after);
	mark_excluded(t, t->after);
	read_object(t, &r, t->after, NULL);
}

/* A new command: what the last one pushed off its key and did not account for is overwritten. */
static void
begin_command(FoldTable *t, FoldEntry *e)
{
	if (t->stamp > 0 && t->xid == e->xid && t->command == e->command &&
		memcmp(&t->command_incarnation, &e->incarnation, sizeof(pg_uuid_t)) == 0)
		return;
	t->stamp++;
	t->xid = e->xid;
	t->command = e->command;
	t->command_incarnation = e->incarnation;
	if (t->displaced->members > 0)
		foldhash_reset(t->displaced);
}

/* Takes the row these values name off its key, or returns NULL. */
static FoldRow *
take_row(FoldTable *t, FoldValue *values, bool *known)
{
	FoldKey		key = isms_fold_key(t, values);
	FoldItem   *item;
	FoldRow    *row;

	*known = false;
	if (t->displaced->members > 0 && (item = foldhash_lookup(t->displaced, key)) != NULL)
	{
		row = item->row;
		foldhash_delete_item(t->displaced, item);
		*known = true;
		return row;
	}
	item = foldhash_lookup(t->rows, key);
	if (item == NULL)
		return NULL;
	*known = true;
	row = item->row;
	if (t->live != NULL)
		item->row = NULL;
	else
	{
		char	   *copy = unconstify(char *, item->key.p);

		foldhash_delete_item(t->rows, item);
		pfree(copy);
	}
	return row;
}

static void
put_row(FoldTable *t, FoldValue *values, FoldRow *row)
{
	FoldKey		key = isms_fold_key(t, values);
	FoldItem   *item;
	bool		found;

	row->stamp = t->stamp;
	item = foldhash_insert(t->rows, key, &found);
	if (!found)
		item->key = keep_key(t, key);
	else if (item->row != NULL && item->row->stamp != t->stamp)
	{
		FoldItem   *aside = foldhash_insert(t->displaced, item->key, &found);

		aside->row = item->row;
	}
	item->row = row;
}

/* So many more of a row in a table without a key; returns its life. */
static int64
count_row(FoldTable *t, FoldValue *values, int64 more)
{
	FoldKey		key = isms_fold_key(t, values);
	FoldItem   *item;
	bool		found;
	int64		life;

	item = foldhash_insert(t->rows, key, &found);
	if (!found)
	{
		item->key = keep_key(t, key);
		item->row = new_row(t, values);
	}
	item->row->count += more;
	life = item->row->life;
	if (item->row->count == 0)
	{
		char	   *copy = unconstify(char *, item->key.p);

		free_row(item->row);
		foldhash_delete_item(t->rows, item);
		pfree(copy);
	}
	return life;
}

/* Both sides of an UPDATE: t->before and t->after have what the entry says. */
static void
read_change(FoldTable *t, FoldEntry *e)
{
	PayloadReader r = {e->payload, e->payload + e->payload_len};

	scratch_clear(t, t->before);
	isms_expect(&r, '[');
	read_object(t, &r, t->before, NULL);
	memcpy(t->after, t->before, sizeof(FoldValue) * t->nlineages);
	isms_expect(&r, ',');
	read_object(t, &r, t->before, t->after);
	isms_expect(&r, ']');
}

/* The row with what is known of it laid over. */
static void
overlay(FoldTable *t, FoldRow *row, FoldValue *known)
{
	for (int i = 0; i < t->nlineages; i++)
		if (known[i].p == NULL && known[i].len == FOLD_ABSENT)
			known[i] = isms_fold_value(row, i);
}

static bool
same_value(FoldValue a, FoldValue b)
{
	return a.len == b.len && (a.p == NULL || memcmp(a.p, b.p, a.len) == 0);
}

/* Did the entry, its values in t->before, find what is recorded?  Only then was nothing changed unrecorded in between. */
static void
check_found(FoldTable *t, FoldEntry *e, FoldRow *row)
{
	static const FoldValue nothing = {NULL, FOLD_ABSENT};

	if (t->contradiction == NULL)
		return;
	if (row == NULL)
	{
		t->contradiction(t->contradiction_arg, t, e, -1, nothing, nothing);
		return;
	}
	for (int i = 0; i < t->version->ncolumns; i++)
	{
		FoldValue	recorded = isms_fold_value(row, t->lineage[i]);
		FoldValue	found = t->before[t->lineage[i]];

		if (found.p == NULL || same_value(recorded, found) ||
			(recorded.p == NULL && (recorded.len == FOLD_EXCLUDED || (found.len == 4 && memcmp(found.p, "null", 4) == 0))))
			continue;
		t->contradiction(t->contradiction_arg, t, e, i, recorded, found);
	}
}

/* Did the table's last baseline in an archive go on here? */
static bool
baseline_cut(FoldTable *t, FoldEntry *e)
{
	ListCell   *lc;

	foreach(lc, t->archived)
	{
		FoldArchived *a = lfirst(lc);

		if (a->has_baseline && a->baseline_xid == e->xid &&
			memcmp(&a->baseline_incarnation, &e->incarnation, sizeof(pg_uuid_t)) == 0)
			return true;
	}
	return false;
}

/* Forward by one entry. */
void
isms_fold_apply(FoldTable *t, FoldEntry *e)
{
	FoldRow    *row;
	bool		known;

	t->life = t->other_life = 0;
	if (t->archived != NIL)
	{
		/* nothing adds up before an entry that speaks of all rows */
		if (e->operation != ISMS_OP_TRUNCATE && (e->operation != ISMS_OP_BASELINE || baseline_cut(t, e)))
			return;
		t->archived = NIL;
	}
	if (e->operation == ISMS_OP_BASELINE &&
		(t->baseline_xid != e->xid || memcmp(&t->baseline_incarnation, &e->incarnation, sizeof(pg_uuid_t)) != 0))
	{
		/*
		 * the table as it was then, whatever came before; perhaps another one
		 * of the same name
		 */
		forget_rows(t);
		t->version = NULL;
		t->nlineages = 0;
		t->erased = 0;
		t->baseline_xid = e->xid;
		t->baseline_incarnation = e->incarnation;
	}
	isms_fold_switch(t, e->version, &e->incarnation);
	begin_command(t, e);
	if (e->operation == ISMS_OP_TRUNCATE)
	{
		forget_rows(t);
		t->erased = 0;
		return;
	}
	if (e->payload == NULL)
	{
		t->erased++;
		return;
	}
	switch (e->operation)
	{
		case ISMS_OP_INSERT:
		case ISMS_OP_BASELINE:
		case ISMS_OP_ANEW:
			isms_fold_parse_row(t, e->payload, e->payload_len);
			if (t->has_key)
			{
				row = new_row(t, t->after);
				t->life = row->life;
				put_row(t, t->after, row);
			}
			else
				t->life = count_row(t, t->after, 1);
			break;
		case ISMS_OP_DELETE:
			isms_fold_parse_row(t, e->payload, e->payload_len);
			if (!t->has_key)
				t->life = count_row(t, t->after, -1);
			else
			{
				memcpy(t->before, t->after, sizeof(FoldValue) * t->nlineages);
				row = take_row(t, t->before, &known);
				check_found(t, e, row);
				if (row != NULL)
				{
					t->life = row->life;
					free_row(row);
				}
			}
			break;
		case ISMS_OP_UPDATE:
			read_change(t, e);
			if (!t->has_key)
			{
				mark_excluded(t, t->before);
				mark_excluded(t, t->after);
				t->life = count_row(t, t->before, -1);
				t->other_life = count_row(t, t->after, 1);
				break;
			}
			row = take_row(t, t->before, &known);
			check_found(t, e, row);
			if (row != NULL)
			{
				overlay(t, row, t->after);
				set_values(t, row, t->after);
			}
			else
				row = new_row(t, t->after);
			t->life = row->life;
			put_row(t, t->after, row);
			break;
		default:
			isms_malformed();
	}
}

/*
 * Back by one entry.  Rows not spoken of are as in the table; of a row spoken
 * of, what no entry says is.
 */
void
isms_fold_undo(FoldTable *t, FoldEntry *e)
{
	FoldRow    *row;
	FoldItem   *item;
	FoldKey		key;
	bool		known;
	bool		found;

	/* these don't say what was there; neither does what was erased */
	if (e->operation == ISMS_OP_TRUNCATE || e->operation == ISMS_OP_BASELINE || e->payload == NULL)
		t->cannot_undo = true;
	/* what was recorded anew had not changed */
	if (t->cannot_undo || e->operation == ISMS_OP_ANEW)
		return;
	isms_fold_switch(t, e->version, &e->incarnation);
	if (t->cannot_undo)
		return;
	begin_command(t, e);

	if (e->operation == ISMS_OP_UPDATE)
		read_change(t, e);
	else
		isms_fold_parse_row(t, e->payload, e->payload_len);

	if (!t->has_key)
	{
		if (e->operation == ISMS_OP_UPDATE)
		{
			mark_excluded(t, t->before);
			mark_excluded(t, t->after);
			count_row(t, t->before, 1);
		}
		count_row(t, t->after, e->operation == ISMS_OP_DELETE ? 1 : -1);
		return;
	}

	if (e->operation == ISMS_OP_DELETE)
	{
		put_row(t, t->after, new_row(t, t->after));
		return;
	}

	/* off the key it had after the change */
	row = take_row(t, t->after, &known);
	if (!known)
	{
		row = MemoryContextAllocZero(t->context, sizeof(FoldRow));
		row->live = true;
		key = keep_key(t, isms_fold_key(t, t->after));
		item = foldhash_insert(t->live, key, &found);
		item->row = row;
		item = foldhash_insert(t->rows, key, &found);
		item->row = NULL;
	}
	if (row == NULL)
		return;					/* the trail contradicts itself; reconcile
								 * says where */
	if (e->operation == ISMS_OP_INSERT)
	{
		row->gone = true;
		return;
	}
	overlay(t, row, t->before);
	set_values(t, row, t->before);
	put_row(t, t->before, row);
}

/* A row, or its key, as one JSON object, named as in the version in effect. */
void
isms_fold_append_object(FoldTable *t, FoldValue *values, int n, bool key_only, StringInfo out)
{
	char		separator = '{';

	for (int i = 0; i < t->version->ncolumns; i++)
	{
		int			lineage = t->lineage[i];
		bool		of_key = false;

		for (int k = 0; k < t->nkey; k++)
			of_key = of_key || t->key[k] == lineage;
		if ((key_only && !of_key) || lineage >= n || values[lineage].p == NULL)
			continue;
		appendStringInfoChar(out, separator);
		separator = ',';
		appendBinaryStringInfo(out, t->version->columns[i].label, t->version->columns[i].label_len);
		appendStringInfoChar(out, ':');
		appendBinaryStringInfo(out, values[lineage].p, values[lineage].len);
	}
	appendStringInfoString(out, separator == '{' ? "{}" : "}");
}
