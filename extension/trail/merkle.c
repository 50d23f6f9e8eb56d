/*
 * merkle.c
 *		Hashes of entries and of the tree over them, as RFC 9162 section 2.1
 *		(which has them from RFC 6962) defines them.
 *
 * The bytes hashed are specified in extension/doc/trail-format.md.  A context
 * belongs to the transaction that made it.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "core/compat.h"
#include "datatype/timestamp.h"
#include "mb/pg_wchar.h"
#include "port/pg_bswap.h"
#include "trail/merkle.h"
#include "trail/trail.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"
#include "utils/xid8.h"

#define UNIX_TO_SERVER_EPOCH \
	((int64) (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * USECS_PER_DAY)

enum
{
	COL_SEQ, COL_XID, COL_AT, COL_COMMAND, COL_FORMAT, COL_OPERATION, COL_INCARNATION,
	COL_TABLE_VERSION, COL_IDENTITY, COL_SALT, COL_COMMITMENT, COL_PAYLOAD, COLUMNS
};

static void
failed(pg_cryptohash_ctx *ctx)
{
	elog(ERROR, "could not compute SHA-256: %s", ctx ? pg_cryptohash_error(ctx) : "out of memory");
}

pg_cryptohash_ctx *
isms_hash_begin(void)
{
	pg_cryptohash_ctx *ctx = pg_cryptohash_create(PG_SHA256);

	if (ctx == NULL)
		failed(ctx);
	return ctx;
}

static void
sha256_two(pg_cryptohash_ctx *ctx, const void *a, size_t a_len, const void *b, size_t b_len, TrailHash *out)
{
	if (pg_cryptohash_init(ctx) < 0 ||
		pg_cryptohash_update(ctx, a, a_len) < 0 ||
		(b_len > 0 && pg_cryptohash_update(ctx, b, b_len) < 0) ||
		pg_cryptohash_final(ctx, out->bytes, HASH_LEN) < 0)
		failed(ctx);
}

/* SHA-256(0x01 || left || right) */
void
isms_hash_node(pg_cryptohash_ctx *ctx, const TrailHash *left, const TrailHash *right, TrailHash *out)
{
	uint8		data[1 + 2 * HASH_LEN];

	data[0] = 0x01;
	memcpy(data + 1, left, HASH_LEN);
	memcpy(data + 1 + HASH_LEN, right, HASH_LEN);
	sha256_two(ctx, data, sizeof(data), NULL, 0, out);
}

/*
 * Root over n nodes of equal height, the last of which may stand for fewer
 * leaves; of no nodes, SHA-256 of nothing.
 */
void
isms_hash_many(pg_cryptohash_ctx *ctx, const TrailHash *hashes, int n, TrailHash *out)
{
	TrailHash	left;
	TrailHash	right;
	int			k = 1;

	if (n == 0)
	{
		sha256_two(ctx, "", 0, NULL, 0, out);
		return;
	}
	if (n == 1)
	{
		*out = hashes[0];
		return;
	}
	while (k * 2 < n)
		k *= 2;
	isms_hash_many(ctx, hashes, k, &left);
	isms_hash_many(ctx, hashes + k, n - k, &right);
	isms_hash_node(ctx, &left, &right, out);
}

/* The entry points into the tuple, and into memory of the current context where its payload was kept elsewhere. */
void
isms_entry_read(HeapTuple tuple, TupleDesc desc, TrailEntry *entry)
{
	Datum		values[COLUMNS];
	bool		nulls[COLUMNS];
	struct varlena *bytes;

	Assert(desc->natts >= COLUMNS);
	heap_deform_tuple(tuple, desc, values, nulls);
	entry->seq = DatumGetInt64(values[COL_SEQ]);
	entry->xid = U64FromFullTransactionId(DatumGetFullTransactionId(values[COL_XID]));
	entry->at = DatumGetTimestampTz(values[COL_AT]) + UNIX_TO_SERVER_EPOCH;
	entry->command_id = DatumGetInt32(values[COL_COMMAND]);
	entry->format = DatumGetInt16(values[COL_FORMAT]);
	entry->operation = DatumGetChar(values[COL_OPERATION]);
	entry->incarnation = DatumGetUUIDP(values[COL_INCARNATION]);
	entry->table_version = DatumGetUUIDP(values[COL_TABLE_VERSION]);
	entry->identity = DatumGetUUIDP(values[COL_IDENTITY]);
	entry->salt = nulls[COL_SALT] ? NULL : DatumGetUUIDP(values[COL_SALT]);
	bytes = PG_DETOAST_DATUM_PACKED(values[COL_COMMITMENT]);
	entry->commitment = (uint8 *) VARDATA_ANY(bytes);
	entry->commitment_len = VARSIZE_ANY_EXHDR(bytes);
	entry->payload = NULL;
	entry->payload_len = 0;
	if (!nulls[COL_PAYLOAD])
	{
		bytes = PG_DETOAST_DATUM_PACKED(values[COL_PAYLOAD]);
		entry->payload = VARDATA_ANY(bytes);
		entry->payload_len = VARSIZE_ANY_EXHDR(bytes);
		if (GetDatabaseEncoding() != PG_UTF8)
		{
			char	   *text = pg_server_to_any(entry->payload, entry->payload_len, PG_UTF8);

			if (text !=entry->payload)
				entry->payload_len = strlen(text);
			entry->payload = text;
		}
	}
}

/* Leaf of an entry; false if what it holds is no entry: neither a payload with its salt nor the commitment left by an erasure. */
bool
isms_hash_entry(pg_cryptohash_ctx *ctx, const TrailEntry *entry, TrailHash *out)
{
	uint8		data[1 + 79 + HASH_LEN];
	uint8	   *p = data;
	TrailHash	commitment;
	uint64		n64;
	uint32		n32;
	uint16		n16;

	if (entry->payload != NULL && entry->salt != NULL)
		sha256_two(ctx, entry->salt, UUID_LEN, entry->payload, entry->payload_len, &commitment);
	else if (entry->payload == NULL && entry->commitment_len == HASH_LEN)
		memcpy(&commitment, entry->commitment, HASH_LEN);
	else
		return false;

#define PUT(value, len) (memcpy(p, value, len), p += (len))
	*p++ = 0x00;
	n16 = pg_hton16((uint16) entry->format);
	PUT(&n16, 2);
	PUT(entry->incarnation, UUID_LEN);
	n64 = pg_hton64((uint64) entry->seq);
	PUT(&n64, 8);
	n64 = pg_hton64(entry->xid);
	PUT(&n64, 8);
	n32 = pg_hton32((uint32) entry->command_id);
	PUT(&n32, 4);
	n64 = pg_hton64((uint64) entry->at);
	PUT(&n64, 8);
	PUT(entry->table_version, UUID_LEN);
	*p++ = (uint8) entry->operation;
	PUT(entry->identity, UUID_LEN);
	PUT(&commitment, HASH_LEN);
#undef PUT
	Assert(p == data + sizeof(data));
	sha256_two(ctx, data, sizeof(data), NULL, 0, out);
	return true;
}

/* A leaf (height 0) or a full subtree, where the size is a multiple of its leaves. */
void
isms_edge_add(pg_cryptohash_ctx *ctx, TrailEdge *edge, int height, const TrailHash *subtree)
{
	TrailHash	hash = *subtree;
	uint64		leaves = UINT64CONST(1) << height;

	for (; edge->size & (UINT64CONST(1) << height); height++)
		isms_hash_node(ctx, &edge->roots[height], &hash, &hash);
	edge->roots[height] = hash;
	edge->size += leaves;
}

void
isms_edge_root(pg_cryptohash_ctx *ctx, const TrailEdge *edge, TrailHash *out)
{
	bool		any = false;

	for (int height = 0; height < 64; height++)
	{
		if (!(edge->size & (UINT64CONST(1) << height)))
			continue;
		if (any)
			isms_hash_node(ctx, &edge->roots[height], out, out);
		else
			*out = edge->roots[height];
		any = true;
	}
	if (!any)
		isms_hash_many(ctx, NULL, 0, out);
}
