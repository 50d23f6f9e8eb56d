/*
 * key.c
 *		The look-up from a row to its entries: isms.trail_key.
 *
 * The sealer writes it, not the writers of entries: a row for each entry and
 * key it speaks of, two where an UPDATE changed the key.  A row is known by
 * a 64-bit hash (FNV-1a) of
 *
 *		schema and name of its table, or of the table it is a partition of,
 *		as they stand in isms.trail_table_version, joined by a comma,
 *		a newline, and the key as isms.audit_trail shows it;
 *
 * entries that emptied a table by its name alone.  Two rows may share one, so
 * who reads looks at the entries themselves.
 *
 * Every sealed entry is in it that has a key and was not erased.  The others
 * are read one by one, from isms.unsealed_from() on.
 *
 * Nothing here is evidence: the look-up can be made anew from the entries.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/heapam.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "core/compat.h"
#include "executor/executor.h"
#include "executor/spi.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "trail/fold.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/fmgrprotos.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

PG_FUNCTION_INFO_V1(isms_row_key);
PG_FUNCTION_INFO_V1(isms_row_entries);
PG_FUNCTION_INFO_V1(isms_trail_index_keys);

/* Rows are sorted, for the index's sake, before they are written: so many at most. */
#define PENDING_MIN	1024
#define PENDING_MAX	(1024 * 1024)
#define WRITTEN		1000		/* rows written at once */
#define FETCHED		1000

/* Columns of isms.trail_key. */
enum
{
	KEY_ROW_HASH,
	KEY_SEQ,
	KEY_COLUMNS
};

typedef struct LookUp
{
	int64		hash;
	int64		seq;
} LookUp;

typedef struct KnownVersion
{
	pg_uuid_t	id;				/* hash key */
	FoldVersion *version;		/* NULL: its content is gone */
} KnownVersion;

struct IsmsTrailKeys
{
	MemoryContext context;
	MemoryContext per_entry;
	HTAB	   *versions;
	Relation	rel;
	EState	   *estate;
	ResultRelInfo *result;
	BulkInsertState bulk;
	TupleTableSlot **slots;
	int			nslots;
	LookUp	   *pending;
	int			npending;
	int			room;			/* in pending */
	bool		probe;			/* write only what is not there */
	int64		written;
};

/*
 * The key
 */

/* A value as jsonb's ->> gives it. */
static char *
value_text(FoldValue v)
{
	const char *p = v.p;
	int			len = v.len;

	if (*p == '"' || isms_value_is(v, "true") || isms_value_is(v, "false"))
		return isms_fold_text(p, len);
	if (*p == '{' || *p == '[')
	{
		Jsonb	   *jb = DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(pnstrdup(p, len))));

		return JsonbToCString(NULL, &jb->root, VARSIZE(jb));
	}
	/* most numbers stand as numeric would print them */
	if (*p == '-')
		p++;
	if (*p != '0' && strspn(p, "0123456789") >= (size_t) (v.p + len - p))
		return pnstrdup(v.p, len);
	return DatumGetCString(DirectFunctionCall1(numeric_out,
											   DirectFunctionCall3(numeric_in, CStringGetDatum(pnstrdup(v.p, len)),
																   ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1))));
}

/*
 * A row's key as isms.audit_trail shows it, by what makes it beside the
 * scope: the value where that is one, else JSON; NULL if there is none.
 */
static char *
key_text(int n, FoldValue *labels, FoldValue *values)
{
	FoldValue	single = {NULL, 0};
	FoldValue	scope = {NULL, 0};
	StringInfoData several;
	Jsonb	   *jb;
	int			parts = 0;

	for (int i = 0; i < n; i++)
	{
		if (values[i].p == NULL)
			continue;
		if (isms_value_is(labels[i], "\"scope\""))
			scope = values[i];
		else
		{
			single = values[i];
			parts++;
		}
	}
	if (parts == 0)
		single = scope;
	if (parts < 2)
		return single.p == NULL || isms_value_is(single, "null") ? NULL : value_text(single);

	initStringInfo(&several);
	for (int i = 0; i < n; i++)
		if (values[i].p != NULL && !isms_value_is(labels[i], "\"scope\""))
			appendStringInfo(&several, "%c%.*s:%.*s", several.len == 0 ? '{' : ',',
							 labels[i].len, labels[i].p, values[i].len, values[i].p);
	appendStringInfoChar(&several, '}');
	jb = DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(several.data)));
	return JsonbToCString(NULL, &jb->root, VARSIZE(jb));
}

/* isms.row_key(key json) returns text */
Datum
isms_row_key(PG_FUNCTION_ARGS)
{
	text	   *key = PG_GETARG_TEXT_PP(0);
	PayloadReader r = {VARDATA_ANY(key), VARDATA_ANY(key) + VARSIZE_ANY_EXHDR(key)};
	FoldValue	labels[INDEX_MAX_KEYS];
	FoldValue	values[INDEX_MAX_KEYS];
	bool		first = true;
	int			n = 0;
	char	   *result;

	isms_expect(&r, '{');
	while (n < INDEX_MAX_KEYS && isms_read_member(&r, &first, &labels[n]))
		values[n++] = isms_read_value(&r);
	result = key_text(n, labels, values);
	if (result == NULL)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(result));
}

/* Values of the columns of the key; of a change those on one side, as far as they changed.  Stops when it has them. */
static void
read_key(PayloadReader *r, FoldVersion *v, FoldValue *values, bool changes)
{
	FoldValue	label;
	bool		first = true;
	int			missing = v->nkey;

	isms_expect(r, '{');
	while ((missing > 0 || changes) && isms_read_member(r, &first, &label))
	{
		FoldValue	value;
		int			k;

		for (k = 0; k < v->nkey; k++)
		{
			FoldColumn *column = &v->columns[v->key[k]];

			if (column->label_len == label.len && memcmp(column->label, label.p, label.len) == 0)
				break;
		}
		value = isms_read_value(r);
		if (k == v->nkey)
			continue;
		if (changes)
		{
			PayloadReader pair = {value.p, value.p + value.len};

			isms_expect(&pair, '[');
			(void) isms_read_value(&pair);
			isms_expect(&pair, ',');
			value = isms_read_value(&pair);
		}
		values[k] = value;
		missing--;
	}
}

/* The keys an entry speaks of, before and after: none, one, or two where they differ. */
static int
entry_keys(FoldVersion *v, char operation, const char *payload, int len, char **keys)
{
	PayloadReader r = {payload, payload + len};
	FoldValue	labels[INDEX_MAX_KEYS];
	FoldValue	values[INDEX_MAX_KEYS];
	FoldValue	before[INDEX_MAX_KEYS];
	int			n = 0;

	if (!v->has_key || v->nkey > INDEX_MAX_KEYS)
		return 0;
	for (int k = 0; k < v->nkey; k++)
	{
		labels[k].p = v->columns[v->key[k]].label;
		labels[k].len = v->columns[v->key[k]].label_len;
	}
	memset(values, 0, sizeof(FoldValue) * v->nkey);
	if (operation != ISMS_OP_UPDATE)
	{
		read_key(&r, v, values, false);
		keys[0] = key_text(v->nkey, labels, values);
		return keys[0] != NULL;
	}

	/* what names the row stands alone in its object, so it is read whole */
	isms_expect(&r, '[');
	{
		FoldValue	named = isms_read_value(&r);
		PayloadReader inner = {named.p, named.p + named.len};

		read_key(&inner, v, values, false);
	}
	keys[n] = key_text(v->nkey, labels, values);
	if (keys[n] != NULL)
		n++;
	isms_expect(&r, ',');
	memcpy(before, values, sizeof(FoldValue) * v->nkey);
	read_key(&r, v, values, true);
	if (memcmp(before, values, sizeof(FoldValue) * v->nkey) == 0)
		return n;
	keys[n] = key_text(v->nkey, labels, values);
	if (keys[n] != NULL && (n == 0 || strcmp(keys[0], keys[n]) != 0))
		n++;
	return n;
}

static uint64
add_to_hash(uint64 hash, const char *bytes)
{
	for (; *bytes; bytes++)
		hash = (hash ^ (uint8) *bytes) * UINT64CONST(0x00000100000001b3);
	return hash;
}

/* key NULL: entries that emptied the table */
static int64
row_hash(FoldVersion *v, const char *key)
{
	uint64		hash = add_to_hash(UINT64CONST(0xcbf29ce484222325), v->root ? v->root : v->table);

	if (key != NULL)
		hash = add_to_hash(add_to_hash(hash, "\n"), key);
	return (int64) hash;
}

/* What the look-up has, or is to have, of an entry. */
static int
entry_hashes(FoldVersion *v, char operation, const char *payload, int len, int64 *hashes)
{
	char	   *keys[2];
	int			n;

	if (operation == ISMS_OP_TRUNCATE)
	{
		hashes[0] = row_hash(v, NULL);
		return 1;
	}
	if (payload == NULL)
		return 0;
	n = entry_keys(v, operation, payload, len, keys);
	for (int i = 0; i < n; i++)
		hashes[i] = row_hash(v, keys[i]);
	return n;
}

/*
 * Writing
 */

static Oid
trail_table(const char *name)
{
	Oid			relid = get_relname_relid(name, get_namespace_oid("isms", false));

	if (!OidIsValid(relid))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("relation isms.%s does not exist", name)));
	return relid;
}

/* Begin to write look-up rows; isms_trail_keys_end is to follow in the same subtransaction. */
IsmsTrailKeys *
isms_trail_keys_begin(void)
{
	MemoryContext context = AllocSetContextCreate(CurTransactionContext, "isms look-up", ALLOCSET_DEFAULT_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(context);
	IsmsTrailKeys *keys = palloc0(sizeof(IsmsTrailKeys));
	HASHCTL		ctl = {0};

	keys->context = context;
	keys->per_entry = AllocSetContextCreate(context, "isms entry", ALLOCSET_DEFAULT_SIZES);
	ctl.keysize = sizeof(pg_uuid_t);
	ctl.entrysize = sizeof(KnownVersion);
	ctl.hcxt = context;
	keys->versions = hash_create("isms table versions", 64, &ctl, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	keys->rel = table_open(trail_table("trail_key"), RowExclusiveLock);
	if (RelationGetDescr(keys->rel)->natts != KEY_COLUMNS)
		elog(ERROR, "unexpected form of %s", RelationGetRelationName(keys->rel));
	keys->estate = CreateExecutorState();
	keys->result = makeNode(ResultRelInfo);
	InitResultRelInfo(keys->result, keys->rel, 0, NULL, 0);
	ExecOpenIndices(keys->result, false);
	keys->bulk = GetBulkInsertState();
	keys->slots = palloc(sizeof(TupleTableSlot *) * WRITTEN);
	keys->room = PENDING_MIN;
	keys->pending = palloc(sizeof(LookUp) * keys->room);
	MemoryContextSwitchTo(caller);
	return keys;
}

static int
compare_lookups(const void *a, const void *b)
{
	const LookUp *x = a;
	const LookUp *y = b;

	if (x->hash != y->hash)
		return x->hash < y->hash ? -1 : 1;
	return x->seq < y->seq ? -1 : x->seq > y->seq;
}

/* Finds a look-up row; with "take" it is deleted. */
static bool
probe_row(Relation rel, int64 hash, int64 seq, bool take)
{
	ScanKeyData key[KEY_COLUMNS];
	Oid			index = get_relname_relid("trail_key_row_idx", RelationGetNamespace(rel));
	Snapshot	snapshot;
	SysScanDesc scan;
	HeapTuple	tuple;
	bool		found = false;

	ScanKeyInit(&key[0], KEY_ROW_HASH + 1, BTEqualStrategyNumber, F_INT8EQ, Int64GetDatum(hash));
	ScanKeyInit(&key[1], KEY_SEQ + 1, BTEqualStrategyNumber, F_INT8EQ, Int64GetDatum(seq));
	snapshot = RegisterSnapshot(GetLatestSnapshot());
	scan = systable_beginscan(rel, index, OidIsValid(index), snapshot, KEY_COLUMNS, key);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		found = true;
		if (take)
			simple_heap_delete(rel, &tuple->t_self);
	}
	systable_endscan(scan);
	UnregisterSnapshot(snapshot);
	return found;
}

static void
write_pending(IsmsTrailKeys *keys)
{
	CommandId	command = GetCurrentCommandId(true);
	MemoryContext caller;
	int			n = 0;

	caller = MemoryContextSwitchTo(keys->context);
	if (keys->probe)
		for (int i = 0; i < keys->npending; i++)
		{
			if (probe_row(keys->rel, keys->pending[i].hash, keys->pending[i].seq, false))
				continue;
			keys->pending[n++] = keys->pending[i];
		}
	else
		n = keys->npending;
	pg_qsort(keys->pending, n, sizeof(LookUp), compare_lookups);
	for (int done = 0; done < n;)
	{
		int			now = Min(n - done, WRITTEN);

		CHECK_FOR_INTERRUPTS();
		for (int i = 0; i < now; i++)
		{
			TupleTableSlot *slot;

			if (i == keys->nslots)
				keys->slots[keys->nslots++] = table_slot_create(keys->rel, NULL);
			slot = ExecClearTuple(keys->slots[i]);
			slot->tts_values[KEY_ROW_HASH] = Int64GetDatum(keys->pending[done + i].hash);
			slot->tts_values[KEY_SEQ] = Int64GetDatum(keys->pending[done + i].seq);
			slot->tts_isnull[KEY_ROW_HASH] = slot->tts_isnull[KEY_SEQ] = false;
			ExecStoreVirtualTuple(slot);
		}
		MemoryContextSwitchTo(keys->per_entry);
		table_multi_insert(keys->rel, keys->slots, now, command, 0, keys->bulk);
		for (int i = 0; i < now && keys->result->ri_NumIndices > 0; i++)
			list_free(IsmsExecInsertIndexTuples(keys->result, keys->slots[i], keys->estate, false));
		MemoryContextSwitchTo(keys->context);
		MemoryContextReset(keys->per_entry);
		ResetPerTupleExprContext(keys->estate);
		done += now;
	}
	keys->written += n;
	keys->npending = 0;
	MemoryContextSwitchTo(caller);
}

/* What isms.trail_table_version says; NULL if it says nothing. */
static FoldVersion *
find_version(const pg_uuid_t *id)
{
	Relation	rel = table_open(isms_trail_version_table(), AccessShareLock);
	Oid			index = get_relname_relid("trail_table_version_id_idx", RelationGetNamespace(rel));
	FoldVersion *version = NULL;
	ScanKeyData key;
	Snapshot	snapshot;
	SysScanDesc scan;
	HeapTuple	tuple;

	ScanKeyInit(&key, 1, BTEqualStrategyNumber, F_UUID_EQ, UUIDPGetDatum(id));
	snapshot = RegisterSnapshot(GetLatestSnapshot());
	scan = systable_beginscan(rel, index, OidIsValid(index), snapshot, 1, &key);
	while (version == NULL && HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		bool		isnull;
		Datum		content = heap_getattr(tuple, 2, RelationGetDescr(rel), &isnull);

		if (!isnull)
			version = isms_fold_version(TextDatumGetCString(content));
	}
	systable_endscan(scan);
	UnregisterSnapshot(snapshot);
	table_close(rel, AccessShareLock);
	return version;
}

/*
 * An entry that is to be found by its row from now on; payload NULL, where it
 * was erased, gives nothing.
 */
void
isms_trail_keys_add(IsmsTrailKeys *keys, int64 seq, const pg_uuid_t *table_version,
					char operation, const char *payload, int len)
{
	MemoryContext caller;
	KnownVersion *known;
	bool		found;
	int64		hashes[2];
	int			n;

	known = hash_search(keys->versions, table_version, HASH_ENTER, &found);
	if (!found)
	{
		known->version = NULL;
		caller = MemoryContextSwitchTo(keys->context);
		known->version = find_version(table_version);
		MemoryContextSwitchTo(caller);
	}
	if (known->version == NULL)
		return;

	caller = MemoryContextSwitchTo(keys->per_entry);
	n = entry_hashes(known->version, operation, payload, len, hashes);
	MemoryContextSwitchTo(caller);
	MemoryContextReset(keys->per_entry);
	for (int i = 0; i < n; i++)
	{
		if (keys->npending == keys->room && keys->room < PENDING_MAX)
		{
			keys->room *= 2;
			keys->pending = repalloc(keys->pending, sizeof(LookUp) * keys->room);
		}
		else if (keys->npending == keys->room)
			write_pending(keys);
		keys->pending[keys->npending].hash = hashes[i];
		keys->pending[keys->npending++].seq = seq;
	}
}

/* Write what is left; returns how many look-up rows were written. */
int64
isms_trail_keys_end(IsmsTrailKeys *keys)
{
	int64		written;

	write_pending(keys);
	written = keys->written;
	for (int i = 0; i < keys->nslots; i++)
		ExecDropSingleTupleTableSlot(keys->slots[i]);
	FreeBulkInsertState(keys->bulk);
	ExecCloseIndices(keys->result);
	FreeExecutorState(keys->estate);
	table_close(keys->rel, NoLock);
	MemoryContextDelete(keys->context);
	CommandCounterIncrement();
	return written;
}

/*
 * Forget which row an entry is about: its payload is to be erased, and a key of
 * few possible values could be guessed from what the look-up has of it.  To be
 * called with the entry as it still is.
 */
void
isms_trail_forget_keys(int64 seq, const pg_uuid_t *table_version, char operation, const char *payload, int len)
{
	FoldVersion *version = find_version(table_version);
	Relation	rel;
	int64		hashes[2];
	int			n;

	if (version == NULL || operation == ISMS_OP_TRUNCATE)
		return;
	n = entry_hashes(version, operation, payload, len, hashes);
	rel = table_open(trail_table("trail_key"), RowExclusiveLock);
	for (int i = 0; i < n; i++)
		(void) probe_row(rel, hashes[i], seq, true);
	table_close(rel, NoLock);
}

/* The bytes of a text column, which live as long as the tuple; NULL for null. */
static const char *
text_bytes(HeapTuple tuple, TupleDesc desc, int column, int *len)
{
	bool		isnull;
	Datum		value = SPI_getbinval(tuple, desc, column, &isnull);
	text	   *t;

	*len = 0;
	if (isnull)
		return NULL;
	t = DatumGetTextPP(value);
	*len = VARSIZE_ANY_EXHDR(t);
	return VARDATA_ANY(t);
}

/*
 * isms.trail_index_keys(from_seq bigint, to_seq bigint) returns bigint: look-up
 * rows of the sealed entries in between that are not there yet.
 */
Datum
isms_trail_index_keys(PG_FUNCTION_ARGS)
{
	Oid			types[2] = {INT8OID, INT8OID};
	Datum		values[2] = {PG_GETARG_DATUM(0), PG_GETARG_DATUM(1)};
	IsmsTrailKeys *keys;
	Relation	rel;
	Snapshot	snapshot;
	Portal		portal;
	MemoryContext batch;

	PreventCommandIfReadOnly("isms.trail_index_keys()");
	PreventCommandDuringRecovery("isms.trail_index_keys()");

	/* sealing writes the same */
	rel = table_open(trail_table("checkpoint"), ShareUpdateExclusiveLock);
	table_close(rel, NoLock);
	snapshot = RegisterSnapshot(GetLatestSnapshot());
	keys = isms_trail_keys_begin();
	keys->probe = true;
	SPI_connect();
	PushActiveSnapshot(snapshot);
	portal = SPI_cursor_open_with_args(NULL,
									   "select e.seq, e.table_version, e.operation, e.payload "
									   "from isms.trail_entry e where e.seq between $1 and $2 "
									   "and isms.is_sealed(e.seq, e.xid, e.incarnation, (select isms.last_snapshot()), (select isms.incarnation()))",
									   2, types, values, NULL, true, 0);
	batch = AllocSetContextCreate(CurrentMemoryContext, "isms entries", ALLOCSET_DEFAULT_SIZES);
	for (;;)
	{
		MemoryContext caller;

		SPI_cursor_fetch(portal, true, FETCHED);
		if (SPI_processed == 0)
			break;
		CHECK_FOR_INTERRUPTS();
		caller = MemoryContextSwitchTo(batch);
		for (uint64 i = 0; i < SPI_processed; i++)
		{
			HeapTuple	tuple = SPI_tuptable->vals[i];
			TupleDesc	desc = SPI_tuptable->tupdesc;
			bool		isnull;
			int			len;
			const char *payload = text_bytes(tuple, desc, 4, &len);

			isms_trail_keys_add(keys, DatumGetInt64(SPI_getbinval(tuple, desc, 1, &isnull)),
								DatumGetUUIDP(SPI_getbinval(tuple, desc, 2, &isnull)),
								DatumGetChar(SPI_getbinval(tuple, desc, 3, &isnull)), payload, len);
		}
		MemoryContextSwitchTo(caller);
		MemoryContextReset(batch);
		SPI_freetuptable(SPI_tuptable);
	}
	SPI_cursor_close(portal);
	PopActiveSnapshot();
	SPI_finish();
	UnregisterSnapshot(snapshot);
	PG_RETURN_INT64(isms_trail_keys_end(keys));
}

/*
 * Reading
 */

/* A version of the table, and the entries between which its name was this table's. */
typedef struct NamedVersion
{
	FoldVersion *version;
	int64		after;
	int64		until;
} NamedVersion;

static FoldVersion *
known_version(List *versions, const pg_uuid_t *id, int64 seq)
{
	ListCell   *lc;

	foreach(lc, versions)
	{
		NamedVersion *v = lfirst(lc);

		if (memcmp(&v->version->id, id, sizeof(pg_uuid_t)) == 0 && v->after < seq && seq <= v->until)
			return v->version;
	}
	return NULL;
}

/* Versions of the table under its name, from when it has it, and under those it had before. */
static List *
named_versions(FoldHistory *h)
{
	Oid			types[2] = {TEXTOID, TEXTOID};
	Datum		values[2];
	List	   *versions = NIL;
	Oid			user;
	int			security;

	values[0] = CStringGetTextDatum(get_namespace_name(RelationGetNamespace(h->rel)));
	values[1] = CStringGetTextDatum(RelationGetRelationName(h->rel));
	isms_become_trail_owner(&user, &security);
	SPI_connect();
	if (SPI_execute_with_args("with recursive name (schema_name, table_name, until) as ("
							  "select $1, $2, 9223372036854775807 "
							  "union "
							  "select d.former_schema, d.former_table, d.after_entry "
							  "from name n join isms.ddl_event d "
							  "on d.object = format('%I.%I', n.schema_name, n.table_name) and d.after_entry < n.until), "
							  "held as (select n.*, coalesce((select max(d.after_entry) from isms.ddl_event d "
							  "where d.former_schema = n.schema_name and d.former_table = n.table_name and d.after_entry < n.until), 0) as after "
							  "from name n) "
							  "select distinct v.content, n.after, n.until from held n join isms.trail_table_version v "
							  "on v.content::json ->> 'schema' = n.schema_name and v.content::json ->> 'table' = n.table_name "
							  "or v.content::json #>> '{partition_of,schema}' = n.schema_name and v.content::json #>> '{partition_of,table}' = n.table_name",
							  2, types, values, NULL, true, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not read isms.ddl_event");
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		HeapTuple	tuple = SPI_tuptable->vals[i];
		TupleDesc	desc = SPI_tuptable->tupdesc;
		char	   *content = SPI_getvalue(tuple, desc, 1);
		MemoryContext caller = MemoryContextSwitchTo(h->context);
		NamedVersion *v = palloc(sizeof(NamedVersion));
		bool		isnull;

		v->version = isms_fold_version(pstrdup(content));
		v->after = DatumGetInt64(SPI_getbinval(tuple, desc, 2, &isnull));
		v->until = DatumGetInt64(SPI_getbinval(tuple, desc, 3, &isnull));
		versions = lappend(versions, v);
		MemoryContextSwitchTo(caller);
	}
	SPI_finish();
	SetUserIdAndSecContext(user, security);
	return versions;
}

/* Numbers the look-up has for the row, under whatever names its table is known; entries not sealed have numbers above low. */
static ArrayType *
looked_up(FoldHistory *h, List *versions, const char *key, int64 *low)
{
	Datum	   *hashes = palloc(sizeof(Datum) * Max(list_length(versions), 1));
	Oid			types[1] = {INT8ARRAYOID};
	Datum		values[1];
	ArrayType  *seqs;
	bool		isnull;
	int			n = 0;
	ListCell   *lc;
	Oid			user;
	int			security;

	foreach(lc, versions)
		hashes[n++] = Int64GetDatum(row_hash(((NamedVersion *) lfirst(lc))->version, key));
	values[0] = PointerGetDatum(construct_array(hashes, n, INT8OID, sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));

	isms_become_trail_owner(&user, &security);
	SPI_connect();
	/* isms.unsealed_from() doesn't know of the transaction that asks */
	if (SPI_execute_with_args("select coalesce(least(u.low, "
							  "case when pg_current_xact_id_if_assigned() is not null then "
							  "coalesce((select c.frontier from isms.checkpoint c "
							  "where c.incarnation = isms.incarnation() and c.next_xid <= pg_current_xact_id_if_assigned() "
							  "order by c.number desc limit 1), 0) end), 0), "
							  "array(select distinct k.seq from isms.trail_key k where k.row_hash = any ($1)) "
							  "from isms.unsealed_from() u",
							  1, types, values, NULL, true, 0) != SPI_OK_SELECT || SPI_processed != 1)
		elog(ERROR, "could not read isms.trail_key");
	*low = DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull));
	{
		Datum		array = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 2, &isnull);
		MemoryContext inner = MemoryContextSwitchTo(h->context);

		seqs = DatumGetArrayTypePCopy(array);
		MemoryContextSwitchTo(inner);
	}
	SPI_finish();
	SetUserIdAndSecContext(user, security);
	return seqs;
}

static Datum
version_ids(List *versions)
{
	Datum	   *ids = palloc(sizeof(Datum) * Max(list_length(versions), 1));
	int			n = 0;
	ListCell   *lc;

	foreach(lc, versions)
		ids[n++] = UUIDPGetDatum(&((NamedVersion *) lfirst(lc))->version->id);
	return PointerGetDatum(construct_array(ids, n, UUIDOID, UUID_LEN, false, TYPALIGN_CHAR));
}

/*
 * isms.row_entries(table regclass, key text) returns setof bigint: numbers of
 * the entries of a row that the caller may read.
 */
Datum
isms_row_entries(PG_FUNCTION_ARGS)
{
	char	   *key = text_to_cstring(PG_GETARG_TEXT_PP(1));
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	FoldHistory *h;
	List	   *versions;
	Oid			types[3] = {INT8ARRAYOID, INT8OID, UUIDARRAYOID};
	Datum		values[3];
	int64		low;
	Portal		portal;
	MemoryContext batch;

	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	h = isms_history_open(PG_GETARG_OID(0));
	versions = named_versions(h);
	values[0] = PointerGetDatum(looked_up(h, versions, key, &low));
	values[1] = Int64GetDatum(low);
	values[2] = version_ids(versions);

	/* with the caller's rights and row security */
	SPI_connect();
	portal = SPI_cursor_open_with_args(NULL,
									   "select e.seq, e.table_version, e.operation, e.payload "
									   "from isms.trail_entry e where e.seq = any ($1) and e.seq <= $2 "
									   "union all "
									   "select e.seq, e.table_version, e.operation, e.payload "
									   "from isms.trail_entry e where e.seq > $2 and e.table_version = any ($3)",
									   3, types, values, NULL, true, 0);
	batch = AllocSetContextCreate(CurrentMemoryContext, "isms entries", ALLOCSET_DEFAULT_SIZES);
	for (;;)
	{
		MemoryContext caller;

		SPI_cursor_fetch(portal, true, FETCHED);
		if (SPI_processed == 0)
			break;
		CHECK_FOR_INTERRUPTS();
		caller = MemoryContextSwitchTo(batch);
		for (uint64 i = 0; i < SPI_processed; i++)
		{
			HeapTuple	tuple = SPI_tuptable->vals[i];
			TupleDesc	desc = SPI_tuptable->tupdesc;
			bool		isnull;
			int			len;
			const char *payload = text_bytes(tuple, desc, 4, &len);
			char		operation = DatumGetChar(SPI_getbinval(tuple, desc, 3, &isnull));
			Datum		seq = SPI_getbinval(tuple, desc, 1, &isnull);
			FoldVersion *v = known_version(versions, DatumGetUUIDP(SPI_getbinval(tuple, desc, 2, &isnull)), DatumGetInt64(seq));
			char	   *keys[2];
			int			n = 0;

			if (v != NULL && payload != NULL && operation != ISMS_OP_TRUNCATE)
				n = entry_keys(v, operation, payload, len, keys);
			for (int k = 0; k < n; k++)
				if (strcmp(keys[k], key) == 0)
				{
					tuplestore_putvalues(result->setResult, result->setDesc, &seq, &isnull);
				}
		}
		MemoryContextSwitchTo(caller);
		MemoryContextReset(batch);
		SPI_freetuptable(SPI_tuptable);
	}
	SPI_cursor_close(portal);
	SPI_finish();
	isms_history_close(h);
	return (Datum) 0;
}
