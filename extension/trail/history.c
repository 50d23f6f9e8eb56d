/*
 * history.c
 *		The entries of one table and its partitions, read in the order in which
 *		fold.c wants them.
 *
 * The trail is read as the owner of the extension: whether the caller may is
 * for the functions that call this to judge, before.  Table and trail are read
 * with one snapshot, in which a change and its entry stand together.
 */
#include "postgres.h"

#include "access/table.h"
#include "catalog/namespace.h"
#include "catalog/partition.h"
#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_type.h"
#include "core/compat.h"
#include "core/core.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "trail/fold.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

#define FETCHED		1000

/* May the caller read every entry? */
bool
isms_reads_whole_trail(void)
{
	static const char *const roles[] = {"isms_trail_reader", "isms_admin"};

	for (int i = 0; i < (int) lengthof(roles); i++)
	{
		Oid			role = get_role_oid(roles[i], true);

		if (OidIsValid(role) && has_privs_of_role(GetUserId(), role))
			return true;
	}
	return superuser();
}

static void
become_owner(Oid *user, int *security)
{
	Oid			table = get_relname_relid("trail_entry", get_namespace_oid("isms", false));
	HeapTuple	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(table));
	Oid			owner;

	if (!HeapTupleIsValid(tuple))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("relation isms.trail_entry does not exist")));
	owner = ((Form_pg_class) GETSTRUCT(tuple))->relowner;
	ReleaseSysCache(tuple);
	GetUserIdAndSecContext(user, security);
	SetUserIdAndSecContext(owner, *security | SECURITY_LOCAL_USERID_CHANGE | SECURITY_NOFORCE_RLS);
}

static void
query(const char *command, int n, Oid *types, Datum *values)
{
	int			result = SPI_execute_with_args(command, n, types, values, NULL, true, 0);

	if (result < 0)
		elog(ERROR, "%s: %s", SPI_result_code_string(result), command);
}

/* Names under which the trail knows the table: its own, or those of the whole it is part of. */
static void
names_of(Relation rel, Datum *values)
{
	values[0] = CStringGetTextDatum(get_namespace_name(RelationGetNamespace(rel)));
	values[1] = CStringGetTextDatum(RelationGetRelationName(rel));
}

/* The table and what the trail's versions say of it; the table stays locked. */
FoldHistory *
isms_history_open(Oid relid)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "isms history", ALLOCSET_DEFAULT_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(context);
	FoldHistory *h = palloc0(sizeof(FoldHistory));
	Oid			types[2] = {TEXTOID, TEXTOID};
	Datum		values[2];
	Oid			user;
	int			security;
	ListCell   *lc;

	h->context = context;
	h->rel = table_open(relid, AccessShareLock);
	if (h->rel->rd_rel->relkind != RELKIND_RELATION && h->rel->rd_rel->relkind != RELKIND_PARTITIONED_TABLE)
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("\"%s\" is not a table", RelationGetRelationName(h->rel))));
	h->own = strcmp(get_namespace_name(RelationGetNamespace(h->rel)), "isms") == 0;
	if (h->rel->rd_rel->relkind == RELKIND_RELATION)
		h->leaves = list_make1_oid(relid);
	else
		foreach(lc, find_all_inheritors(relid, AccessShareLock, NULL))
		if (get_rel_relkind(lfirst_oid(lc)) == RELKIND_RELATION)
		h->leaves = lappend_oid(h->leaves, lfirst_oid(lc));

	names_of(h->rel, values);
	become_owner(&user, &security);
	SPI_connect();
	query("select distinct v.content from isms.trail_table_version v "
		  "where v.content::json ->> 'schema' = $1 and v.content::json ->> 'table' = $2 "
		  "or v.content::json #>> '{partition_of,schema}' = $1 and v.content::json #>> '{partition_of,table}' = $2",
		  2, types, values);
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		char	   *content = SPI_getvalue(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1);
		MemoryContext inner = MemoryContextSwitchTo(context);

		h->versions = lappend(h->versions, isms_fold_version(pstrdup(content)));
		MemoryContextSwitchTo(inner);
	}
	SPI_finish();
	SetUserIdAndSecContext(user, security);
	MemoryContextSwitchTo(caller);
	return h;
}

void
isms_history_close(FoldHistory *h)
{
	table_close(h->rel, NoLock);
	MemoryContextDelete(h->context);
}

static Datum
version_ids(FoldHistory *h)
{
	Datum	   *ids = palloc(sizeof(Datum) * Max(list_length(h->versions), 1));
	int			n = 0;
	ListCell   *lc;

	foreach(lc, h->versions)
		ids[n++] = UUIDPGetDatum(&((FoldVersion *) lfirst(lc))->id);
	return PointerGetDatum(construct_array(ids, n, UUIDOID, UUID_LEN, false, TYPALIGN_CHAR));
}

/* When isms.enable_audit was called for the table, or for what it is a partition of; false if it is not audited. */
bool
isms_history_since(FoldHistory *h, TimestampTz *since)
{
	Oid			types[2] = {TEXTOID, TEXTOID};
	Datum		values[2];
	bool		found = false;
	Oid			user;
	int			security;

	if (h->own)
	{
		*since = DT_NOBEGIN;
		return isms_trail_trigger(h->rel, ISMS_CAPTURE_TRIGGER) != NULL;
	}
	become_owner(&user, &security);
	SPI_connect();
	for (Relation rel = h->rel; !found;)
	{
		Oid			parent;

		names_of(rel, values);
		query("select a.since from isms.audited_table a where a.schema_name = $1 and a.table_name = $2",
			  2, types, values);
		if (SPI_processed > 0)
		{
			bool		isnull;

			*since = DatumGetTimestampTz(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull));
			found = true;
		}
		parent = !found && rel->rd_rel->relispartition ? get_partition_parent(RelationGetRelid(rel), true) : InvalidOid;
		if (rel != h->rel)
			table_close(rel, NoLock);
		if (!OidIsValid(parent))
			break;
		rel = table_open(parent, AccessShareLock);
	}
	SPI_finish();
	SetUserIdAndSecContext(user, security);
	return found;
}

/*
 * Does the trail know the table as it was then?  If not, *begin is when it
 * began to, or DT_NOEND.
 */
bool
isms_history_begun(FoldHistory *h, TimestampTz instant, TimestampTz *begin)
{
	Oid			types[1] = {UUIDARRAYOID};
	Datum		values[1];
	TimestampTz since;
	bool		audited = isms_history_since(h, &since);
	bool		isnull;
	Oid			user;
	int			security;

	*begin = DT_NOEND;
	if (audited && !h->own)
	{
		if (since <= instant)
			return true;
		*begin = since;
	}
	values[0] = version_ids(h);
	become_owner(&user, &security);
	SPI_connect();
	if (h->own)
	{
		/* from activation on every row is recorded */
		query("select min(a.activated_at) from isms.activation a", 0, NULL, NULL);
		since = DatumGetTimestampTz(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull));
		if (!isnull && audited)
			*begin = since;
	}
	if (*begin > instant)
		query("select e.at from isms.trail_entry e where e.table_version = any ($1) order by e.seq limit 1",
			  1, types, values);
	if (*begin > instant && SPI_processed > 0)
		*begin = Min(*begin, DatumGetTimestampTz(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull)));
	SPI_finish();
	SetUserIdAndSecContext(user, security);
	return *begin <= instant;
}

/* Forget what was read. */
void
isms_history_forget(FoldHistory *h)
{
	h->tables = NIL;
}

/* The table or partition of that name, as in FoldVersion. */
FoldTable *
isms_history_table(FoldHistory *h, const char *table, bool back)
{
	ListCell   *lc;
	MemoryContext caller;
	FoldTable  *t;

	foreach(lc, h->tables)
	{
		t = lfirst(lc);
		if (strcmp(t->table, table) == 0)
			return t;
	}
	caller = MemoryContextSwitchTo(h->context);
	t = isms_fold_table(h->context, table, back);
	t->contradiction = h->contradiction;
	t->contradiction_arg = h->contradiction_arg;
	h->tables = lappend(h->tables, t);
	MemoryContextSwitchTo(caller);
	return t;
}

/* What is known of a table that is there, switched to how it is now. */
FoldTable *
isms_history_live(FoldHistory *h, Relation leaf, IsmsTrailRelation **info, bool back)
{
	MemoryContext caller;
	FoldVersion *version;
	FoldTable  *t;

	*info = isms_trail_relation_copy(leaf, h->context);
	caller = MemoryContextSwitchTo(h->context);
	version = isms_fold_version(pstrdup((*info)->content));
	MemoryContextSwitchTo(caller);
	t = isms_history_table(h, version->table, back);
	isms_fold_switch(t, version, isms_incarnation_id());
	return t;
}

static FoldVersion *
version_of(FoldHistory *h, const pg_uuid_t *id)
{
	ListCell   *lc;

	foreach(lc, h->versions)
	{
		FoldVersion *v = lfirst(lc);

		if (memcmp(&v->id, id, sizeof(pg_uuid_t)) == 0)
			return v;
	}
	elog(ERROR, "table version not found");
}

/* The bytes of a text column, which live as long as the tuple. */
static const char *
payload_of(Datum value, int *len)
{
	text	   *t = DatumGetTextPP(value);

	*len = VARSIZE_ANY_EXHDR(t);
	return VARDATA_ANY(t);
}

static void
read_tuple(FoldHistory *h, HeapTuple tuple, TupleDesc desc, bool back)
{
	FoldEntry	e;
	FoldTable  *t;
	bool		isnull;
	Datum		payload;

	e.seq = DatumGetInt64(SPI_getbinval(tuple, desc, 1, &isnull));
	e.xid = DatumGetUInt64(SPI_getbinval(tuple, desc, 2, &isnull));
	e.command = (uint32) DatumGetInt32(SPI_getbinval(tuple, desc, 3, &isnull));
	e.operation = DatumGetChar(SPI_getbinval(tuple, desc, 4, &isnull));
	e.incarnation = *DatumGetUUIDP(SPI_getbinval(tuple, desc, 5, &isnull));
	e.version = version_of(h, DatumGetUUIDP(SPI_getbinval(tuple, desc, 6, &isnull)));
	payload = SPI_getbinval(tuple, desc, 7, &isnull);
	e.payload = isnull ? NULL : payload_of(payload, &e.payload_len);
	t = isms_history_table(h, e.version->table, back);
	if (back)
		isms_fold_undo(t, &e);
	else
		isms_fold_apply(t, &e);
}

/*
 * Which entries are newer than an instant is decided here and nowhere else: all
 * entries of the transactions that made an entry after it, so that no
 * transaction is halved.  Entries are looked for from isms.trail_instant() on.
 */
#define NEWER \
	"(e.incarnation, e.xid) in (select n.incarnation, n.xid from isms.trail_entry n where n.seq >= $3 and n.at > $2)"

/* Reads the entries of the table into h->tables. */
void
isms_history_read(FoldHistory *h, FoldReading reading, TimestampTz instant)
{
	Oid			types[3] = {UUIDARRAYOID, TIMESTAMPTZOID, INT8OID};
	Datum		values[3];
	MemoryContext batch;
	MemoryContext caller;
	const char *which;
	const char *desc = "";
	Portal		portal;
	bool		isnull;
	Oid			user;
	int			security;

	values[0] = version_ids(h);
	values[1] = TimestampTzGetDatum(instant);
	values[2] = Int64GetDatum(0);
	become_owner(&user, &security);
	SPI_connect();
	if (reading == FOLD_SINCE)
		which = "e.at >= $2 and $3 is not null";
	else
	{
		query("select isms.trail_instant($1)", 1, types + 1, values + 1);
		values[2] = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull);
		which = "(e.seq < $3 or not " NEWER ")";
		if (reading == FOLD_BACK)
		{
			which = "e.seq >= $3 and " NEWER;
			desc = " desc";
		}
	}
	portal = SPI_cursor_open_with_args(NULL,
									   psprintf("select e.seq, e.xid, e.command_id, e.operation, e.incarnation, e.table_version, e.payload "
												"from isms.trail_entry e where e.table_version = any ($1) and %s "
												"order by max(e.seq) over (partition by e.incarnation, e.xid)%s, e.command_id%s, e.seq%s",
												which, desc, desc, desc),
									   3, types, values, NULL, true, 0);
	if (portal == NULL)
		elog(ERROR, "could not read the trail: %s", SPI_result_code_string(SPI_result));
	batch = AllocSetContextCreate(CurrentMemoryContext, "isms entries", ALLOCSET_DEFAULT_SIZES);
	for (;;)
	{
		uint64		fetched;

		SPI_cursor_fetch(portal, true, FETCHED);
		fetched = SPI_processed;
		if (fetched == 0)
			break;
		caller = MemoryContextSwitchTo(batch);
		for (uint64 i = 0; i < fetched; i++)
		{
			CHECK_FOR_INTERRUPTS();
			read_tuple(h, SPI_tuptable->vals[i], SPI_tuptable->tupdesc, reading == FOLD_BACK);
		}
		MemoryContextSwitchTo(caller);
		MemoryContextReset(batch);
		SPI_freetuptable(SPI_tuptable);
	}
	SPI_cursor_close(portal);
	SPI_finish();
	SetUserIdAndSecContext(user, security);
}
