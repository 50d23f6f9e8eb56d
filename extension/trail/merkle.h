/*
 * merkle.h
 *		The tree over the entries: hashing (hash.c, merkle.c), and how its parts
 *		are kept in tables (tile.c).
 */
#ifndef ISMS_MERKLE_H
#define ISMS_MERKLE_H

#include "access/htup.h"
#include "access/tupdesc.h"
#include "utils/uuid.h"

#define HASH_LEN	32
#define TILE_HEIGHT	8			/* levels of the tree in a tile */
#define TILE_WIDTH	256			/* hashes in a full tile */
#define TILE_LEVELS	8			/* levels of tiles: 2^64 leaves */

typedef struct TrailHash
{
	uint8		bytes[HASH_LEN];
} TrailHash;

/* An entry as TRAIL_ENTRY_COLUMNS selects it; payload NULL once erased. */
#define TRAIL_ENTRY_COLUMNS \
	"e.seq, e.xid, e.at, e.command_id, e.format, e.operation, e.incarnation, e.table_version, e.identity, e.salt, e.commitment, e.payload"

typedef struct TrailEntry
{
	int64		seq;
	uint64		xid;
	int64		at;				/* microseconds since 1970 */
	int32		command_id;
	int16		format;
	char		operation;
	const pg_uuid_t *incarnation;
	const pg_uuid_t *table_version;
	const pg_uuid_t *identity;
	const pg_uuid_t *salt;
	const uint8 *commitment;
	int			commitment_len;
	const char *payload;		/* UTF-8 */
	int			payload_len;
} TrailEntry;

/* The right edge of a tree that only grows: the roots of its full subtrees, by height. */
typedef struct TrailEdge
{
	uint64		size;
	TrailHash	roots[64];
} TrailEdge;

/* hash.c */
extern void isms_hash(const void *a, size_t a_len, const void *b, size_t b_len, TrailHash *out);

/* merkle.c */
extern const char *isms_payload_utf8(text *payload, int *len);
extern void isms_hash_node(const TrailHash *left, const TrailHash *right, TrailHash *out);
extern void isms_hash_many(const TrailHash *hashes, int n, TrailHash *out);
extern void isms_entry_read(HeapTuple tuple, TupleDesc desc, TrailEntry *entry);
extern bool isms_hash_entry(const TrailEntry *entry, TrailHash *out);
extern void isms_edge_add(TrailEdge *edge, int height, const TrailHash *subtree);
extern void isms_edge_root(const TrailEdge *edge, TrailHash *out);

/* tile.c */
/* Hashes of one level's tile; fewer than TILE_WIDTH where the tree ends in it. */
typedef struct TrailTile
{
	int64		index;			/* -1: none */
	int			n;
	TrailHash	hashes[TILE_WIDTH];
} TrailTile;

/* The sealed tree, read with the active snapshot; SPI is connected while it is open. */
typedef struct TrailTree
{
	int64		number;			/* of the newest checkpoint, 0: none */
	uint64		size;
	TrailTile	tail;			/* leaves beyond the last full tile */
	int64		tail_seqs[TILE_WIDTH];
	TrailTile	cached[TILE_LEVELS];
} TrailTree;

extern int	isms_hashes_of(Datum datum, TrailHash *hashes);
extern int	isms_seqs_of(Datum datum, int64 *seqs);
extern TrailTree *isms_tree_open(void);
extern void isms_tree_close(TrailTree *tree);
extern const TrailTile *isms_tree_tile(TrailTree *tree, int level, int64 index);
extern void isms_tree_range(TrailTree *tree, uint64 from, uint64 to, TrailHash *out);

#endif							/* ISMS_MERKLE_H */
