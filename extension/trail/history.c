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
#include "utils/timestamp.h"

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

/* Read as the owner of the extension; the caller restores. */
void
isms_become_trail_owner(Oid *user, int *security)
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

/* Ids of the versions, as uuid[]. */
Datum
isms_history_version_ids(FoldHistory *h)
{
	Datum	   *ids = palloc(sizeof(Datum) * Max(list_length(h->versions), 1));
	int			n = 0;
	ListCell   *lc;

	foreach(lc, h->versions)
		ids[n++] = UUIDPGetDatum(&((FoldVersion *) lfirst(lc))->id);
	return PointerGetDatum(construct_array(ids, n, UUIDOID, UUID_LEN, false, TYPALIGN_CHAR));
}

/* Which of the table's entries are in archives. */
static void
read_archived(FoldHistory *h)
{
	Oid			types[1] = {UUIDARRAYOID};
	Datum		values[1];

	values[0] = isms_history_version_ids(h);
	query("select t.table_version, a.leaf, a.to_seq, t.last_at, t.last_leaf, t.baseline_xid, t.baseline_incarnation "
		  "from isms.trail_archive a join isms.trail_archive_table t on t.archive = a.id "
		  "where a.restored_at is null and t.table_version = any ($1) order by a.to_seq",
		  1, types, values);
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		HeapTuple	tuple = SPI_tuptable->vals[i];
		TupleDesc	desc = SPI_tuptable->tupdesc;
		FoldArchived *a = MemoryContextAllocZero(h->context, sizeof(FoldArchived));
		MemoryContext caller;
		bool		isnull;
		Datum		value;

		a->table = version_of(h, DatumGetUUIDP(SPI_getbinval(tuple, desc, 1, &isnull)))->table;
		a->leaf = MemoryContextStrdup(h->context, SPI_getvalue(tuple, desc, 2));
		a->to_seq = DatumGetInt64(SPI_getbinval(tuple, desc, 3, &isnull));
		a->last_at = DatumGetTimestampTz(SPI_getbinval(tuple, desc, 4, &isnull));
		a->last_leaf = DatumGetInt64(SPI_getbinval(tuple, desc, 5, &isnull));
		value = SPI_getbinval(tuple, desc, 6, &isnull);
		a->has_baseline = !isnull;
		if (a->has_baseline)
		{
			a->baseline_xid = DatumGetUInt64(value);
			a->baseline_incarnation = *DatumGetUUIDP(SPI_getbinval(tuple, desc, 7, &isnull));
		}
		caller = MemoryContextSwitchTo(h->context);
		h->archived = lappend(h->archived, a);
		MemoryContextSwitchTo(caller);
	}
}

static int64
last_archived(FoldHistory *h)
{
	return ((FoldArchived *) llast(h->archived))->to_seq;
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
	isms_become_trail_owner(&user, &security);
	SPI_connect();

	/*
	 * where the name stands as it is in JSON, it is looked for before
	 * anything is parsed
	 */
	query("select distinct v.content from isms.trail_table_version v "
		  "where ($2 !~ '^[A-Za-z0-9_]+$' or pg_catalog.strpos(v.content, $2) > 0) "
		  "and (v.content::json ->> 'schema' = $1 and v.content::json ->> 'table' = $2 "
		  "or v.content::json #>> '{partition_of,schema}' = $1 and v.content::json #>> '{partition_of,table}' = $2)",
		  2, types, values);
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		char	   *content = SPI_getvalue(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1);
		MemoryContext inner = MemoryContextSwitchTo(context);

		h->versions = lappend(h->versions, isms_fold_version(pstrdup(content)));
		MemoryContextSwitchTo(inner);
	}
	read_archived(h);
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

/*
 * Refuses a checkpoint that only entries in an archive could lead back to.
 */
void
isms_history_check_archive(FoldHistory *h)
{
	ListCell   *lc;

	foreach(lc, h->archived)
	{
		FoldArchived *a = lfirst(lc);

		if (a->last_leaf >= h->checkpoint.size)
			ereport(ERROR,
					(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
					 errmsg("entries of %s up to number " INT64_FORMAT " are archived",
							RelationGetRelationName(h->rel), last_archived(h)),
					 errdetail("How the table was at the checkpoint of %s takes entries in isms_archive.%s.",
							   timestamptz_to_str(h->checkpoint.at), a->leaf),
					 errhint("select isms.restore_archived('%s') brings them back into the trail.", a->leaf),
					 errtable(h->rel)));
	}
}

/*
 * Refuses to add up entries where the trail has, since the last archive,
 * nothing that speaks of all rows of the table.
 */
void
isms_history_check_known(FoldHistory *h)
{
	ListCell   *lc;

	foreach(lc, h->tables)
	{
		FoldTable  *t = lfirst(lc);

		if (t->archived != NIL)
			ereport(ERROR,
					(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
					 errmsg("entries of %s up to number " INT64_FORMAT " are archived",
							RelationGetRelationName(h->rel), last_archived(h)),
					 errdetail("What its rows were then stands in isms_archive.%s, and no baseline has been written since.",
							   ((FoldArchived *) llast(t->archived))->leaf),
					 errhint("select isms.restore_archived('%s') brings them back into the trail; a new baseline, by %s, makes what follows add up.",
							 ((FoldArchived *) llast(t->archived))->leaf,
							 h->own ? "isms.trail_baseline_of()" : "isms.enable_audit()"),
					 errtable(h->rel)));
	}
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
	isms_become_trail_owner(&user, &security);
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

static Datum
column(int n, bool *isnull)
{
	bool		null;
	Datum		datum = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, n, &null);

	if (isnull != NULL)
		*isnull = null;
	else if (null)
		elog(ERROR, "unexpected null in the trail");
	return datum;
}

static Datum
kept(FoldHistory *h, Datum datum)
{
	MemoryContext caller = MemoryContextSwitchTo(h->context);
	Datum		copy = PointerGetDatum(PG_DETOAST_DATUM_COPY(datum));

	MemoryContextSwitchTo(caller);
	return copy;
}

/*
 * Sets h->checkpoint to the newest checkpoint not after the instant.  Without one,
 * *first is when the first was made, or DT_NOEND, and the result is false.
 */
bool
isms_history_at(FoldHistory *h, TimestampTz instant, TimestampTz *first)
{
	Oid			types[1] = {TIMESTAMPTZOID};
	Datum		values[1] = {TimestampTzGetDatum(instant)};
	bool		found;
	bool		isnull;
	Oid			user;
	int			security;

	isms_become_trail_owner(&user, &security);
	SPI_connect();
	query("select c.incarnation, c.snapshot, c.size, c.sealed_at,"
	/* what was under way then began after this checkpoint */
		  " coalesce((select k.frontier from isms.checkpoint k"
		  " where k.incarnation = c.incarnation and k.number <= c.number and k.next_xid <= pg_catalog.pg_snapshot_xmin(c.snapshot)"
		  " order by k.number desc limit 1), 0),"
		  " array(select i.incarnation from isms.trail_incarnation i"
		  " where exists (select from isms.checkpoint k where k.incarnation = i.incarnation and k.number <= c.number))"
		  " from isms.checkpoint c where c.sealed_at <= $1 order by c.sealed_at desc, c.number desc limit 1",
		  1, types, values);
	found = SPI_processed > 0;
	if (found)
	{
		h->checkpoint.incarnation = *DatumGetUUIDP(column(1, NULL));
		h->checkpoint.snapshot = kept(h, column(2, NULL));
		h->checkpoint.size = DatumGetInt64(column(3, NULL));
		h->checkpoint.at = DatumGetTimestampTz(column(4, NULL));
		h->checkpoint.low = DatumGetInt64(column(5, NULL));
		h->checkpoint.known = kept(h, column(6, NULL));
	}
	else
	{
		query("select min(c.sealed_at) from isms.checkpoint c", 0, NULL, NULL);
		*first = DatumGetTimestampTz(column(1, &isnull));
		if (isnull)
			*first = DT_NOEND;
	}
	SPI_finish();
	SetUserIdAndSecContext(user, security);
	return found;
}

/*
 * Is an entry, beyond number $4, newer than the checkpoint?  By the checkpoint's
 * snapshot where its own incarnation wrote it; of others those it knew are told
 * by their place in the tree, later ones are newer.
 */
#define NEWER \
	"case when e.incarnation = $2 then not pg_catalog.pg_visible_in_snapshot(e.xid, $3)" \
	" when e.incarnation = any ($6) then coalesce(isms.leaf_index(e.seq) >= $5, true) else true end"

static void
checkpoint_parameters(FoldHistory *h, Oid *types, Datum *values)
{
	static const Oid parameter_types[] = {UUIDARRAYOID, UUIDOID, PG_SNAPSHOTOID, INT8OID, INT8OID, UUIDARRAYOID};

	memcpy(types, parameter_types, sizeof(parameter_types));
	values[0] = isms_history_version_ids(h);
	values[1] = UUIDPGetDatum(&h->checkpoint.incarnation);
	values[2] = h->checkpoint.snapshot;
	values[3] = Int64GetDatum(h->checkpoint.low);
	values[4] = Int64GetDatum(h->checkpoint.size);
	values[5] = h->checkpoint.known;
}

/*
 * Does the trail know the table as it was at h->checkpoint?  If not, *begin is when
 * it began to, or DT_NOEND.
 */
bool
isms_history_begun(FoldHistory *h, TimestampTz *begin)
{
	Oid			types[7];
	Datum		values[7];
	TimestampTz since;
	bool		audited = isms_history_since(h, &since);
	bool		begun;
	bool		isnull;
	Oid			user;
	int			security;

	*begin = DT_NOEND;
	/* recorded since before the first checkpoint */
	if (h->own && audited)
		return true;
	checkpoint_parameters(h, types, values);
	types[6] = TIMESTAMPTZOID;
	values[6] = TimestampTzGetDatum(audited ? since : DT_NOBEGIN);
	isms_become_trail_owner(&user, &security);
	SPI_connect();
	if (audited && since <= h->checkpoint.at)
	{
		/*
		 * nothing recorded, or no baseline but a change first: the table was
		 * empty
		 */
		query("select e.seq <= $4 or not " NEWER " or e.operation <> 'B' from isms.trail_entry e"
			  " where e.table_version = any ($1) and e.at >= $7"
			  " and e.seq > coalesce((select c.frontier from isms.checkpoint c where c.sealed_at < $7 order by c.sealed_at desc limit 1), 0)"
			  " order by e.seq limit 1", 7, types, values);
		begun = SPI_processed == 0 || DatumGetBool(column(1, NULL));
		*begin = since;
	}
	else
	{
		/* what was recorded before it was enabled anew, or disabled, stays */
		query("select e.seq <= $4 or not " NEWER ", e.at from isms.trail_entry e"
			  " where e.table_version = any ($1) order by e.seq limit 1", 6, types, values);
		begun = SPI_processed > 0 && DatumGetBool(column(1, NULL));
		if (audited)
			*begin = since;
		if (SPI_processed > 0)
			*begin = Min(*begin, DatumGetTimestampTz(column(2, &isnull)));
	}
	SPI_finish();
	SetUserIdAndSecContext(user, security);
	return begun;
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
	t->lives = (int64) list_length(h->tables) << 40;
	foreach(lc, h->archived)
	{
		FoldArchived *a = lfirst(lc);

		if (!back && a->last_at >= h->from && strcmp(a->table, table) == 0)
			t->archived = lappend(t->archived, a);
	}
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
	e.leaf = DatumGetObjectId(SPI_getbinval(tuple, desc, 8, &isnull));
	t = isms_history_table(h, e.version->table, back);
	if (h->visitor)
		h->visitor(h->visitor_arg, t, &e, false);
	if (back)
		isms_fold_undo(t, &e);
	else
		isms_fold_apply(t, &e);
	if (h->visitor)
		h->visitor(h->visitor_arg, t, &e, true);
}

/*
 * Reads the entries of the table into h->tables: those not before since, or
 * those that h->checkpoint has or has not.
 */
void
isms_history_read(FoldHistory *h, FoldReading reading, TimestampTz since)
{
	Oid			types[6];
	Datum		values[6];
	int			parameters = 6;
	MemoryContext batch;
	MemoryContext caller;
	const char *which;
	const char *desc = "";
	Portal		portal;
	Oid			user;
	int			security;

	h->from = reading == FOLD_ALL ? DT_NOEND : reading == FOLD_SINCE ? since : DT_NOBEGIN;
	if (reading == FOLD_ALL)
	{
		parameters = 1;
		types[0] = UUIDARRAYOID;
		values[0] = isms_history_version_ids(h);
		which = "true";
	}
	else if (reading == FOLD_SINCE)
	{
		parameters = 2;
		types[0] = UUIDARRAYOID;
		types[1] = TIMESTAMPTZOID;
		values[0] = isms_history_version_ids(h);
		values[1] = TimestampTzGetDatum(since);
		which = "e.at >= $2";
	}
	else
	{
		checkpoint_parameters(h, types, values);
		which = "(e.seq <= $4 or not " NEWER ")";
		if (reading == FOLD_BACK)
		{
			which = "e.seq > $4 and " NEWER;
			desc = " desc";
		}
	}
	isms_become_trail_owner(&user, &security);
	SPI_connect();
	portal = SPI_cursor_open_with_args(NULL,
									   psprintf("select e.seq, e.xid, e.command_id, e.operation, e.incarnation, e.table_version, e.payload, e.tableoid "
												"from isms.trail_entry e where e.table_version = any ($1) and %s "
												"order by max(e.seq) over (partition by e.incarnation, e.xid)%s, e.command_id%s, e.seq%s",
												which, desc, desc, desc),
									   parameters, types, values, NULL, true, 0);
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
