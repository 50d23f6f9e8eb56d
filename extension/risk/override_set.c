/*
 * override_set.c
 *		isms.override_set: the overrides in force, with what an expert entered
 *		in place of what is computed, to look up in.
 *
 * Overrides are few and risks many.  A query gathers them once and assessing
 * looks each risk up; where there are none the value is null, and a register
 * pays for the null alone.
 *
 * A value is flat, like isms.implementation_set: a header, a table twice as
 * large as it has members, open addressing, then the members' names.
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "core/compat.h"
#include "fmgr.h"
#include "lib/stringinfo.h"
#include "port/pg_bitutils.h"
#include "risk/risk.h"
#include "utils/builtins.h"

typedef struct Member
{
	IsmsOverride overrides[ISMS_STATES];
	uint32		hash;
	int32		name;			/* bytes from the start of the names */
	int32		scope_length;
	int32		risk_length;	/* the scope, then the risk; -1: nobody here */
} Member;

struct IsmsOverrideSet
{
	int32		vl_len_;
	int32		format;			/* SET_FORMAT; another layout gets another
								 * number */
	int32		count;
	int32		places;			/* a power of two */
	Member		member[FLEXIBLE_ARRAY_MEMBER];
};

#define SET_FORMAT			1
#define NOBODY				(-1)
#define GREATEST_COUNT		(1 << 20)	/* of overrides: one a risk and state */

#define SetNames(set) ((const char *) &(set)->member[(set)->places])

/* What gathering holds. */
typedef struct Gathered
{
	int			count;
	StringInfoData members;
	StringInfoData names;
} Gathered;

PG_FUNCTION_INFO_V1(isms_override_set_in);
PG_FUNCTION_INFO_V1(isms_override_set_out);
PG_FUNCTION_INFO_V1(isms_override_set_add);
PG_FUNCTION_INFO_V1(isms_override_set_make);

static inline uint32
hash_of(const text *scope, const text *risk)
{
	return hash_combine(hash_bytes((const unsigned char *) VARDATA_ANY(scope), VARSIZE_ANY_EXHDR(scope)),
						hash_bytes((const unsigned char *) VARDATA_ANY(risk), VARSIZE_ANY_EXHDR(risk)));
}

static const IsmsOverrideSet *
set_argument(Datum value)
{
	const IsmsOverrideSet *set = (const IsmsOverrideSet *) DatumGetPointer(value);

	if (VARSIZE(set) < offsetof(IsmsOverrideSet, member) || set->format != SET_FORMAT)
		isms_refuse_stored("isms.override_set", "isms.override_in_force");
	return set;
}

/* The place of a risk, or the empty one where it would be. */
static const Member *
place_of(const IsmsOverrideSet *set, uint32 hash, const char *scope, int32 scope_length,
		 const char *risk, int32 risk_length)
{
	for (uint32 place = hash;; place++)
	{
		const Member *member = &set->member[place & (set->places - 1)];
		const char *name = SetNames(set) + member->name;

		if (member->risk_length == NOBODY ||
			(member->hash == hash &&
			 member->scope_length == scope_length &&
			 member->risk_length == risk_length &&
			 memcmp(name, scope, scope_length) == 0 &&
			 memcmp(name + scope_length, risk, risk_length) == 0))
			return member;
	}
}

/* What is entered for a risk, a value a state; NULL if nothing is. */
const IsmsOverride *
isms_find_overrides(Datum value, const text *scope, const text *risk)
{
	const Member *member = place_of(set_argument(value), hash_of(scope, risk),
									VARDATA_ANY(scope), VARSIZE_ANY_EXHDR(scope),
									VARDATA_ANY(risk), VARSIZE_ANY_EXHDR(risk));

	return member->risk_length == NOBODY ? NULL : member->overrides;
}

/*
 * The arguments from the given one on: state, likelihood, consequence and
 * score; both steps, or a score, go into the state's place.
 */
static void
read_override(IsmsOverride *overrides, FunctionCallInfo fcinfo, int argument)
{
	text	   *name = PG_GETARG_TEXT_PP(argument);
	IsmsOverride *given = NULL;

	for (int state = ISMS_CURRENT; state <= ISMS_TARGET; state++)
		if (VARSIZE_ANY_EXHDR(name) == strlen(isms_state_names[state]) &&
			memcmp(VARDATA_ANY(name), isms_state_names[state], VARSIZE_ANY_EXHDR(name)) == 0)
			given = &overrides[state];
	if (given == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("state \"%s\" cannot be overridden", text_to_cstring(name)),
				 errhint("States to override are current and target.")));
	if (!PG_ARGISNULL(argument + 3))
	{
		given->entered = ISMS_SCORE_ENTERED;
		given->score = isms_score_units(PG_GETARG_DATUM(argument + 3));
	}
	else if (!PG_ARGISNULL(argument + 1) && !PG_ARGISNULL(argument + 2))
	{
		given->entered = ISMS_STEPS_ENTERED;
		given->position[ISMS_LIKELIHOOD] = PG_GETARG_INT32(argument + 1);
		given->position[ISMS_CONSEQUENCE] = PG_GETARG_INT32(argument + 2);
	}
}

/* Transition of isms.override_set(scope text, risk text, state text, likelihood integer, consequence integer, score numeric). */
Datum
isms_override_set_add(PG_FUNCTION_ARGS)
{
	Gathered   *gathered;
	Member		member = {0};
	const text *scope;
	const text *risk;
	MemoryContext context;
	MemoryContext caller;

	if (!AggCheckCallContext(fcinfo, &context))
		elog(ERROR, "isms_override_set_add called outside an aggregate");
	if (PG_ARGISNULL(1) || PG_ARGISNULL(2) || PG_ARGISNULL(3))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	caller = MemoryContextSwitchTo(context);
	if (PG_ARGISNULL(0))
	{
		gathered = palloc0(sizeof(Gathered));
		initStringInfo(&gathered->members);
		initStringInfo(&gathered->names);
	}
	else
		gathered = (Gathered *) PG_GETARG_POINTER(0);
	if (gathered->count == GREATEST_COUNT)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("more than %d overrides", GREATEST_COUNT)));

	scope = PG_GETARG_TEXT_PP(1);
	risk = PG_GETARG_TEXT_PP(2);
	member.hash = hash_of(scope, risk);
	member.name = gathered->names.len;
	member.scope_length = VARSIZE_ANY_EXHDR(scope);
	member.risk_length = VARSIZE_ANY_EXHDR(risk);
	read_override(member.overrides, fcinfo, 3);
	appendBinaryStringInfo(&gathered->members, (const char *) &member, sizeof(Member));
	appendBinaryStringInfo(&gathered->names, VARDATA_ANY(scope), member.scope_length);
	appendBinaryStringInfo(&gathered->names, VARDATA_ANY(risk), member.risk_length);
	gathered->count++;
	MemoryContextSwitchTo(caller);
	PG_RETURN_POINTER(gathered);
}

/* Its end: a set, null where nothing is overridden. */
Datum
isms_override_set_make(PG_FUNCTION_ARGS)
{
	const Gathered *gathered;
	uint32		places;
	Size		size;
	IsmsOverrideSet *set;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	gathered = (const Gathered *) PG_GETARG_POINTER(0);
	places = pg_nextpower2_32(2 * gathered->count + 1);
	size = offsetof(IsmsOverrideSet, member) + places * sizeof(Member);
	set = palloc0(size + gathered->names.len);

	SET_VARSIZE(set, size + gathered->names.len);
	set->format = SET_FORMAT;
	set->count = gathered->count;
	set->places = places;
	for (uint32 place = 0; place < places; place++)
		set->member[place].risk_length = NOBODY;
	memcpy((char *) set + size, gathered->names.data, gathered->names.len);
	for (int i = 0; i < gathered->count; i++)
	{
		const Member *member = (const Member *) gathered->members.data + i;
		const char *name = gathered->names.data + member->name;
		Member	   *place = (Member *) place_of(set, member->hash, name, member->scope_length,
												name + member->scope_length, member->risk_length);

		if (place->risk_length == NOBODY)
			*place = *member;
		for (int state = 0; state < ISMS_STATES; state++)
			if (member->overrides[state].entered)
				place->overrides[state] = member->overrides[state];
	}
	PG_RETURN_POINTER(set);
}

Datum
isms_override_set_in(PG_FUNCTION_ARGS)
{
	ereport(ERROR,
			(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
			 errmsg("cannot accept a value of type %s", "isms.override_set"),
			 errhint("See isms.override_set().")));
	PG_RETURN_NULL();
}

Datum
isms_override_set_out(PG_FUNCTION_ARGS)
{
	PG_RETURN_CSTRING(psprintf("%d risks", set_argument(PG_GETARG_DATUM(0))->count));
}
