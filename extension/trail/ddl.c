/*
 * ddl.c
 *		isms.watch_ddl: refuses commands that would let changes go unrecorded,
 *		and records those that change an audited table.
 *
 * One event trigger function for all its events.  It fails for nothing else
 * than what it is there to refuse: where the extension is half there, during
 * an upgrade, and for commands of the extension itself it does nothing.  A
 * superuser can disable event triggers unseen by them; isms.coverage() sees it.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/indexing.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_trigger.h"
#include "catalog/pg_type.h"
#include "commands/event_trigger.h"
#include "commands/extension.h"
#include "core/compat.h"
#include "core/core.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "nodes/parsenodes.h"
#include "parser/parse_func.h"
#include "trail/trail.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

PG_FUNCTION_INFO_V1(isms_watch_ddl);

#define REWRITTEN_MAX	64

#define DROPPED \
	"from pg_event_trigger_dropped_objects() o " \
	"where o.object_type = 'trigger' and not o.is_temporary " \
	"and (o.address_names[3] in ('isms_capture', 'isms_capture_truncate') " \
	"or o.address_names[1] = 'isms' and o.address_names[3] in ('guard', 'guard_row'))"

/* Tables the present command rewrites. */
static Oid	rewritten[REWRITTEN_MAX];
static int	nrewritten = 0;

/* The table the present command moves to another schema, and where it was. */
static Oid	moved = InvalidOid;
static NameData moved_from;

/* Who owns the trail; InvalidOid if it isn't there. */
static Oid
trail_owner(void)
{
	Oid			schema = get_namespace_oid("isms", true);
	Oid			table = OidIsValid(schema) ? get_relname_relid("trail_entry", schema) : InvalidOid;
	HeapTuple	tuple;
	Oid			owner = InvalidOid;

	if (!OidIsValid(table) || !OidIsValid(get_relname_relid("ddl_event", schema)))
		return InvalidOid;
	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(table));
	if (HeapTupleIsValid(tuple))
	{
		owner = ((Form_pg_class) GETSTRUCT(tuple))->relowner;
		ReleaseSysCache(tuple);
	}
	return owner;
}

/* Looked up without asking for the caller's right to schema isms. */
static Oid
own_function(const char *name)
{
	return GetSysCacheOid3(PROCNAMEARGSNSP, Anum_pg_proc_oid, CStringGetDatum(name),
						   PointerGetDatum(buildoidvector(NULL, 0)),
						   ObjectIdGetDatum(get_namespace_oid("isms", true)));
}

static bool
is_own_function(Oid function)
{
	return OidIsValid(function) &&
		(function == own_function("capture") || function == own_function("trail_guard"));
}

void
isms_refuse_ddl(const char *what, const char *object)
{
	ereport(ERROR,
			(errcode(ERRCODE_ISMS_TRAIL),
			 errmsg("%s is protected by the audit trail", object),
			 errdetail("trail: %s would let changes go unrecorded, or the record be lost.", what),
			 errhint("isms.disable_audit() ends the audit of a table and records that; a superuser may set isms.allow_drop = on.")));
}

/* Does the table have a trigger of ours, of that name unless it is NULL?  Returns the trigger's function. */
static Oid
protecting_trigger(Oid relid, const char *name)
{
	Relation	catalog = table_open(TriggerRelationId, AccessShareLock);
	Oid			function = InvalidOid;
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	tuple;

	ScanKeyInit(&key, Anum_pg_trigger_tgrelid, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(relid));
	scan = systable_beginscan(catalog, TriggerRelidNameIndexId, true, NULL, 1, &key);
	while (!OidIsValid(function) && HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Form_pg_trigger trigger = (Form_pg_trigger) GETSTRUCT(tuple);

		if ((name == NULL || strcmp(NameStr(trigger->tgname), name) == 0) && is_own_function(trigger->tgfoid))
			function = trigger->tgfoid;
	}
	systable_endscan(scan);
	table_close(catalog, AccessShareLock);
	return function;
}

static Oid
relation_named(RangeVar *relation)
{
	return relation ? RangeVarGetRelid(relation, NoLock, true) : InvalidOid;
}

static char *
relation_name(Oid relid)
{
	return quote_qualified_identifier(get_namespace_name(get_rel_namespace(relid)), get_rel_name(relid));
}

static void
check_alter_table(AlterTableStmt *stmt)
{
	Oid			relid = InvalidOid;
	ListCell   *lc;

	foreach(lc, stmt->cmds)
	{
		AlterTableCmd *cmd = lfirst_node(AlterTableCmd, lc);
		const char *name = NULL;

		switch (cmd->subtype)
		{
			case AT_DisableTrig:
			case AT_EnableTrig:
			case AT_EnableReplicaTrig:
				name = cmd->name;
				break;
			case AT_DisableTrigAll:
			case AT_DisableTrigUser:
			case AT_EnableTrigAll:
			case AT_EnableTrigUser:
				/* enabling them all takes ALWAYS away */
				break;
			case AT_DetachPartition:
				{
					Oid			part = relation_named(((PartitionCmd *) cmd->def)->name);

					if (OidIsValid(part) && OidIsValid(protecting_trigger(part, NULL)))
						isms_refuse_ddl("Detaching it", relation_name(part));
					continue;
				}
			default:
				continue;
		}
		if (!OidIsValid(relid))
			relid = relation_named(stmt->relation);
		if (OidIsValid(relid) && OidIsValid(protecting_trigger(relid, name)))
			isms_refuse_ddl("Switching its triggers", relation_name(relid));
	}
}

static void
check_create_trigger(CreateTrigStmt *stmt)
{
	Oid			relid;
	Oid			function;

	if (!stmt->replace)
		return;
	relid = relation_named(stmt->relation);
	function = OidIsValid(relid) ? protecting_trigger(relid, stmt->trigname) : InvalidOid;
	/* guards are put back so */
	if (!OidIsValid(function) ||
		(get_rel_namespace(relid) == get_namespace_oid("isms", false) &&
		 LookupFuncName(stmt->funcname, 0, NULL, true) == function))
		return;
	isms_refuse_ddl("Replacing its trigger", relation_name(relid));
}

/* Refuses a command that would hide changes. */
static void
check_command(Node *tree, Oid owner)
{
	ListCell   *lc;

	switch (nodeTag(tree))
	{
		case T_AlterTableStmt:
			check_alter_table((AlterTableStmt *) tree);
			break;
		case T_CreateTrigStmt:
			check_create_trigger((CreateTrigStmt *) tree);
			break;
		case T_RenameStmt:
			{
				RenameStmt *stmt = (RenameStmt *) tree;
				Oid			relid;

				if (stmt->renameType != OBJECT_TRIGGER)
					break;
				relid = relation_named(stmt->relation);
				if (OidIsValid(relid) && OidIsValid(protecting_trigger(relid, stmt->subname)))
					isms_refuse_ddl("Renaming its trigger", relation_name(relid));
				break;
			}
		case T_AlterObjectSchemaStmt:
			{
				AlterObjectSchemaStmt *stmt = (AlterObjectSchemaStmt *) tree;
				Oid			relid = stmt->relation ? relation_named(stmt->relation) : InvalidOid;

				/* audited tables may move, and are followed */
				if (OidIsValid(relid) && protecting_trigger(relid, NULL) == own_function("trail_guard"))
					isms_refuse_ddl("Moving it", relation_name(relid));
				break;
			}
		case T_CreateFunctionStmt:
			{
				CreateFunctionStmt *stmt = (CreateFunctionStmt *) tree;

				if (stmt->replace && stmt->parameters == NIL &&
					is_own_function(LookupFuncName(stmt->funcname, 0, NULL, true)))
					isms_refuse_ddl("Replacing it", NameListToString(stmt->funcname));
				break;
			}
		case T_DropStmt:
			{
				DropStmt   *stmt = (DropStmt *) tree;

				if (stmt->removeType != OBJECT_EXTENSION)
					break;
				foreach(lc, stmt->objects)
					if (strcmp(strVal(lfirst(lc)), "isms") == 0)
					isms_refuse_ddl("Dropping it", "extension isms");
				break;
			}
		case T_DropOwnedStmt:
			foreach(lc, ((DropOwnedStmt *) tree)->roles)
				if (get_rolespec_oid(lfirst_node(RoleSpec, lc), true) == owner)
				isms_refuse_ddl("Dropping what its owner owns", "extension isms");
			break;
		case T_AlterExtensionContentsStmt:
			if (strcmp(((AlterExtensionContentsStmt *) tree)->extname, "isms") == 0)
				isms_refuse_ddl("Taking objects out of it or into it", "extension isms");
			break;
		default:
			break;
	}
}

static void
run(const char *command, int n, Oid *types, Datum *values)
{
	int			result = SPI_execute_with_args(command, n, types, values, NULL, false, 0);

	if (result < 0)
		elog(ERROR, "%s: %s", SPI_result_code_string(result), command);
}

/* Triggers of ours that went with something. */
static void
check_dropped(const char *tag, Datum role)
{
	Oid			types[2] = {TEXTOID, NAMEOID};
	Datum		values[2];

	values[0] = CStringGetTextDatum(tag);
	values[1] = role;
	run("select distinct format('%I.%I', o.address_names[1], o.address_names[2]) " DROPPED,
		0, NULL, NULL);
	if (SPI_processed == 0)
		return;
	if (!isms_allow_drop)
		isms_refuse_ddl(tag, SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1));
	run("insert into isms.ddl_event (command, object, role_name) "
		"select distinct $1 || ', capture dropped', format('%I.%I', o.address_names[1], o.address_names[2]), $2 " DROPPED,
		2, types, values);
}

/* Can the command have brought a table where a rule of isms.audited_schema takes it in? */
static bool
brings_table(Node *tree)
{
	ListCell   *lc;

	switch (nodeTag(tree))
	{
		case T_CreateStmt:
			return ((CreateStmt *) tree)->relation->relpersistence != RELPERSISTENCE_TEMP;
		case T_CreateTableAsStmt:
			return ((CreateTableAsStmt *) tree)->into->rel->relpersistence != RELPERSISTENCE_TEMP;
		case T_CreateSchemaStmt:
			return true;
		case T_AlterObjectSchemaStmt:
			return ((AlterObjectSchemaStmt *) tree)->objectType == OBJECT_TABLE;
		case T_RenameStmt:
			return ((RenameStmt *) tree)->renameType == OBJECT_TABLE;
		case T_AlterTableStmt:
			foreach(lc, ((AlterTableStmt *) tree)->cmds)
				if (lfirst_node(AlterTableCmd, lc)->subtype == AT_SetLogged)
				return true;
			return false;
		default:
			return false;
	}
}

/* Is there any such rule? */
static bool
has_rules(void)
{
	Oid			table = get_relname_relid("audited_schema", get_namespace_oid("isms", false));
	Relation	rel;
	Snapshot	snapshot;
	SysScanDesc scan;
	bool		found;

	if (!OidIsValid(table))
		return false;
	rel = table_open(table, AccessShareLock);
	snapshot = RegisterSnapshot(GetLatestSnapshot());
	scan = systable_beginscan(rel, InvalidOid, false, snapshot, 0, NULL);
	found = HeapTupleIsValid(systable_getnext(scan));
	systable_endscan(scan);
	UnregisterSnapshot(snapshot);
	table_close(rel, AccessShareLock);
	return found;
}

/* Where the command moves a table from. */
static void
note_move(Node *tree)
{
	AlterObjectSchemaStmt *stmt = (AlterObjectSchemaStmt *) tree;

	moved = InvalidOid;
	if (!IsA(tree, AlterObjectSchemaStmt) || stmt->objectType != OBJECT_TABLE)
		return;
	moved = relation_named(stmt->relation);
	if (OidIsValid(moved))
		namestrcpy(&moved_from, get_namespace_name(get_rel_namespace(moved)));
}

/* Tables of a schema that was renamed. */
static void
record_schema(RenameStmt *stmt, Datum role)
{
	Oid			types[3] = {NAMEOID, TEXTOID, TEXTOID};
	Datum		values[3];

	values[0] = role;
	values[1] = CStringGetTextDatum(stmt->subname);
	values[2] = CStringGetTextDatum(stmt->newname);
	run("insert into isms.ddl_event (command, object, role_name, former_schema, former_table, after_entry) "
		"select 'ALTER SCHEMA', format('%I.%I', n.nspname, c.relname), $1, $2, c.relname, s.last_value "
		"from pg_namespace n join pg_class c on c.relnamespace = n.oid and c.relkind in ('r', 'p') "
		"cross join isms.trail_seq s "
		"where n.nspname = $3 "
		"and exists (select from pg_trigger g where g.tgrelid = c.oid and g.tgfoid = 'isms.capture()'::regprocedure)",
		3, types, values);
}

/* What an ended command did to audited tables. */
static void
record_command(Node *tree, Datum role)
{
	Oid			types[4] = {NAMEOID, OIDOID, TEXTOID, TEXTOID};
	Datum		values[4] = {role, ObjectIdGetDatum(moved), (Datum) 0, (Datum) 0};
	char		nulls[] = "  nn";
	int			result;

	if (IsA(tree, RenameStmt) && ((RenameStmt *) tree)->renameType == OBJECT_SCHEMA)
	{
		record_schema((RenameStmt *) tree, role);
		return;
	}
	if (OidIsValid(moved))
	{
		values[2] = CStringGetTextDatum(NameStr(moved_from));
		nulls[2] = ' ';
	}
	if (IsA(tree, RenameStmt) && ((RenameStmt *) tree)->renameType == OBJECT_TABLE)
	{
		values[3] = CStringGetTextDatum(((RenameStmt *) tree)->relation->relname);
		nulls[3] = ' ';
	}
	result = SPI_execute_with_args("insert into isms.ddl_event (command, object, role_name, former_schema, former_table, after_entry) "
								   "select d.command_tag, d.object_identity, $1, "
								   "case when f.known then coalesce(f.schema, n.nspname) end, case when f.known then coalesce($4, c.relname) end, "
								   "case when f.known then s.last_value end "
								   "from pg_event_trigger_ddl_commands() d "
								   "join pg_class c on c.oid = d.objid join pg_namespace n on n.oid = c.relnamespace "
								   "cross join isms.trail_seq s "
								   "cross join lateral (select case when c.oid = $2 then $3 end) m (schema) "
								   "cross join lateral (select m.schema, m.schema is not null or $4 is not null) f (schema, known) "
								   "where d.classid = 'pg_class'::regclass and not d.in_extension "
								   "and exists (select from pg_trigger g where g.tgrelid = d.objid and g.tgfoid = 'isms.capture()'::regprocedure)",
								   4, types, values, nulls, false, 0);
	if (result < 0)
		elog(ERROR, "could not write isms.ddl_event: %s", SPI_result_code_string(result));
	moved = InvalidOid;
	/* partitions that came: their rows, and that they may be emptied */
	run("select isms.cover_partition(p.relid) "
		"from (select distinct r.relid "
		"from pg_event_trigger_ddl_commands() d "
		"cross join lateral pg_partition_tree(d.objid::regclass) r "
		"where d.classid = 'pg_class'::regclass and not d.in_extension) p "
		"where exists (select from pg_trigger g where g.tgrelid = p.relid and g.tgname = 'isms_capture' "
		"and g.tgfoid = 'isms.capture()'::regprocedure) "
		"and not exists (select from pg_trigger g where g.tgrelid = p.relid and g.tgname = 'isms_capture_truncate')",
		0, NULL, NULL);
	/* rows that were rewritten are recorded as they are now */
	for (int i = 0; i < nrewritten; i++)
	{
		Oid			types[1] = {OIDOID};
		Datum		values[1];

		values[0] = ObjectIdGetDatum(rewritten[i]);
		run("select isms.trail_baseline_of(c.oid) from pg_class c "
			"where c.oid = $1 and c.relkind = 'r' "
			"and exists (select from pg_trigger g where g.tgrelid = c.oid and g.tgname = 'isms_capture' "
			"and g.tgfoid = 'isms.capture()'::regprocedure)",
			1, types, values);
	}
	nrewritten = 0;
	if (brings_table(tree))
		run("select isms.take_in(u.name) "
			"from isms.tables_to_take_in() u (name) "
			"where u.name::oid in (select d.objid from pg_event_trigger_ddl_commands() d "
			"where d.classid = 'pg_class'::regclass and not d.in_extension)",
			0, NULL, NULL);
}

/* Commands after which there is nothing to record, told without a query. */
static bool
of_no_interest(Node *tree)
{
	switch (nodeTag(tree))
	{
		case T_CreateStmt:
			if (((CreateStmt *) tree)->partbound != NULL)
				return false;
			/* fall through */
		case T_CreateTableAsStmt:
		case T_CreateSchemaStmt:
			return !brings_table(tree) || !has_rules();
		case T_AlterTableStmt:
			return ((AlterTableStmt *) tree)->relation->relpersistence == RELPERSISTENCE_TEMP;
		default:
			return false;
	}
}

/* Is it the extension itself that acts now?  Its own functions do what they do as its owner. */
bool
isms_acts_itself(void)
{
	Oid			user;
	int			security;

	GetUserIdAndSecContext(&user, &security);
	return (security & SECURITY_LOCAL_USERID_CHANGE) != 0 && user == trail_owner();
}

/* What the event trigger for the start of a command does, for those who come without one (guard.c). */
void
isms_check_command(Node *tree)
{
	Oid			owner = trail_owner();

	if (OidIsValid(owner))
		check_command(tree, owner);
}

/* Is it a trigger of ours, whose loss hides changes? */
bool
isms_is_own_trigger(Oid trigger, Oid *relid)
{
	Relation	catalog = table_open(TriggerRelationId, AccessShareLock);
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	tuple;
	bool		own = false;

	ScanKeyInit(&key, Anum_pg_trigger_oid, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(trigger));
	scan = systable_beginscan(catalog, TriggerOidIndexId, true, NULL, 1, &key);
	tuple = systable_getnext(scan);
	if (HeapTupleIsValid(tuple))
	{
		own = is_own_function(((Form_pg_trigger) GETSTRUCT(tuple))->tgfoid);
		*relid = ((Form_pg_trigger) GETSTRUCT(tuple))->tgrelid;
	}
	systable_endscan(scan);
	table_close(catalog, AccessShareLock);
	return own;
}

/* isms.watch_ddl() returns event_trigger */
Datum
isms_watch_ddl(PG_FUNCTION_ARGS)
{
	EventTriggerData *call;
	Oid			owner;
	Oid			user;
	int			security;
	int			level;
	NameData	role;

	if (!CALLED_AS_EVENT_TRIGGER(fcinfo))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("isms.watch_ddl() is an event trigger function")));
	call = (EventTriggerData *) fcinfo->context;
	if (IsBinaryUpgrade || creating_extension)
		PG_RETURN_VOID();
	owner = trail_owner();
	if (!OidIsValid(owner))
		PG_RETURN_VOID();

	if (strcmp(call->event, "table_rewrite") == 0)
	{
		if (nrewritten < REWRITTEN_MAX)
			rewritten[nrewritten++] = DatumGetObjectId(OidFunctionCall0(F_PG_EVENT_TRIGGER_TABLE_REWRITE_OID));
		PG_RETURN_VOID();
	}

	GetUserIdAndSecContext(&user, &security);
	/* the extension's own functions do what they do as its owner */
	if ((security & SECURITY_LOCAL_USERID_CHANGE) && user == owner)
		PG_RETURN_VOID();

	if (strcmp(call->event, "ddl_command_start") == 0)
	{
		nrewritten = 0;
		note_move(call->parsetree);
		if (!isms_allow_drop)
			check_command(call->parsetree, owner);
		PG_RETURN_VOID();
	}
	if (strcmp(call->event, "ddl_command_end") == 0 && of_no_interest(call->parsetree))
		PG_RETURN_VOID();

	/*
	 * names in the command were read with the caller's search_path, ours are
	 * not
	 */
	level = isms_fix_settings(ISMS_FIX_NAMES);
	namestrcpy(&role, GetUserNameFromId(user, false));
	SetUserIdAndSecContext(owner, security | SECURITY_LOCAL_USERID_CHANGE);
	SPI_connect();
	if (strcmp(call->event, "sql_drop") == 0)
		check_dropped(GetCommandTagName(call->tag), NameGetDatum(&role));
	else
		record_command(call->parsetree, NameGetDatum(&role));
	SPI_finish();
	SetUserIdAndSecContext(user, security);
	if (level > 0)
		AtEOXact_GUC(true, level);
	PG_RETURN_VOID();
}
