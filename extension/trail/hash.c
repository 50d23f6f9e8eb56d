/*
 * hash.c
 *		SHA-256 of many short messages.
 *
 * The server's pg_cryptohash is made for one long one: on OpenSSL 3 each
 * pg_cryptohash_init() looks the algorithm up by name again, under locks, which
 * costs several times the hashing of an entry.  So where the server has OpenSSL
 * its digest is fetched once; elsewhere the server's own implementation has no
 * such cost.
 *
 * The context is the process's, made when first needed; each hash begins it
 * anew, so nothing of one shows in another.
 */
#include "postgres.h"

#include "trail/merkle.h"

#ifdef USE_OPENSSL

#include <openssl/evp.h>

static EVP_MD_CTX *ctx = NULL;

static bool
begin(void)
{
	const EVP_MD *md;

	/* begun once, a context goes on with its digest */
	if (ctx != NULL)
		return EVP_DigestInit_ex(ctx, NULL, NULL) == 1;
#if OPENSSL_VERSION_NUMBER >= 0x30000000L
	md = EVP_MD_fetch(NULL, "SHA256", NULL);
#else
	md = EVP_sha256();
#endif
	ctx = EVP_MD_CTX_new();
	return md != NULL && ctx != NULL && EVP_DigestInit_ex(ctx, md, NULL) == 1;
}

static bool
add(const void *bytes, size_t len)
{
	return EVP_DigestUpdate(ctx, bytes, len) == 1;
}

static bool
end(uint8 *out)
{
	return EVP_DigestFinal_ex(ctx, out, NULL) == 1;
}

static void
discard(void)
{
	EVP_MD_CTX_free(ctx);
	ctx = NULL;
}

#else

#include "common/cryptohash.h"

static pg_cryptohash_ctx *ctx = NULL;

static bool
begin(void)
{
	if (ctx == NULL)
		ctx = pg_cryptohash_create(PG_SHA256);
	return ctx != NULL && pg_cryptohash_init(ctx) == 0;
}

static bool
add(const void *bytes, size_t len)
{
	return pg_cryptohash_update(ctx, bytes, len) == 0;
}

static bool
end(uint8 *out)
{
	return pg_cryptohash_final(ctx, out, HASH_LEN) == 0;
}

static void
discard(void)
{
	pg_cryptohash_free(ctx);
	ctx = NULL;
}

#endif

/* SHA-256 of a, with b behind it. */
void
isms_hash(const void *a, size_t a_len, const void *b, size_t b_len, TrailHash *out)
{
	if (!begin() || !add(a, a_len) || (b_len > 0 && !add(b, b_len)) || !end(out->bytes))
	{
		discard();
		elog(ERROR, "could not compute SHA-256");
	}
}
