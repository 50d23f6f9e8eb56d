/*
 * lookback.c
 *		isms.as_of and isms.table_at: a table as it was.
 *
 * The state is that of the newest checkpoint not after the time asked for,
 * an exact snapshot: the rows of the table as it is, and on them undone the
 * entries the checkpoint does not see.  The cost is that of reading the table
 * and of what is undone.  Where undoing has to stop short of it (a TRUNCATE or
 * a new baseline doesn't say what was there before, nor does a change of the
 * key's columns say how rows were named) the entries the checkpoint sees are
 * added up instead, from the first on.
 *
 * A row is put together by the columns the table has now, each followed back
 * through renames.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/tupconvert.h"
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "core/compat.h"
#include "core/core.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "trail/fold.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/resowner.h"
#include "utils/rls.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"
#include "utils/typcache.h"

PG_FUNCTION_INFO_V1(isms_as_of);
PG_FUNCTION_INFO_V1(isms_table_at);

/* A column of the result, which are those of the table asked for. */
typedef struct Column
{
	char	   *name;
	char	   *label;			/* JSON string, as in payloads */
	int			label_len;
	bool		dropped;
	Oid			base;			/* type below domains */
	FmgrInfo	input;
	Oid			ioparam;
	int32		typmod;
} Column;

typedef struct Request
{
	FoldHistory *h;
	ReturnSetInfo *result;
	bool		typed;			/* rows of the table's type; else JSON */
	bool		unasked;		/* what the caller may see, the query itself
								 * judges */
	TupleDesc	desc;			/* of the table */
	int			ncolumns;
	Column	   *columns;
	int			scope;			/* position of the column scope, where rows
								 * are chosen by it; else -1 */
	char	  **scopes;
	int			nscopes;
	char	   *part;
	MemoryContext per_row;
} Request;

/* A table or partition that holds rows now. */
typedef struct Leaf
{
	Oid			relid;
	FoldTable  *t;
	FoldPoint	now;
	IsmsTrailRelation *info;
} Leaf;

/* Is it one of isms's tables that everybody reads whole, whatever their row security says of writing? */
static bool
is_open_table(const char *name)
{
	Oid			type = TEXTOID;
	Datum		value = CStringGetTextDatum(name);
	bool		found;

	SPI_connect();
	if (SPI_execute_with_args("select from isms.open_table o where o.name operator(pg_catalog.=) $1",
							  1, &type, &value, NULL, true, 1) != SPI_OK_SELECT)
		elog(ERROR, "could not read isms.open_table");
	found = SPI_processed > 0;
	SPI_finish();
	return found;
}

/* Who may look, and which scopes. */
static void
check_reader(Request *r)
{
	Relation	rel = r->h->rel;
	Oid			relid = RelationGetRelid(rel);
	AclResult	allowed = pg_class_aclcheck(relid, GetUserId(), ACL_SELECT);
	int			result;

	if (allowed != ACLCHECK_OK)
		aclcheck_error(allowed, OBJECT_TABLE, RelationGetRelationName(rel));
	if (isms_reads_whole_trail() || check_enable_rls(relid, InvalidOid, true) != RLS_ENABLED)
		return;
	if (r->h->own)
		for (int i = 0; i < r->ncolumns; i++)
			if (!r->columns[i].dropped && strcmp(r->columns[i].name, "scope") == 0)
				r->scope = i;
	if (r->scope < 0 && r->h->own && is_open_table(RelationGetRelationName(rel)))
		return;
	if (r->scope < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("%s may not look back at %s", GetUserNameFromId(GetUserId(), false), RelationGetRelationName(rel)),
				 errdetail("trail: The table has row security, whose policies say nothing of rows as they were; members of isms_trail_reader may."),
				 errtable(rel)));
	SPI_connect();
	result = SPI_execute("select s from pg_catalog.unnest(isms.visible_scopes()::text[]) s", true, 0);
	if (result != SPI_OK_SELECT)
		elog(ERROR, "could not read visible scopes: %s", SPI_result_code_string(result));
	r->nscopes = SPI_processed;
	r->scopes = MemoryContextAllocZero(r->h->context, sizeof(char *) * Max(r->nscopes, 1));
	for (int i = 0; i < r->nscopes; i++)
	{
		char	   *scope = SPI_getvalue(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1);

		r->scopes[i] = MemoryContextStrdup(r->h->context, scope);
	}
	SPI_finish();
}

static void
describe_columns(Request *r)
{
	MemoryContext caller = MemoryContextSwitchTo(r->h->context);
	IsmsTrailRelation *info = isms_trail_relation_copy(r->h->rel, r->h->context);

	r->desc = CreateTupleDescCopy(RelationGetDescr(r->h->rel));
	r->ncolumns = r->desc->natts;
	r->columns = palloc0(sizeof(Column) * Max(r->ncolumns, 1));
	for (int i = 0; i < r->ncolumns; i++)
	{
		Form_pg_attribute att = TupleDescAttr(r->desc, i);
		Column	   *column = &r->columns[i];
		Oid			function;

		/* a virtual generated column has no value in any row */
		column->dropped = att->attisdropped || IsmsColumnIsVirtual(att);
		if (column->dropped)
			continue;
		column->name = pstrdup(NameStr(att->attname));
		column->base = getBaseType(att->atttypid);
		column->typmod = att->atttypmod;
		getTypeInputInfo(att->atttypid, &function, &column->ioparam);
		fmgr_info_cxt(function, &column->input, r->h->context);
	}
	for (int i = 0; i < info->ncolumns; i++)
	{
		Column	   *column = &r->columns[info->columns[i].attnum - 1];

		/* without the colon */
		column->label_len = info->columns[i].label_len - 1;
		column->label = pnstrdup(info->columns[i].label, column->label_len);
	}
	MemoryContextSwitchTo(caller);
}

/* Which lineage each column of the result is in a table; -1 where it is none. */
static int *
lineages_of(Request *r, FoldTable *t)
{
	int		   *lineages = MemoryContextAlloc(r->h->context, sizeof(int) * Max(r->ncolumns, 1));

	for (int i = 0; i < r->ncolumns; i++)
	{
		lineages[i] = -1;
		for (int j = 0; t->version != NULL && !r->columns[i].dropped && j < t->version->ncolumns; j++)
			if (t->version->columns[j].label_len == r->columns[i].label_len &&
				memcmp(t->version->columns[j].label, r->columns[i].label, r->columns[i].label_len) == 0)
				lineages[i] = t->lineage[j];
	}
	return lineages;
}

/* Bytes from hex digits. */
static char *
unhex(const char *p, int len)
{
	char	   *out = palloc(len / 2 + 1);
	unsigned int byte;
	int			n = 0;

	for (int i = 0; i + 1 < len; i += 2)
	{
		char		digits[3] = {p[i], p[i + 1], '\0'};

		if (sscanf(digits, "%2x", &byte) != 1)
			break;
		out[n++] = (char) byte;
	}
	out[n] = '\0';
	return out;
}

/* What the type's input function is to read; NULL for null. */
static char *
input_text(Column *column, FoldValue v)
{
	static const char bytes[] = "{\"bytes\":\"";
	char	   *s;

	if (v.p == NULL || (v.len == 4 && memcmp(v.p, "null", 4) == 0))
		return NULL;
	/* what jsonb prints has a space after the colon */
	if (v.len > (int) strlen(bytes) && memcmp(v.p, bytes, strlen(bytes)) == 0)
		return unhex(v.p + strlen(bytes), v.len - strlen(bytes) - 2);
	s = isms_fold_text(v.p, v.len);
	if (column->base == JSONBOID && strncmp(s, "\\x", 2) == 0)
		return unhex(s + 2, strlen(s + 2));
	return s;
}

static void
convert(Column *column, FoldValue v, Datum *value, bool *isnull)
{
	char	   *s = input_text(column, v);

	*isnull = s == NULL;
	*value = InputFunctionCall(&column->input, s, column->ioparam, column->typmod);
}

/*
 * Converts the columns first to last; false if one no longer fits its type.
 * Errors that say something else than that are passed on.
 */
static bool
try_convert(Request *r, FoldValue *from, int first, int last, Datum *values, bool *nulls)
{
	MemoryContext caller = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	volatile bool fits = true;

	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(caller);
	PG_TRY();
	{
		for (int i = first; i <= last; i++)
			if (!r->columns[i].dropped && from[i].len != FOLD_IS_SET)
				convert(&r->columns[i], from[i], &values[i], &nulls[i]);
		ReleaseCurrentSubTransaction();
		MemoryContextSwitchTo(caller);
		CurrentResourceOwner = owner;
	}
	PG_CATCH();
	{
		int			category;

		MemoryContextSwitchTo(caller);
		category = ERRCODE_TO_CATEGORY(geterrcode());
		if (category != ERRCODE_DATA_EXCEPTION && category != ERRCODE_INTEGRITY_CONSTRAINT_VIOLATION &&
			category != ERRCODE_SYNTAX_ERROR_OR_ACCESS_RULE_VIOLATION && category != ERRCODE_FEATURE_NOT_SUPPORTED)
			PG_RE_THROW();
		FlushErrorState();
		RollbackAndReleaseCurrentSubTransaction();
		MemoryContextSwitchTo(caller);
		CurrentResourceOwner = owner;
		fits = false;
	}
	PG_END_TRY();
	return fits;
}

/* A row of no scope is everybody's. */
static bool
scope_visible(Request *r, const char *scope)
{
	if (scope == NULL)
		return true;
	for (int i = 0; i < r->nscopes; i++)
		if (strcmp(scope, r->scopes[i]) == 0)
			return true;
	return false;
}

/* Puts out a row, by column of the result; those marked as set stand in values and nulls. */
static void
put_typed(Request *r, FoldValue *from, Datum *values, bool *nulls)
{
	if (!try_convert(r, from, 0, r->ncolumns - 1, values, nulls))
		for (int i = 0; i < r->ncolumns; i++)
			if (!try_convert(r, from, i, i, values, nulls))
				nulls[i] = true;
	tuplestore_putvalues(r->result->setResult, r->desc, values, nulls);
}

static void
append_member(StringInfo buf, Column *column, FoldValue v)
{
	appendStringInfoChar(buf, buf->len == 0 ? '{' : ',');
	appendBinaryStringInfo(buf, column->label, column->label_len);
	appendStringInfoChar(buf, ':');
	if (v.p != NULL)
		appendBinaryStringInfo(buf, v.p, v.len);
	else
		appendStringInfoString(buf, "null");
}

static void
put_json(Request *r, FoldTable *t, int *lineages, FoldValue *from)
{
	Datum		values[3];
	bool		nulls[3] = {r->part == NULL, !t->has_key, false};
	StringInfoData key;
	StringInfoData row;

	initStringInfo(&key);
	initStringInfo(&row);
	for (int i = 0; i < r->ncolumns; i++)
	{
		if (r->columns[i].dropped || lineages[i] < 0)
			continue;
		append_member(&row, &r->columns[i], from[i]);
		for (int k = 0; k < t->nkey; k++)
			if (t->key[k] == lineages[i])
				append_member(&key, &r->columns[i], from[i]);
	}
	appendStringInfoString(&key, key.len == 0 ? "{}" : "}");
	appendStringInfoString(&row, row.len == 0 ? "{}" : "}");
	values[0] = r->part ? CStringGetTextDatum(r->part) : (Datum) 0;
	values[1] = CStringGetTextDatum(key.data);
	values[2] = CStringGetTextDatum(row.data);
	tuplestore_putvalues(r->result->setResult, r->result->setDesc, values, nulls);
}

/* Puts out a row that the trail alone knows. */
static void
put_recorded(Request *r, FoldTable *t, int *lineages, FoldRow *row, int64 count)
{
	MemoryContext caller = MemoryContextSwitchTo(r->per_row);
	FoldValue  *from = palloc(sizeof(FoldValue) * Max(r->ncolumns, 1));
	Datum	   *values = palloc0(sizeof(Datum) * Max(r->ncolumns, 1));
	bool	   *nulls = palloc(sizeof(bool) * Max(r->ncolumns, 1));

	memset(nulls, true, sizeof(bool) * r->ncolumns);
	for (int i = 0; i < r->ncolumns; i++)
	{
		from[i].p = NULL;
		from[i].len = FOLD_ABSENT;
		if (lineages[i] >= 0)
			from[i] = isms_fold_value(row, lineages[i]);
	}
	if (r->scope < 0 || scope_visible(r, input_text(&r->columns[r->scope], from[r->scope])))
		for (; count > 0; count--)
		{
			if (r->typed)
				put_typed(r, from, values, nulls);
			else
				put_json(r, t, lineages, from);
		}
	MemoryContextSwitchTo(caller);
	MemoryContextReset(r->per_row);
}

/*
 * Puts out a row of the table as it is (touched NULL) or with what is undone
 * laid over.  slot is of the leaf, mapped of the table asked for.
 */
static void
put_live(Request *r, Leaf *leaf, int *lineages, TupleTableSlot *slot, TupleTableSlot *mapped, FoldRow *touched)
{
	FoldTable  *t = leaf->t;
	FoldValue  *from;

	if (touched == NULL && r->typed && r->scope < 0)
	{
		/*
		 * value by value: the row may be older than a column, and the store
		 * knows nothing of defaults
		 */
		slot_getallattrs(mapped);
		tuplestore_putvalues(r->result->setResult, r->desc, mapped->tts_values, mapped->tts_isnull);
		return;
	}
	from = palloc(sizeof(FoldValue) * Max(r->ncolumns, 1));
	if (!r->typed || r->scope >= 0)
	{
		isms_encode_row(leaf->info, slot);
		isms_fold_parse_row(t, leaf->info->payload.data, leaf->info->payload.len);
	}
	slot_getallattrs(mapped);
	for (int i = 0; i < r->ncolumns; i++)
	{
		FoldValue	undone = {NULL, FOLD_ABSENT};

		if (touched != NULL && lineages[i] >= 0)
			undone = isms_fold_value(touched, lineages[i]);
		from[i] = undone;
		if (undone.p == NULL && undone.len == FOLD_ABSENT)
		{
			if (!r->typed || i == r->scope)
			{
				if (lineages[i] >= 0)
					from[i] = t->after[lineages[i]];
			}
			else
				from[i].len = FOLD_IS_SET;
		}
	}
	if (r->scope >= 0 && !scope_visible(r, input_text(&r->columns[r->scope], from[r->scope])))
		return;
	if (r->typed)
	{
		Datum	   *values = palloc(sizeof(Datum) * Max(r->ncolumns, 1));
		bool	   *nulls = palloc(sizeof(bool) * Max(r->ncolumns, 1));

		memcpy(values, mapped->tts_values, sizeof(Datum) * r->ncolumns);
		memcpy(nulls, mapped->tts_isnull, sizeof(bool) * r->ncolumns);
		put_typed(r, from, values, nulls);
	}
	else
		put_json(r, t, lineages, from);
}

/* The table as capture sees it, reduced to its key. */
static IsmsTrailRelation
key_columns(IsmsTrailRelation *info)
{
	IsmsTrailRelation key = *info;

	key.columns = palloc(sizeof(IsmsTrailColumn) * Max(info->ncolumns, 1));
	key.ncolumns = 0;
	for (int i = 0; i < info->ncolumns; i++)
		if (info->columns[i].identifies || !info->has_key)
			key.columns[key.ncolumns++] = info->columns[i];
	initStringInfo(&key.payload);
	return key;
}

/* The live rows of a leaf, undone as far as touched, and then those that are gone since. */
static void
put_leaf(Request *r, Leaf *leaf)
{
	FoldTable  *t = leaf->t;
	Relation	rel = table_open(leaf->relid, NoLock);
	TableScanDesc scan;
	TupleTableSlot *slot = table_slot_create(rel, NULL);
	TupleTableSlot *mapped = slot;
	TupleConversionMap *map = NULL;
	IsmsTrailRelation key = key_columns(leaf->info);
	MemoryContext caller;
	foldhash_iterator iterator;
	FoldItem   *item;
	bool		touched;
	int		   *lineages;

	isms_fold_return(t, &leaf->now);
	lineages = lineages_of(r, t);
	touched = t->has_key ? t->live->members > 0 : t->rows->members > 0;
	if (leaf->relid != RelationGetRelid(r->h->rel))
	{
		map = convert_tuples_by_name(RelationGetDescr(rel), r->desc);
		if (map != NULL)
			mapped = MakeSingleTupleTableSlot(r->desc, &TTSOpsVirtual);
		r->part = quote_qualified_identifier(get_namespace_name(RelationGetNamespace(rel)), RelationGetRelationName(rel));
	}

	scan = table_beginscan(rel, GetActiveSnapshot(), 0, NULL);
	caller = MemoryContextSwitchTo(r->per_row);
	while (table_scan_getnextslot(scan, ForwardScanDirection, slot))
	{
		FoldRow    *row = NULL;

		CHECK_FOR_INTERRUPTS();
		MemoryContextReset(r->per_row);
		if (touched)
		{
			isms_encode_row(&key, slot);
			isms_fold_parse_row(t, key.payload.data, key.payload.len);
			row = isms_fold_find(t, t->has_key ? t->live : t->rows, t->after);
			if (row != NULL && t->has_key && row->gone)
				continue;
			if (row != NULL && !t->has_key)
			{
				if (row->count < 0)
				{
					row->count++;
					continue;
				}
				row = NULL;
			}
		}
		if (map != NULL)
			(void) execute_attr_map_slot(map->attrMap, slot, mapped);
		put_live(r, leaf, lineages, slot, mapped, row);
	}
	MemoryContextSwitchTo(caller);
	table_endscan(scan);
	if (mapped != slot)
		ExecDropSingleTupleTableSlot(mapped);
	ExecDropSingleTupleTableSlot(slot);

	foldhash_start_iterate(t->rows, &iterator);
	while ((item = foldhash_iterate(t->rows, &iterator)) != NULL)
		if (item->row != NULL && !item->row->live && !item->row->gone)
			put_recorded(r, t, lineages, item->row, t->has_key ? 1 : item->row->count);
	table_close(rel, NoLock);
	r->part = NULL;
}

static Leaf *
live_leaf(Request *r, Oid relid, bool back)
{
	Leaf	   *leaf = MemoryContextAllocZero(r->h->context, sizeof(Leaf));
	Relation	rel = table_open(relid, AccessShareLock);

	leaf->relid = relid;
	leaf->t = isms_history_live(r->h, rel, &leaf->info, back);
	leaf->now = isms_fold_mark(leaf->t);
	table_close(rel, NoLock);
	return leaf;
}

/* By undoing; false, with nothing put out, if that can't be. */
static bool
look_back(Request *r)
{
	FoldHistory *h = r->h;
	List	   *leaves = NIL;
	ListCell   *lc;

	foreach(lc, h->leaves)
		leaves = lappend(leaves, live_leaf(r, lfirst_oid(lc), true));
	isms_history_read(h, FOLD_BACK, 0);
	foreach(lc, h->tables)
	{
		FoldTable  *t = lfirst(lc);
		bool		there = false;
		ListCell   *other;

		foreach(other, leaves)
			there = there || ((Leaf *) lfirst(other))->t == t;
		/* a partition that is no longer one holds rows nobody can read now */
		if (t->cannot_undo || (!there && t->version != NULL))
			return false;
	}
	foreach(lc, leaves)
		put_leaf(r, lfirst(lc));
	return true;
}

/* Rows whose entries were erased are missing. */
static void
warn_of_erased(FoldHistory *h)
{
	int64		erased = 0;
	ListCell   *lc;

	foreach(lc, h->tables)
		erased += ((FoldTable *) lfirst(lc))->erased;
	if (erased > 0)
		ereport(WARNING,
				(errmsg_plural("%lld entry of %s was erased", "%lld entries of %s were erased", (unsigned long) erased,
							   (long long) erased, RelationGetRelationName(h->rel)),
				 errdetail("Rows they told of are missing in the table as it was at the checkpoint of %s.", timestamptz_to_str(h->checkpoint.at))));
}

/* By adding up from the beginning. */
static void
add_up(Request *r)
{
	FoldHistory *h = r->h;
	ListCell   *lc;

	isms_history_forget(h);
	isms_history_read(h, FOLD_UNTIL, 0);
	foreach(lc, h->leaves)
		(void) live_leaf(r, lfirst_oid(lc), false);
	isms_history_check_known(h);
	warn_of_erased(h);
	foreach(lc, h->tables)
	{
		FoldTable  *t = lfirst(lc);
		int		   *lineages = lineages_of(r, t);
		foldhash_iterator iterator;
		FoldItem   *item;

		if (h->rel->rd_rel->relkind == RELKIND_PARTITIONED_TABLE)
			r->part = isms_fold_table_name(t);
		foldhash_start_iterate(t->rows, &iterator);
		while ((item = foldhash_iterate(t->rows, &iterator)) != NULL)
			put_recorded(r, t, lineages, item->row, t->has_key ? 1 : item->row->count);
	}
}

static void
answer(Request *r, Oid relid, TimestampTz instant)
{
	TimestampTz begin;
	int			level;

	r->h = isms_history_open(relid);
	r->per_row = AllocSetContextCreate(r->h->context, "isms row", ALLOCSET_DEFAULT_SIZES);
	describe_columns(r);
	r->scope = -1;
	if (!r->unasked)
		check_reader(r);
	if (!isms_history_at(r->h, instant, &begin))
	{
		if (begin == DT_NOEND)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("the trail has no checkpoint yet"),
					 errdetail("What is shown is the state at a checkpoint."),
					 errhint("isms.seal() makes one.")));
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the first checkpoint of the trail was made at %s", timestamptz_to_str(begin)),
				 errdetail("What is shown is the state at a checkpoint; there is none up to %s.", pstrdup(timestamptz_to_str(instant)))));
	}
	isms_history_check_archive(r->h);
	if (!isms_history_begun(r->h, &begin))
	{
		if (begin == DT_NOEND)
			ereport(ERROR,
					(errcode(ERRCODE_ISMS_AUDIT),
					 errmsg("%s is not audited", RelationGetRelationName(r->h->rel)),
					 errhint("See isms.enable_audit."),
					 errtable(r->h->rel)));
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the trail of %s begins at %s", RelationGetRelationName(r->h->rel), timestamptz_to_str(begin)),
				 errdetail("How the table was at the checkpoint of %s was not recorded.", timestamptz_to_str(r->h->checkpoint.at)),
				 errtable(r->h->rel)));
	}
	level = isms_fix_settings(ISMS_FIX_ALL);
	if (!look_back(r))
		add_up(r);
	if (level > 0)
		AtEOXact_GUC(true, level);
	isms_history_close(r->h);
}

/* isms.as_of(anyelement, timestamptz) returns setof anyelement: the argument, null, says of which table. */
Datum
isms_as_of(PG_FUNCTION_ARGS)
{
	Request		r = {0};
	Oid			type = get_fn_expr_argtype(fcinfo->flinfo, 0);
	Oid			relid = OidIsValid(type) ? get_typ_typrelid(type) : InvalidOid;

	if (!OidIsValid(relid) || (get_rel_relkind(relid) != RELKIND_RELATION && get_rel_relkind(relid) != RELKIND_PARTITIONED_TABLE))
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("%s is not the row type of a table", OidIsValid(type) ? format_type_be(type) : "unknown"),
				 errhint("Write isms.as_of(null::some_table, ...).")));
	if (PG_ARGISNULL(1))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("no time is given")));
	InitMaterializedSRF(fcinfo, 0);
	r.result = (ReturnSetInfo *) fcinfo->resultinfo;
	r.typed = true;
	answer(&r, relid, PG_GETARG_TIMESTAMPTZ(1));
	return (Datum) 0;
}

/* Puts out the rows of a table as they were, whoever asks. */
void
isms_put_rows_at(ReturnSetInfo *result, Oid relid, TimestampTz at)
{
	Request		r = {0};

	r.result = result;
	r.typed = true;
	r.unasked = true;
	answer(&r, relid, at);
}

/* isms.table_at(table regclass, at timestamptz) returns table (part text, key json, row json) */
Datum
isms_table_at(PG_FUNCTION_ARGS)
{
	Request		r = {0};

	InitMaterializedSRF(fcinfo, 0);
	r.result = (ReturnSetInfo *) fcinfo->resultinfo;
	answer(&r, PG_GETARG_OID(0), PG_GETARG_TIMESTAMPTZ(1));
	return (Datum) 0;
}
