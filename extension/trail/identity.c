/*
 * identity.c
 *		Facts that repeat: which installation, who, and which table.
 *
 * A fact is a JSON text in a dictionary table; entries name it by its id, the
 * first 16 bytes of the SHA-256 of the text.  There is no unique constraint:
 * two transactions that write the same fact at once both write it, and nobody
 * waits.  A backend remembers a fact as written only as far as the
 * transaction that wrote it has come: after commit for good, until then with
 * the subtransaction, so that a rollback makes it be written again.
 */
#include "postgres.h"

#if PG_VERSION_NUM < 160000
/* libpq-be.h would ask for headers of libraries it needs nothing of here; the fields read stand before theirs. */
#undef ENABLE_GSS
#undef USE_OPENSSL
#endif

#include "access/table.h"
#include "access/transam.h"
#include "access/xact.h"
#include "access/xlog.h"
#include "access/xlogrecovery.h"
#include "core/compat.h"
#include "core/core.h"
#if PG_VERSION_NUM < 160000
#include "libpq/libpq-be.h"
#endif
#include "miscadmin.h"
#include "replication/origin.h"
#include "trail/merkle.h"
#include "trail/trail.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/hsearch.h"
#include "utils/inval.h"
#include "utils/memutils.h"
#include "utils/syscache.h"

/* More remembered facts than this are forgotten at the end of a transaction. */
#define REMEMBERED_MAX	4096

typedef struct WrittenContent
{
	pg_uuid_t	id;				/* hash key */
	SubTransactionId subxact;	/* who wrote it; invalid once committed */
} WrittenContent;

static HTAB *written;
static int	uncommitted;		/* entries of written with a valid subxact */
static uint64 forgettings = 1;	/* how often facts left it */

/* The identity last seen, and what it was made of. */
static struct
{
	bool		valid;
	Oid			session_user;
	Oid			current_user;
	RepOriginId origin;
	char	   *application;
	char	   *claimed;
	char	   *actor;
	char	   *content;
	pg_uuid_t	id;
	uint64		written;		/* see isms_remember_content */
}			identity;

PG_FUNCTION_INFO_V1(isms_incarnation);

static void
sha256_head(const void *data, size_t len, pg_uuid_t *id)
{
	TrailHash	hash;

	isms_hash(data, len, NULL, 0, &hash);
	memcpy(id->data, hash.bytes, UUID_LEN);
}

/* First 16 bytes of the SHA-256 of the text. */
void
isms_content_id(const char *content, pg_uuid_t *id)
{
	sha256_head(content, strlen(content), id);
}

/*
 * The incarnation: first 16 bytes of SHA-256 of system identifier (8 bytes),
 * database oid, timeline and oid of isms.trail_entry (4 each), most significant
 * byte first.  A restore, also in place, clone, promotion or upgrade gives
 * another one; transaction ids compare only inside one.  On a standby it is
 * that of the server followed.
 */
const pg_uuid_t *
isms_incarnation_id(void)
{
	static pg_uuid_t id;
	static Oid	known = InvalidOid;
	Oid			trail = isms_trail_table();
	bool		standby;
	TimeLineID	timeline;
	uint8		facts[20];

	if (known == trail)
		return &id;
	standby = RecoveryInProgress();
	if (standby)
		(void) GetXLogReplayRecPtr(&timeline);
	else
		timeline = GetWALInsertionTimeLine();
	for (int i = 0; i < 8; i++)
		facts[i] = (uint8) (GetSystemIdentifier() >> (56 - 8 * i));
	for (int i = 0; i < 4; i++)
	{
		facts[8 + i] = (uint8) (MyDatabaseId >> (24 - 8 * i));
		facts[12 + i] = (uint8) (timeline >> (24 - 8 * i));
		facts[16 + i] = (uint8) (trail >> (24 - 8 * i));
	}
	sha256_head(facts, sizeof(facts), &id);
	/* a session can outlive the promotion of its standby */
	known = standby ? InvalidOid : trail;
	return &id;
}

/* isms.incarnation() returns uuid */
Datum
isms_incarnation(PG_FUNCTION_ARGS)
{
	pg_uuid_t  *id = palloc(sizeof(pg_uuid_t));

	*id = *isms_incarnation_id();
	PG_RETURN_UUID_P(id);
}

static void
end_of_transaction(XactEvent event, void *arg)
{
	HASH_SEQ_STATUS scan;
	WrittenContent *entry;

	if (written == NULL ||
		(event != XACT_EVENT_COMMIT && event != XACT_EVENT_ABORT && event != XACT_EVENT_PREPARE))
		return;
	if (hash_get_num_entries(written) > REMEMBERED_MAX)
	{
		isms_forget_contents();
		return;
	}
	if (uncommitted == 0)
		return;
	if (event != XACT_EVENT_COMMIT)
		forgettings++;
	hash_seq_init(&scan, written);
	while ((entry = hash_seq_search(&scan)) != NULL)
	{
		if (entry->subxact == InvalidSubTransactionId)
			continue;
		if (event == XACT_EVENT_COMMIT)
			entry->subxact = InvalidSubTransactionId;
		else
			hash_search(written, &entry->id, HASH_REMOVE, NULL);
	}
	uncommitted = 0;
}

static void
end_of_subtransaction(SubXactEvent event, SubTransactionId mine, SubTransactionId parent, void *arg)
{
	HASH_SEQ_STATUS scan;
	WrittenContent *entry;

	if (written == NULL || uncommitted == 0 ||
		(event != SUBXACT_EVENT_COMMIT_SUB && event != SUBXACT_EVENT_ABORT_SUB))
		return;
	if (event == SUBXACT_EVENT_ABORT_SUB)
		forgettings++;
	hash_seq_init(&scan, written);
	while ((entry = hash_seq_search(&scan)) != NULL)
	{
		if (entry->subxact != mine)
			continue;
		if (event == SUBXACT_EVENT_COMMIT_SUB)
			entry->subxact = parent;
		else
		{
			hash_search(written, &entry->id, HASH_REMOVE, NULL);
			uncommitted--;
		}
	}
}

/* Forget what was written: the dictionaries may be others now. */
void
isms_forget_contents(void)
{
	if (written != NULL)
		hash_destroy(written);
	written = NULL;
	uncommitted = 0;
	forgettings++;
}

/*
 * Promise that the dictionary has the content once this transaction commits.
 * The caller keeps "known", zero at first, with the content: it says that the
 * content was found written and nothing was forgotten since.
 */
void
isms_remember_content(Oid dictionary, const pg_uuid_t *id, const char *content, uint64 *known)
{
	static bool registered = false;
	WrittenContent *entry;
	Relation	rel;
	Datum		values[2];
	bool		nulls[2] = {false, false};

	if (*known == forgettings)
		return;
	if (written != NULL && hash_search(written, id, HASH_FIND, NULL) != NULL)
	{
		*known = forgettings;
		return;
	}

	if (!registered)
	{
		RegisterXactCallback(end_of_transaction, NULL);
		RegisterSubXactCallback(end_of_subtransaction, NULL);
		registered = true;
	}

	rel = table_open(dictionary, RowExclusiveLock);
	values[0] = UUIDPGetDatum(id);
	values[1] = CStringGetTextDatum(content);
	isms_trail_insert(rel, values, nulls);
	table_close(rel, NoLock);

	/* opening the table may have made everything be forgotten */
	if (written == NULL)
	{
		HASHCTL		ctl = {0};

		ctl.keysize = sizeof(pg_uuid_t);
		ctl.entrysize = sizeof(WrittenContent);
		ctl.hcxt = TopMemoryContext;
		written = hash_create("isms contents written", 64, &ctl, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	}
	entry = hash_search(written, id, HASH_ENTER, NULL);
	entry->subxact = GetCurrentSubTransactionId();
	uncommitted++;
	*known = forgettings;
}

static void
forget_identity(Datum arg, int cacheid, uint32 hashvalue)
{
	identity.valid = false;
}

static bool
same_text(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

/*
 * How and as whom the client was authenticated (SYSTEM_USER of 16), or NULL.
 * Up to 15 the method is gone: the server frees its rules (MyProcPort->hba)
 * before the first statement.
 */
static const char *
authenticated_name(void)
{
#if PG_VERSION_NUM >= 160000
	return GetSystemUser();
#else
	return MyProcPort ? MyProcPort->authn_id : NULL;
#endif
}

static char *
keep_text(char *old, const char *s)
{
	char	   *new = s ? MemoryContextStrdup(TopMemoryContext, s) : NULL;

	if (old != NULL)
		pfree(old);
	return new;
}

static void
append_fact(StringInfo buf, const char *name, const char *value)
{
	if (value == NULL || value[0] == '\0')
		return;
	appendStringInfo(buf, "%c\"%s\":", buf->len == 0 ? '{' : ',', name);
	if (!isms_encode_string(buf, value, strlen(value)))
	{
		appendStringInfoString(buf, "{\"bytes\":\"");
		for (const char *p = value; *p; p++)
			appendStringInfo(buf, "%02x", (unsigned char) *p);
		appendStringInfoString(buf, "\"}");
	}
}

/*
 * Who acts now: session user, current user, the name that was authenticated,
 * application, claimed actor, actor where the claim counts, replication
 * origin; what is absent is left out.
 */
const pg_uuid_t *
isms_trail_identity(void)
{
	static bool registered = false;
	const char *claimed = isms_claimed_actor();
	const char *actor = isms_claimed_person();
	const char *application = application_name;

	if (!registered)
	{
		CacheRegisterSyscacheCallback(AUTHOID, forget_identity, (Datum) 0);
		CacheRegisterSyscacheCallback(AUTHMEMROLEMEM, forget_identity, (Datum) 0);
		registered = true;
	}

	if (!identity.valid ||
		identity.session_user != GetSessionUserId() ||
		identity.current_user != GetUserId() ||
		identity.origin != replorigin_session_origin ||
		!same_text(identity.application, application) ||
		!same_text(identity.claimed, claimed) ||
		!same_text(identity.actor, actor))
	{
		StringInfoData buf;
		char	   *origin = NULL;

		identity.valid = false;
		if (replorigin_session_origin != InvalidRepOriginId &&
			replorigin_session_origin != DoNotReplicateId)
			(void) replorigin_by_oid(replorigin_session_origin, true, &origin);

		initStringInfo(&buf);
		append_fact(&buf, "session_user", GetUserNameFromId(GetSessionUserId(), true));
		append_fact(&buf, "current_user", GetUserNameFromId(GetUserId(), true));
		append_fact(&buf, "authenticated", authenticated_name());
		append_fact(&buf, "application", application);
		append_fact(&buf, "claimed_actor", claimed);
		append_fact(&buf, "actor", actor);
		append_fact(&buf, "replication_origin", origin);
		appendStringInfoString(&buf, buf.len == 0 ? "{}" : "}");

		identity.content = keep_text(identity.content, buf.data);
		identity.application = keep_text(identity.application, application);
		identity.claimed = keep_text(identity.claimed, claimed);
		identity.actor = keep_text(identity.actor, actor);
		identity.session_user = GetSessionUserId();
		identity.current_user = GetUserId();
		identity.origin = replorigin_session_origin;
		isms_content_id(identity.content, &identity.id);
		identity.written = 0;
		identity.valid = true;
	}

	isms_remember_content(isms_trail_identity_table(), &identity.id, identity.content, &identity.written);
	return &identity.id;
}
