/*
 * erase.c
 *		isms.erase_rows and isms.erase_identities: what the trail holds of a
 *		person goes, what it proves stays.
 *
 * An erased entry has no salt and no payload but the commitment that was
 * computed from them, so its leaf in the tree is what it was.  The tuple is
 * replaced in the heap, below the guards, which refuse every UPDATE; the
 * functions here are the only way to it, each erasure writes a row into
 * isms.erasure, an audited table, and nothing is erased if that fails.
 *
 * With them go their rows of the look-up, isms.trail_key.
 *
 * All entries of a row go, never some: what is left then adds up for every
 * other row.  A row that is still in its table would be one the trail knows
 * nothing of, so that it is refused, or else recorded anew.
 *
 * Locks: SHARE ROW EXCLUSIVE on the table, so that no change of the row is
 * under way; SHARE UPDATE EXCLUSIVE on isms.trail_entry and isms.checkpoint,
 * which keeps other erasures, archiving and seals away, but no writer.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/heapam.h"
#include "access/htup_details.h"
#include "access/stratnum.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_am.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_type.h"
#include "core/compat.h"
#include "core/core.h"
#include "executor/spi.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "trail/fold.h"
#include "trail/merkle.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/fmgrprotos.h"
#include "utils/hsearch.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

PG_FUNCTION_INFO_V1(isms_erase_rows);
PG_FUNCTION_INFO_V1(isms_erase_identities);

/* An entry, and the row's life it belongs to. */
typedef struct Belonging
{
	int64		seq;
	int64		life;
	Oid			leaf;
} Belonging;

typedef struct Match
{
	char	   *column;
	char	   *value;			/* NULL: null */
} Match;

/* Whose entries are to go. */
typedef struct Request
{
	FoldHistory *h;
	char	   *key;			/* as isms.audit_trail shows it, or NULL */
	char	   *scope;			/* or NULL: the key has none */
	int			nmatches;
	Match	   *matches;
	MemoryContext per_entry;
	HTAB	   *lives;			/* those asked for */
	HTAB	   *previous;		/* at a new baseline: lives by key before it */
	Belonging  *entries;
	int64		nentries;
	int64		room;
	Belonging  *links;			/* where there is no key: seq became life */
	int64		nlinks;
	int64		link_room;
} Request;

typedef struct PreviousLife
{
	pg_uuid_t	key;			/* hash of table and key */
	int64		life;
} PreviousLife;

static void
remember(Belonging **array, int64 *n, int64 *room, MemoryContext context, int64 seq, int64 life, Oid leaf)
{
	if (*n == *room)
	{
		*room = Max(*room * 2, 1024);
		if (*array == NULL)
			*array = MemoryContextAllocHuge(context, *room * sizeof(Belonging));
		else
			*array = repalloc_huge(*array, *room * sizeof(Belonging));
	}
	(*array)[*n].seq = seq;
	(*array)[*n].life = life;
	(*array)[*n].leaf = leaf;
	(*n)++;
}

static bool
wanted_life(Request *r, int64 life)
{
	return hash_search(r->lives, &life, HASH_FIND, NULL) != NULL;
}

static void
want_life(Request *r, int64 life)
{
	if (life != 0)
		(void) hash_search(r->lives, &life, HASH_ENTER, NULL);
}

/* A value's text, NULL where it is null or not known. */
static char *
value_text(FoldValue v)
{
	if (v.p == NULL || (v.len == 4 && memcmp(v.p, "null", 4) == 0))
		return NULL;
	return isms_fold_text(v.p, v.len);
}

static bool
same_text(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

/* Is the row one that is asked for, by its key or by values? */
static bool
row_wanted(Request *r, FoldTable *t, FoldValue *values)
{
	if (r->key != NULL)
	{
		StringInfoData buf;

		LOCAL_FCINFO(call, 1);
		Datum		key;

		if (!t->has_key)
			return false;
		if (r->scope != NULL)
			for (int i = 0; i < t->version->ncolumns; i++)
			{
				FoldColumn *column = &t->version->columns[i];

				if (column->label_len == 7 && memcmp(column->label, "\"scope\"", 7) == 0 &&
					!same_text(value_text(values[t->lineage[i]]), r->scope))
					return false;
			}
		initStringInfo(&buf);
		isms_fold_append_object(t, values, t->nlineages, true, &buf);
		InitFunctionCallInfoData(*call, NULL, 1, InvalidOid, NULL, NULL);
		call->args[0].value = PointerGetDatum(cstring_to_text_with_len(buf.data, buf.len));
		call->args[0].isnull = false;
		key = isms_row_key(call);
		return !call->isnull && strcmp(TextDatumGetCString(key), r->key) == 0;
	}
	for (int m = 0; m < r->nmatches; m++)
	{
		bool		matches = false;

		for (int i = 0; i < t->version->ncolumns && !matches; i++)
		{
			FoldColumn *column = &t->version->columns[i];
			FoldValue	v = values[t->lineage[i]];

			matches = v.p != NULL && same_text(isms_fold_text(column->label, column->label_len), r->matches[m].column) &&
				same_text(value_text(v), r->matches[m].value);
		}
		if (!matches)
			return false;
	}
	return true;
}

static void
name_key(FoldTable *t, FoldValue *values, pg_uuid_t *name)
{
	FoldKey		key = isms_fold_key(t, values);

	isms_content_id(psprintf("%s,%.*s", t->table, key.len, key.p), name);
}

/* A new baseline names every row again; those that were there are the same rows. */
static void
keep_lives(Request *r, FoldTable *t)
{
	foldhash_iterator iterator;
	FoldItem   *item;

	foldhash_start_iterate(t->rows, &iterator);
	while ((item = foldhash_iterate(t->rows, &iterator)) != NULL)
	{
		pg_uuid_t	name;
		PreviousLife *previous;

		for (int i = 0; i < t->nlineages; i++)
			t->before[i] = isms_fold_value(item->row, i);
		name_key(t, t->before, &name);
		previous = hash_search(r->previous, &name, HASH_ENTER, NULL);
		previous->life = item->row->life;
		MemoryContextReset(r->per_entry);
	}
}

/* Visitor of the table's entries: to which row does each belong, and is that asked for? */
static void
sort_out(void *arg, FoldTable *t, FoldEntry *e, bool applied)
{
	Request    *r = arg;
	MemoryContext caller;

	if (e->payload == NULL)
		return;
	caller = MemoryContextSwitchTo(r->per_entry);
	if (!applied)
	{
		if (e->operation == ISMS_OP_BASELINE && t->version != NULL && t->has_key &&
			(t->baseline_xid != e->xid || memcmp(&t->baseline_incarnation, &e->incarnation, sizeof(pg_uuid_t)) != 0))
			keep_lives(r, t);
	}
	else if (e->operation != ISMS_OP_TRUNCATE)
	{
		if (t->life == 0)
		{
			/* a row that was deleted without ever having come */
			t->life = ++t->lives;
		}
		if (e->operation == ISMS_OP_BASELINE && t->has_key)
		{
			pg_uuid_t	name;
			PreviousLife *previous;
			FoldRow    *row;

			name_key(t, t->after, &name);
			previous = hash_search(r->previous, &name, HASH_FIND, NULL);
			row = isms_fold_find(t, t->rows, t->after);
			if (previous != NULL && row != NULL)
				t->life = row->life = previous->life;
		}
		if (row_wanted(r, t, t->after))
			want_life(r, t->life);
		if (e->operation == ISMS_OP_UPDATE)
		{
			for (int i = 0; i < t->nlineages; i++)
				if (t->before[i].p == NULL && t->before[i].len == FOLD_ABSENT)
					t->before[i] = t->after[i];
			if (row_wanted(r, t, t->before))
				want_life(r, t->life);
		}
		remember(&r->entries, &r->nentries, &r->room, r->h->context, e->seq, t->life, e->leaf);
		if (t->other_life != 0)
			remember(&r->links, &r->nlinks, &r->link_room, r->h->context, t->life, t->other_life, InvalidOid);
	}
	MemoryContextSwitchTo(caller);
	MemoryContextReset(r->per_entry);
}

/* Rows without a key become others by an UPDATE: they go together. */
static void
follow_links(Request *r)
{
	bool		more = r->nlinks > 0;

	while (more)
	{
		more = false;
		for (int64 i = 0; i < r->nlinks; i++)
		{
			bool		from = wanted_life(r, r->links[i].seq);
			bool		to = wanted_life(r, r->links[i].life);

			if (from != to)
			{
				want_life(r, from ? r->links[i].life : r->links[i].seq);
				more = true;
			}
		}
	}
}

/*
 * Rows asked for that are in the table: refused, or recorded anew.  Returns
 * how many.
 */
static int64
live_rows(Request *r, bool keep)
{
	int64		found = 0;
	ListCell   *lc;

	foreach(lc, r->h->leaves)
	{
		Relation	rel = table_open(lfirst_oid(lc), NoLock);
		bool		audited = isms_trail_trigger(rel, ISMS_CAPTURE_TRIGGER) != NULL;
		IsmsTrailRelation *info;
		FoldTable  *t = isms_history_live(r->h, rel, &info, false);
		Snapshot	snapshot = RegisterSnapshot(GetLatestSnapshot());
		TableScanDesc scan = table_beginscan(rel, snapshot, 0, NULL);
		TupleTableSlot *slot = table_slot_create(rel, NULL);
		MemoryContext caller = MemoryContextSwitchTo(r->per_entry);

		while (table_scan_getnextslot(scan, ForwardScanDirection, slot))
		{
			FoldRow    *row;

			CHECK_FOR_INTERRUPTS();
			MemoryContextReset(r->per_entry);
			isms_encode_row(info, slot);
			isms_fold_parse_row(t, info->payload.data, info->payload.len);
			row = isms_fold_find(t, t->rows, t->after);
			if (!row_wanted(r, t, t->after) && (row == NULL || !wanted_life(r, row->life)))
				continue;
			if (!keep)
			{
				StringInfoData key;

				initStringInfo(&key);
				isms_fold_append_object(t, t->after, t->nlineages, true, &key);
				ereport(ERROR,
						(errcode(ERRCODE_ISMS_TRAIL),
						 errmsg("row %s is still in %s", key.data, RelationGetRelationName(rel)),
						 errdetail("trail: Without its entries the trail would say that nobody put it there."),
						 errhint("Delete it, or change in it what must go, and call with keep_row => true: it is then recorded anew as it is."),
						 errtable(rel)));
			}
			found++;
			if (audited)
			{
				/*
				 * sought for each row: writing an entry can make the server
				 * build the table's facts anew
				 */
				IsmsTrailRelation *current = isms_trail_relation(rel, isms_trail_trigger(rel, ISMS_CAPTURE_TRIGGER));

				isms_encode_row(current, slot);
				isms_trail_append(current, ISMS_OP_ANEW, GetCurrentCommandId(true));
			}
		}
		MemoryContextSwitchTo(caller);
		ExecDropSingleTupleTableSlot(slot);
		table_endscan(scan);
		UnregisterSnapshot(snapshot);
		table_close(rel, NoLock);
	}
	return found;
}

/* C of trail-format.md, as a bytea. */
static Datum
commitment_of(Datum salt, Datum payload)
{
	bytea	   *result = palloc(VARHDRSZ + HASH_LEN);
	TrailHash	hash;
	int			len;
	const char *bytes = isms_payload_utf8(DatumGetTextPP(payload), &len);

	isms_hash(DatumGetUUIDP(salt)->data, UUID_LEN, bytes, len, &hash);
	SET_VARSIZE(result, VARHDRSZ + HASH_LEN);
	memcpy(VARDATA(result), hash.bytes, HASH_LEN);
	return PointerGetDatum(result);
}

static AttrNumber
column_number(Relation rel, const char *name)
{
	AttrNumber	number = get_attnum(RelationGetRelid(rel), name);

	if (number == InvalidAttrNumber)
		elog(ERROR, "column %s of %s not found", name, RelationGetRelationName(rel));
	return number;
}

/* Erase what the scan finds; returns how many rows had something to erase. */
static int64
erase_found(Relation rel, SysScanDesc scan, bool entries)
{
	TupleDesc	desc = RelationGetDescr(rel);
	AttrNumber	payload = column_number(rel, entries ? "payload" : "content");
	AttrNumber	salt = entries ? column_number(rel, "salt") : 0;
	AttrNumber	commitment = entries ? column_number(rel, "commitment") : 0;
	AttrNumber	seq = entries ? column_number(rel, "seq") : 0;
	AttrNumber	table_version = entries ? column_number(rel, "table_version") : 0;
	AttrNumber	operation = entries ? column_number(rel, "operation") : 0;
	HeapTuple	tuple;
	int64		erased = 0;

	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Datum	   *values = palloc(sizeof(Datum) * desc->natts);
		bool	   *nulls = palloc(sizeof(bool) * desc->natts);
		HeapTuple	new;

		heap_deform_tuple(tuple, desc, values, nulls);
		if (nulls[payload - 1])
			continue;
		if (entries)
		{
			text	   *bytes = DatumGetTextPP(values[payload - 1]);

			isms_trail_forget_keys(DatumGetInt64(values[seq - 1]), DatumGetUUIDP(values[table_version - 1]),
								   DatumGetChar(values[operation - 1]), VARDATA_ANY(bytes), VARSIZE_ANY_EXHDR(bytes));
			values[commitment - 1] = commitment_of(values[salt - 1], values[payload - 1]);
			nulls[salt - 1] = true;
		}
		nulls[payload - 1] = true;
		new = heap_form_tuple(desc, values, nulls);
		isms_trail_replace(rel, tuple, new);
		erased++;
	}
	return erased;
}

/* An index that finds all rows by the column; InvalidOid if there is none. */
static Oid
index_on(Relation rel, AttrNumber column)
{
	Oid			found = InvalidOid;
	ListCell   *lc;

	foreach(lc, RelationGetIndexList(rel))
	{
		Relation	index = index_open(lfirst_oid(lc), AccessShareLock);

		if (index->rd_rel->relam == BTREE_AM_OID && index->rd_index->indisvalid &&
			index->rd_index->indkey.values[0] == column && RelationGetIndexPredicate(index) == NIL)
			found = lfirst_oid(lc);
		index_close(index, NoLock);
		if (OidIsValid(found))
			break;
	}
	return found;
}

/* Erase the rows of a table of the trail that have the value. */
static int64
erase_by_key(Relation rel, Oid index, AttrNumber column, RegProcedure equal, Datum value, Snapshot snapshot, bool entries)
{
	ScanKeyData key;
	SysScanDesc scan;
	int64		erased;

	ScanKeyInit(&key, column, BTEqualStrategyNumber, equal, value);
	scan = systable_beginscan(rel, index, OidIsValid(index), snapshot, 1, &key);
	erased = erase_found(rel, scan, entries);
	systable_endscan(scan);
	return erased;
}

static int64
erase_entries(Request *r, StringInfo erased_seqs, List **leaves)
{
	Snapshot	snapshot = RegisterSnapshot(GetLatestSnapshot());
	MemoryContext caller = MemoryContextSwitchTo(r->per_entry);
	Relation	rel = NULL;
	Oid			index = InvalidOid;
	AttrNumber	column = InvalidAttrNumber;
	int64		erased = 0;

	for (int64 i = 0; i < r->nentries; i++)
	{
		Belonging  *entry = &r->entries[i];

		CHECK_FOR_INTERRUPTS();
		if (!wanted_life(r, entry->life))
			continue;
		if (rel == NULL || RelationGetRelid(rel) != entry->leaf)
		{
			if (rel != NULL)
				table_close(rel, NoLock);
			rel = table_open(entry->leaf, RowExclusiveLock);
			MemoryContextSwitchTo(caller);
			*leaves = list_append_unique_oid(*leaves, entry->leaf);
			MemoryContextSwitchTo(r->per_entry);
			column = column_number(rel, "seq");
			index = index_on(rel, column);
		}
		if (erase_by_key(rel, index, column, F_INT8EQ, Int64GetDatum(entry->seq), snapshot, true) != 1)
			elog(ERROR, "entry " INT64_FORMAT " not found", entry->seq);
		appendStringInfo(erased_seqs, "%s[" INT64_FORMAT "," INT64_FORMAT "]", erased > 0 ? "," : "", entry->seq, entry->seq);
		erased++;
		MemoryContextReset(r->per_entry);
	}
	if (rel != NULL)
		table_close(rel, NoLock);
	MemoryContextSwitchTo(caller);
	UnregisterSnapshot(snapshot);
	return erased;
}

/* The row of isms.erasure; returns its id. */
static int64
record_erasure(const char *reason, const char *table, int64 entries, const char *seqs,
			   int64 identities, Datum identity_ids, int64 kept)
{
	Oid			types[7] = {TEXTOID, TEXTOID, INT8OID, TEXTOID, INT8OID, UUIDARRAYOID, INT8OID};
	Datum		values[7];
	char		nulls[8] = "       ";
	bool		isnull;
	int64		id;
	Oid			user;
	int			security;

	values[0] = CStringGetTextDatum(reason);
	values[1] = table ? CStringGetTextDatum(table) : (Datum) 0;
	nulls[1] = table ? ' ' : 'n';
	values[2] = Int64GetDatum(entries);
	values[3] = CStringGetTextDatum(seqs);
	values[4] = Int64GetDatum(identities);
	values[5] = identity_ids;
	values[6] = Int64GetDatum(kept);
	isms_become_trail_owner(&user, &security);
	SPI_connect();
	if (SPI_execute_with_args("insert into isms.erasure (reason, table_name, entries, erased, identities, erased_identities, kept) "
							  "values ($1, $2, $3, $4::int8multirange, $5, $6, $7) returning id",
							  7, types, values, nulls, false, 0) != SPI_OK_INSERT_RETURNING || SPI_processed != 1)
		elog(ERROR, "could not record the erasure");
	id = DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull));
	SPI_finish();
	SetUserIdAndSecContext(user, security);
	return id;
}

/*
 * Who may is said by EXECUTE.  Nothing may be under way that a frozen
 * snapshot would not show.
 */
static void
begin_erasure(const char *reason)
{
	Oid			schema = get_namespace_oid("isms", false);
	Oid			root = get_relname_relid("trail_entry", schema);
	Oid			checkpoint = get_relname_relid("checkpoint", schema);

	if (strspn(reason, " \t\r\n") == strlen(reason))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a reason is needed"),
				 errhint("Name the request, not the person: the reason stays.")));
	if (IsolationUsesXactSnapshot())
		ereport(ERROR,
				(errcode(ERRCODE_ACTIVE_SQL_TRANSACTION),
				 errmsg("erasing takes isolation level read committed"),
				 errdetail("In a transaction with a fixed snapshot the newest entries would not be seen.")));
	SPI_connect();
	if (SPI_execute("select isms.require_active()", true, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not ask whether isms is active");
	SPI_finish();
	LockRelationOid(root, ShareUpdateExclusiveLock);
	/* a seal under way would write look-up rows of what is to be erased */
	LockRelationOid(checkpoint, ShareUpdateExclusiveLock);
}

static void
read_matches(Request *r, Jsonb *matching)
{
	JsonbIterator *it;
	JsonbIteratorToken token;
	JsonbValue	v;

	if (!JB_ROOT_IS_OBJECT(matching) || JB_ROOT_COUNT(matching) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("matching must be an object that names columns and their values")));
	r->matches = palloc0(sizeof(Match) * JB_ROOT_COUNT(matching));
	it = JsonbIteratorInit(&matching->root);
	while ((token = JsonbIteratorNext(&it, &v, true)) != WJB_DONE)
	{
		if (token == WJB_KEY)
			r->matches[r->nmatches].column = pnstrdup(v.val.string.val, v.val.string.len);
		else if (token == WJB_VALUE)
		{
			Match	   *m = &r->matches[r->nmatches++];

			switch (v.type)
			{
				case jbvNull:
					break;
				case jbvString:
					m->value = pnstrdup(v.val.string.val, v.val.string.len);
					break;
				case jbvNumeric:
					m->value = DatumGetCString(DirectFunctionCall1(numeric_out, NumericGetDatum(v.val.numeric)));
					break;
				case jbvBool:
					m->value = v.val.boolean ? "true" : "false";
					break;
				default:
					ereport(ERROR,
							(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
							 errmsg("the value of \"%s\" must be a string, a number, true, false or null", m->column)));
			}
		}
	}
}

static void
check_columns(Request *r)
{
	for (int m = 0; m < r->nmatches; m++)
	{
		bool		known = false;
		ListCell   *lc;

		foreach(lc, r->h->versions)
		{
			FoldVersion *v = lfirst(lc);

			for (int i = 0; i < v->ncolumns && !known; i++)
				known = !v->columns[i].excluded &&
					same_text(isms_fold_text(v->columns[i].label, v->columns[i].label_len), r->matches[m].column);
		}
		if (!known)
			ereport(ERROR,
					(errcode(ERRCODE_UNDEFINED_COLUMN),
					 errmsg("the trail knows no values of column \"%s\" of %s", r->matches[m].column, RelationGetRelationName(r->h->rel)),
					 errtable(r->h->rel)));
	}
}

static bool
has_key(FoldHistory *h)
{
	ListCell   *lc;

	foreach(lc, h->versions)
		if (((FoldVersion *) lfirst(lc))->has_key)
		return true;
	return false;
}

/* Entries of a row in an archive would survive, and contradict those in the trail once they are back. */
static void
check_archives(Request *r, const char *table)
{
	Oid			schema = get_namespace_oid("isms_archive", true);
	ListCell   *lc;

	foreach(lc, r->h->archived)
	{
		FoldArchived *a = lfirst(lc);

		if (OidIsValid(schema) && OidIsValid(get_relname_relid(a->leaf, schema)))
			ereport(ERROR,
					(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
					 errmsg("entries of %s are in isms_archive.%s", table, a->leaf),
					 errhint("Bring them back into the trail by isms.restore_archived('%s'), erase, and archive again; or drop that table.", a->leaf),
					 errtable(r->h->rel)));
		ereport(WARNING,
				(errmsg("entries of %s in copies of %s are not erased", table, a->leaf),
				 errhint("Should it ever be brought back, erase again.")));
	}
}

static HTAB *
make_hash(MemoryContext context, const char *name, Size keysize, Size entrysize)
{
	HASHCTL		ctl = {0};

	ctl.keysize = keysize;
	ctl.entrysize = entrysize;
	ctl.hcxt = context;
	return hash_create(name, 256, &ctl, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
}

/* The leaves that still hold what was erased, until they are vacuumed. */
static Datum
vacuum_command(List *leaves, bool *isnull)
{
	StringInfoData buf;
	ListCell   *lc;

	initStringInfo(&buf);
	foreach(lc, leaves)
		appendStringInfo(&buf, "%s %s", buf.len == 0 ? "vacuum" : ",",
						 quote_qualified_identifier(get_namespace_name(get_rel_namespace(lfirst_oid(lc))), get_rel_name(lfirst_oid(lc))));
	*isnull = leaves == NIL;
	return leaves == NIL ? (Datum) 0 : CStringGetTextDatum(buf.data);
}

/*
 * isms.erase_rows(table regclass, key text, matching jsonb, scope text, reason text, keep_row boolean,
 *     out erasure bigint, out entries bigint, out kept bigint, out vacuum text)
 */
Datum
isms_erase_rows(PG_FUNCTION_ARGS)
{
	Request		r = {0};
	TupleDesc	desc;
	Datum		values[4];
	bool		nulls[4] = {false};
	char	   *reason;
	char	   *table;
	Oid			relid;
	StringInfoData seqs;
	List	   *leaves = NIL;
	int64		entries;
	int64		kept;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(4) || PG_ARGISNULL(5) || PG_ARGISNULL(1) == PG_ARGISNULL(2))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("a table, a reason and either a key or values to match are needed")));
	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	relid = PG_GETARG_OID(0);
	reason = text_to_cstring(PG_GETARG_TEXT_PP(4));
	begin_erasure(reason);

	table_close(table_open(relid, ShareRowExclusiveLock), NoLock);
	(void) find_all_inheritors(relid, ShareRowExclusiveLock, NULL);
	/* what was committed before the locks were had */
	PushActiveSnapshot(GetLatestSnapshot());
	r.h = isms_history_open(relid);
	table = quote_qualified_identifier(get_namespace_name(RelationGetNamespace(r.h->rel)), RelationGetRelationName(r.h->rel));
	if (r.h->versions == NIL)
		ereport(ERROR,
				(errcode(ERRCODE_ISMS_AUDIT),
				 errmsg("the trail knows nothing of %s", table),
				 errtable(r.h->rel)));
	if (!PG_ARGISNULL(1))
		r.key = text_to_cstring(PG_GETARG_TEXT_PP(1));
	else
		read_matches(&r, PG_GETARG_JSONB_P(2));
	check_columns(&r);
	if (r.key != NULL && !has_key(r.h))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s has no key", table),
				 errhint("Name its rows by values: matching => '{\"column\": \"value\"}'."),
				 errtable(r.h->rel)));
	if (r.h->own && !PG_ARGISNULL(3))
		r.scope = text_to_cstring(PG_GETARG_TEXT_PP(3));
	check_archives(&r, table);
	r.per_entry = AllocSetContextCreate(CurrentMemoryContext, "isms entry", ALLOCSET_DEFAULT_SIZES);
	r.lives = make_hash(r.h->context, "isms lives", sizeof(int64), sizeof(int64));
	r.previous = make_hash(r.h->context, "isms lives before", sizeof(pg_uuid_t), sizeof(PreviousLife));
	r.h->visitor = sort_out;
	r.h->visitor_arg = &r;

	isms_history_read(r.h, FOLD_ALL, DT_NOBEGIN);
	follow_links(&r);
	kept = live_rows(&r, PG_GETARG_BOOL(5));
	initStringInfo(&seqs);
	appendStringInfoChar(&seqs, '{');
	entries = erase_entries(&r, &seqs, &leaves);
	appendStringInfoChar(&seqs, '}');

	nulls[0] = entries == 0;
	values[0] = entries == 0 ? (Datum) 0
		: Int64GetDatum(record_erasure(reason, table, entries, seqs.data, 0, PointerGetDatum(construct_empty_array(UUIDOID)), kept));
	values[1] = Int64GetDatum(entries);
	values[2] = Int64GetDatum(kept);
	values[3] = vacuum_command(leaves, &nulls[3]);
	PopActiveSnapshot();
	isms_history_close(r.h);
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(desc), values, nulls)));
}

/*
 * isms.erase_identities(ids uuid[], reason text, out erasure bigint, out identities bigint, out vacuum text)
 */
Datum
isms_erase_identities(PG_FUNCTION_ARGS)
{
	TupleDesc	desc;
	Datum		values[3];
	bool		nulls[3] = {false};
	char	   *reason;
	ArrayType  *array;
	Datum	   *ids;
	bool	   *id_nulls;
	int			n;
	Snapshot	snapshot;
	Relation	rel;
	Oid			index;
	int64		erased = 0;
	AttrNumber	column;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("identities and a reason are needed")));
	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	array = PG_GETARG_ARRAYTYPE_P(0);
	reason = text_to_cstring(PG_GETARG_TEXT_PP(1));
	begin_erasure(reason);
	deconstruct_array(array, UUIDOID, UUID_LEN, false, TYPALIGN_CHAR, &ids, &id_nulls, &n);

	rel = table_open(isms_trail_identity_table(), RowExclusiveLock);
	column = column_number(rel, "id");
	index = index_on(rel, column);
	snapshot = RegisterSnapshot(GetLatestSnapshot());
	for (int i = 0; i < n; i++)
		if (!id_nulls[i])
			erased += erase_by_key(rel, index, column, F_UUID_EQ, ids[i], snapshot, false);
	UnregisterSnapshot(snapshot);
	/* who acts so again in this session is written again */
	isms_forget_contents();
	table_close(rel, NoLock);

	nulls[0] = erased == 0;
	values[0] = erased == 0 ? (Datum) 0
		: Int64GetDatum(record_erasure(reason, NULL, 0, "{}", erased, PointerGetDatum(array), 0));
	values[1] = Int64GetDatum(erased);
	values[2] = vacuum_command(erased > 0 ? list_make1_oid(isms_trail_identity_table()) : NIL, &nulls[2]);
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(desc), values, nulls)));
}
