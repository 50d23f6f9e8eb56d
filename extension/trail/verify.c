/*
 * verify.c
 *		Is the trail what its checkpoints say?  isms.verify_trail().
 *
 * Leaf by leaf the entry is hashed and compared with its tile, tile by tile the
 * tree is built up, and at the size of each checkpoint its root is compared.
 * Verified whole, the trail is also searched for entries that are in no tile
 * and should be.  All is read with one snapshot.
 *
 * This tells what the database itself can tell.  Who can replace tiles and
 * checkpoints together is found by a checkpoint kept outside alone.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "core/compat.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "trail/merkle.h"
#include "trail/trail.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"

#define CHUNK_TILES		32
#define CHUNK_LEAVES	(CHUNK_TILES * TILE_WIDTH)
#define PROGRESS_LEAVES 1000000
#define PAGE_BITS		65536	/* entries told apart by one page of the map */

PG_FUNCTION_INFO_V1(isms_verify_trail);

/* Which entries are in the tree. */
typedef struct SeenPage
{
	int64		page;			/* hash key: seq / PAGE_BITS */
	uint8		bits[PAGE_BITS / 8];
} SeenPage;

/* Facts that entries name. */
typedef struct SeenFact
{
	pg_uuid_t	id;				/* hash key */
	int64		entry;			/* the least that names it */
} SeenFact;

typedef struct Leaf
{
	int64		seq;
	int64		position;
	TrailHash	hash;
	bool		found;
} Leaf;

/* A range of numbers whose entries have left the trail. */
typedef struct Archived
{
	char	   *leaf;
	int64		from;
	int64		to;
	int64		entries;
	int64		missed;
} Archived;

typedef struct Verification
{
	ReturnSetInfo *result;
	MemoryContext chunk;
	uint64		size;			/* of the newest checkpoint */
	uint64		from;			/* leaves to be verified */
	uint64		to;
	bool		whole;
	HTAB	   *only;			/* table versions, NULL: all */
	bool		broken;			/* a tile is missing: no root can be told from
								 * here on */
	int64		last_seq;		/* entry of the leaf before, in the same seal */
	TrailEdge	edge;
	Portal		checkpoints;
	bool		has_checkpoint; /* the next one to compare with */
	int64		number;
	uint64		next_size;
	TrailHash	next_root;
	Leaf	   *leaves;
	int			nleaves;
	Archived   *archived;
	int			narchived;
	HTAB	   *seen;
	HTAB	   *versions;
	HTAB	   *identities;
	SPIPlanPtr	dense;
	SPIPlanPtr	sparse;
} Verification;

static void
report(Verification *v, const char *problem, int64 leaf, int64 entry, const pg_uuid_t *table_version, const char *detail)
{
	Datum		values[5];
	bool		nulls[5] = {false};

	values[0] = CStringGetTextDatum(problem);
	values[1] = Int64GetDatum(leaf);
	nulls[1] = leaf < 0;
	values[2] = Int64GetDatum(entry);
	nulls[2] = entry < 0;
	nulls[3] = true;
	if (table_version != NULL)
	{
		values[3] = UUIDPGetDatum(table_version);
		nulls[3] = false;
	}
	nulls[4] = detail == NULL;
	if (detail != NULL)
		values[4] = CStringGetTextDatum(detail);
	tuplestore_putvalues(v->result->setResult, v->result->setDesc, values, nulls);
}

static void
select_rows(const char *command, int n, Oid *types, Datum *values)
{
	int			result = SPI_execute_with_args(command, n, types, values, NULL, true, 0);

	if (result != SPI_OK_SELECT)
		elog(ERROR, "%s: %s", SPI_result_code_string(result), command);
}

static Datum
value(int row, int column, bool *isnull)
{
	return SPI_getbinval(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, column, isnull);
}

static HTAB *
make_table(const char *name, Size key, Size entry)
{
	HASHCTL		ctl = {0};

	ctl.keysize = key;
	ctl.entrysize = entry;
	ctl.hcxt = CurrentMemoryContext;
	return hash_create(name, 64, &ctl, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
}

/* Notes the entry; false if it was noted before. */
static bool
mark_seen(Verification *v, int64 seq)
{
	int64		page = (int64) ((uint64) seq / PAGE_BITS);
	int			bit = (int) ((uint64) seq % PAGE_BITS);
	bool		known;
	SeenPage   *p = hash_search(v->seen, &page, HASH_ENTER, &known);

	if (!known)
		memset(p->bits, 0, sizeof(p->bits));
	if (p->bits[bit / 8] & (1 << bit % 8))
		return false;
	p->bits[bit / 8] |= 1 << bit % 8;
	return true;
}

static bool
was_seen(Verification *v, int64 seq)
{
	int64		page = (int64) ((uint64) seq / PAGE_BITS);
	int			bit = (int) ((uint64) seq % PAGE_BITS);
	SeenPage   *p = hash_search(v->seen, &page, HASH_FIND, NULL);

	return p != NULL && (p->bits[bit / 8] & (1 << bit % 8)) != 0;
}

static void
note_fact(HTAB *facts, const pg_uuid_t *id, int64 seq)
{
	bool		known;
	SeenFact   *fact = hash_search(facts, id, HASH_ENTER, &known);

	if (!known || seq < fact->entry)
		fact->entry = seq;
}

/*
 * Hashes and numbers as isms_hashes_of and isms_seqs_of read them, but of
 * whatever somebody has put there: -1 if it is nothing that a seal writes.
 */
static int
read_hashes(Datum datum, bool isnull, TrailHash *hashes)
{
	struct varlena *bytes;
	int			len;

	if (isnull)
		return -1;
	bytes = PG_DETOAST_DATUM_PACKED(datum);
	len = (int) VARSIZE_ANY_EXHDR(bytes);
	if (len % HASH_LEN != 0 || len > TILE_WIDTH * HASH_LEN)
		return -1;
	memcpy(hashes, VARDATA_ANY(bytes), len);
	return len / HASH_LEN;
}

static int
read_seqs(Datum datum, bool isnull, int64 *seqs)
{
	ArrayType  *array;

	if (isnull)
		return -1;
	array = DatumGetArrayTypeP(datum);
	if (array_contains_nulls(array) || ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array)) > TILE_WIDTH)
		return -1;
	return isms_seqs_of(PointerGetDatum(array), seqs);
}

static void
read_root(Datum datum, bool isnull, TrailHash *root)
{
	TrailHash	hashes[TILE_WIDTH];

	if (read_hashes(datum, isnull, hashes) == 1)
		*root = hashes[0];
	else
		memset(root, 0, HASH_LEN);
}

/* The next checkpoint, in order of its number. */
static void
next_checkpoint(Verification *v)
{
	bool		isnull;
	int64		size;
	Datum		root;

	SPI_cursor_fetch(v->checkpoints, true, 1);
	v->has_checkpoint = SPI_processed > 0;
	if (!v->has_checkpoint)
		return;
	v->number = DatumGetInt64(value(0, 1, &isnull));
	size = DatumGetInt64(value(0, 2, &isnull));
	root = value(0, 3, &isnull);
	read_root(root, isnull, &v->next_root);
	if (size < (int64) v->next_size)
		report(v, "checkpoint altered", -1, -1, NULL,
			   psprintf("Checkpoint " INT64_FORMAT " is smaller than the one before it.", v->number));
	else
		v->next_size = (uint64) size;
	SPI_freetuptable(SPI_tuptable);
}

/* The tree has grown: compare it with the checkpoints of this size. */
static void
compare_checkpoints(Verification *v)
{
	while (v->has_checkpoint && v->next_size <= v->edge.size)
	{
		TrailHash	root;

		v->last_seq = -1;

		if (v->next_size == v->edge.size && !v->broken)
		{
			isms_edge_root(&v->edge, &root);
			if (memcmp(&root, &v->next_root, HASH_LEN) != 0)
				report(v, "checkpoint altered", -1, -1, NULL,
					   psprintf("Checkpoint " INT64_FORMAT " has another root than the " UINT64_FORMAT " leaves it covers.",
								v->number, v->next_size));
		}
		next_checkpoint(v);
	}
}

static int
by_seq(const void *a, const void *b)
{
	int64		left = ((const Leaf *) a)->seq;
	int64		right = ((const Leaf *) b)->seq;

	return (left > right) - (left < right);
}

static Leaf *
leaf_of(Verification *v, int64 seq)
{
	Leaf		key;

	key.seq = seq;
	return bsearch(&key, v->leaves, v->nleaves, sizeof(Leaf), by_seq);
}

static void
read_archives(Verification *v)
{
	select_rows("select a.leaf, a.from_seq, a.to_seq, a.entries from isms.trail_archive a where a.restored_at is null order by a.from_seq",
				0, NULL, NULL);
	v->archived = palloc0(sizeof(Archived) * Max(SPI_processed, 1));
	v->narchived = (int) SPI_processed;
	for (int i = 0; i < v->narchived; i++)
	{
		bool		isnull;

		v->archived[i].leaf = TextDatumGetCString(value(i, 1, &isnull));
		v->archived[i].from = DatumGetInt64(value(i, 2, &isnull));
		v->archived[i].to = DatumGetInt64(value(i, 3, &isnull));
		v->archived[i].entries = DatumGetInt64(value(i, 4, &isnull));
	}
}

/* Is an entry that is not there in an archive? */
static bool
is_archived(Verification *v, int64 seq)
{
	for (int i = 0; i < v->narchived; i++)
		if (v->archived[i].from <= seq && seq <= v->archived[i].to)
		{
			v->archived[i].missed++;
			return true;
		}
	return false;
}

/* Archives took the entries they say, no more and no fewer. */
static void
check_archives(Verification *v)
{
	for (int i = 0; i < v->narchived; i++)
	{
		Archived   *a = &v->archived[i];

		if (a->missed > 0)
			ereport(NOTICE,
					(errmsg(INT64_FORMAT " entries from " INT64_FORMAT " to " INT64_FORMAT " are archived and were not hashed", a->missed, a->from, a->to),
					 errhint("isms.restore_archived('%s') brings them back to be verified.", a->leaf)));
		if (v->whole && !v->broken && a->missed != a->entries)
			report(v, "entry missing", -1, -1, NULL,
				   psprintf("isms.trail_archive says that %s holds " INT64_FORMAT " entries, the tree has " INT64_FORMAT " in its range that are not in the trail.",
							a->leaf, a->entries, a->missed));
	}
}

/* The tree doesn't tell who took a payload away; isms.erasure does. */
static void
check_erasures(Verification *v)
{
	select_rows("select u.seq from isms.unexplained_erasures() u order by 1", 0, NULL, NULL);
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		bool		isnull;
		int64		seq = DatumGetInt64(value(i, 1, &isnull));

		report(v, "erasure not recorded", -1, isnull ? -1 : seq, NULL,
			   isnull ? "No row of isms.erasure accounts for an identity without content; isms.unexplained_erasures() names it."
			   : "No row of isms.erasure accounts for it.");
	}
}

static void
check_entry(Verification *v, HeapTuple tuple, TupleDesc desc)
{
	TrailEntry	entry;
	TrailHash	hash;
	Leaf	   *leaf;
	bool		isnull;

	leaf = leaf_of(v, DatumGetInt64(heap_getattr(tuple, 1, desc, &isnull)));
	if (leaf == NULL)
		return;
	if (leaf->found)
	{
		report(v, "entry altered", leaf->position, leaf->seq, NULL, "It stands twice.");
		return;
	}
	leaf->found = true;
	for (int i = 2; i <= desc->natts; i++)
		if (heap_attisnull(tuple, i, desc) &&
			strcmp(NameStr(TupleDescAttr(desc, i - 1)->attname), "salt") != 0 &&
			strcmp(NameStr(TupleDescAttr(desc, i - 1)->attname), "payload") != 0)
		{
			report(v, "entry altered", leaf->position, leaf->seq, NULL, "It lacks what every entry has.");
			return;
		}
	isms_entry_read(tuple, desc, &entry);
	if (v->whole)
	{
		note_fact(v->versions, entry.table_version, entry.seq);
		note_fact(v->identities, entry.identity, entry.seq);
	}
	if (v->only != NULL && hash_search(v->only, entry.table_version, HASH_FIND, NULL) == NULL)
		return;
	if (!isms_hash_entry(&entry, &hash))
		report(v, "entry altered", leaf->position, entry.seq, entry.table_version,
			   "It has neither a payload nor the commitment an erasure leaves.");
	else if (memcmp(&hash, &leaf->hash, HASH_LEN) != 0)
		report(v, "entry altered", leaf->position, entry.seq, entry.table_version,
			   "Its hash is not the one that was sealed.");
	else if (entry.payload != NULL && entry.commitment_len > 0)
		report(v, "entry altered", leaf->position, entry.seq, entry.table_version,
			   "It has a payload, and a commitment as if that were erased.");
}

/* The entries of the leaves gathered. */
static void
check_entries(Verification *v)
{
	MemoryContext caller;
	Datum		values[3];
	int64		first;
	int64		last;

	if (v->nleaves == 0)
		return;
	caller = MemoryContextSwitchTo(v->chunk);
	for (int i = 0; i < v->nleaves; i++)
		if (v->whole && !mark_seen(v, v->leaves[i].seq))
			report(v, "entry sealed twice", v->leaves[i].position, v->leaves[i].seq, NULL, NULL);
	qsort(v->leaves, v->nleaves, sizeof(Leaf), by_seq);
	first = v->leaves[0].seq;
	last = v->leaves[v->nleaves - 1].seq;
	values[0] = Int64GetDatum(first);
	values[1] = Int64GetDatum(last);
	if (last - first < 2 * CHUNK_LEAVES)
		SPI_execute_plan(v->dense, values, NULL, true, 0);
	else
	{
		Datum	   *seqs = palloc(v->nleaves * sizeof(Datum));

		for (int i = 0; i < v->nleaves; i++)
			seqs[i] = Int64GetDatum(v->leaves[i].seq);
		values[2] = PointerGetDatum(construct_array(seqs, v->nleaves, INT8OID, sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
		SPI_execute_plan(v->sparse, values, NULL, true, 0);
	}
	for (uint64 i = 0; i < SPI_processed; i++)
		check_entry(v, SPI_tuptable->vals[i], SPI_tuptable->tupdesc);
	SPI_freetuptable(SPI_tuptable);
	for (int i = 0; i < v->nleaves; i++)
		if (!v->leaves[i].found && !is_archived(v, v->leaves[i].seq))
			report(v, "entry missing", v->leaves[i].position, v->leaves[i].seq, NULL, NULL);
	v->nleaves = 0;
	MemoryContextSwitchTo(caller);
	MemoryContextReset(v->chunk);
	CHECK_FOR_INTERRUPTS();
}

/* Leaves that follow on: n of them, from one tile. */
static void
take_leaves(Verification *v, int n, const TrailHash *hashes, const int64 *seqs)
{
	for (int i = 0; i < n; i++)
	{
		Leaf	   *leaf = &v->leaves[v->nleaves++];

		leaf->seq = seqs[i];
		leaf->position = (int64) v->edge.size;
		leaf->hash = hashes[i];
		leaf->found = false;
		if (seqs[i] <= v->last_seq)
			report(v, "entry out of order", leaf->position, leaf->seq, NULL,
				   "A seal takes entries in order of their numbers, this one has a smaller number than the leaf before.");
		v->last_seq = seqs[i];
		isms_edge_add(&v->edge, 0, &hashes[i]);
		compare_checkpoints(v);
	}
	if (v->nleaves > CHUNK_LEAVES - TILE_WIDTH)
		check_entries(v);
	if ((v->edge.size - n) / PROGRESS_LEAVES != v->edge.size / PROGRESS_LEAVES)
		ereport(NOTICE,
				(errmsg("verified " UINT64_FORMAT " of " UINT64_FORMAT " entries", v->edge.size - v->from, v->to - v->from)));
}

static bool
is_range(const int64 *seqs, int n, Datum first, bool no_first, Datum last, bool no_last)
{
	int64		least = seqs[0];
	int64		largest = seqs[0];

	for (int i = 1; i < n; i++)
	{
		least = Min(least, seqs[i]);
		largest = Max(largest, seqs[i]);
	}
	return !no_first && DatumGetInt64(first) == least && !no_last && DatumGetInt64(last) == largest;
}

/* Tiles of the leaves: those before the first to be verified give their root alone. */
static void
check_tiles(Verification *v)
{
	Oid			types[2] = {INT8OID, INT8OID};
	int64		end = (int64) Min(v->size / TILE_WIDTH, (v->to + TILE_WIDTH - 1) / TILE_WIDTH);
	Datum		values[2] = {Int64GetDatum((int64) (v->from / TILE_WIDTH)), Int64GetDatum(end)};
	Portal		portal;
	int64		expected = 0;

	portal = SPI_cursor_open_with_args(NULL,
									   "select t.index, t.root, case when t.index >= $1 then t.hashes end, t.seqs, t.index >= $1, t.first_seq, t.last_seq"
									   " from isms.trail_tile t where t.level = 0 and t.index >= 0 and t.index < $2 order by t.index",
									   2, types, values, NULL, true, CURSOR_OPT_NO_SCROLL);
	for (;;)
	{
		SPITupleTable *rows;
		uint64		n;

		SPI_cursor_fetch(portal, true, CHUNK_TILES);
		rows = SPI_tuptable;
		n = SPI_processed;
		if (n == 0)
			break;
		for (uint64 i = 0; i < n; i++)
		{
			Datum		columns[7];
			bool		nulls[7];
			int64		index;
			TrailHash	root;
			TrailHash	nodes[TILE_WIDTH];
			int64		numbers[TILE_WIDTH];

			for (int c = 0; c < 7; c++)
				columns[c] = SPI_getbinval(rows->vals[i], rows->tupdesc, c + 1, &nulls[c]);
			index = DatumGetInt64(columns[0]);

			if (index < expected)
			{
				report(v, "tile altered", index * TILE_WIDTH, -1, NULL, "It stands twice.");
				continue;
			}
			for (; expected < index; expected++)
			{
				report(v, "tile missing", expected * TILE_WIDTH, -1, NULL, NULL);
				v->broken = true;
				v->edge.size += TILE_WIDTH;
			}
			expected++;
			read_root(columns[1], nulls[1], &root);
			if (!DatumGetBool(columns[4]))
			{
				isms_edge_add(&v->edge, TILE_HEIGHT, &root);
				compare_checkpoints(v);
				continue;
			}
			if (read_hashes(columns[2], nulls[2], nodes) != TILE_WIDTH || read_seqs(columns[3], nulls[3], numbers) != TILE_WIDTH)
			{
				report(v, "tile altered", index * TILE_WIDTH, -1, NULL, "It has not 256 leaves.");
				v->broken = true;
				v->edge.size += TILE_WIDTH;
				continue;
			}
			take_leaves(v, TILE_WIDTH, nodes, numbers);
			isms_hash_many(nodes, TILE_WIDTH, &nodes[0]);
			if (memcmp(&nodes[0], &root, HASH_LEN) != 0)
				report(v, "tile altered", index * TILE_WIDTH, -1, NULL, "Its root is not that of its leaves.");
			if (!is_range(numbers, TILE_WIDTH, columns[5], nulls[5], columns[6], nulls[6]))
				report(v, "tile altered", index * TILE_WIDTH, -1, NULL, "Its least and largest entry are not those of its leaves.");
		}
		SPI_freetuptable(rows);
	}
	SPI_cursor_close(portal);
	for (; expected < end; expected++)
	{
		report(v, "tile missing", expected * TILE_WIDTH, -1, NULL, NULL);
		v->broken = true;
		v->edge.size += TILE_WIDTH;
	}
}

static void
check_tail(Verification *v)
{
	int64		first = (int64) (v->size - v->size % TILE_WIDTH);
	TrailHash	hashes[TILE_WIDTH];
	int64		seqs[TILE_WIDTH];
	int			n = 0;
	int			nseqs = 0;

	select_rows("select t.hashes, t.seqs, t.first from isms.trail_tail t order by t.first desc", 0, NULL, NULL);
	if (SPI_processed > 1)
		report(v, "tail altered", first, -1, NULL, "There is more than one.");
	if (SPI_processed > 0)
	{
		Datum		columns[3];
		bool		nulls[3];

		for (int c = 0; c < 3; c++)
			columns[c] = value(0, c + 1, &nulls[c]);
		n = read_hashes(columns[0], nulls[0], hashes);
		nseqs = read_seqs(columns[1], nulls[1], seqs);
		if (nulls[2] || DatumGetInt64(columns[2]) != first)
			report(v, "tail altered", first, -1, NULL, "It does not say where in the tree it begins.");
	}
	if (n != (int) (v->size % TILE_WIDTH) || n != nseqs)
	{
		report(v, "tail altered", first, -1, NULL,
			   n < 0 || nseqs < 0 ? "It does not hold leaves." :
			   psprintf("It has %d leaves of %d entries, the newest checkpoint asks for %d.", n, nseqs, (int) (v->size % TILE_WIDTH)));
		v->broken = true;
	}
	else
		take_leaves(v, n, hashes, seqs);
}

/* Tiles above the leaves hold the roots of those below; there are as many as the size asks for. */
static void
check_upper_tiles(Verification *v)
{
	Oid			types[1] = {INT8OID};
	Datum		values[1] = {Int64GetDatum((int64) v->size)};
	TrailHash	nodes[TILE_WIDTH];
	TrailHash	root;
	bool		isnull;

	select_rows("select t.level, t.index, t.hashes, t.root, t.hashes is not distinct from"
				" (select string_agg(c.root, ''::bytea order by c.index) from isms.trail_tile c"
				" where c.level = t.level - 1 and c.index >= t.index * 256 and c.index < (t.index + 1) * 256)"
				" from isms.trail_tile t where t.level > 0 order by 1, 2", 0, NULL, NULL);
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		int			level = DatumGetInt16(value(i, 1, &isnull));
		int64		index = DatumGetInt64(value(i, 2, &isnull));
		Datum		datum;

		datum = value(i, 4, &isnull);
		read_root(datum, isnull, &root);
		datum = value(i, 3, &isnull);
		if (!DatumGetBool(value(i, 5, &isnull)) || read_hashes(datum, false, nodes) != TILE_WIDTH)
			report(v, "tile altered", -1, -1, NULL,
				   psprintf("Tile " INT64_FORMAT " of level %d is not that of the tiles below it.", index, level));
		else
		{
			isms_hash_many(nodes, TILE_WIDTH, &nodes[0]);
			if (memcmp(&nodes[0], &root, HASH_LEN) != 0)
				report(v, "tile altered", -1, -1, NULL,
					   psprintf("The root of tile " INT64_FORMAT " of level %d is not that of its hashes.", index, level));
		}
	}

	select_rows("select l.level, n.index, t.level is null from generate_series(0, 6) l (level)"
				" cross join lateral (select i from generate_series(0, ($1 >> (8 * (l.level + 1))) - 1) i"
				" where l.level > 0"
				" union select x.index from isms.trail_tile x"
				" where x.level = l.level and (x.index < 0 or x.index >= $1 >> (8 * (l.level + 1)))) n (index)"
				" left join isms.trail_tile t on t.level = l.level and t.index = n.index"
				" where t.level is null or n.index < 0 or n.index >= $1 >> (8 * (l.level + 1)) order by 1, 2", 1, types, values);
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		int			level = DatumGetInt32(value(i, 1, &isnull));
		int64		index = DatumGetInt64(value(i, 2, &isnull));
		bool		missing = DatumGetBool(value(i, 3, &isnull));

		report(v, missing ? "tile missing" : "tile altered", -1, -1, NULL,
			   psprintf(missing ? "Tile " INT64_FORMAT " of level %d is not there." :
						"Tile " INT64_FORMAT " of level %d is beyond the newest checkpoint.", index, level));
	}
}

static void
check_numbers(Verification *v)
{
	select_rows("select c.number, c.before from"
				" (select k.number, lag(k.number, 1, 0::bigint) over (order by k.number) as before, k.added,"
				" k.size - lag(k.size, 1, 0::bigint) over (order by k.number) as grown from isms.checkpoint k) c"
				" where c.number <> c.before + 1 or c.added <> c.grown order by 1", 0, NULL, NULL);
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		bool		isnull;
		int64		number = DatumGetInt64(value(i, 1, &isnull));
		int64		before = DatumGetInt64(value(i, 2, &isnull));

		if (number == before + 1)
			report(v, "checkpoint altered", -1, -1, NULL,
				   psprintf("Checkpoint " INT64_FORMAT " did not add what its size says.", number));
		else
			report(v, "checkpoint missing", -1, -1, NULL,
				   psprintf("Checkpoint " INT64_FORMAT " follows " INT64_FORMAT ".", number, before));
	}
}

/* Entries in no tile that a seal would have taken in, had they been there. */
static void
check_unsealed(Verification *v)
{
	Portal		portal = SPI_cursor_open_with_args(NULL, "select e.seq from isms.trail_entry e", 0, NULL, NULL, NULL, true, CURSOR_OPT_NO_SCROLL);
	ArrayBuildState *unsealed = initArrayResult(INT8OID, CurrentMemoryContext, false);
	Oid			types[1] = {INT8ARRAYOID};
	Datum		values[1];

	for (;;)
	{
		SPI_cursor_fetch(portal, true, CHUNK_LEAVES);
		if (SPI_processed == 0)
			break;
		for (uint64 i = 0; i < SPI_processed; i++)
		{
			bool		isnull;
			Datum		seq = value(i, 1, &isnull);

			if (!was_seen(v, DatumGetInt64(seq)))
				accumArrayResult(unsealed, seq, false, INT8OID, CurrentMemoryContext);
		}
		SPI_freetuptable(SPI_tuptable);
		CHECK_FOR_INTERRUPTS();
	}
	SPI_cursor_close(portal);

	values[0] = makeArrayResult(unsealed, CurrentMemoryContext);
	select_rows("select u.seq, u.table_version, u.why from isms.unlawful_entries($1) u order by 1", 1, types, values);
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		bool		isnull;

		report(v, "entry inserted", -1, DatumGetInt64(value(i, 1, &isnull)), DatumGetUUIDP(value(i, 2, &isnull)),
			   TextDatumGetCString(value(i, 3, &isnull)));
	}
}

/* The facts entries name: there, and as they were. */
static void
check_facts(Verification *v, HTAB *facts, const char *dictionary)
{
	HASH_SEQ_STATUS status;
	SeenFact   *fact;

	select_rows(psprintf("select d.id, d.content is null"
						 " or substr(sha256(convert_to(d.content, 'UTF8')), 1, 16) = uuid_send(d.id) from isms.%s d", dictionary),
				0, NULL, NULL);
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		bool		isnull;
		Datum		id = value(i, 1, &isnull);
		SeenFact   *named = hash_search(facts, DatumGetUUIDP(id), HASH_FIND, NULL);

		if (!DatumGetBool(value(i, 2, &isnull)))
			report(v, "fact altered", -1, named ? named->entry : -1, NULL,
				   psprintf("%s in isms.%s is not what its id is the hash of.",
							DatumGetCString(DirectFunctionCall1(uuid_out, id)), dictionary));
		if (named != NULL)
			named->entry = -1;
	}
	hash_seq_init(&status, facts);
	while ((fact = hash_seq_search(&status)) != NULL)
		if (fact->entry >= 0)
			report(v, "fact missing", -1, fact->entry, NULL,
				   psprintf("Entries name %s, which isms.%s has not.",
							DatumGetCString(DirectFunctionCall1(uuid_out, UUIDPGetDatum(&fact->id))), dictionary));
}

/* Table versions of one table, to be the only entries hashed. */
static HTAB *
versions_of(Datum versions)
{
	HTAB	   *table = make_table("isms versions of a table", UUID_LEN, sizeof(SeenFact));
	Datum	   *ids;
	int			n;

	deconstruct_array(DatumGetArrayTypeP(versions), UUIDOID, UUID_LEN, false, TYPALIGN_CHAR, &ids, NULL, &n);
	for (int i = 0; i < n; i++)
		note_fact(table, DatumGetUUIDP(ids[i]), 0);
	return table;
}

static SPIPlanPtr
prepare(const char *condition, int n)
{
	Oid			types[3] = {INT8OID, INT8OID, INT8ARRAYOID};
	SPIPlanPtr	plan = SPI_prepare(psprintf("select " TRAIL_ENTRY_COLUMNS " from isms.trail_entry e where e.seq between $1 and $2%s", condition), n, types);

	if (plan == NULL)
		elog(ERROR, "SPI_prepare failed: %s", SPI_result_code_string(SPI_result));
	return plan;
}

/*
 * isms.check_trail(first bigint, leaves bigint, versions uuid[])
 * returns table (problem text, leaf bigint, entry bigint, table_version uuid, detail text)
 *
 * Leaves from first on, rounded to whole tiles; all with leaves null.  With
 * versions only entries of these are hashed, the others only counted on.
 */
Datum
isms_verify_trail(PG_FUNCTION_ARGS)
{
	Verification *v = palloc0(sizeof(Verification));
	int64		first = PG_ARGISNULL(0) ? 0 : PG_GETARG_INT64(0);
	int64		leaves = PG_ARGISNULL(1) ? PG_INT64_MAX : PG_GETARG_INT64(1);

	if (first < 0 || leaves < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a range of leaves begins at 0 or later and is not shorter than nothing")));
	InitMaterializedSRF(fcinfo, 0);
	v->result = (ReturnSetInfo *) fcinfo->resultinfo;

	SPI_connect();
	v->chunk = AllocSetContextCreate(CurrentMemoryContext, "isms verification", ALLOCSET_DEFAULT_SIZES);
	v->leaves = palloc(CHUNK_LEAVES * sizeof(Leaf));
	v->seen = make_table("isms entries seen", sizeof(int64), sizeof(SeenPage));
	v->versions = make_table("isms versions seen", UUID_LEN, sizeof(SeenFact));
	v->identities = make_table("isms identities seen", UUID_LEN, sizeof(SeenFact));
	if (!PG_ARGISNULL(2))
		v->only = versions_of(PG_GETARG_DATUM(2));
	v->dense = prepare("", 2);
	v->sparse = prepare(" and e.seq = any ($3)", 3);

	select_rows("select c.size from isms.checkpoint c order by c.number desc limit 1", 0, NULL, NULL);
	if (SPI_processed > 0)
	{
		bool		isnull;

		v->size = (uint64) DatumGetInt64(value(0, 1, &isnull));
	}
	v->from = Min((uint64) first / TILE_WIDTH * TILE_WIDTH, v->size);
	v->to = (uint64) leaves > v->size - v->from ? v->size : v->from + (uint64) leaves;
	v->whole = v->from == 0 && v->to == v->size;

	v->checkpoints = SPI_cursor_open_with_args(NULL, "select c.number, c.size, c.root from isms.checkpoint c order by c.number",
											   0, NULL, NULL, NULL, true, CURSOR_OPT_NO_SCROLL);
	read_archives(v);
	next_checkpoint(v);
	compare_checkpoints(v);
	check_tiles(v);
	if (v->to > v->size - v->size % TILE_WIDTH || v->whole)
		check_tail(v);
	check_entries(v);
	SPI_cursor_close(v->checkpoints);
	check_archives(v);
	if (v->whole)
	{
		check_upper_tiles(v);
		check_numbers(v);
		/* what a tile has that cannot be read is not known to be missing */
		if (!v->broken)
			check_unsealed(v);
		check_erasures(v);
		check_facts(v, v->versions, "trail_table_version");
		check_facts(v, v->identities, "trail_identity");
	}
	SPI_finish();
	return (Datum) 0;
}
