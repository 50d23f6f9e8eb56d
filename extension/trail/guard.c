/*
 * guard.c
 *		What event triggers cannot see, closed by the preloaded library.
 *
 * An event trigger can be disabled, and from 17 on a setting turns all of them
 * off, without leaving a trace in another one.  Loaded by
 * shared_preload_libraries the library therefore asks the same questions in
 * hooks of the server, which nobody can switch off while it runs: of each
 * command before it is carried out, and of each trigger that is dropped.  The
 * event triggers of the extension themselves are protected so.
 *
 * Only an active installation is protected, and only from what isms.allow_drop
 * does not permit.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/objectaccess.h"
#include "catalog/pg_trigger.h"
#include "commands/extension.h"
#include "commands/trigger.h"
#include "core/compat.h"
#include "core/core.h"
#include "miscadmin.h"
#include "nodes/parsenodes.h"
#include "tcop/utility.h"
#include "trail/trail.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/snapmgr.h"
#include "utils/uuid.h"

static ProcessUtility_hook_type next_utility = NULL;
static object_access_hook_type next_access = NULL;

/* Was this incarnation of the database activated? */
bool
isms_is_active(void)
{
	Oid			schema = get_namespace_oid("isms", true);
	Oid			table = OidIsValid(schema) ? get_relname_relid("activation", schema) : InvalidOid;
	Relation	rel;
	Snapshot	snapshot;
	SysScanDesc scan;
	HeapTuple	tuple;
	bool		found = false;

	if (!OidIsValid(table) || !OidIsValid(get_extension_oid("isms", true)))
		return false;
	rel = table_open(table, AccessShareLock);
	snapshot = RegisterSnapshot(GetLatestSnapshot());
	scan = systable_beginscan(rel, InvalidOid, false, snapshot, 0, NULL);
	while (!found && HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		bool		isnull;
		Datum		incarnation = heap_getattr(tuple, 1, RelationGetDescr(rel), &isnull);

		found = !isnull && memcmp(DatumGetUUIDP(incarnation), isms_incarnation_id(), UUID_LEN) == 0;
	}
	systable_endscan(scan);
	UnregisterSnapshot(snapshot);
	table_close(rel, AccessShareLock);
	return found;
}

static bool
protects(void)
{
	return !isms_allow_drop && !IsBinaryUpgrade && !creating_extension && IsUnderPostmaster &&
		OidIsValid(MyDatabaseId) && IsTransactionState() && !RecoveryInProgress();
}

/* A leaf taken out of the trail may be dropped. */
static bool
is_archived(Oid relid)
{
	Oid			schema = get_namespace_oid("isms_archive", true);

	return OidIsValid(schema) && get_rel_namespace(relid) == schema && !get_rel_relispartition(relid);
}

static void
check_event_trigger(const char *what, const char *name)
{
	if (strncmp(name, "isms_ddl_", strlen("isms_ddl_")) == 0 && isms_is_active())
		isms_refuse_ddl(what, psprintf("event trigger %s", name));
}

static void
check_utility(Node *tree)
{
	switch (nodeTag(tree))
	{
		case T_AlterEventTrigStmt:
			/* to enable it always is what activation does */
			if (((AlterEventTrigStmt *) tree)->tgenabled != TRIGGER_FIRES_ALWAYS)
				check_event_trigger("Switching it", ((AlterEventTrigStmt *) tree)->trigname);
			break;
		case T_RenameStmt:
			if (((RenameStmt *) tree)->renameType == OBJECT_EVENT_TRIGGER)
			{
				check_event_trigger("Renaming it", strVal(((RenameStmt *) tree)->object));
				break;
			}
			/* fall through */
		case T_AlterTableStmt:
		case T_AlterObjectSchemaStmt:
		case T_CreateTrigStmt:
		case T_CreateFunctionStmt:
		case T_DropStmt:
		case T_DropOwnedStmt:
		case T_AlterExtensionContentsStmt:
			if (!isms_acts_itself() && isms_is_active())
				isms_check_command(tree);
			break;
		default:
			break;
	}
}

static void
guard_utility(PlannedStmt *statement, const char *query, bool read_only_tree, ProcessUtilityContext context,
			  ParamListInfo params, QueryEnvironment *environment, DestReceiver *receiver, QueryCompletion *completion)
{
	if (protects())
		check_utility(statement->utilityStmt);
	if (next_utility)
		next_utility(statement, query, read_only_tree, context, params, environment, receiver, completion);
	else
		standard_ProcessUtility(statement, query, read_only_tree, context, params, environment, receiver, completion);
}

static void
guard_access(ObjectAccessType access, Oid class, Oid object, int sub, void *arg)
{
	Oid			relid;

	if (next_access)
		next_access(access, class, object, sub, arg);
	if (access != OAT_DROP || !protects())
		return;
	if (class == TriggerRelationId && isms_is_own_trigger(object, &relid) && !is_archived(relid) && !isms_acts_itself() && isms_is_active())
		isms_refuse_ddl("Dropping its trigger",
						quote_qualified_identifier(get_namespace_name(get_rel_namespace(relid)), get_rel_name(relid)));
}

void
isms_guard_init(void)
{
	next_utility = ProcessUtility_hook;
	ProcessUtility_hook = guard_utility;
	next_access = object_access_hook;
	object_access_hook = guard_access;
}
