/*
 * label.c
 *		Classes as security labels of provider "isms", and what commands may
 *		not do to what carries one.
 *
 * A label is the server's own: it is dumped and dropped with its object, and
 * only the object's owner sets it.  The provider judges the label; while isms
 * is active it must be a class of the scheme.  Before activation any label
 * passes, since a restore brings labels before the rows of the scheme.
 *
 * No dump carries the labels of an extension's tables, those of isms among
 * them.  Their classes are rows of isms.kept_class.
 *
 * isms.watch_handling() compares what the rules for handling find before and
 * after a command: what a command did not cause does not stop it, and neither
 * does a class that came with it.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/catalog.h"
#include "catalog/dependency.h"
#include "catalog/namespace.h"
#include "catalog/objectaddress.h"
#include "catalog/partition.h"
#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_seclabel.h"
#include "catalog/pg_type.h"
#include "commands/event_trigger.h"
#include "commands/extension.h"
#include "commands/seclabel.h"
#include "core/compat.h"
#include "core/core.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "storage/proc.h"
#include "trail/trail.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/fmgroids.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

#define PROVIDER "isms"

PG_FUNCTION_INFO_V1(isms_classify);
PG_FUNCTION_INFO_V1(isms_classify_schema);
PG_FUNCTION_INFO_V1(isms_watch_handling);

/* The owner of the extension for a while, with names read as ours are meant. */
typedef struct AsOwner
{
	Oid			user;
	int			security;
	int			level;
} AsOwner;

/* What the rules found before a command that has not ended yet. */
typedef struct Before
{
	Node	   *command;
	SubTransactionId subtransaction;
	Datum		findings;
	Datum		classes;
} Before;

static List *befores = NIL;
static LocalTransactionId befores_of = InvalidLocalTransactionId;

static void
become_owner(AsOwner *as)
{
	HeapTuple	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(isms_own_relation("classification")));
	Oid			owner;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for isms.classification");
	owner = ((Form_pg_class) GETSTRUCT(tuple))->relowner;
	ReleaseSysCache(tuple);
	as->level = isms_fix_settings(ISMS_FIX_NAMES);
	GetUserIdAndSecContext(&as->user, &as->security);
	SetUserIdAndSecContext(owner, as->security | SECURITY_LOCAL_USERID_CHANGE | SECURITY_NOFORCE_RLS);
	SPI_connect();
}

static void
be_oneself(AsOwner *as)
{
	SPI_finish();
	SetUserIdAndSecContext(as->user, as->security);
	if (as->level > 0)
		AtEOXact_GUC(true, as->level);
}

static void
run(const char *command, int n, Oid *types, Datum *values, const char *nulls)
{
	int			result = SPI_execute_with_args(command, n, types, values, nulls, false, 0);

	if (result < 0)
		elog(ERROR, "%s: %s", SPI_result_code_string(result), command);
}

static bool
is_installed(void)
{
	Oid			schema = get_namespace_oid("isms", true);

	return OidIsValid(schema) && OidIsValid(get_extension_oid("isms", true)) &&
		OidIsValid(get_relname_relid("classification_event", schema));
}

/* Schema, or table with its schema, as in SQL. */
static char *
object_name(const ObjectAddress *object)
{
	if (object->classId == NamespaceRelationId)
		return pstrdup(quote_identifier(get_namespace_name(object->objectId)));
	return quote_qualified_identifier(get_namespace_name(get_rel_namespace(object->objectId)),
									  get_rel_name(object->objectId));
}

/* Is it part of an extension, so that no dump would carry its label? */
static bool
is_member(const ObjectAddress *object)
{
	return OidIsValid(getExtensionOfObject(object->classId, object->objectId));
}

/* Refuses what carries no class. */
static void
check_object(const ObjectAddress *object)
{
	char		kind = object->classId == RelationRelationId ? get_rel_relkind(object->objectId) : '\0';
	Oid			schema = object->classId == NamespaceRelationId ? object->objectId :
		kind ? get_rel_namespace(object->objectId) : InvalidOid;

	if (object->classId != NamespaceRelationId &&
		kind != RELKIND_RELATION && kind != RELKIND_PARTITIONED_TABLE && kind != RELKIND_VIEW &&
		kind != RELKIND_MATVIEW && kind != RELKIND_FOREIGN_TABLE)
		ereport(ERROR,
				(errcode(ERRCODE_ISMS_CLASS),
				 errmsg("%s carries no class", getObjectDescription(object, false)),
				 errdetail("classification: Schemas, tables, views and their columns do.")));
	if (IsCatalogNamespace(schema) || IsToastNamespace(schema) ||
		strcmp(get_namespace_name(schema), "information_schema") == 0)
		ereport(ERROR,
				(errcode(ERRCODE_ISMS_CLASS),
				 errmsg("%s carries no class", object_name(object)),
				 errdetail("classification: It is the server's own, and its label would not be dumped.")));
}

/* The scheme's classes, lowest first, for messages. */
static char *
known_classes(void)
{
	AsOwner		as;
	MemoryContext caller = CurrentMemoryContext;
	char	   *list;

	become_owner(&as);
	run("select string_agg(c.code, ', ' order by c.rank) from isms.classification c", 0, NULL, NULL, NULL);
	list = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
	if (list != NULL)
		list = MemoryContextStrdup(caller, list);
	be_oneself(&as);
	return list;
}

/* Refuses a label that is no class of the scheme. */
static void
check_class(const char *class)
{
	static const char *const columns[] = {"code"};
	Relation	rel = table_open(isms_own_relation("classification"), AccessShareLock);
	Snapshot	snapshot = RegisterSnapshot(GetLatestSnapshot());
	SysScanDesc scan = isms_scan(rel, "classification_pkey", snapshot, 1, columns, &class);
	bool		found = HeapTupleIsValid(systable_getnext(scan));
	char	   *known;

	systable_endscan(scan);
	UnregisterSnapshot(snapshot);
	table_close(rel, AccessShareLock);
	if (found)
		return;
	known = known_classes();
	ereport(ERROR,
			(errcode(ERRCODE_ISMS_CLASS),
			 errmsg("\"%s\" is no class of the classification scheme", class),
			 known ? errdetail("classification: The classes are %s.", known) :
			 errdetail("classification: The scheme has no classes yet."),
			 known ? errhint("An ISMS manager adds a class to isms.classification.") :
			 errhint("isms.setup takes the shipped ones over; so does isms.setup_classification.")));
}

/* What the object is, as arguments: schema, relation, column. */
static void
name_parts(const ObjectAddress *object, Datum *values, char *nulls)
{
	if (object->classId == NamespaceRelationId)
	{
		values[0] = CStringGetTextDatum(get_namespace_name(object->objectId));
		nulls[1] = nulls[2] = 'n';
		return;
	}
	values[0] = CStringGetTextDatum(get_namespace_name(get_rel_namespace(object->objectId)));
	values[1] = CStringGetTextDatum(get_rel_name(object->objectId));
	if (object->objectSubId != 0)
		values[2] = CStringGetTextDatum(get_attname(object->objectId, object->objectSubId, false));
	else
		nulls[2] = 'n';
}

/* A change of class, with who and why. */
static void
record(const ObjectAddress *object, const char *former, const char *class, const char *reason)
{
	Oid			types[7] = {TEXTOID, TEXTOID, TEXTOID, TEXTOID, TEXTOID, TEXTOID, TEXTOID};
	Datum		values[7] = {0};
	char		nulls[] = "       ";
	const char *said = reason ? reason : isms_comment();
	AsOwner		as;

	name_parts(object, values, nulls);
	values[6] = CStringGetTextDatum(GetUserNameFromId(GetUserId(), false));
	if (former)
		values[3] = CStringGetTextDatum(former);
	else
		nulls[3] = 'n';
	if (class)
		values[4] = CStringGetTextDatum(class);
	else
		nulls[4] = 'n';
	if (said)
		values[5] = CStringGetTextDatum(said);
	else
		nulls[5] = 'n';
	become_owner(&as);
	run("insert into isms.classification_event (schema_name, relation_name, column_name, former_class, class, reason, role_name) "
		"values ($1, $2, $3, $4, $5, $6, $7)", 7, types, values, nulls);
	be_oneself(&as);
}

static bool
same_class(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

/* The provider's judgement of SECURITY LABEL FOR isms; the server has asked for the owner. */
static void
check_label(const ObjectAddress *object, const char *label)
{
	char	   *former;

	/* pg_upgrade brings what was judged before */
	if (IsBinaryUpgrade)
		return;
	if (!is_installed())
	{
		/* a script may label its own tables, whichever extension comes first */
		if (creating_extension || label == NULL)
			return;
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("isms is not installed in this database"),
				 errdetail("classification: Nothing here would read the label."),
				 errhint("create extension isms")));
	}
	if (label != NULL)
		check_object(object);
	if (label != NULL && !creating_extension && is_member(object))
		ereport(ERROR,
				(errcode(ERRCODE_ISMS_CLASS),
				 errmsg("%s carries no label of isms", object_name(object)),
				 errdetail("classification: It is part of an extension, whose labels no dump carries."),
				 object->classId == RelationRelationId ?
				 errhint("isms.classify(%s, ...) keeps its class in a table.", quote_literal_cstr(object_name(object))) : 0));
	if (!isms_is_active())
		return;
	if (label != NULL)
		check_class(label);
	former = GetSecurityLabel(object, PROVIDER);
	if (!same_class(former, label))
		record(object, former, label, NULL);
}

void
isms_label_init(void)
{
	register_label_provider(PROVIDER, check_label);
}

static char *
text_argument(FunctionCallInfo fcinfo, int n)
{
	return PG_ARGISNULL(n) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(n));
}

static void
require_argument(FunctionCallInfo fcinfo, const char *what)
{
	if (PG_ARGISNULL(0))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("no %s is given", what)));
}

/* Its owner and isms_admin classify. */
static void
check_caller(const ObjectAddress *object, bool owns)
{
	Oid			admin = get_role_oid("isms_admin", true);

	if (owns || (OidIsValid(admin) && has_privs_of_role(GetUserId(), admin)))
		return;
	ereport(ERROR,
			(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
			 errmsg("%s may not classify %s", GetUserNameFromId(GetUserId(), false), object_name(object)),
			 errdetail("classification: the owner or a member of isms_admin may.")));
}

/* The class of an extension's table, as a row; returns the one before. */
static char *
keep_class(const ObjectAddress *object, const char *class)
{
	Oid			types[4] = {TEXTOID, TEXTOID, TEXTOID, TEXTOID};
	Datum		values[4] = {0};
	char		nulls[] = "    ";
	MemoryContext caller = CurrentMemoryContext;
	char	   *former = NULL;
	AsOwner		as;

	name_parts(object, values, nulls);
	if (nulls[2] == 'n')
		values[2] = CStringGetTextDatum("");
	nulls[2] = ' ';
	if (class)
		values[3] = CStringGetTextDatum(class);
	become_owner(&as);
	run("delete from isms.kept_class k where (k.schema_name, k.relation_name, k.column_name) = ($1, $2, $3) returning k.class",
		3, types, values, nulls);
	if (SPI_processed > 0)
		former = MemoryContextStrdup(caller, SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1));
	if (class)
		run("insert into isms.kept_class (schema_name, relation_name, column_name, class) values ($1, $2, $3, $4)",
			4, types, values, nulls);
	be_oneself(&as);
	return former;
}

/* Gives the object its class and records it; returns the class before, as text or null. */
static Datum
classify(FunctionCallInfo fcinfo, const ObjectAddress *object, const char *class, const char *reason)
{
	char	   *former;

	if (!isms_is_active())
		ereport(ERROR,
				(errcode(ERRCODE_ISMS_INACTIVE),
				 errmsg("isms is not active"),
				 errhint("Call isms.activate() first.")));
	check_object(object);
	if (class != NULL)
		check_class(class);
	if (is_member(object) && object->classId == RelationRelationId)
		former = keep_class(object, class);
	else
	{
		former = GetSecurityLabel(object, PROVIDER);
		SetSecurityLabel(object, PROVIDER, class);
	}
	if (!same_class(former, class))
		record(object, former, class, reason);
	if (former == NULL)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(former));
}

/* isms.classify(object regclass, class text, column name, reason text) returns text: the class before. */
Datum
isms_classify(PG_FUNCTION_ARGS)
{
	ObjectAddress object;

	require_argument(fcinfo, "table");
	ObjectAddressSet(object, RelationRelationId, PG_GETARG_OID(0));
	/* as SECURITY LABEL does: no other class at the same time, no dropping */
	LockRelationOid(object.objectId, ShareUpdateExclusiveLock);
	if (!SearchSysCacheExists1(RELOID, ObjectIdGetDatum(object.objectId)))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("relation with OID %u does not exist", object.objectId)));
	check_caller(&object, IsmsOwnsTable(object.objectId, GetUserId()));
	if (!PG_ARGISNULL(2))
	{
		object.objectSubId = get_attnum(object.objectId, NameStr(*PG_GETARG_NAME(2)));
		if (object.objectSubId <= 0)
			ereport(ERROR,
					(errcode(ERRCODE_UNDEFINED_COLUMN),
					 errmsg("column \"%s\" of %s does not exist", NameStr(*PG_GETARG_NAME(2)), object_name(&object))));
	}
	return classify(fcinfo, &object, text_argument(fcinfo, 1), text_argument(fcinfo, 3));
}

/* isms.classify_schema(schema name, class text, reason text) returns text: the class before. */
Datum
isms_classify_schema(PG_FUNCTION_ARGS)
{
	ObjectAddress object;

	require_argument(fcinfo, "schema");
	ObjectAddressSet(object, NamespaceRelationId, get_namespace_oid(NameStr(*PG_GETARG_NAME(0)), false));
	LockDatabaseObject(NamespaceRelationId, object.objectId, 0, ShareUpdateExclusiveLock);
	check_caller(&object, IsmsOwnsSchema(object.objectId, GetUserId()));
	if (is_member(&object))
		ereport(ERROR,
				(errcode(ERRCODE_ISMS_CLASS),
				 errmsg("schema %s carries no class", object_name(&object)),
				 errdetail("classification: It is part of an extension, whose labels no dump carries."),
				 errhint("Classify its tables.")));
	return classify(fcinfo, &object, text_argument(fcinfo, 1), text_argument(fcinfo, 2));
}

/* Does the object, or a column of it, carry a label of ours? */
static bool
has_label(Oid class, Oid object)
{
	Relation	catalog = table_open(SecLabelRelationId, AccessShareLock);
	ScanKeyData keys[2];
	SysScanDesc scan;
	HeapTuple	tuple;
	bool		found = false;

	ScanKeyInit(&keys[0], Anum_pg_seclabel_objoid, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(object));
	ScanKeyInit(&keys[1], Anum_pg_seclabel_classoid, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(class));
	scan = systable_beginscan(catalog, SecLabelObjectIndexId, true, NULL, 2, keys);
	while (!found && HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		bool		isnull;
		Datum		provider = heap_getattr(tuple, Anum_pg_seclabel_provider, RelationGetDescr(catalog), &isnull);

		found = !isnull && strcmp(TextDatumGetCString(provider), PROVIDER) == 0;
	}
	systable_endscan(scan);
	table_close(catalog, AccessShareLock);
	return found;
}

static bool
has_kept_class(Oid relid)
{
	static const char *const columns[] = {"schema_name", "relation_name"};
	const char *values[2] = {get_namespace_name(get_rel_namespace(relid)), get_rel_name(relid)};
	Relation	rel = table_open(isms_own_relation("kept_class"), AccessShareLock);
	Snapshot	snapshot = RegisterSnapshot(GetLatestSnapshot());
	SysScanDesc scan = isms_scan(rel, "kept_class_pkey", snapshot, 2, columns, values);
	bool		found = HeapTupleIsValid(systable_getnext(scan));

	systable_endscan(scan);
	UnregisterSnapshot(snapshot);
	table_close(rel, AccessShareLock);
	return found;
}

/* Might a command on the table concern something classified?  One with partitions or children always might. */
static bool
may_be_classified(RangeVar *name)
{
	Oid			relid = name ? RangeVarGetRelid(name, NoLock, true) : InvalidOid;

	if (!OidIsValid(relid))
		return false;
	if (has_subclass(relid))
		return true;
	if (has_label(RelationRelationId, relid) || has_label(NamespaceRelationId, get_rel_namespace(relid)) || has_kept_class(relid))
		return true;
	if (get_rel_relispartition(relid))
	{
		List	   *above = get_partition_ancestors(relid);
		ListCell   *lc;

		foreach(lc, above)
		{
			if (has_label(RelationRelationId, lfirst_oid(lc)) || has_kept_class(lfirst_oid(lc)))
				return true;
		}
	}
	return false;
}

/* Told without a query: most commands concern nothing that is classified. */
static bool
is_of_interest(Node *tree)
{
	ListCell   *lc;

	switch (nodeTag(tree))
	{
		case T_AlterTableStmt:
			return may_be_classified(((AlterTableStmt *) tree)->relation);
		case T_RenameStmt:
			return may_be_classified(((RenameStmt *) tree)->relation);
		case T_AlterObjectSchemaStmt:
			return may_be_classified(((AlterObjectSchemaStmt *) tree)->relation);
		case T_ViewStmt:
			return may_be_classified(((ViewStmt *) tree)->view);
		case T_GrantStmt:
			{
				GrantStmt  *stmt = (GrantStmt *) tree;

				if (stmt->objtype != OBJECT_TABLE)
					return false;
				if (stmt->targtype != ACL_TARGET_OBJECT)
					return true;
				foreach(lc, stmt->objects)
				{
					if (may_be_classified(lfirst_node(RangeVar, lc)))
						return true;
				}
				return false;
			}
		case T_DropStmt:
			foreach(lc, ((DropStmt *) tree)->objects)
			{
				List	   *name = lfirst_node(List, lc);

				/* the trigger's name comes last */
				if (list_length(name) < 2 ||
					may_be_classified(makeRangeVarFromNameList(list_truncate(list_copy(name), list_length(name) - 1))))
					return true;
			}
			return false;
		default:
			return true;
	}
}

/* Does any rule refuse?  Told without a query too. */
static bool
any_rule_refuses(void)
{
	static const char *const columns[] = {"mode"};
	static const char *const values[] = {"refuse"};
	Relation	rel = table_open(isms_own_relation("handling_rule"), AccessShareLock);
	Snapshot	snapshot = RegisterSnapshot(GetLatestSnapshot());
	SysScanDesc scan = isms_scan(rel, NULL, snapshot, 1, columns, values);
	bool		found = HeapTupleIsValid(systable_getnext(scan));

	systable_endscan(scan);
	UnregisterSnapshot(snapshot);
	table_close(rel, AccessShareLock);
	return found;
}

/* Notes what refusing rules find now. */
static void
look_before(Node *command)
{
	MemoryContext caller;
	Before	   *before;
	AsOwner		as;
	bool		isnull;

	if (befores_of != IsmsLocalXid())
		befores = NIL;
	befores_of = IsmsLocalXid();
	become_owner(&as);
	run("select coalesce((select array_agg(i.id) from isms.handling_findings() f, unnest(f.ids) i(id) where f.mode = 'refuse'), '{}'), "
		"coalesce((select array_agg(r.relid::text || ' ' || r.rank::text) from isms.relation_classes() r), '{}')",
		0, NULL, NULL, NULL);
	caller = MemoryContextSwitchTo(TopTransactionContext);
	before = palloc(sizeof(Before));
	before->command = command;
	before->subtransaction = GetCurrentSubTransactionId();
	before->findings = datumCopy(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull), false, -1);
	before->classes = datumCopy(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 2, &isnull), false, -1);
	befores = lappend(befores, before);
	MemoryContextSwitchTo(caller);
	be_oneself(&as);
}

/* What was found before this command; those of commands that failed are passed over. */
static Before *
found_before(Node *command)
{
	if (befores_of != IsmsLocalXid())
		return NULL;
	while (befores != NIL)
	{
		Before	   *before = llast(befores);

		if (SubTransactionIsActive(before->subtransaction))
		{
			/* of a command around this one, which was of no interest */
			if (before->command != command)
				return NULL;
			befores = list_delete_last(befores);
			return before;
		}
		befores = list_delete_last(befores);
	}
	return NULL;
}

/* Refuses a command after which a refusing rule finds more. */
static void
look_after(Before *before, const char *command)
{
	Oid			types[2] = {TEXTARRAYOID, TEXTARRAYOID};
	Datum		values[2] = {before->findings, before->classes};
	MemoryContext caller = CurrentMemoryContext;
	char	   *reasons = NULL;
	char	   *relation = NULL;
	char	   *class = NULL;
	AsOwner		as;

	become_owner(&as);
	run("select string_agg(format('%s (%s): %s, %s', f.rule, k.control, f.relation, f.problem), E'\\n' order by f.relation, k.position, f.problem), "
		"min(f.relation), (array_agg(f.class order by f.relation))[1] "
		"from isms.handling_findings() f "
		"join isms.handling_kind k on k.code = f.rule "
		"where f.mode = 'refuse' and not f.ids <@ $1 "
		"and exists (select from isms.relation_classes() r where r.relid = f.relid and r.relid::text || ' ' || r.rank::text = any ($2))",
		2, types, values, NULL);
	reasons = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
	if (reasons != NULL)
	{
		reasons = MemoryContextStrdup(caller, reasons);
		relation = MemoryContextStrdup(caller, SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 2));
		class = MemoryContextStrdup(caller, SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 3));
	}
	be_oneself(&as);
	if (reasons != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_ISMS_HANDLING),
				 errmsg("%s is refused: %s is %s", command, relation, class),
				 errdetail("%s", reasons),
				 errhint("An ISMS manager may note an exception in isms.handling_note, or let the rule report only, in isms.handling_rule.")));
}

/*
 * isms.watch_handling() returns event_trigger.  For SECURITY LABEL it has
 * nothing to do: that it is called has loaded the library, and so the provider.
 */
Datum
isms_watch_handling(PG_FUNCTION_ARGS)
{
	EventTriggerData *call;
	Before	   *before;

	if (!CALLED_AS_EVENT_TRIGGER(fcinfo))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("isms.watch_handling() is an event trigger function")));
	call = (EventTriggerData *) fcinfo->context;
	if (IsBinaryUpgrade || creating_extension || IsA(call->parsetree, SecLabelStmt) || !is_installed())
		PG_RETURN_VOID();
	if (strcmp(call->event, "ddl_command_start") == 0)
	{
		if (is_of_interest(call->parsetree) && any_rule_refuses())
			look_before(call->parsetree);
	}
	else if ((before = found_before(call->parsetree)) != NULL)
		look_after(before, GetCommandTagName(call->tag));
	PG_RETURN_VOID();
}
