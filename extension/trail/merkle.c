/*
 * merkle.c
 *		Hashes of entries and of the tree over them, as RFC 9162 section 2.1
 *		(which has them from RFC 6962) defines them.
 *
 * The bytes hashed are specified in extension/doc/trail-format.md.
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

/* SHA-256(0x01 || left || right) */
void
isms_hash_node(const TrailHash *left, const TrailHash *right, TrailHash *out)
{
	uint8		data[1 + 2 * HASH_LEN];

	data[0] = 0x01;
	memcpy(data + 1, left, HASH_LEN);
	memcpy(data + 1 + HASH_LEN, right, HASH_LEN);
	isms_hash(data, sizeof(data), NULL, 0, out);
}

/*
 * Root over n nodes of equal height, the last of which may stand for fewer
 * leaves; of no nodes, SHA-256 of nothing.
 */
void
isms_hash_many(const TrailHash *hashes, int n, TrailHash *out)
{
	TrailHash	left;
	TrailHash	right;
	int			k = 1;

	if (n == 0)
	{
		isms_hash("", 0, NULL, 0, out);
		return;
	}
	if (n == 1)
	{
		*out = hashes[0];
		return;
	}
	while (k * 2 < n)
		k *= 2;
	isms_hash_many(hashes, k, &left);
	isms_hash_many(hashes + k, n - k, &right);
	isms_hash_node(&left, &right, out);
}

/* The bytes of a payload that are hashed, whatever the database's encoding. */
const char *
isms_payload_utf8(text *payload, int *len)
{
	char	   *bytes = VARDATA_ANY(payload);
	char	   *utf8;

	*len = VARSIZE_ANY_EXHDR(payload);
	if (GetDatabaseEncoding() == PG_UTF8)
		return bytes;
	utf8 = pg_server_to_any(bytes, *len, PG_UTF8);
	if (utf8 != bytes)
		*len = strlen(utf8);
	return utf8;
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
		entry->payload = isms_payload_utf8(DatumGetTextPP(values[COL_PAYLOAD]), &entry->payload_len);
}

/* Leaf of an entry; false if what it holds is no entry: neither a payload with its salt nor the commitment left by an erasure. */
bool
isms_hash_entry(const TrailEntry *entry, TrailHash *out)
{
	uint8		data[1 + 79 + HASH_LEN];
	uint8	   *p = data;
	TrailHash	commitment;
	uint64		n64;
	uint32		n32;
	uint16		n16;

	if (entry->payload != NULL && entry->salt != NULL)
		isms_hash(entry->salt, UUID_LEN, entry->payload, entry->payload_len, &commitment);
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
	isms_hash(data, sizeof(data), NULL, 0, out);
	return true;
}

/* A leaf (height 0) or a full subtree, where the size is a multiple of its leaves. */
void
isms_edge_add(TrailEdge *edge, int height, const TrailHash *subtree)
{
	TrailHash	hash = *subtree;
	uint64		leaves = UINT64CONST(1) << height;

	for (; edge->size & (UINT64CONST(1) << height); height++)
		isms_hash_node(&edge->roots[height], &hash, &hash);
	edge->roots[height] = hash;
	edge->size += leaves;
}

void
isms_edge_root(const TrailEdge *edge, TrailHash *out)
{
	bool		any = false;

	for (int height = 0; height < 64; height++)
	{
		if (!(edge->size & (UINT64CONST(1) << height)))
			continue;
		if (any)
			isms_hash_node(&edge->roots[height], out, out);
		else
			*out = edge->roots[height];
		any = true;
	}
	if (!any)
		isms_hash_many(NULL, 0, out);
}
