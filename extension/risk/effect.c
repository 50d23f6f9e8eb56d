/*
 * effect.c
 *		isms.effect and the aggregate isms.control_effect(): what the controls
 *		of a risk do together, in every state at once.
 *
 * A value holds what each rule of each state needs, so that one pass over the
 * links between risks and implementations serves all rules.  Adding is
 * commutative but for the last bit of a product; assessing allows for that.
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "core/compat.h"
#include "fmgr.h"
#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "risk/risk.h"
#include "utils/builtins.h"
#include "utils/numeric.h"

/* The tables' constraints; here they keep sums far from overflow. */
#define GREATEST_REDUCTION		99
#define GREATEST_REDUCTION_SUM	1000000

/*
 * Turning numeric into double goes by way of text, and the same few values
 * come again and again: remember some of them.
 */
#define REMEMBERED			256
#define REMEMBERED_LENGTH	15

typedef struct Remembered
{
	uint8		length;
	char		bytes[REMEMBERED_LENGTH];
	double		value;
} Remembered;

PG_FUNCTION_INFO_V1(isms_effect_in);
PG_FUNCTION_INFO_V1(isms_effect_out);
PG_FUNCTION_INFO_V1(isms_effect_add_sql);
PG_FUNCTION_INFO_V1(isms_effect_add_link);
PG_FUNCTION_INFO_V1(isms_effect_combine);
PG_FUNCTION_INFO_V1(isms_effect_left);

const char *const isms_state_names[ISMS_STATES] = {
	"inherent", "current", "target", "verified"
};

static const char *const dependence_names[] = {
	"independent", "dependent", "unknown"
};

/* How controls depend on each other, from its word. */
IsmsDependence
isms_dependence_of(const text *word)
{
	for (size_t i = 0; i < lengthof(dependence_names); i++)
		if (VARSIZE_ANY_EXHDR(word) == strlen(dependence_names[i]) &&
			memcmp(VARDATA_ANY(word), dependence_names[i], VARSIZE_ANY_EXHDR(word)) == 0)
			return i;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("unknown dependence \"%s\"", text_to_cstring(word)),
			 errhint("Controls are independent, dependent or unknown.")));
}

void
isms_effect_init(IsmsEffect *effect)
{
	memset(effect, 0, sizeof(IsmsEffect));
	for (int state = 0; state < ISMS_STATES - 1; state++)
		for (int side = 0; side < ISMS_SIDES; side++)
			effect->left[state][side] = 1.0;
}

void
isms_effect_add(IsmsEffect *effect, const IsmsStated *stated)
{
	for (int state = ISMS_CURRENT; state < ISMS_STATES; state++)
	{
		int			i = state - 1;

		if ((stated->counts_in & IsmsStateBit(state)) == 0)
			continue;
		effect->controls[i]++;
		if (stated->has_effectiveness)
		{
			effect->left[i][stated->side] *= 1.0 - stated->effectiveness;
			effect->greatest[i][stated->side] = Max(effect->greatest[i][stated->side], stated->effectiveness);
		}
		if (stated->has_reduction)
		{
			effect->reduction[i][stated->side] =
				Min(effect->reduction[i][stated->side] + stated->reduction, GREATEST_REDUCTION_SUM);
			effect->most_steps[i][stated->side] = Max(effect->most_steps[i][stated->side], stated->reduction);
		}
	}
	if (stated->counts_in & IsmsStateBit(ISMS_TARGET))
	{
		effect->no_effectiveness += !stated->has_effectiveness;
		effect->no_reduction += !stated->has_reduction;
	}
}

void
isms_effect_merge(IsmsEffect *effect, const IsmsEffect *other)
{
	for (int i = 0; i < ISMS_STATES - 1; i++)
	{
		for (int side = 0; side < ISMS_SIDES; side++)
		{
			effect->left[i][side] *= other->left[i][side];
			effect->reduction[i][side] =
				Min(effect->reduction[i][side] + other->reduction[i][side], GREATEST_REDUCTION_SUM);
			effect->greatest[i][side] = Max(effect->greatest[i][side], other->greatest[i][side]);
			effect->most_steps[i][side] = Max(effect->most_steps[i][side], other->most_steps[i][side]);
		}
		effect->controls[i] += other->controls[i];
	}
	effect->no_effectiveness += other->no_effectiveness;
	effect->no_reduction += other->no_reduction;
}

/* What is left of a side; with dependence unknown, what is certain to be off is off. */
double
isms_left(const IsmsEffect *effect, IsmsState state, int side, IsmsDependence dependence)
{
	if (dependence == ISMS_INDEPENDENT)
		return effect->left[state - 1][side];
	return 1.0 - effect->greatest[state - 1][side];
}

/* How many steps are off a side. */
int
isms_steps_off(const IsmsEffect *effect, IsmsState state, int side, IsmsDependence dependence)
{
	if (dependence == ISMS_INDEPENDENT)
		return effect->reduction[state - 1][side];
	return effect->most_steps[state - 1][side];
}

/* What is left of the score under the percent rules, to which a control is a control on either side. */
double
isms_score_factor(const IsmsMethod *method, const IsmsEffect *effect, IsmsState state, IsmsDependence dependence)
{
	const double *greatest = effect->greatest[state - 1];

	if (method->residual_rule == ISMS_PERCENT_PRODUCT && dependence == ISMS_INDEPENDENT)
		return effect->left[state - 1][ISMS_LIKELIHOOD] * effect->left[state - 1][ISMS_CONSEQUENCE];
	return 1.0 - Max(greatest[ISMS_LIKELIHOOD], greatest[ISMS_CONSEQUENCE]);
}

/* The side a control acts on, from effect_on. */
int
isms_side_of(const char *name, int length)
{
	for (int side = 0; side < ISMS_SIDES; side++)
		if ((size_t) length == strlen(isms_scale_names[side]) &&
			memcmp(name, isms_scale_names[side], length) == 0)
			return side;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("a control acts on likelihood or consequence, not on \"%.*s\"",
					pg_mbcliplen(name, length, 40), name)));
}

void
isms_check_stated(const IsmsStated *stated)
{
	if (stated->has_effectiveness &&
		!(stated->effectiveness >= 0.0 && stated->effectiveness <= 1.0))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("effectiveness %g is not between 0 and 1", stated->effectiveness)));
	if (stated->has_reduction &&
		(stated->reduction < 0 || stated->reduction > GREATEST_REDUCTION))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("reduction %d is not between 0 and %d", stated->reduction, GREATEST_REDUCTION)));
}

/* A numeric as a double; the function called remembers in its fn_extra. */
double
isms_double_of_numeric(FunctionCallInfo fcinfo, Datum value)
{
	struct varlena *bytes = PG_DETOAST_DATUM_PACKED(value);
	uint32		length = VARSIZE_ANY_EXHDR(bytes);
	Remembered *slot;

	if (length > REMEMBERED_LENGTH)
		return DatumGetFloat8(DirectFunctionCall1(numeric_float8_no_overflow, PointerGetDatum(bytes)));
	if (fcinfo->flinfo->fn_extra == NULL)
		fcinfo->flinfo->fn_extra =
			MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(Remembered) * REMEMBERED);
	slot = (Remembered *) fcinfo->flinfo->fn_extra +
		hash_bytes((unsigned char *) VARDATA_ANY(bytes), length) % REMEMBERED;
	if (slot->length != length || memcmp(slot->bytes, VARDATA_ANY(bytes), length) != 0)
	{
		slot->value = DatumGetFloat8(DirectFunctionCall1(numeric_float8_no_overflow, PointerGetDatum(bytes)));
		slot->length = length;
		memcpy(slot->bytes, VARDATA_ANY(bytes), length);
	}
	return slot->value;
}

/* The state to add to; a copy where it is not the aggregate's own. */
static IsmsEffect *
effect_to_change(FunctionCallInfo fcinfo)
{
	IsmsEffect *effect;

	if (!PG_ARGISNULL(0) && AggCheckCallContext(fcinfo, NULL))
		return (IsmsEffect *) PG_GETARG_POINTER(0);
	effect = palloc(sizeof(IsmsEffect));
	if (PG_ARGISNULL(0))
		isms_effect_init(effect);
	else
		memcpy(effect, PG_GETARG_POINTER(0), sizeof(IsmsEffect));
	return effect;
}

/*
 * Adds what a control states: effect_on, effectiveness and reduction are
 * arguments from the given one on.
 */
static Datum
add_stated(FunctionCallInfo fcinfo, int argument, const IsmsImplementation *implementation, int counts_in)
{
	IsmsEffect *effect = effect_to_change(fcinfo);
	IsmsStated	stated;
	text	   *side = PG_GETARG_TEXT_PP(argument);

	stated.side = isms_side_of(VARDATA_ANY(side), VARSIZE_ANY_EXHDR(side));
	stated.has_effectiveness = true;
	stated.effectiveness = 0.0;
	if (!PG_ARGISNULL(argument + 1))
		stated.effectiveness = isms_double_of_numeric(fcinfo, PG_GETARG_DATUM(argument + 1));
	else if (implementation && implementation->has_effectiveness)
		stated.effectiveness = implementation->effectiveness;
	else
		stated.has_effectiveness = false;
	stated.has_reduction = !PG_ARGISNULL(argument + 2);
	stated.reduction = stated.has_reduction ? PG_GETARG_INT32(argument + 2) : 0;
	stated.counts_in = counts_in;
	isms_check_stated(&stated);
	isms_effect_add(effect, &stated);
	PG_RETURN_POINTER(effect);
}

/* What acts on nothing, or counts nowhere, leaves no effect behind. */
static Datum
nothing_added(FunctionCallInfo fcinfo)
{
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	PG_RETURN_DATUM(PG_GETARG_DATUM(0));
}

/*
 * Transition of isms.control_effect(effect_on text, effectiveness numeric,
 * reduction integer, counts_in integer).
 */
Datum
isms_effect_add_sql(PG_FUNCTION_ARGS)
{
	if (PG_ARGISNULL(1) || PG_ARGISNULL(4))
		return nothing_added(fcinfo);
	return add_stated(fcinfo, 1, NULL, PG_GETARG_INT32(4));
}

/*
 * Transition of isms.control_effect(implementations implementation_set, scope
 * text, implementation text, effect_on text, effectiveness numeric, reduction
 * integer): the same for a link to an implementation.
 */
Datum
isms_effect_add_link(PG_FUNCTION_ARGS)
{
	const IsmsImplementation *implementation;

	if (PG_ARGISNULL(1) || PG_ARGISNULL(2) || PG_ARGISNULL(3) || PG_ARGISNULL(4))
		return nothing_added(fcinfo);
	implementation = isms_find_implementation(isms_implementation_set_argument(PG_GETARG_DATUM(1)),
											  PG_GETARG_TEXT_PP(2), PG_GETARG_TEXT_PP(3));
	if (implementation == NULL)
		return nothing_added(fcinfo);
	return add_stated(fcinfo, 4, implementation, implementation->counts_in);
}

Datum
isms_effect_combine(PG_FUNCTION_ARGS)
{
	IsmsEffect *effect = (IsmsEffect *) PG_GETARG_POINTER(0);

	if (!AggCheckCallContext(fcinfo, NULL))
		effect = memcpy(palloc(sizeof(IsmsEffect)), effect, sizeof(IsmsEffect));
	isms_effect_merge(effect, (const IsmsEffect *) PG_GETARG_POINTER(1));
	PG_RETURN_POINTER(effect);
}

/* isms.effect_left(effect, state, side, dependence) */
Datum
isms_effect_left(PG_FUNCTION_ARGS)
{
	const IsmsEffect *effect = (const IsmsEffect *) PG_GETARG_POINTER(0);
	char	   *name = text_to_cstring(PG_GETARG_TEXT_PP(1));
	text	   *side_name = PG_GETARG_TEXT_PP(2);
	int			dependence = isms_dependence_of(PG_GETARG_TEXT_PP(3));
	int			side = isms_side_of(VARDATA_ANY(side_name), VARSIZE_ANY_EXHDR(side_name));

	for (int state = ISMS_INHERENT; state < ISMS_STATES; state++)
	{
		if (strcmp(name, isms_state_names[state]) != 0)
			continue;
		if (state == ISMS_INHERENT)
			PG_RETURN_FLOAT8(1.0);
		PG_RETURN_FLOAT8(isms_left(effect, state, side, dependence));
	}
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("unknown state \"%s\"", name),
			 errhint("States are inherent, current, target and verified.")));
}

Datum
isms_effect_in(PG_FUNCTION_ARGS)
{
	ereport(ERROR,
			(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
			 errmsg("cannot accept a value of type %s", "isms.effect"),
			 errhint("See isms.control_effect().")));
	PG_RETURN_NULL();
}

/* For each state: how many controls, the fraction taken off and the steps of each side. */
Datum
isms_effect_out(PG_FUNCTION_ARGS)
{
	const IsmsEffect *effect = (const IsmsEffect *) PG_GETARG_POINTER(0);
	StringInfoData buf;

	initStringInfo(&buf);
	for (int state = ISMS_CURRENT; state < ISMS_STATES; state++)
	{
		int			i = state - 1;

		appendStringInfo(&buf, "%s%s: %d", i == 0 ? "" : "; ", isms_state_names[state], effect->controls[i]);
		for (int side = 0; side < ISMS_SIDES; side++)
			appendStringInfo(&buf, ", %s %.10g or %d steps", isms_scale_names[side],
							 1.0 - effect->left[i][side], effect->reduction[i][side]);
		appendStringInfo(&buf, ", greatest %.10g",
						 Max(effect->greatest[i][ISMS_LIKELIHOOD], effect->greatest[i][ISMS_CONSEQUENCE]));
	}
	PG_RETURN_CSTRING(buf.data);
}
