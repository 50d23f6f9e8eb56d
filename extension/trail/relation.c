/*
 * relation.c
 *		What a backend keeps of a captured table: how each column is written,
 *		what names a row, and the table version its entries refer to.
 *
 * Made once and kept until the server says the table changed.  The callback
 * only marks; a table's facts are made anew before its next entry, never
 * while one is being written.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/relation.h"
#include "catalog/partition.h"
#include "catalog/pg_type.h"
#include "core/compat.h"
#include "miscadmin.h"
#include "trail/trail.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/hsearch.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/syscache.h"

static HTAB *relations;

static void
relation_changed(Datum arg, Oid relid)
{
	HASH_SEQ_STATUS scan;
	IsmsTrailRelation *info;

	if (relid != InvalidOid)
	{
		info = hash_search(relations, &relid, HASH_FIND, NULL);
		if (info == NULL)
			return;
		info->valid = false;
		if (!info->names_others)
			return;
	}
	hash_seq_init(&scan, relations);
	while ((info = hash_seq_search(&scan)) != NULL)
		info->valid = false;
}

/* A schema was renamed, perhaps. */
static void
schema_changed(Datum arg, int cacheid, uint32 hashvalue)
{
	relation_changed((Datum) 0, InvalidOid);
}

/* Which settings the output function of a type obeys. */
static int
settings_of_type(Oid type)
{
	Oid			part;

	check_stack_depth();
	type = getBaseType(type);
	switch (type)
	{
		case BOOLOID:
		case INT2OID:
		case INT4OID:
		case INT8OID:
		case OIDOID:
		case NUMERICOID:
		case TEXTOID:
		case VARCHAROID:
		case BPCHAROID:
		case NAMEOID:
		case CHAROID:
		case UUIDOID:
		case JSONOID:
		case JSONBOID:
		case JSONPATHOID:
		case XMLOID:
		case INETOID:
		case CIDROID:
		case MACADDROID:
		case MACADDR8OID:
		case BITOID:
		case VARBITOID:
		case TSVECTOROID:
		case TSQUERYOID:
		case TIDOID:
		case XIDOID:
		case XID8OID:
		case CIDOID:
		case PG_LSNOID:
		case PG_SNAPSHOTOID:
			return 0;
		case DATEOID:
		case TIMEOID:
		case TIMETZOID:
		case TIMESTAMPOID:
		case TIMESTAMPTZOID:
		case INTERVALOID:
			return ISMS_FIX_TIME;
		case FLOAT4OID:
		case FLOAT8OID:
		case POINTOID:
		case LSEGOID:
		case PATHOID:
		case BOXOID:
		case POLYGONOID:
		case LINEOID:
		case CIRCLEOID:
			return ISMS_FIX_FLOAT;
		case BYTEAOID:
			return ISMS_FIX_BYTES;
		case MONEYOID:
			return ISMS_FIX_MONEY;
		case REGCLASSOID:
		case REGCOLLATIONOID:
		case REGCONFIGOID:
		case REGDICTIONARYOID:
		case REGNAMESPACEOID:
		case REGOPEROID:
		case REGOPERATOROID:
		case REGPROCOID:
		case REGPROCEDUREOID:
		case REGROLEOID:
		case REGTYPEOID:
			return ISMS_FIX_NAMES;
		default:
			break;
	}
	if ((part = get_element_type(type)) != InvalidOid ||
		(part = get_range_subtype(type)) != InvalidOid)
		return settings_of_type(part);
	if ((part = get_multirange_range(type)) != InvalidOid)
		return settings_of_type(part);
	if (type_is_enum(type))
		return 0;
	if (get_typtype(type) == TYPTYPE_COMPOSITE || type == RECORDOID)
		return ISMS_FIX_ALL;
	/* another extension's type: it may print numbers and times */
	return ISMS_FIX_TIME | ISMS_FIX_FLOAT | ISMS_FIX_BYTES;
}

static IsmsValueKind
kind_of_type(Oid type)
{
	switch (type)
	{
		case BOOLOID:
			return ISMS_VALUE_BOOL;
		case INT2OID:
			return ISMS_VALUE_INT2;
		case INT4OID:
			return ISMS_VALUE_INT4;
		case INT8OID:
			return ISMS_VALUE_INT8;
		case OIDOID:
			return ISMS_VALUE_OID;
		case FLOAT4OID:
			return ISMS_VALUE_FLOAT4;
		case FLOAT8OID:
			return ISMS_VALUE_FLOAT8;
		case NUMERICOID:
			return ISMS_VALUE_NUMERIC;
		case TEXTOID:
		case VARCHAROID:
		case BPCHAROID:
		case JSONOID:
			return ISMS_VALUE_TEXT;
		case CHAROID:
			return ISMS_VALUE_CHAR;
		case NAMEOID:
			return ISMS_VALUE_NAME;
		case UUIDOID:
			return ISMS_VALUE_UUID;
		case DATEOID:
		case TIMEOID:
		case TIMETZOID:
		case TIMESTAMPOID:
		case TIMESTAMPTZOID:
			return ISMS_VALUE_TIME;
		case BYTEAOID:
			return ISMS_VALUE_BYTEA;
		case JSONBOID:
			return ISMS_VALUE_JSONB;
		default:
			return ISMS_VALUE_OUTPUT;
	}
}

/* The table's trigger of that name, or NULL; it lasts until the server builds the table's facts anew. */
Trigger *
isms_trail_trigger(Relation rel, const char *name)
{
	for (int i = 0; rel->trigdesc != NULL && i < rel->trigdesc->numtriggers; i++)
		if (strcmp(rel->trigdesc->triggers[i].tgname, name) == 0)
			return &rel->trigdesc->triggers[i];
	return NULL;
}

/* The columns that name a row, in their index's order: primary key, else replica identity index, else none. */
List *
isms_trail_key_columns(Relation rel)
{
	Oid			index = IsmsPrimaryKeyIndex(rel);
	Relation	key;
	List	   *columns = NIL;

	if (!OidIsValid(index))
		index = RelationGetReplicaIndex(rel);
	if (!OidIsValid(index))
		return NIL;
	key = index_open(index, AccessShareLock);
	for (int i = 0; i < key->rd_index->indnkeyatts; i++)
		columns = lappend_int(columns, key->rd_index->indkey.values[i]);
	index_close(key, AccessShareLock);
	return columns;
}

/* What is known of the table, or a place for it. */
static IsmsTrailRelation *
relation_entry(Oid relid)
{
	bool		found;
	IsmsTrailRelation *info;

	if (relations == NULL)
	{
		HASHCTL		ctl = {0};

		ctl.keysize = sizeof(Oid);
		ctl.entrysize = sizeof(IsmsTrailRelation);
		ctl.hcxt = CacheMemoryContext;
		relations = hash_create("isms captured tables", 64, &ctl, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
		CacheRegisterRelcacheCallback(relation_changed, (Datum) 0);
		CacheRegisterSyscacheCallback(NAMESPACEOID, schema_changed, (Datum) 0);
	}
	info = hash_search(relations, &relid, HASH_ENTER, &found);
	if (!found)
	{
		info->valid = false;
		info->filled = false;
		info->names_others = false;
		info->context = NULL;
	}
	return info;
}

static bool
is_excluded(Trigger *trigger, const char *column)
{
	if (trigger != NULL)
		for (int i = 0; i < trigger->tgnargs; i++)
			if (strcmp(trigger->tgargs[i], column) == 0)
				return true;
	return false;
}

/* Names are always encodable: bytes of unknown meaning stand as \x and their digits. */
static void
append_name(StringInfo buf, const char *name)
{
	StringInfoData plain;

	if (isms_encode_string(buf, name, strlen(name)))
		return;
	initStringInfo(&plain);
	for (; *name; name++)
	{
		if (IS_HIGHBIT_SET(*name))
			appendStringInfo(&plain, "\\x%02x", (unsigned char) *name);
		else
			appendStringInfoChar(&plain, *name);
	}
	(void) isms_encode_string(buf, plain.data, plain.len);
}

static void
describe_table(IsmsTrailRelation *info, Relation rel, Trigger *trigger, List *key)
{
	TupleDesc	desc = RelationGetDescr(rel);
	StringInfoData buf;
	char		separator = '[';
	ListCell   *lc;

	initStringInfo(&buf);
	appendStringInfoString(&buf, "{\"schema\":");
	append_name(&buf, get_namespace_name(RelationGetNamespace(rel)));
	appendStringInfoString(&buf, ",\"table\":");
	append_name(&buf, RelationGetRelationName(rel));
	if (rel->rd_rel->relispartition)
	{
		Oid			root = llast_oid(get_partition_ancestors(RelationGetRelid(rel)));

		relation_entry(root)->names_others = true;
		appendStringInfoString(&buf, ",\"partition_of\":{\"schema\":");
		append_name(&buf, get_namespace_name(get_rel_namespace(root)));
		appendStringInfoString(&buf, ",\"table\":");
		append_name(&buf, get_rel_name(root));
		appendStringInfoChar(&buf, '}');
	}
	appendStringInfoString(&buf, ",\"columns\":");
	for (int i = 0; i < info->ncolumns; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, info->columns[i].attnum - 1);

		appendStringInfo(&buf, "%c{\"number\":%d,\"name\":", separator, att->attnum);
		append_name(&buf, NameStr(att->attname));
		appendStringInfoString(&buf, ",\"type\":");
		append_name(&buf, format_type_extended(att->atttypid, att->atttypmod,
											   FORMAT_TYPE_TYPEMOD_GIVEN | FORMAT_TYPE_FORCE_QUALIFY));
		if (info->columns[i].excluded)
			appendStringInfoString(&buf, ",\"excluded\":true");
		appendStringInfoChar(&buf, '}');
		separator = ',';
	}
	appendStringInfoString(&buf, separator == '[' ? "[],\"key\":" : "],\"key\":");
	separator = '[';
	foreach(lc, key)
	{
		Form_pg_attribute att = TupleDescAttr(desc, lfirst_int(lc) - 1);

		appendStringInfoChar(&buf, separator);
		append_name(&buf, NameStr(att->attname));
		separator = ',';
	}
	appendStringInfoString(&buf, separator == '[' ? "[]}" : "]}");
	info->content = MemoryContextStrdup(info->context, buf.data);
	isms_content_id(info->content, &info->version);
	info->written = 0;
}

static void
fill_relation(IsmsTrailRelation *info, Relation rel, Trigger *trigger)
{
	TupleDesc	desc = RelationGetDescr(rel);
	bool		own = strcmp(get_namespace_name(RelationGetNamespace(rel)), "isms") == 0;
	List	   *key = isms_trail_key_columns(rel);
	MemoryContext caller;
	int			level;

	info->columns = MemoryContextAllocZero(info->context, sizeof(IsmsTrailColumn) * Max(desc->natts, 1));
	info->ncolumns = 0;
	info->settings = 0;
	info->has_key = false;
	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);
		IsmsTrailColumn *column = &info->columns[info->ncolumns];
		StringInfoData label;

		if (att->attisdropped || IsmsColumnIsVirtual(att))
			continue;
		info->ncolumns++;
		column->attnum = att->attnum;
		column->type = getBaseType(att->atttypid);
		column->kind = kind_of_type(column->type);
		column->typlen = att->attlen;
		column->typbyval = att->attbyval;
		column->excluded = is_excluded(trigger, NameStr(att->attname));
		if (list_member_int(key, att->attnum) && !column->excluded)
			column->identifies = info->has_key = true;
		else if (own && strcmp(NameStr(att->attname), "scope") == 0)
			column->identifies = true;	/* row security reads it */
		if (column->kind == ISMS_VALUE_OUTPUT && !column->excluded)
		{
			Oid			function;
			bool		varlena;

			getTypeOutputInfo(att->atttypid, &function, &varlena);
			fmgr_info_cxt(function, &column->output, info->context);
			info->settings |= settings_of_type(att->atttypid);
		}
		initStringInfo(&label);
		append_name(&label, NameStr(att->attname));
		appendStringInfoChar(&label, ':');
		column->label = MemoryContextStrdup(info->context, label.data);
		column->label_len = label.len;
		pfree(label.data);
	}

	level = isms_fix_settings(ISMS_FIX_NAMES);
	describe_table(info, rel, trigger, key);
	if (level > 0)
		AtEOXact_GUC(true, level);

	caller = MemoryContextSwitchTo(info->context);
	initStringInfo(&info->payload);
	MemoryContextSwitchTo(caller);
}

/* The facts of a table, present ones; trigger's arguments are the excluded columns. */
IsmsTrailRelation *
isms_trail_relation(Relation rel, Trigger *trigger)
{
	IsmsTrailRelation *info = relation_entry(RelationGetRelid(rel));

	if (info->valid && info->filled)
		return info;

	if (info->context != NULL)
		MemoryContextReset(info->context);
	else
		info->context = AllocSetContextCreate(CacheMemoryContext, "isms captured table", ALLOCSET_SMALL_SIZES);
	/* valid before reading: a change that arrives meanwhile must not be lost */
	info->filled = false;
	info->valid = true;
	fill_relation(info, rel, trigger);
	info->filled = true;
	return info;
}

/*
 * The same as they are now, in a context of the caller's: for those who, while
 * they use them, run code that may write to the table.
 */
IsmsTrailRelation *
isms_trail_relation_copy(Relation rel, MemoryContext context)
{
	IsmsTrailRelation *info = MemoryContextAllocZero(context, sizeof(IsmsTrailRelation));

	info->relid = RelationGetRelid(rel);
	info->context = context;
	fill_relation(info, rel, isms_trail_trigger(rel, ISMS_CAPTURE_TRIGGER));
	return info;
}
