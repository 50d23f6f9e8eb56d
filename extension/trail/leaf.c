/*
 * leaf.c
 *		Where entries go: the leaf (partition) of isms.trail_entry that covers
 *		the next number.
 *
 * A writer takes the number from the sequence and locks that leaf alone, ROW
 * EXCLUSIVE, as any INSERT would; the partitioned root is locked only for the
 * moment in which a leaf is looked up, ACCESS SHARE.  Rows are put into the
 * heap and into all indexes of the leaf, below triggers, privileges and row
 * security: no other way leads into the trail.
 *
 * An entry goes to the end of the leaf, not into room that vacuum found in
 * earlier pages: there each would bring another page into the write-ahead log
 * and clear its all-visible mark.  So what a transaction that was rolled back
 * had taken stays empty.
 *
 * The locks on the leaf and its index are kept to the end of the transaction,
 * as those of an INSERT are, and are not asked for again until then; a
 * subtransaction that is rolled back may have held them.  Nothing stays open
 * from one entry to the next, so an error leaves nothing to be closed.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/heapam.h"
#include "access/table.h"
#include "access/transam.h"
#include "access/xact.h"
#include "catalog/index.h"
#include "catalog/namespace.h"
#include "catalog/pg_am.h"
#include "catalog/pg_type.h"
#include "commands/sequence.h"
#include "commands/trigger.h"
#include "core/compat.h"
#include "core/core.h"
#include "executor/executor.h"
#include "executor/tuptable.h"
#include "miscadmin.h"
#include "partitioning/partbounds.h"
#include "partitioning/partdesc.h"
#include "storage/lmgr.h"
#include "storage/proc.h"
#include "trail/trail.h"
#include "utils/builtins.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

/* Columns of isms.trail_entry, in order. */
static const struct
{
	const char *name;
	Oid			type;
}			entry_columns[] = {
	{"seq", INT8OID},
	{"xid", XID8OID},
	{"at", TIMESTAMPTZOID},
	{"command_id", INT4OID},
	{"format", INT2OID},
	{"operation", CHAROID},
	{"incarnation", UUIDOID},
	{"table_version", UUIDOID},
	{"identity", UUIDOID},
	{"salt", UUIDOID},
	{"commitment", BYTEAOID},
	{"payload", TEXTOID}
};

/* Their values as they stand in a tuple: none is null, none needs padding; the payload follows. */
typedef struct EntryRow
{
	int64		seq;
	uint64		xid;
	TimestampTz at;
	int32		command;
	int16		format;
	char		operation;
	pg_uuid_t	incarnation;
	pg_uuid_t	table_version;
	pg_uuid_t	identity;
	pg_uuid_t	salt;
	uint8		commitment;		/* empty varlena with a short header */
} EntryRow;

StaticAssertDecl(sizeof(EntryRow) == 96 && offsetof(EntryRow, commitment) == 95,
				 "EntryRow is laid out as the server lays out a row");

#define ENTRY_HEADER	MAXALIGN(SizeofHeapTupleHeader)

#define SALTS	256

/* The trail's tables in this database, and the leaf last written to. */
static struct
{
	bool		valid;
	Oid			root;
	Oid			sequence;
	Oid			identity;
	Oid			table_version;
	Oid			leaf;			/* invalid: to be looked up */
	int64		from;
	int64		to;
	Oid			seq_index;		/* the leaf's only index, if on seq */
	IndexInfo  *seq_index_info;
	LocalTransactionId locked_in;	/* the transaction that has locks on leaf
									 * and seq_index */
}			trail;

PG_FUNCTION_INFO_V1(isms_trail_guard);

static void
trail_changed(Datum arg, Oid relid)
{
	if (!trail.valid)
		return;
	if (relid == InvalidOid || relid == trail.identity || relid == trail.table_version ||
		relid == trail.sequence)
	{
		trail.valid = false;
		trail.leaf = InvalidOid;
	}
	else if (relid == trail.root || relid == trail.leaf || relid == trail.seq_index)
		trail.leaf = InvalidOid;
}

static void
locks_released(SubXactEvent event, SubTransactionId mine, SubTransactionId parent, void *arg)
{
	if (event == SUBXACT_EVENT_ABORT_SUB)
		trail.locked_in = InvalidLocalTransactionId;
}

static Oid
trail_relation_id(Oid schema, const char *name)
{
	Oid			relid = get_relname_relid(name, schema);

	if (!OidIsValid(relid))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("relation isms.%s does not exist", name),
				 errhint("Is extension isms installed in this database?")));
	return relid;
}

static void
find_trail(void)
{
	static bool registered = false;
	Oid			schema;
	Oid			root;

	if (trail.valid)
		return;
	if (!registered)
	{
		CacheRegisterRelcacheCallback(trail_changed, (Datum) 0);
		RegisterSubXactCallback(locks_released, NULL);
		registered = true;
	}
	schema = get_namespace_oid("isms", false);
	root = trail_relation_id(schema, "trail_entry");
	trail.sequence = trail_relation_id(schema, "trail_seq");
	trail.identity = trail_relation_id(schema, "trail_identity");
	trail.table_version = trail_relation_id(schema, "trail_table_version");
	if (root != trail.root)
	{
		/* another installation: its dictionaries are empty */
		isms_forget_contents();
		trail.root = root;
	}
	trail.leaf = InvalidOid;
	trail.valid = true;
}

Oid
isms_trail_table(void)
{
	find_trail();
	return trail.root;
}

Oid
isms_trail_version_table(void)
{
	find_trail();
	return trail.table_version;
}

Oid
isms_trail_identity_table(void)
{
	find_trail();
	return trail.identity;
}

/* Does the trail have any leaf? */
bool
isms_trail_has_leaf(void)
{
	Relation	root;
	bool		has;

	find_trail();
	root = table_open(trail.root, AccessShareLock);
	has = RelationGetPartitionDesc(root, true)->nparts > 0;
	table_close(root, AccessShareLock);
	return has;
}

static bool
has_entry_columns(Relation leaf)
{
	TupleDesc	desc = RelationGetDescr(leaf);

	if (desc->natts != lengthof(entry_columns))
		return false;
	for (int i = 0; i < desc->natts; i++)
		if (strcmp(NameStr(TupleDescAttr(desc, i)->attname), entry_columns[i].name) != 0 ||
			TupleDescAttr(desc, i)->atttypid != entry_columns[i].type)
			return false;
	return true;
}

/* Sets trail.leaf to the leaf that covers seq. */
static void
find_leaf(int64 seq)
{
	Relation	root;
	Relation	leaf;
	Relation	index;
	PartitionDesc parts;
	PartitionBoundInfo bounds;
	List	   *indexes;
	Oid			found = InvalidOid;
	int64		from = 0;
	int64		to = 0;

	root = table_open(trail.root, AccessShareLock);
	parts = RelationGetPartitionDesc(root, true);
	bounds = parts->boundinfo;
	for (int i = 1; parts->nparts > 0 && i < bounds->ndatums; i++)
	{
		if (bounds->kind[i - 1][0] != PARTITION_RANGE_DATUM_VALUE ||
			bounds->kind[i][0] != PARTITION_RANGE_DATUM_VALUE ||
			bounds->indexes[i] < 0)
			continue;
		from = DatumGetInt64(bounds->datums[i - 1][0]);
		to = DatumGetInt64(bounds->datums[i][0]);
		if (from <= seq && seq < to)
		{
			found = parts->oids[bounds->indexes[i]];
			break;
		}
	}
	table_close(root, AccessShareLock);
	if (!OidIsValid(found))
		ereport(ERROR,
				(errcode(ERRCODE_ISMS_INACTIVE),
				 errmsg("the audit trail has no place for entry " INT64_FORMAT, seq),
				 errdetail("No partition of isms.trail_entry covers it."),
				 errhint("Call isms.activate(), or isms.trail_open() where isms is active.")));

	leaf = table_open(found, RowExclusiveLock);
	if (!has_entry_columns(leaf) || leaf->rd_rel->relam != HEAP_TABLE_AM_OID)
		elog(ERROR, "unexpected form of %s", RelationGetRelationName(leaf));
	indexes = RelationGetIndexList(leaf);
	trail.seq_index = InvalidOid;
	if (list_length(indexes) == 1 && linitial_oid(indexes) == IsmsPrimaryKeyIndex(leaf))
	{
		MemoryContext caller = MemoryContextSwitchTo(CacheMemoryContext);

		if (trail.seq_index_info != NULL)
			pfree(trail.seq_index_info);
		trail.seq_index_info = NULL;
		index = index_open(linitial_oid(indexes), RowExclusiveLock);
		trail.seq_index_info = BuildIndexInfo(index);
		trail.seq_index = RelationGetRelid(index);
		index_close(index, NoLock);
		MemoryContextSwitchTo(caller);
	}
	table_close(leaf, NoLock);

	trail.leaf = found;
	trail.from = from;
	trail.to = to;
}

/* The leaf for seq, locked.  What is known of it is as it stands under that lock: an index may just have been made. */
static Relation
open_leaf(int64 seq)
{
	find_trail();
	while (trail.locked_in != IsmsLocalXid() || !OidIsValid(trail.leaf) || seq < trail.from || seq >= trail.to)
	{
		Oid			known;

		trail.locked_in = InvalidLocalTransactionId;
		find_trail();
		if (!OidIsValid(trail.leaf) || seq < trail.from || seq >= trail.to)
			find_leaf(seq);
		known = trail.leaf;
		LockRelationOid(known, RowExclusiveLock);
		if (trail.leaf == known && OidIsValid(trail.seq_index))
			LockRelationOid(trail.seq_index, RowExclusiveLock);
		if (trail.leaf == known)
			trail.locked_in = IsmsLocalXid();
		else
			UnlockRelationOid(known, RowExclusiveLock);
	}
	return table_open(trail.leaf, NoLock);
}

/* Into all indexes, whatever they are, or into all that summarize. */
static void
insert_index_entries(Relation rel, HeapTuple tuple, bool summaries)
{
	TupleTableSlot *slot = MakeSingleTupleTableSlot(RelationGetDescr(rel), &TTSOpsHeapTuple);
	EState	   *estate = CreateExecutorState();
	ResultRelInfo *result = makeNode(ResultRelInfo);

	ExecStoreHeapTuple(tuple, slot, false);
	slot->tts_tableOid = RelationGetRelid(rel);
	InitResultRelInfo(result, rel, 0, NULL, 0);
	ExecOpenIndices(result, false);
	if (result->ri_NumIndices > 0)
		list_free(IsmsExecInsertIndexTuples(result, slot, estate, summaries));
	ExecCloseIndices(result);
	FreeExecutorState(estate);
	ExecDropSingleTupleTableSlot(slot);
}

/* Put a row into a table of the trail and all its indexes. */
void
isms_trail_insert(Relation rel, Datum *values, bool *nulls)
{
	HeapTuple	tuple = heap_form_tuple(RelationGetDescr(rel), values, nulls);

	if (rel->rd_rel->relam != HEAP_TABLE_AM_OID)
		elog(ERROR, "unexpected form of %s", RelationGetRelationName(rel));
	simple_heap_insert(rel, tuple);
	insert_index_entries(rel, tuple, false);
}

/*
 * Put one row of the trail in the place of another.  Erasure alone does this;
 * triggers, privileges and row security have no say, so the caller's caller
 * must be known to be allowed.
 */
void
isms_trail_replace(Relation rel, HeapTuple old, HeapTuple new)
{
	IsmsUpdateIndexes indexes;

	if (rel->rd_rel->relam != HEAP_TABLE_AM_OID)
		elog(ERROR, "unexpected form of %s", RelationGetRelationName(rel));
	IsmsHeapUpdate(rel, &old->t_self, new, &indexes);
	if (!IsmsUpdatesNoIndex(indexes, new))
		insert_index_entries(rel, new, IsmsUpdatesSummaries(indexes));
}

static pg_uuid_t *
next_salt(void)
{
	static pg_uuid_t salts[SALTS];
	static pg_uuid_t salt;
	static int	left = 0;

	if (left == 0)
	{
		if (!pg_strong_random(salts, sizeof(salts)))
			ereport(ERROR,
					(errcode(ERRCODE_INTERNAL_ERROR),
					 errmsg("could not generate random values")));
		left = SALTS;
	}
	left--;
	salt = salts[left];
	memset(&salts[left], 0, sizeof(pg_uuid_t));
	return &salt;
}

/* The tuple of an entry with that payload; the caller fills in the row before it. */
static EntryRow *
form_entry(HeapTuple tuple, const char *payload, int len)
{
	EntryRow   *row;
	char	   *p;

	tuple->t_data = palloc(ENTRY_HEADER + sizeof(EntryRow) + VARHDRSZ + len);
	memset(tuple->t_data, 0, ENTRY_HEADER);
	tuple->t_data->t_hoff = ENTRY_HEADER;
	tuple->t_data->t_infomask = HEAP_HASVARWIDTH;
	HeapTupleHeaderSetNatts(tuple->t_data, lengthof(entry_columns));
	ItemPointerSetInvalid(&tuple->t_self);
	tuple->t_tableOid = InvalidOid;

	row = (EntryRow *) ((char *) tuple->t_data + ENTRY_HEADER);
	SET_VARSIZE_SHORT(&row->commitment, VARHDRSZ_SHORT);
	p = (char *) (row + 1);
	if (len + VARHDRSZ_SHORT <= VARATT_SHORT_MAX)
	{
		SET_VARSIZE_SHORT(p, len + VARHDRSZ_SHORT);
		p += VARHDRSZ_SHORT;
	}
	else
	{
		SET_VARSIZE(p, len + VARHDRSZ);
		p += VARHDRSZ;
	}
	memcpy(p, payload, len);
	tuple->t_len = p + len - (char *) tuple->t_data;
	return row;
}

/* Write the entry whose payload info holds. */
void
isms_trail_append(IsmsTrailRelation *info, char operation, CommandId command)
{
	HeapTupleData tuple;
	EntryRow   *row;
	Relation	leaf;
	Oid			seq_index;

	find_trail();
	isms_remember_content(trail.table_version, &info->version, info->content, &info->written);
	row = form_entry(&tuple, info->payload.data, info->payload.len);
	row->identity = *isms_trail_identity();

	/*
	 * The transaction has its id before it takes a number.  So whoever reads
	 * the sequence and then the next transaction id knows: transactions from
	 * that id on have only numbers above that value.
	 */
	row->xid = U64FromFullTransactionId(GetTopFullTransactionId());
	row->seq = nextval_internal(trail.sequence, false);
	leaf = open_leaf(row->seq);
	seq_index = trail.seq_index;

	row->at = GetCurrentTimestamp();
	row->command = (int32) command;
	row->format = ISMS_TRAIL_FORMAT;
	row->operation = operation;
	row->incarnation = *isms_incarnation_id();
	row->table_version = info->version;
	row->salt = *next_salt();

	heap_insert(leaf, &tuple, GetCurrentCommandId(true), HEAP_INSERT_SKIP_FSM, NULL);
	if (OidIsValid(seq_index))
	{
		Relation	index = index_open(seq_index, NoLock);
		Datum		key = Int64GetDatum(row->seq);
		bool		isnull = false;

		index_insert(index, &key, &isnull, &tuple.t_self, leaf, UNIQUE_CHECK_YES, false, trail.seq_index_info);
		index_close(index, NoLock);
	}
	else
		insert_index_entries(leaf, &tuple, false);
	table_close(leaf, NoLock);
}

/*
 * isms.trail_guard() returns trigger: refuses whatever SQL wants to do to the
 * trail, whoever asks.
 */
Datum
isms_trail_guard(PG_FUNCTION_ARGS)
{
	TriggerData *call = (TriggerData *) fcinfo->context;
	const char *what;

	if (!CALLED_AS_TRIGGER(fcinfo))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("isms.trail_guard() is a trigger function")));
	if (TRIGGER_FIRED_BY_INSERT(call->tg_event))
		what = "INSERT";
	else if (TRIGGER_FIRED_BY_UPDATE(call->tg_event))
		what = "UPDATE";
	else if (TRIGGER_FIRED_BY_DELETE(call->tg_event))
		what = "DELETE";
	else
		what = "TRUNCATE";
	ereport(ERROR,
			(errcode(ERRCODE_ISMS_TRAIL),
			 errmsg("the audit trail may not be changed"),
			 errdetail("trail: %s on %s is refused to everyone.", what,
					   quote_qualified_identifier(get_namespace_name(RelationGetNamespace(call->tg_relation)),
												  RelationGetRelationName(call->tg_relation))),
			 errhint("Entries come from changes of audited tables alone; see isms.enable_audit."),
			 errtable(call->tg_relation)));
	PG_RETURN_NULL();
}
