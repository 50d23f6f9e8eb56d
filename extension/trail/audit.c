/*
 * audit.c
 *		isms.enable_audit and isms.disable_audit: capture on anybody's table;
 *		isms.audit_rule: for what tables of a schema it begins by itself.
 *
 * Whether the caller may is judged as the caller.  Triggers and registry are
 * then written as the owner of the extension, since a table's owner needs
 * neither EXECUTE on the trigger function nor rights in schema isms.  The SQL
 * run as that owner relies on the search_path the functions are declared with.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/catalog.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_type.h"
#include "core/compat.h"
#include "core/core.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "trail/fold.h"
#include "trail/trail.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

PG_FUNCTION_INFO_V1(isms_enable_audit);
PG_FUNCTION_INFO_V1(isms_disable_audit);
PG_FUNCTION_INFO_V1(isms_baseline);
PG_FUNCTION_INFO_V1(isms_audit_rule);

static Oid
table_argument(FunctionCallInfo fcinfo)
{
	if (PG_ARGISNULL(0))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("no table is given")));
	return PG_GETARG_OID(0);
}

static char *
qualified_name(Oid relid)
{
	return quote_qualified_identifier(get_namespace_name(get_rel_namespace(relid)), get_rel_name(relid));
}

static Oid
owner_of(Oid relid)
{
	HeapTuple	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	Oid			owner;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for relation %u", relid);
	owner = ((Form_pg_class) GETSTRUCT(tuple))->relowner;
	ReleaseSysCache(tuple);
	return owner;
}

static void
check_caller(Oid relid, const char *what)
{
	Oid			admin = get_role_oid("isms_admin", true);

	if (!SearchSysCacheExists1(RELOID, ObjectIdGetDatum(relid)))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("relation with OID %u does not exist", relid)));
	if (IsmsOwnsTable(relid, GetUserId()) ||
		(OidIsValid(admin) && has_privs_of_role(GetUserId(), admin)))
		return;
	ereport(ERROR,
			(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
			 errmsg("%s may not %s the audit of %s", GetUserNameFromId(GetUserId(), false), what, qualified_name(relid)),
			 errdetail("audit: the owner of the table or a member of isms_admin may."),
			 errhint("Ask %s.", GetUserNameFromId(owner_of(relid), false))));
}

/* Reports a table that can't be audited. */
static void
refuse(Relation rel, const char *reason, const char *hint)
{
	ereport(ERROR,
			(errcode(ERRCODE_ISMS_AUDIT),
			 errmsg("%s cannot be audited", qualified_name(RelationGetRelid(rel))),
			 errdetail("audit: %s", reason),
			 hint ? errhint("%s", hint) : 0,
			 errtable(rel)));
}

static void
check_table(Relation rel)
{
	const char *schema = get_namespace_name(RelationGetNamespace(rel));

	if (rel->rd_rel->relkind == RELKIND_VIEW || rel->rd_rel->relkind == RELKIND_MATVIEW)
		refuse(rel, "It is a view.", "Audit the tables it reads.");
	if (rel->rd_rel->relkind == RELKIND_FOREIGN_TABLE)
		refuse(rel, "It is a foreign table, changed by others unseen.", "Audit it where it lives.");
	if (rel->rd_rel->relkind != RELKIND_RELATION && rel->rd_rel->relkind != RELKIND_PARTITIONED_TABLE)
		refuse(rel, "It is not a table.", NULL);
	if (IsCatalogRelation(rel) || strcmp(schema, "information_schema") == 0)
		refuse(rel, "It is a system catalog.", NULL);
	if (strcmp(schema, "isms") == 0)
		refuse(rel, "The tables of isms are audited from activation on.", NULL);
	if (rel->rd_rel->relpersistence == RELPERSISTENCE_TEMP)
		refuse(rel, "It is a temporary table.", NULL);
	if (rel->rd_rel->relpersistence == RELPERSISTENCE_UNLOGGED)
		refuse(rel, "It is unlogged: a crash would empty it without a trace.",
			   psprintf("alter table %s set logged", qualified_name(RelationGetRelid(rel))));
}

static bool
inherits_capture(Relation rel)
{
	Trigger    *trigger = isms_trail_trigger(rel, ISMS_CAPTURE_TRIGGER);

	return trigger != NULL && trigger->tgisclone;
}

/* The exclusions as arguments of the trigger; each must be a column, and none of the key. */
static char *
trigger_arguments(Relation rel, ArrayType *exclude)
{
	List	   *key = isms_trail_key_columns(rel);
	StringInfoData buf;
	Datum	   *names;
	bool	   *nulls;
	int			n;

	deconstruct_array(exclude, NAMEOID, NAMEDATALEN, false, TYPALIGN_CHAR, &names, &nulls, &n);
	initStringInfo(&buf);
	for (int i = 0; i < n; i++)
	{
		char	   *name;
		AttrNumber	attnum;

		if (nulls[i])
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("names of excluded columns must not be null")));
		name = NameStr(*DatumGetName(names[i]));
		attnum = get_attnum(RelationGetRelid(rel), name);
		if (attnum <= 0)
			ereport(ERROR,
					(errcode(ERRCODE_UNDEFINED_COLUMN),
					 errmsg("column \"%s\" of %s does not exist", name, qualified_name(RelationGetRelid(rel))),
					 errtable(rel)));
		if (list_member_int(key, attnum))
			ereport(ERROR,
					(errcode(ERRCODE_ISMS_AUDIT),
					 errmsg("column \"%s\" of %s cannot be excluded", name, qualified_name(RelationGetRelid(rel))),
					 errdetail("audit: It is part of the key, by which entries name the row."),
					 errtablecol(rel, attnum)));
		appendStringInfo(&buf, "%s%s", buf.len > 0 ? ", " : "", quote_literal_cstr(name));
	}
	return buf.data;
}

static void
run(const char *command)
{
	int			result = SPI_execute(command, false, 0);

	if (result < 0)
		elog(ERROR, "%s: %s", SPI_result_code_string(result), command);
}

static void
drop_triggers(Relation rel)
{
	char	   *name = qualified_name(RelationGetRelid(rel));
	Trigger    *trigger = isms_trail_trigger(rel, ISMS_CAPTURE_TRIGGER);

	if (trigger != NULL && !trigger->tgisclone)
		run(psprintf("drop trigger " ISMS_CAPTURE_TRIGGER " on %s", name));
	if (isms_trail_trigger(rel, ISMS_TRUNCATE_TRIGGER) != NULL)
		run(psprintf("drop trigger " ISMS_TRUNCATE_TRIGGER " on %s", name));
}

static void
registry(const char *command, Oid relid, Datum exclude, bool with_exclude)
{
	Oid			types[3] = {TEXTOID, TEXTOID, NAMEARRAYOID};
	Datum		values[3];
	int			result;

	values[0] = CStringGetTextDatum(get_namespace_name(get_rel_namespace(relid)));
	values[1] = CStringGetTextDatum(get_rel_name(relid));
	values[2] = exclude;
	result = SPI_execute_with_args(command, with_exclude ? 3 : 2, types, values, NULL, false, 0);
	if (result < 0)
		elog(ERROR, "%s: %s", SPI_result_code_string(result), command);
}

/*
 * isms.enable_audit(table regclass, exclude name[]) returns bigint: rows
 * recorded as baseline.  Called again it begins anew, with a new baseline.
 */
Datum
isms_enable_audit(PG_FUNCTION_ARGS)
{
	Oid			relid = table_argument(fcinfo);
	ArrayType  *exclude;
	List	   *tables;
	ListCell   *lc;
	char	   *arguments;
	Relation	rel;
	Oid			user;
	int			security;
	int64		rows = 0;

	if (PG_ARGISNULL(1))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("the list of excluded columns must not be null"),
				 errhint("Leave it out, or give '{}'.")));
	exclude = PG_GETARG_ARRAYTYPE_P(1);
	check_caller(relid, "enable");

	/* keep writers out of the whole tree until the baseline stands */
	tables = find_all_inheritors(relid, ShareRowExclusiveLock, NULL);
	rel = table_open(relid, ShareRowExclusiveLock);
	check_table(rel);
	if (rel->rd_rel->relispartition && inherits_capture(rel))
		refuse(rel, "It is a partition of an audited table, and audited with it.", NULL);
	/* children by inheritance are tables of their own */
	if (rel->rd_rel->relkind == RELKIND_RELATION)
		tables = list_make1_oid(relid);
	if (!isms_trail_has_leaf())
		ereport(ERROR,
				(errcode(ERRCODE_ISMS_INACTIVE),
				 errmsg("isms is not active"),
				 errhint("Call isms.activate() first.")));
	arguments = trigger_arguments(rel, exclude);
	table_close(rel, NoLock);

	isms_become_trail_owner(&user, &security);
	SPI_connect();
	registry("insert into isms.audited_table (schema_name, table_name, exclude) values ($1, $2, $3) "
			 "on conflict (schema_name, table_name) do update "
			 "set exclude = excluded.exclude, since = pg_catalog.clock_timestamp()",
			 relid, PointerGetDatum(exclude), true);
	foreach(lc, tables)
	{
		rel = table_open(lfirst_oid(lc), NoLock);
		check_table(rel);
		drop_triggers(rel);
		table_close(rel, NoLock);
	}
	foreach(lc, tables)
	{
		char	   *name = qualified_name(lfirst_oid(lc));

		if (lfirst_oid(lc) == relid)
		{
			run(psprintf("create trigger " ISMS_CAPTURE_TRIGGER " after insert or update or delete on %s "
						 "for each row execute function isms.capture(%s)", name, arguments));
			run(psprintf("alter table %s enable always trigger " ISMS_CAPTURE_TRIGGER, name));
		}
		run(psprintf("create trigger " ISMS_TRUNCATE_TRIGGER " after truncate on %s "
					 "for each statement execute function isms.capture(%s)", name, arguments));
		run(psprintf("alter table %s enable always trigger " ISMS_TRUNCATE_TRIGGER, name));
	}
	SPI_finish();
	SetUserIdAndSecContext(user, security);

	foreach(lc, tables)
	{
		rel = table_open(lfirst_oid(lc), NoLock);
		if (rel->rd_rel->relkind == RELKIND_RELATION)
			rows += isms_write_baseline(rel);
		table_close(rel, NoLock);
	}
	PG_RETURN_INT64(rows);
}

/* isms.disable_audit(table regclass) returns void */
Datum
isms_disable_audit(PG_FUNCTION_ARGS)
{
	Oid			relid = table_argument(fcinfo);
	List	   *tables;
	ListCell   *lc;
	Relation	rel;
	Oid			user;
	int			security;

	check_caller(relid, "disable");
	tables = find_all_inheritors(relid, AccessExclusiveLock, NULL);
	rel = table_open(relid, AccessExclusiveLock);
	if (strcmp(get_namespace_name(RelationGetNamespace(rel)), "isms") == 0)
		ereport(ERROR,
				(errcode(ERRCODE_ISMS_AUDIT),
				 errmsg("the audit of %s cannot be disabled", qualified_name(relid)),
				 errdetail("audit: The tables of isms are always audited."),
				 errtable(rel)));
	if (rel->rd_rel->relispartition && inherits_capture(rel))
		ereport(ERROR,
				(errcode(ERRCODE_ISMS_AUDIT),
				 errmsg("the audit of %s cannot be disabled", qualified_name(relid)),
				 errdetail("audit: It is a partition of an audited table, and audited with it."),
				 errtable(rel)));
	if (isms_trail_trigger(rel, ISMS_CAPTURE_TRIGGER) == NULL && isms_trail_trigger(rel, ISMS_TRUNCATE_TRIGGER) == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_ISMS_AUDIT),
				 errmsg("%s is not audited", qualified_name(relid)),
				 errtable(rel)));
	if (rel->rd_rel->relkind == RELKIND_RELATION)
		tables = list_make1_oid(relid);
	table_close(rel, NoLock);

	isms_become_trail_owner(&user, &security);
	SPI_connect();
	foreach(lc, tables)
	{
		rel = table_open(lfirst_oid(lc), NoLock);
		drop_triggers(rel);
		table_close(rel, NoLock);
	}
	registry("delete from isms.audited_table where schema_name = $1 and table_name = $2",
			 relid, (Datum) 0, false);
	SPI_finish();
	SetUserIdAndSecContext(user, security);
	PG_RETURN_VOID();
}

/* isms.trail_baseline_of(table regclass) returns bigint: an entry for each row there is. */
Datum
isms_baseline(PG_FUNCTION_ARGS)
{
	Oid			relid = table_argument(fcinfo);
	Relation	rel;
	int64		rows;

	check_caller(relid, "write a baseline for");
	rel = table_open(relid, ShareRowExclusiveLock);
	if (rel->rd_rel->relkind != RELKIND_RELATION || isms_trail_trigger(rel, ISMS_CAPTURE_TRIGGER) == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_ISMS_AUDIT),
				 errmsg("%s is not audited", qualified_name(relid)),
				 errtable(rel)));
	rows = isms_write_baseline(rel);
	table_close(rel, NoLock);
	PG_RETURN_INT64(rows);
}

/*
 * isms.audit_rule(schema name, tables text, exclude name[], keep boolean)
 * returns boolean: makes or changes the rule that takes in tables to come, or
 * ends it; false if there was none to end.  For the owner of the schema, whose
 * tables of other owners he could drop, and for isms_admin.
 */
Datum
isms_audit_rule(PG_FUNCTION_ARGS)
{
	Name		schema = PG_GETARG_NAME(0);
	bool		keep = PG_GETARG_BOOL(3);
	Oid			admin = get_role_oid("isms_admin", true);
	Oid			schema_id = get_namespace_oid(NameStr(*schema), !keep);
	Oid			types[3] = {TEXTOID, TEXTOID, NAMEARRAYOID};
	Datum		values[3];
	uint64		changed;
	Oid			user;
	int			security;
	int			result;

	if (!(OidIsValid(schema_id) && IsmsOwnsSchema(schema_id, GetUserId())) && !superuser() &&
		!(OidIsValid(admin) && has_privs_of_role(GetUserId(), admin)))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("%s may not rule on the audit of tables to come in schema %s",
						GetUserNameFromId(GetUserId(), false), quote_identifier(NameStr(*schema))),
				 errdetail("audit: the owner of the schema or a member of isms_admin may.")));

	values[0] = CStringGetTextDatum(NameStr(*schema));
	values[1] = PG_GETARG_DATUM(1);
	values[2] = PG_GETARG_DATUM(2);
	isms_become_trail_owner(&user, &security);
	SPI_connect();
	if (keep)
		result = SPI_execute_with_args("insert into isms.audited_schema (schema_name, tables, exclude) values ($1, $2, $3) "
									   "on conflict (schema_name, tables) do update "
									   "set exclude = excluded.exclude, since = pg_catalog.clock_timestamp()",
									   3, types, values, NULL, false, 0);
	else
		result = SPI_execute_with_args("delete from isms.audited_schema where schema_name = $1 and ($2 = '%' or tables = $2)",
									   2, types, values, NULL, false, 0);
	if (result < 0)
		elog(ERROR, "could not write isms.audited_schema: %s", SPI_result_code_string(result));
	changed = SPI_processed;
	SPI_finish();
	SetUserIdAndSecContext(user, security);
	PG_RETURN_BOOL(changed > 0);
}
