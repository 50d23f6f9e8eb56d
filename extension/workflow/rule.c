/*
 * rule.c
 *		Triggers of ready rules on tables of applications: a column that must
 *		name an active person, and columns that freeze once another one has a
 *		value.
 *
 * They look at the row as it will be, after every BEFORE trigger, and run no
 * code but the output of the column they look at, which the writer could run
 * too.  A column that is gone makes them refuse.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "core/compat.h"
#include "core/core.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "workflow/workflow.h"

PG_FUNCTION_INFO_V1(isms_rule_owner);
PG_FUNCTION_INFO_V1(isms_rule_freeze);

static void
check_called_as_rule(FunctionCallInfo fcinfo, const char *name, int nargs)
{
	TriggerData *call = (TriggerData *) fcinfo->context;

	if (!CALLED_AS_TRIGGER(fcinfo) || call->tg_trigger->tgnargs < nargs ||
		!(TRIGGER_FIRED_BY_TRUNCATE(call->tg_event) ||
		  (TRIGGER_FIRED_AFTER(call->tg_event) && TRIGGER_FIRED_FOR_ROW(call->tg_event))))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("isms.%s() must be fired after each row, with the arguments isms gives it", name)));
}

static AttrNumber
column_of(Relation rel, const char *name)
{
	AttrNumber	number = get_attnum(RelationGetRelid(rel), name);

	if (number <= 0)
		ereport(ERROR,
				(errcode(MAKE_SQLSTATE('I', 'S', '0', '0', '5')),
				 errmsg("a rule of table %s looks at column \"%s\", which is gone", RelationGetRelationName(rel), name),
				 errhint("Make the rule anew for the table as it is."),
				 errtable(rel)));
	return number;
}

/* A column's text; NULL for null. */
static char *
text_of(Relation rel, AttrNumber number, TupleTableSlot *slot)
{
	Oid			output;
	bool		varlena;
	bool		isnull;
	Datum		value = slot_getattr(slot, number, &isnull);

	if (isnull)
		return NULL;
	getTypeOutputInfo(TupleDescAttr(RelationGetDescr(rel), number - 1)->atttypid, &output, &varlena);
	return OidOutputFunctionCall(output, value);
}

static bool
changed(Relation rel, AttrNumber number, TupleTableSlot *old, TupleTableSlot *new)
{
	Form_pg_attribute att = TupleDescAttr(RelationGetDescr(rel), number - 1);
	bool		old_null;
	bool		new_null;
	Datum		a = slot_getattr(old, number, &old_null);
	Datum		b = slot_getattr(new, number, &new_null);

	if (old_null || new_null)
		return old_null != new_null;
	return !datum_image_eq(a, b, att->attbyval, att->attlen);
}

/* isms.rule_owner() returns trigger; arguments: column, scope whose day counts. */
Datum
isms_rule_owner(PG_FUNCTION_ARGS)
{
	TriggerData *call = (TriggerData *) fcinfo->context;
	Relation	rel;
	TupleTableSlot *row;
	AttrNumber	number;
	DateADT		day;
	char	   *person;

	check_called_as_rule(fcinfo, "rule_owner", 2);
	AcceptInvalidationMessages();
	if (isms_origin_is_trusted())
		return PointerGetDatum(NULL);
	rel = call->tg_relation;
	number = column_of(rel, call->tg_trigger->tgargs[0]);
	row = call->tg_trigslot;
	if (TRIGGER_FIRED_BY_UPDATE(call->tg_event))
	{
		row = call->tg_newslot;
		if (!changed(rel, number, call->tg_trigslot, row))
			return PointerGetDatum(NULL);
	}
	person = text_of(rel, number, row);
	if (person == NULL || !isms_today(call->tg_trigger->tgargs[1], &day) || !isms_person_active(person, day))
		ereport(ERROR,
				(errcode(MAKE_SQLSTATE('I', 'S', '0', '0', '5')),
				 errmsg("%s of table %s must be an active person", call->tg_trigger->tgargs[0], RelationGetRelationName(rel)),
				 person == NULL ? errdetail("owner_active (5.3): it names nobody")
				 : errdetail("owner_active (5.3): \"%s\" is no person who is active today", person),
				 errhint("Name somebody active; isms.person lists people."),
				 errtablecol(rel, number),
				 err_generic_string(PG_DIAG_CONSTRAINT_NAME, "owner_active")));
	return PointerGetDatum(NULL);
}

/* isms.rule_freeze() returns trigger; arguments: column, value, and the columns frozen while it has it; none: all others. */
Datum
isms_rule_freeze(PG_FUNCTION_ARGS)
{
	TriggerData *call = (TriggerData *) fcinfo->context;
	Relation	rel;
	char	  **args;
	int			nargs;
	AttrNumber	condition;
	AttrNumber	frozen = InvalidAttrNumber;
	char	   *value;

	check_called_as_rule(fcinfo, "rule_freeze", 2);
	rel = call->tg_relation;
	args = call->tg_trigger->tgargs;
	nargs = call->tg_trigger->tgnargs;
	if (TRIGGER_FIRED_BY_TRUNCATE(call->tg_event))
		ereport(ERROR,
				(errcode(MAKE_SQLSTATE('I', 'S', '0', '0', '7')),
				 errmsg("table %s cannot be truncated", RelationGetRelationName(rel)),
				 errdetail("deletion (7.5.3): rows whose %s is %s are kept", args[0], args[1]),
				 errhint("Delete the rows that may go."),
				 errtable(rel),
				 err_generic_string(PG_DIAG_CONSTRAINT_NAME, "deletion")));
	if (isms_origin_is_trusted())
		return PointerGetDatum(NULL);
	condition = column_of(rel, args[0]);
	value = text_of(rel, condition, call->tg_trigslot);
	if (value == NULL || strcmp(value, args[1]) != 0)
		return PointerGetDatum(NULL);
	if (TRIGGER_FIRED_BY_DELETE(call->tg_event))
		ereport(ERROR,
				(errcode(MAKE_SQLSTATE('I', 'S', '0', '0', '7')),
				 errmsg("a row of table %s cannot be deleted while its %s is %s", RelationGetRelationName(rel), args[0], args[1]),
				 errdetail("deletion (7.5.3): rows whose %s is %s are kept", args[0], args[1]),
				 errhint("Change %s first, if you may.", args[0]),
				 errtablecol(rel, condition),
				 err_generic_string(PG_DIAG_CONSTRAINT_NAME, "deletion")));
	if (nargs > 2)
		for (int i = 2; i < nargs && frozen == InvalidAttrNumber; i++)
		{
			AttrNumber	number = column_of(rel, args[i]);

			if (changed(rel, number, call->tg_trigslot, call->tg_newslot))
				frozen = number;
		}
	else
		for (AttrNumber number = 1; number <= RelationGetNumberOfAttributes(rel) && frozen == InvalidAttrNumber; number++)
			if (number != condition && !TupleDescAttr(RelationGetDescr(rel), number - 1)->attisdropped &&
				changed(rel, number, call->tg_trigslot, call->tg_newslot))
				frozen = number;
	if (frozen != InvalidAttrNumber)
		ereport(ERROR,
				(errcode(MAKE_SQLSTATE('I', 'S', '0', '0', '6')),
				 errmsg("%s of table %s cannot change while %s is %s",
						NameStr(TupleDescAttr(RelationGetDescr(rel), frozen - 1)->attname), RelationGetRelationName(rel), args[0], args[1]),
				 errdetail("frozen: %s may not change", NameStr(TupleDescAttr(RelationGetDescr(rel), frozen - 1)->attname)),
				 errhint("Change %s first, if you may.", args[0]),
				 errtablecol(rel, frozen),
				 err_generic_string(PG_DIAG_CONSTRAINT_NAME, "frozen")));
	return PointerGetDatum(NULL);
}
