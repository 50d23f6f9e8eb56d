/*
 * tile.c
 *		The tree as it is kept: tiles of 256 hashes, written once, when full,
 *		and a tail of fewer (the shape of C2SP tlog-tiles).
 *
 * Tile i of level n holds the nodes of height 8n over the leaves from 256^(n+1) i
 * on; row (level, index) of isms.trail_tile has beside them their common root,
 * which is a hash of the tile above.  The tile above is therefore known before it
 * is full.  Leaves beyond the last full tile stand in isms.trail_tail.
 *
 * All is read with the active snapshot, by queries of the caller's SPI
 * connection, as the owner of the trail.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "core/compat.h"
#include "executor/spi.h"
#include "trail/merkle.h"
#include "trail/trail.h"
#include "utils/array.h"
#include "utils/builtins.h"

static void
query(const char *command, int n, Oid *types, Datum *values)
{
	int			result = SPI_execute_with_args(command, n, types, values, NULL, true, 0);

	if (result != SPI_OK_SELECT)
		elog(ERROR, "%s: %s", SPI_result_code_string(result), command);
}

static Datum
value(int row, int column)
{
	bool		isnull;
	Datum		datum = SPI_getbinval(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, column, &isnull);

	if (isnull)
		elog(ERROR, "unexpected null in the trail");
	return datum;
}

static void
damaged(const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_DATA_CORRUPTED),
			 errmsg("the tree of the audit trail is damaged"),
			 errdetail_internal("%s", detail),
			 errhint("isms.verify_trail() lists what is wrong.")));
}

/* Hashes out of a bytea; how many. */
int
isms_hashes_of(Datum datum, TrailHash *hashes)
{
	struct varlena *bytes = PG_DETOAST_DATUM_PACKED(datum);
	int			len = (int) VARSIZE_ANY_EXHDR(bytes);

	if (len % HASH_LEN != 0 || len > TILE_WIDTH * HASH_LEN)
		damaged("A tile has not the size of one.");
	memcpy(hashes, VARDATA_ANY(bytes), len);
	return len / HASH_LEN;
}

/* Numbers of entries out of a bigint[]; how many. */
int
isms_seqs_of(Datum datum, int64 *seqs)
{
	Datum	   *datums;
	int			n;

	deconstruct_array(DatumGetArrayTypeP(datum), INT8OID, sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE, &datums, NULL, &n);
	if (n > TILE_WIDTH)
		damaged("A tile has more entries than one can have.");
	for (int i = 0; i < n; i++)
		seqs[i] = DatumGetInt64(datums[i]);
	return n;
}

TrailTree *
isms_tree_open(void)
{
	TrailTree  *tree = palloc0(sizeof(TrailTree));

	tree->tail.index = 0;
	for (int level = 0; level < TILE_LEVELS; level++)
		tree->cached[level].index = -1;

	query("select c.number, c.size from isms.checkpoint c order by c.number desc limit 1", 0, NULL, NULL);
	if (SPI_processed == 0)
		return tree;
	tree->number = DatumGetInt64(value(0, 1));
	tree->size = (uint64) DatumGetInt64(value(0, 2));
	tree->tail.index = (int64) (tree->size / TILE_WIDTH);

	query("select t.seqs, t.hashes from isms.trail_tail t order by t.first desc limit 1", 0, NULL, NULL);
	if (SPI_processed > 0)
	{
		tree->tail.n = isms_seqs_of(value(0, 1), tree->tail_seqs);
		if (isms_hashes_of(value(0, 2), tree->tail.hashes) != tree->tail.n)
			damaged("The tail has not as many entries as hashes.");
	}
	if (tree->tail.n != (int) (tree->size % TILE_WIDTH))
		damaged("The tail has not the size the newest checkpoint asks for.");
	return tree;
}

void
isms_tree_close(TrailTree *tree)
{
	pfree(tree);
}

/* A tile, the last one of its level too; kept until another of the level is asked for. */
const TrailTile *
isms_tree_tile(TrailTree *tree, int level, int64 index)
{
	TrailTile  *tile = &tree->cached[level];
	Oid			types[3] = {INT2OID, INT8OID, INT8OID};
	Datum		values[3];

	if (level == 0 && index == tree->tail.index)
		return &tree->tail;
	if (tile->index == index)
		return tile;

	tile->index = -1;
	values[0] = Int16GetDatum((int16) level);
	values[1] = Int64GetDatum(index);
	query("select t.hashes from isms.trail_tile t where t.level = $1 and t.index = $2", 2, types, values);
	if (SPI_processed > 0)
		tile->n = isms_hashes_of(value(0, 1), tile->hashes);
	else if (level == 0)
		damaged(psprintf("Tile " INT64_FORMAT " of the leaves is missing.", index));
	else
	{
		values[0] = Int16GetDatum((int16) (level - 1));
		values[1] = Int64GetDatum(index * TILE_WIDTH);
		values[2] = Int64GetDatum((index + 1) * TILE_WIDTH);
		query("select t.root from isms.trail_tile t where t.level = $1 and t.index >= $2 and t.index < $3 order by t.index",
			  3, types, values);
		tile->n = (int) SPI_processed;
		for (int i = 0; i < tile->n; i++)
			if (isms_hashes_of(value(i, 1), &tile->hashes[i]) != 1)
				damaged("The root of a tile is no hash.");
	}
	tile->index = index;
	return tile;
}

/* The root over leaves from..to-1 of a tree that has them; from is a multiple of the power of two not below to - from. */
void
isms_tree_range(TrailTree *tree, uint64 from, uint64 to, TrailHash *out)
{
	uint64		leaves = to - from;
	int			height = 0;

	while ((UINT64CONST(1) << height) < leaves)
		height++;
	if ((UINT64CONST(1) << height) == leaves)
	{
		/* a full subtree: neighbours in one tile */
		int			level = height / TILE_HEIGHT;
		int			width = 1 << height % TILE_HEIGHT;
		uint64		node = from >> (level * TILE_HEIGHT);
		const TrailTile *tile = isms_tree_tile(tree, level, (int64) (node / TILE_WIDTH));

		if ((int) (node % TILE_WIDTH) + width > tile->n)
			damaged(psprintf("Tile " INT64_FORMAT " of level %d lacks hashes.", tile->index, level));
		isms_hash_many(&tile->hashes[node % TILE_WIDTH], width, out);
	}
	else
	{
		uint64		split = from + (UINT64CONST(1) << (height - 1));
		TrailHash	left;
		TrailHash	right;

		isms_tree_range(tree, from, split, &left);
		isms_tree_range(tree, split, to, &right);
		isms_hash_node(&left, &right, out);
	}
}
