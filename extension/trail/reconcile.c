/*
 * reconcile.c
 *		isms.compare_with_trail: is the table what its entries add up to?
 *
 * A proof over the trail says nothing of changes it never saw: capture
 * switched off, ALTER TABLE ... USING, a restored table.  Here the trail is
 * added up and the result compared, byte by byte, with the rows as capture
 * would record them now.
 */
#include "postgres.h"

#include "access/table.h"
#include "access/tableam.h"
#include "core/compat.h"
#include "core/core.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "trail/fold.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

PG_FUNCTION_INFO_V1(isms_compare_with_trail);

typedef struct Report
{
	ReturnSetInfo *result;
	char	   *part;			/* name of the partition, or NULL */
} Report;

static Datum
text_or_null(const char *s, int len, bool *isnull)
{
	*isnull = s == NULL;
	return s ? PointerGetDatum(cstring_to_text_with_len(s, len)) : (Datum) 0;
}

static void
report(Report *r, const char *key, const char *what, FoldColumn *column,
	   const char *recorded, int recorded_len, const char *found, int found_len, FoldEntry *entry)
{
	Datum		values[7];
	bool		nulls[7] = {false};

	values[0] = text_or_null(r->part, r->part ? strlen(r->part) : 0, &nulls[0]);
	values[1] = text_or_null(key, key ? strlen(key) : 0, &nulls[1]);
	values[2] = CStringGetTextDatum(what);
	nulls[3] = column == NULL;
	values[3] = column ? CStringGetTextDatum(isms_fold_text(column->label, column->label_len)) : (Datum) 0;
	values[4] = text_or_null(recorded, recorded_len, &nulls[4]);
	values[5] = text_or_null(found, found_len, &nulls[5]);
	nulls[6] = entry == NULL;
	values[6] = entry ? Int64GetDatum(entry->seq) : (Datum) 0;
	tuplestore_putvalues(r->result->setResult, r->result->setDesc, values, nulls);
}

static char *
key_text(FoldTable *t, FoldValue *values, int n)
{
	StringInfoData buf;

	if (!t->has_key)
		return NULL;
	initStringInfo(&buf);
	isms_fold_append_object(t, values, n, true, &buf);
	return buf.data;
}

/* A row of the table, in t->after, against what is recorded of it. */
static void
compare_row(Report *r, FoldTable *t, const char *payload, int len)
{
	FoldRow    *row = isms_fold_find(t, t->rows, t->after);

	if (row == NULL || (!t->has_key && row->count <= 0))
	{
		report(r, key_text(t, t->after, t->nlineages), "not recorded", NULL, NULL, 0, payload, len, NULL);
		return;
	}
	if (!t->has_key)
	{
		row->count--;
		return;
	}
	row->seen = true;
	for (int i = 0; i < t->version->ncolumns; i++)
	{
		FoldValue	live = t->after[t->lineage[i]];
		FoldValue	recorded = isms_fold_value(row, t->lineage[i]);

		if (live.p == NULL || (recorded.p == NULL && recorded.len == FOLD_EXCLUDED))
			continue;

		/*
		 * a column added since has no recorded value, and needs none while it
		 * is null
		 */
		if (recorded.p == NULL && live.len == 4 && memcmp(live.p, "null", 4) == 0)
			continue;
		if (recorded.p != NULL && live.len == recorded.len && memcmp(live.p, recorded.p, live.len) == 0)
			continue;
		report(r, key_text(t, t->after, t->nlineages), "column differs", &t->version->columns[i],
			   recorded.p, recorded.len, live.p, live.len, NULL);
	}
}

static void
scan_table(Report *r, FoldTable *t, Relation leaf, IsmsTrailRelation *info)
{
	TableScanDesc scan = table_beginscan(leaf, GetActiveSnapshot(), 0, NULL);
	TupleTableSlot *slot = table_slot_create(leaf, NULL);
	MemoryContext per_row = AllocSetContextCreate(CurrentMemoryContext, "isms row", ALLOCSET_DEFAULT_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(per_row);

	while (table_scan_getnextslot(scan, ForwardScanDirection, slot))
	{
		CHECK_FOR_INTERRUPTS();
		isms_encode_row(info, slot);
		isms_fold_parse_row(t, info->payload.data, info->payload.len);
		compare_row(r, t, info->payload.data, info->payload.len);
		MemoryContextReset(per_row);
	}
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(per_row);
	ExecDropSingleTupleTableSlot(slot);
	table_endscan(scan);
}

/* What an entry found, its values in t->before, against what is recorded before it. */
static void
contradiction(void *arg, FoldTable *t, FoldEntry *e, int column, FoldValue recorded, FoldValue found)
{
	Report	   *r = arg;
	char	   *part = r->part;
	StringInfoData buf;

	initStringInfo(&buf);
	isms_fold_append_object(t, t->before, t->nlineages, false, &buf);
	if (e->version->root != NULL)
		r->part = isms_fold_table_name(t);
	if (column < 0)
		report(r, key_text(t, t->before, t->nlineages), "not recorded", NULL, NULL, 0, buf.data, buf.len, e);
	else
		report(r, key_text(t, t->before, t->nlineages), "column differs", &t->version->columns[column],
			   recorded.p, recorded.len, found.p, found.len, e);
	r->part = part;
}

/* What the table has not. */
static void
report_missing(Report *r, FoldTable *t)
{
	foldhash_iterator iterator;
	FoldItem   *item;

	foldhash_start_iterate(t->rows, &iterator);
	while ((item = foldhash_iterate(t->rows, &iterator)) != NULL)
	{
		FoldRow    *row = item->row;
		StringInfoData buf;

		if (t->has_key ? row->seen : row->count == 0)
			continue;
		initStringInfo(&buf);
		isms_fold_append_object(t, row->values, row->n, false, &buf);
		for (int64 i = t->has_key ? 1 : row->count; i > 0; i--)
			report(r, key_text(t, row->values, row->n), "missing in the table", NULL, buf.data, buf.len, NULL, 0, NULL);
		/* deleted more often than it came */
		for (int64 i = t->has_key ? 0 : row->count; i < 0; i++)
			report(r, NULL, "not recorded", NULL, NULL, 0, buf.data, buf.len, NULL);
	}
	if (t->erased > 0)
	{
		char	   *n = psprintf(INT64_FORMAT, t->erased);

		report(r, NULL, "entries erased, not compared", NULL, n, strlen(n), NULL, 0, NULL);
	}
}

/*
 * isms.compare_with_trail(table regclass)
 * returns table (part text, key json, what text, column_name text, recorded json, found json, entry bigint)
 */
Datum
isms_compare_with_trail(PG_FUNCTION_ARGS)
{
	Oid			relid = PG_GETARG_OID(0);
	Report		r = {(ReturnSetInfo *) fcinfo->resultinfo, NULL};
	FoldHistory *h;
	TimestampTz since;
	List	   *compared = NIL;
	ListCell   *lc;

	if (!isms_reads_whole_trail())
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("%s may not compare a table with the trail", GetUserNameFromId(GetUserId(), false)),
				 errdetail("trail: members of isms_trail_reader may.")));
	InitMaterializedSRF(fcinfo, 0);
	h = isms_history_open(relid);
	if (!isms_history_since(h, &since))
		ereport(ERROR,
				(errcode(ERRCODE_ISMS_AUDIT),
				 errmsg("%s is not audited", RelationGetRelationName(h->rel)),
				 errhint("See isms.enable_audit."),
				 errtable(h->rel)));
	h->contradiction = contradiction;
	h->contradiction_arg = &r;
	isms_history_read(h, FOLD_SINCE, since);
	foreach(lc, h->leaves)
	{
		Relation	leaf = table_open(lfirst_oid(lc), AccessShareLock);
		IsmsTrailRelation *info;

		(void) isms_history_live(h, leaf, &info, false);
		table_close(leaf, NoLock);
	}
	isms_history_check_known(h);

	foreach(lc, h->leaves)
	{
		Relation	leaf = table_open(lfirst_oid(lc), AccessShareLock);
		IsmsTrailRelation *info;
		FoldTable  *t = isms_history_live(h, leaf, &info, false);

		if (leaf->rd_rel->relispartition)
			r.part = quote_qualified_identifier(get_namespace_name(RelationGetNamespace(leaf)),
												RelationGetRelationName(leaf));
		scan_table(&r, t, leaf, info);
		report_missing(&r, t);
		compared = lappend(compared, t);
		table_close(leaf, NoLock);
	}
	foreach(lc, h->tables)
	{
		FoldTable  *t = lfirst(lc);

		/* a partition that is no longer one */
		if (list_member_ptr(compared, t))
			continue;
		r.part = isms_fold_table_name(t);
		report_missing(&r, t);
	}
	isms_history_close(h);
	return (Datum) 0;
}
