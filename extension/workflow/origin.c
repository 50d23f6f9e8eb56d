/*
 * origin.c
 *		Rows that come from a replication origin that is trusted.
 *
 * They were judged where they were written.  A session has an origin only
 * while it applies changes of a subscription, or where a superuser, or whom
 * one allowed it, set it; so the names are asked for anew with each row.
 */
#include "postgres.h"

#include "access/table.h"
#include "core/compat.h"
#include "core/core.h"
#include "replication/origin.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "workflow/workflow.h"

/* Is what this session writes now applied from an origin in isms.trusted_origin? */
bool
isms_origin_is_trusted(void)
{
	static const char *const columns[] = {"name"};
	const char *values[1];
	char	   *name = NULL;
	Relation	rel;
	Snapshot	snapshot;
	SysScanDesc scan;
	bool		found;

	if (replorigin_session_origin == InvalidRepOriginId || replorigin_session_origin == DoNotReplicateId ||
		!replorigin_by_oid(replorigin_session_origin, true, &name))
		return false;
	values[0] = name;
	rel = table_open(isms_own_relation("trusted_origin"), AccessShareLock);
	snapshot = RegisterSnapshot(GetLatestSnapshot());
	scan = isms_scan(rel, "trusted_origin_pkey", snapshot, 1, columns, values);
	found = HeapTupleIsValid(systable_getnext(scan));
	systable_endscan(scan);
	UnregisterSnapshot(snapshot);
	table_close(rel, AccessShareLock);
	return found;
}
