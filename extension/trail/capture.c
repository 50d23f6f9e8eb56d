/*
 * capture.c
 *		The trigger that records each change, and the baseline of the rows
 *		that were there before it.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "commands/trigger.h"
#include "core/compat.h"
#include "core/core.h"
#include "miscadmin.h"
#include "trail/trail.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"

PG_FUNCTION_INFO_V1(isms_capture);

/*
 * The command that made the change: inside a transaction it orders the changes
 * of a row even where an application's trigger let them arrive out of order.
 * It stands in the tuple's header: cmin of the new row, cmax of a deleted one.
 */
static CommandId
command_of(TupleTableSlot *slot, bool deleted)
{
	HeapTupleHeader header;

	if (!TTS_IS_BUFFERTUPLE(slot) || ((HeapTupleTableSlot *) slot)->tuple == NULL)
		return GetCurrentCommandId(false);
	header = ((HeapTupleTableSlot *) slot)->tuple->t_data;
	if (deleted)
	{
		if (!(header->t_infomask & HEAP_XMAX_INVALID) &&
			TransactionIdIsCurrentTransactionId(HeapTupleHeaderGetUpdateXid(header)))
			return HeapTupleHeaderGetCmax(header);
	}
	else if (TransactionIdIsCurrentTransactionId(HeapTupleHeaderGetXmin(header)))
		return HeapTupleHeaderGetCmin(header);
	return GetCurrentCommandId(false);
}

/* isms.capture() returns trigger; its arguments are the columns whose values stay out. */
Datum
isms_capture(PG_FUNCTION_ARGS)
{
	TriggerData *call = (TriggerData *) fcinfo->context;
	IsmsTrailRelation *info;
	bool		truncate;

	if (!CALLED_AS_TRIGGER(fcinfo))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("isms.capture() is a trigger function")));
	truncate = TRIGGER_FIRED_BY_TRUNCATE(call->tg_event);
	if (!TRIGGER_FIRED_AFTER(call->tg_event) ||
		!(truncate || TRIGGER_FIRED_FOR_ROW(call->tg_event)))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("isms.capture() must be fired after each row, or after truncate")));

	if (isms_as_of_setting()->kind != ISMS_AS_OF_NOW &&
		RelationGetNamespace(call->tg_relation) == get_namespace_oid("isms", true))
		isms_refuse_looking_back();
	info = isms_trail_relation(call->tg_relation, call->tg_trigger);
	if (TRIGGER_FIRED_BY_INSERT(call->tg_event))
	{
		isms_encode_row(info, call->tg_trigslot);
		isms_trail_append(info, ISMS_OP_INSERT, command_of(call->tg_trigslot, false));
	}
	else if (TRIGGER_FIRED_BY_UPDATE(call->tg_event))
	{
		isms_encode_change(info, call->tg_trigslot, call->tg_newslot);
		isms_trail_append(info, ISMS_OP_UPDATE, command_of(call->tg_newslot, false));
	}
	else if (TRIGGER_FIRED_BY_DELETE(call->tg_event))
	{
		isms_encode_row(info, call->tg_trigslot);
		isms_trail_append(info, ISMS_OP_DELETE, command_of(call->tg_trigslot, true));
	}
	else
	{
		resetStringInfo(&info->payload);
		appendStringInfoString(&info->payload, "{}");
		isms_trail_append(info, ISMS_OP_TRUNCATE, GetCurrentCommandId(false));
	}
	return PointerGetDatum(NULL);
}

/*
 * An entry for each row of the table, as it is now.  The caller holds a lock
 * that keeps writers out, so the newest snapshot shows the whole table.
 */
int64
isms_write_baseline(Relation rel)
{
	Snapshot	snapshot = RegisterSnapshot(GetLatestSnapshot());
	TableScanDesc scan = table_beginscan(rel, snapshot, 0, NULL);
	TupleTableSlot *slot = table_slot_create(rel, NULL);
	MemoryContext per_row = AllocSetContextCreate(CurrentMemoryContext, "isms baseline", ALLOCSET_DEFAULT_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(per_row);
	int64		rows = 0;

	while (table_scan_getnextslot(scan, ForwardScanDirection, slot))
	{
		/*
		 * sought for each row: writing an entry can make the server build the
		 * table's facts anew
		 */
		IsmsTrailRelation *info = isms_trail_relation(rel, isms_trail_trigger(rel, ISMS_CAPTURE_TRIGGER));

		CHECK_FOR_INTERRUPTS();
		isms_encode_row(info, slot);
		isms_trail_append(info, ISMS_OP_BASELINE, GetCurrentCommandId(false));
		MemoryContextReset(per_row);
		rows++;
	}
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(per_row);
	ExecDropSingleTupleTableSlot(slot);
	table_endscan(scan);
	UnregisterSnapshot(snapshot);
	return rows;
}
