/*
 * seal.c
 *		Putting entries into the tree: isms.seal().
 *
 * A seal takes in every entry whose transaction has ended since the one before
 * it: visible in its snapshot and not in the one stored with the last
 * checkpoint of this incarnation, in order of seq.  A long transaction delays
 * its own entries alone.  Entries of earlier incarnations that were left are
 * taken in by the first seal of a new one.
 *
 * What makes it complete: a writer takes its transaction id before its number
 * (isms_trail_append), and a seal reads first the last number drawn (frontier),
 * then the next transaction id, then its snapshot.  A transaction with that id
 * or a later one therefore has only numbers beyond the frontier, and one that
 * was unfinished then is found from the checkpoint before its beginning on:
 * isms.unsealed_from().
 *
 * What keeps it right: seals follow one another by a lock on isms.checkpoint
 * that no writer needs; the snapshot is taken under it; the caller's
 * transaction has no id of its own yet, which the server would leave out of
 * the snapshot; the commit is synchronous, and with it are those of all
 * entries sealed, their records being earlier in the log.
 */
#include "postgres.h"

#include "access/heapam.h"
#include "access/table.h"
#include "access/transam.h"
#include "access/xact.h"
#include "access/xlog.h"
#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "core/compat.h"
#include "core/core.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "tcop/utility.h"
#include "trail/merkle.h"
#include "trail/trail.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/pg_lsn.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"
#include "utils/xid8.h"

#define FETCHED		1000

PG_FUNCTION_INFO_V1(isms_seal);

/* The last checkpoint, and what is being added to the tree. */
typedef struct Seal
{
	Relation	tiles;
	IsmsTrailKeys *keys;
	int64		number;
	uint64		size;
	int64		added;
	int64		seqs[TILE_WIDTH];
	TrailTile	levels[TILE_LEVELS];	/* the open tile of each level */
} Seal;

static void
refuse_snapshot(const char *what, const char *hint)
{
	ereport(ERROR,
			(errcode(ERRCODE_ACTIVE_SQL_TRANSACTION),
			 errmsg("isms.seal() cannot run in this transaction"),
			 errdetail("seal: %s", what),
			 errhint("%s", hint)));
}

static Relation
open_table(const char *name, LOCKMODE mode)
{
	Oid			relid = get_relname_relid(name, get_namespace_oid("isms", false));

	if (!OidIsValid(relid))
		elog(ERROR, "relation isms.%s does not exist", name);
	return table_open(relid, mode);
}

static bool
one_row(const char *command, int n, Oid *types, Datum *values)
{
	int			result = SPI_execute_with_args(command, n, types, values, NULL, true, 2);

	if (result != SPI_OK_SELECT)
		elog(ERROR, "%s: %s", SPI_result_code_string(result), command);
	return SPI_processed > 0;
}

static Datum
column(int n, bool *isnull)
{
	bool		null;
	Datum		datum = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, n, &null);

	if (isnull != NULL)
		*isnull = null;
	else if (null)
		elog(ERROR, "unexpected null in the trail");
	return datum;
}

static Datum
hashes_datum(const TrailHash *hashes, int n)
{
	bytea	   *bytes = palloc(VARHDRSZ + n * HASH_LEN);

	SET_VARSIZE(bytes, VARHDRSZ + n * HASH_LEN);
	memcpy(VARDATA(bytes), hashes, n * HASH_LEN);
	return PointerGetDatum(bytes);
}

static Datum
seqs_datum(const int64 *seqs, int n)
{
	Datum	   *datums = palloc(n * sizeof(Datum));

	for (int i = 0; i < n; i++)
		datums[i] = Int64GetDatum(seqs[i]);
	return PointerGetDatum(construct_array(datums, n, INT8OID, sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}

static void add_node(Seal *seal, int level, const TrailHash *node);

/* The tile is full: it is written, its root is the next node of the level above. */
static void
write_tile(Seal *seal, int level)
{
	TrailTile  *tile = &seal->levels[level];
	Datum		values[7];
	bool		nulls[7] = {false};
	TrailHash	root;

	isms_hash_many(tile->hashes, TILE_WIDTH, &root);
	values[0] = Int16GetDatum((int16) level);
	values[1] = Int64GetDatum(tile->index);
	values[2] = hashes_datum(tile->hashes, TILE_WIDTH);
	values[3] = hashes_datum(&root, 1);
	if (level == 0)
	{
		int64		first = seal->seqs[0];
		int64		last = seal->seqs[0];

		for (int i = 1; i < TILE_WIDTH; i++)
		{
			first = Min(first, seal->seqs[i]);
			last = Max(last, seal->seqs[i]);
		}
		values[4] = seqs_datum(seal->seqs, TILE_WIDTH);
		values[5] = Int64GetDatum(first);
		values[6] = Int64GetDatum(last);
	}
	else
		nulls[4] = nulls[5] = nulls[6] = true;
	isms_trail_insert(seal->tiles, values, nulls);

	tile->index++;
	tile->n = 0;
	add_node(seal, level + 1, &root);
}

static void
add_node(Seal *seal, int level, const TrailHash *node)
{
	TrailTile  *tile = &seal->levels[level];

	tile->hashes[tile->n++] = *node;
	if (tile->n == TILE_WIDTH)
		write_tile(seal, level);
}

static void
root_of(Seal *seal, TrailHash *root)
{
	TrailHash	nodes[TILE_WIDTH];
	bool		any = false;

	for (int level = 0; level < TILE_LEVELS; level++)
	{
		int			n = seal->levels[level].n;

		memcpy(nodes, seal->levels[level].hashes, n * HASH_LEN);
		if (any)
			nodes[n++] = *root;
		if (n > 0)
			isms_hash_many(nodes, n, root);
		any = any || n > 0;
	}
	if (!any)
		isms_hash_many(NULL, 0, root);
}

/* Where the tree ends: the open tile of each level. */
static void
begin_tree(Seal *seal)
{
	TrailTree  *tree = isms_tree_open();

	seal->number = tree->number;
	seal->size = tree->size;
	seal->levels[0] = tree->tail;
	memcpy(seal->seqs, tree->tail_seqs, sizeof(seal->seqs));
	for (int level = 1; level < TILE_LEVELS; level++)
	{
		int64		index = (int64) (tree->size >> (level * TILE_HEIGHT)) / TILE_WIDTH;

		if (tree->size >> (level * TILE_HEIGHT) > 0)
			seal->levels[level] = *isms_tree_tile(tree, level, index);
		seal->levels[level].index = index;
	}
	isms_tree_close(tree);
}

/*
 * The entries to take in.  Of earlier incarnations the first seal takes what no
 * tile has; later ones only what a transaction left that was prepared before a
 * promotion, which goes on with the same transaction ids.
 */
static Portal
open_entries(bool first, Datum incarnation, Datum low, Datum snapshot, Datum ended, bool no_ended)
{
	static const char *const all_left =
		"select " TRAIL_ENTRY_COLUMNS
		" from isms.trail_entry e"
		" left join (select distinct on (c.incarnation) c.incarnation, c.snapshot from isms.checkpoint c"
		" order by c.incarnation, c.number desc) l on l.incarnation = e.incarnation"
		" where case when e.incarnation = $1 then true"
		" when pg_catalog.pg_visible_in_snapshot(e.xid, l.snapshot) then false"
		" else isms.leaf_index(e.seq) is null end"	/* last: it is dear */
		" order by e.seq";
	static const char *const ended_since =
		"select " TRAIL_ENTRY_COLUMNS
		" from isms.trail_entry e"
		" where e.seq > $2"
		" and (e.incarnation = $1 and not pg_catalog.pg_visible_in_snapshot(e.xid, $3)"
		" or e.incarnation <> $1 and e.xid = any ($4) and isms.leaf_index(e.seq) is null)"
		" order by e.seq";
	Oid			types[4] = {UUIDOID, INT8OID, PG_SNAPSHOTOID, XID8ARRAYOID};
	Datum		values[4] = {incarnation, low, snapshot, ended};

	return SPI_cursor_open_with_args(NULL, first ? all_left : ended_since, first ? 1 : 4, types, values,
									 no_ended ? "   n" : NULL, true, CURSOR_OPT_NO_SCROLL);
}

static void
add_entries(Seal *seal, Portal portal)
{
	MemoryContext batch = AllocSetContextCreate(CurrentMemoryContext, "isms seal", ALLOCSET_DEFAULT_SIZES);

	for (;;)
	{
		MemoryContext caller;

		SPI_cursor_fetch(portal, true, FETCHED);
		if (SPI_processed == 0)
			break;
		caller = MemoryContextSwitchTo(batch);
		for (uint64 i = 0; i < SPI_processed; i++)
		{
			TrailEntry	entry;
			TrailHash	leaf;

			isms_entry_read(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, &entry);
			if (!isms_hash_entry(&entry, &leaf))
				ereport(ERROR,
						(errcode(ERRCODE_DATA_CORRUPTED),
						 errmsg("entry " INT64_FORMAT " of the audit trail cannot be sealed", entry.seq),
						 errdetail("It has neither a payload nor the commitment an erasure leaves."),
						 errhint("Somebody changed it below the guards of the trail.")));
			seal->seqs[seal->levels[0].n] = entry.seq;
			add_node(seal, 0, &leaf);
			seal->size++;
			seal->added++;
			isms_trail_keys_add(seal->keys, entry.seq, entry.table_version, entry.operation,
								entry.payload, entry.payload_len);
		}
		MemoryContextSwitchTo(caller);
		MemoryContextReset(batch);
		SPI_freetuptable(SPI_tuptable);
		CHECK_FOR_INTERRUPTS();
	}
	SPI_cursor_close(portal);
	MemoryContextDelete(batch);
}

/* The tail is the one thing of the tree that is replaced. */
static void
write_tail(Seal *seal)
{
	Relation	rel = open_table("trail_tail", RowExclusiveLock);
	TableScanDesc scan = table_beginscan(rel, GetActiveSnapshot(), 0, NULL);
	HeapTuple	tuple;
	Datum		values[3];
	bool		nulls[3] = {false};

	while ((tuple = heap_getnext(scan, ForwardScanDirection)) != NULL)
		simple_heap_delete(rel, &tuple->t_self);
	table_endscan(scan);
	if (seal->levels[0].n > 0)
	{
		values[0] = Int64GetDatum((int64) (seal->size - seal->levels[0].n));
		values[1] = seqs_datum(seal->seqs, seal->levels[0].n);
		values[2] = hashes_datum(seal->levels[0].hashes, seal->levels[0].n);
		isms_trail_insert(rel, values, nulls);
	}
	table_close(rel, NoLock);
}

/*
 * isms.seal(heartbeat interval) returns bigint: how many entries were sealed.
 * With none, a checkpoint is made only if the newest is older than heartbeat.
 */
Datum
isms_seal(PG_FUNCTION_ARGS)
{
	Relation	checkpoints;
	Snapshot	snapshot;
	Seal	   *seal;
	TrailHash	root;
	Datum		incarnation = UUIDPGetDatum(isms_incarnation_id());
	Datum		last_snapshot = (Datum) 0;
	Datum		low = (Datum) 0;
	Datum		ended = (Datum) 0;
	Datum		values[10];
	bool		nulls[10] = {false};
	Oid			types[1] = {UUIDOID};
	FullTransactionId next_xid;
	TimestampTz now;
	int64		frontier;
	int64		added;
	bool		first;
	bool		no_ended = true;
	bool		due = true;

	PreventCommandDuringRecovery("isms.seal()");
	PreventCommandIfReadOnly("isms.seal()");
	if (IsolationUsesXactSnapshot())
		refuse_snapshot("Its isolation level keeps an old snapshot.", "Call it in a transaction of isolation level READ COMMITTED.");
	if (TransactionIdIsValid(GetTopTransactionIdIfAny()))
		refuse_snapshot("The transaction has changed something already.", "Call it in a transaction of its own.");
	ForceSyncCommit();

	checkpoints = open_table("checkpoint", ShareUpdateExclusiveLock);
	SPI_connect();
	SPI_execute("select isms.require_active()", false, 0);

	/* The order of these three matters, see above. */
	one_row("select case when s.is_called then s.last_value else s.last_value - 1 end from isms.trail_seq s", 0, NULL, NULL);
	frontier = DatumGetInt64(column(1, NULL));
	next_xid = ReadNextFullTransactionId();
	snapshot = RegisterSnapshot(GetLatestSnapshot());
	PushActiveSnapshot(snapshot);
	now = GetCurrentTimestamp();

	first = !one_row("select c.snapshot, c.sealed_at from isms.checkpoint c where c.incarnation = $1 order by c.number desc limit 1",
					 1, types, &incarnation);
	if (!first)
	{
		last_snapshot = SPI_datumTransfer(column(1, NULL), false, -1);
		due = !PG_ARGISNULL(0) &&
			DatumGetTimestampTz(DirectFunctionCall2(timestamptz_pl_interval, column(2, NULL), PG_GETARG_DATUM(0))) <= now;
		one_row("select u.low, u.ended from isms.unsealed_from() u", 0, NULL, NULL);
		low = column(1, NULL);
		ended = column(2, &no_ended);
		if (!no_ended)
			ended = SPI_datumTransfer(ended, false, -1);
	}

	seal = palloc0(sizeof(Seal));
	begin_tree(seal);
	seal->tiles = open_table("trail_tile", RowExclusiveLock);
	seal->keys = isms_trail_keys_begin();
	add_entries(seal, open_entries(first, incarnation, low, last_snapshot, ended, no_ended));
	(void) isms_trail_keys_end(seal->keys);
	table_close(seal->tiles, NoLock);
	if (seal->added > 0)
		write_tail(seal);

	if (seal->added > 0 || first || due)
	{
		root_of(seal, &root);
		values[0] = Int64GetDatum(seal->number + 1);
		values[1] = Int64GetDatum((int64) seal->size);
		values[2] = hashes_datum(&root, 1);
		values[3] = Int64GetDatum(seal->added);
		values[4] = TimestampTzGetDatum(now);
		values[5] = incarnation;
		values[6] = DirectFunctionCall1(pg_current_snapshot, (Datum) 0);
		values[7] = FullTransactionIdGetDatum(next_xid);
		values[8] = Int64GetDatum(frontier);
		values[9] = LSNGetDatum(GetXLogInsertRecPtr());
		isms_trail_insert(checkpoints, values, nulls);
	}
	PopActiveSnapshot();
	UnregisterSnapshot(snapshot);

	/*
	 * What these record belongs to this transaction, younger than the
	 * snapshot: the next seal takes it in.
	 */
	SPI_execute("select isms.check_coverage()", false, 0);
	/* leaves ahead of need */
	SPI_execute("select isms.trail_open() from isms.trail_seq s"
				" where s.last_value + 4 * isms.trail_leaf_size() > (select max(l.to_seq) from isms.trail_leaves() l)", false, 0);

	added = seal->added;
	SPI_finish();
	table_close(checkpoints, NoLock);
	PG_RETURN_INT64(added);
}
