/*
 * proof.c
 *		Proofs for those who have a checkpoint: that an entry is in the tree it
 *		names, and that one tree is the beginning of another (RFC 9162, sections
 *		2.1.3 and 2.1.4).  They are made from tiles, in a few page reads.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "core/compat.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "trail/merkle.h"
#include "trail/trail.h"
#include "utils/array.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(isms_inclusion_path);
PG_FUNCTION_INFO_V1(isms_consistency_proof);
PG_FUNCTION_INFO_V1(isms_tree_root);

typedef struct Proof
{
	int			n;
	TrailHash	hashes[2 * 64];
} Proof;

static void
append_range(TrailTree *tree, Proof *proof, uint64 from, uint64 to)
{
	isms_tree_range(tree, from, to, &proof->hashes[proof->n++]);
}

/* Largest power of two below n. */
static uint64
split_of(uint64 n)
{
	uint64		k = 1;

	while (k * 2 < n)
		k *= 2;
	return k;
}

/* PATH(leaf, leaves from..to-1) */
static void
path(TrailTree *tree, Proof *proof, uint64 leaf, uint64 from, uint64 to)
{
	uint64		split;

	if (to - from == 1)
		return;
	split = from + split_of(to - from);
	if (leaf < split)
	{
		path(tree, proof, leaf, from, split);
		append_range(tree, proof, split, to);
	}
	else
	{
		path(tree, proof, leaf, split, to);
		append_range(tree, proof, from, split);
	}
}

/* SUBPROOF: the first tree ends at m; whole tells whether its part here is known to who has its root. */
static void
subproof(TrailTree *tree, Proof *proof, uint64 m, uint64 from, uint64 to, bool whole)
{
	uint64		split;

	if (m == to)
	{
		if (!whole)
			append_range(tree, proof, from, to);
		return;
	}
	split = from + split_of(to - from);
	if (m <= split)
	{
		subproof(tree, proof, m, from, split, whole);
		append_range(tree, proof, split, to);
	}
	else
	{
		subproof(tree, proof, m, split, to, false);
		append_range(tree, proof, from, split);
	}
}

static Datum
proof_array(const Proof *proof)
{
	Datum		hashes[lengthof(proof->hashes)];

	for (int i = 0; i < proof->n; i++)
		hashes[i] = PointerGetDatum(cstring_to_text_with_len((const char *) &proof->hashes[i], HASH_LEN));
	return PointerGetDatum(construct_array(hashes, proof->n, BYTEAOID, -1, false, TYPALIGN_INT));
}

static void
out_of_tree(const char *what, int64 value, uint64 limit)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("%s " INT64_FORMAT " is not in a tree of " UINT64_FORMAT " leaves", what, value, limit),
			 errhint("isms.checkpoint has the sizes the tree had; isms.seal() takes in what is new.")));
}

/* isms.inclusion_path(leaf bigint, size bigint) returns bytea[] */
Datum
isms_inclusion_path(PG_FUNCTION_ARGS)
{
	int64		leaf = PG_GETARG_INT64(0);
	int64		size = PG_GETARG_INT64(1);
	Proof		proof = {0};
	TrailTree  *tree;

	SPI_connect();
	tree = isms_tree_open();
	if (size < 1 || (uint64) size > tree->size)
		out_of_tree("size", size, tree->size);
	if (leaf < 0 || leaf >= size)
		out_of_tree("leaf", leaf, (uint64) size);
	path(tree, &proof, (uint64) leaf, 0, (uint64) size);
	isms_tree_close(tree);
	SPI_finish();
	return proof_array(&proof);
}

/* isms.consistency_proof(size1 bigint, size2 bigint) returns bytea[] */
Datum
isms_consistency_proof(PG_FUNCTION_ARGS)
{
	int64		size1 = PG_GETARG_INT64(0);
	int64		size2 = PG_GETARG_INT64(1);
	Proof		proof = {0};
	TrailTree  *tree;

	SPI_connect();
	tree = isms_tree_open();
	if (size2 < 0 || (uint64) size2 > tree->size)
		out_of_tree("size", size2, tree->size);
	if (size1 < 0 || size1 > size2)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the first size must be between 0 and the second, " INT64_FORMAT, size2),
				 errdetail("It is " INT64_FORMAT ".", size1)));
	if (size1 > 0)
		subproof(tree, &proof, (uint64) size1, 0, (uint64) size2, true);
	isms_tree_close(tree);
	SPI_finish();
	return proof_array(&proof);
}

/* isms.tree_root(size bigint) returns bytea */
Datum
isms_tree_root(PG_FUNCTION_ARGS)
{
	int64		size = PG_GETARG_INT64(0);
	TrailHash	root;
	TrailTree  *tree;

	SPI_connect();
	tree = isms_tree_open();
	if (size < 0 || (uint64) size > tree->size)
		out_of_tree("size", size, tree->size);
	if (size == 0)
		isms_hash_many(NULL, 0, &root);
	else
		isms_tree_range(tree, 0, (uint64) size, &root);
	isms_tree_close(tree);
	SPI_finish();
	PG_RETURN_BYTEA_P(cstring_to_text_with_len((const char *) &root, HASH_LEN));
}
