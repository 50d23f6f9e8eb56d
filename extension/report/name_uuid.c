/*
 * name_uuid.c
 *		UUIDs of names, version 5 (RFC 9562, section 5.5).
 *
 * The same name gives the same identifier everywhere and always, so that a
 * document made twice speaks of the same things.  SHA-1 is the version's own;
 * nothing is protected by it.
 */
#include "postgres.h"

#include "common/cryptohash.h"
#include "core/compat.h"
#include "fmgr.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/uuid.h"

#define SHA1_LENGTH 20

PG_FUNCTION_INFO_V1(isms_uuid5);

/* UUID of a name, as UTF-8 whatever the database's encoding, in a name space. */
Datum
isms_uuid5(PG_FUNCTION_ARGS)
{
	pg_uuid_t  *space = PG_GETARG_UUID_P(0);
	text	   *name = PG_GETARG_TEXT_PP(1);
	char	   *utf8 = pg_server_to_any(VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name), PG_UTF8);
	size_t		length = utf8 == VARDATA_ANY(name) ? (size_t) VARSIZE_ANY_EXHDR(name) : strlen(utf8);
	uint8		digest[SHA1_LENGTH];
	pg_uuid_t  *result = palloc(sizeof(pg_uuid_t));
	pg_cryptohash_ctx *context = pg_cryptohash_create(PG_SHA1);

	if (pg_cryptohash_init(context) < 0 ||
		pg_cryptohash_update(context, space->data, UUID_LEN) < 0 ||
		pg_cryptohash_update(context, (const uint8 *) utf8, length) < 0 ||
		pg_cryptohash_final(context, digest, sizeof(digest)) < 0)
		elog(ERROR, "SHA-1 failed: %s", pg_cryptohash_error(context));
	pg_cryptohash_free(context);

	memcpy(result->data, digest, UUID_LEN);
	result->data[6] = (result->data[6] & 0x0f) | 0x50;
	result->data[8] = (result->data[8] & 0x3f) | 0x80;
	PG_RETURN_UUID_P(result);
}
