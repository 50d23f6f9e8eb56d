/*
 * explain.c
 *		isms.assess_steps(): how each score and level came about, a row a step.
 *
 * Controls are given one by one instead of combined; they are added up by what
 * the aggregate adds them up with, and what comes after is isms_assess().
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "core/compat.h"
#include "executor/executor.h"
#include "fmgr.h"
#include "funcapi.h"
#include "risk/risk.h"
#include "utils/array.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(isms_assess_steps);

/* A control with its name and, where it does not count, why. */
typedef struct NamedControl
{
	char	   *name;
	char	   *standing;
	IsmsStated	stated;
} NamedControl;

/* A trace that stores rows. */
typedef struct StoringTrace
{
	IsmsTrace	trace;
	ReturnSetInfo *rsinfo;
	int			rows;
} StoringTrace;

static void
store_row(IsmsTrace *trace, IsmsState state, const char *input, const char *rule,
		  const char *before, const char *after)
{
	StoringTrace *storing = (StoringTrace *) trace;
	const char *texts[] = {isms_state_names[state], NULL, input, rule, before, after};
	Datum		values[lengthof(texts)];
	bool		isnull[lengthof(texts)];

	for (size_t i = 0; i < lengthof(texts); i++)
	{
		isnull[i] = texts[i] == NULL;
		values[i] = isnull[i] ? (Datum) 0 : CStringGetTextDatum(texts[i]);
	}
	isnull[1] = false;
	values[1] = Int32GetDatum(++storing->rows);
	tuplestore_putvalues(storing->rsinfo->setResult, storing->rsinfo->setDesc, values, isnull);
}

static char *
text_column(HeapTupleHeader row, const char *column)
{
	bool		isnull;
	Datum		value = GetAttributeByName(row, column, &isnull);

	return isnull ? NULL : TextDatumGetCString(value);
}

/* The controls, an array of isms.stated_effect. */
static int
read_controls(ArrayType *array, NamedControl **controls)
{
	Datum	   *rows;
	bool	   *nulls;
	int			n;
	int			kept = 0;

	deconstruct_array(array, ARR_ELEMTYPE(array), -1, false, TYPALIGN_DOUBLE, &rows, &nulls, &n);
	*controls = palloc0(sizeof(NamedControl) * Max(n, 1));
	for (int i = 0; i < n; i++)
	{
		NamedControl *control = &(*controls)[kept];
		HeapTupleHeader row;
		char	   *side;
		bool		isnull;
		Datum		value;

		if (nulls[i])
			continue;
		row = DatumGetHeapTupleHeader(rows[i]);
		side = text_column(row, "effect_on");
		if (side == NULL)
			continue;
		control->name = text_column(row, "name");
		control->standing = text_column(row, "standing");
		control->stated.side = isms_side_of(side, strlen(side));
		value = GetAttributeByName(row, "effectiveness", &isnull);
		control->stated.has_effectiveness = !isnull;
		if (!isnull)
			control->stated.effectiveness = DatumGetFloat8(DirectFunctionCall1(numeric_float8_no_overflow, value));
		value = GetAttributeByName(row, "reduction", &isnull);
		control->stated.has_reduction = !isnull;
		if (!isnull)
			control->stated.reduction = DatumGetInt32(value);
		value = GetAttributeByName(row, "counts_in", &isnull);
		control->stated.counts_in = isnull ? 0 : DatumGetInt32(value);
		isms_check_stated(&control->stated);
		kept++;
	}
	return kept;
}

/* What the controls so far leave, in the terms of the method's rule. */
static char *
what_is_left(const IsmsMethod *method, const IsmsFactors *factors, const IsmsEffect *effect,
			 IsmsState state, int side, const IsmsAssessed *inherent)
{
	int			i = state - 1;
	IsmsAssessed lowered = *inherent;

	switch (method->residual_rule)
	{
		case ISMS_BANDS:
			{
				const IsmsStep *step = isms_find_step(method, side, inherent->position[side]);

				if (step == NULL || isnan(step->quantity))
					return NULL;
				return psprintf("%.6g", step->quantity * effect->left[i][side]);
			}
		case ISMS_STEPS:
		case ISMS_VULNERABILITY_REDUCTION:
			return psprintf("less %d", effect->reduction[i][side]);
		case ISMS_PERCENT_MAX:
			lowered.score = isms_score_left(inherent->score, 1.0 - effect->greatest[i]);
			return isms_score_text(&lowered);
		case ISMS_PERCENT_PRODUCT:
			lowered.score = isms_score_left(inherent->score,
											effect->left[i][ISMS_LIKELIHOOD] * effect->left[i][ISMS_CONSEQUENCE]);
			return isms_score_text(&lowered);
		default:
			return NULL;
	}
}

/* What a control states, as far as the method's rule reads it. */
static char *
statement_of(const IsmsMethod *method, const NamedControl *control, IsmsState state)
{
	const IsmsStated *stated = &control->stated;

	if ((stated->counts_in & IsmsStateBit(state)) == 0)
		return psprintf("not counted: %s", control->standing ? control->standing : "not in use");
	switch (method->residual_rule)
	{
		case ISMS_ENTERED:
			return "the assessor allowed for it";
		case ISMS_VULNERABILITY_REDUCTION:
			if (stated->side != ISMS_LIKELIHOOD)
				return "acts on the consequence: no effect under this rule";
			/* fall through */
		case ISMS_STEPS:
			if (!stated->has_reduction)
				return "no reduction stated: no effect";
			return psprintf("%d steps off the %s", stated->reduction, isms_scale_names[stated->side]);
		default:
			if (!stated->has_effectiveness)
				return "no effectiveness stated: no effect";
			return psprintf("%.6g off the %s", stated->effectiveness, isms_scale_names[stated->side]);
	}
}

/* Adds the controls up for one state, a row each. */
static void
trace_controls(const IsmsMethod *method, const IsmsFactors *factors, const IsmsAssessed *inherent,
			   IsmsState state, const NamedControl *controls, int n, IsmsEffect *effect, IsmsTrace *trace)
{
	double		greatest[ISMS_SIDES] = {0.0, 0.0};
	int			counted[ISMS_SIDES] = {0, 0};

	isms_effect_init(effect);
	for (int i = 0; i < n; i++)
	{
		const IsmsStated *stated = &controls[i].stated;
		char	   *before = what_is_left(method, factors, effect, state, stated->side, inherent);

		isms_effect_add(effect, stated);
		trace->row(trace, state, controls[i].name, statement_of(method, &controls[i], state), before,
				   what_is_left(method, factors, effect, state, stated->side, inherent));
		if ((stated->counts_in & IsmsStateBit(state)) && stated->has_effectiveness)
		{
			greatest[stated->side] = Max(greatest[stated->side], stated->effectiveness);
			counted[stated->side]++;
		}
	}
	if (method->residual_rule != ISMS_BANDS && method->residual_rule != ISMS_PERCENT_PRODUCT)
		return;
	for (int side = 0; side < ISMS_SIDES; side++)
		if (counted[side] > 1)
			trace->row(trace, state, psprintf("all on %s", isms_scale_names[side]),
					   psprintf("%.6g off if independent, as counted; %.6g if fully dependent",
								1.0 - effect->left[state - 1][side], greatest[side]),
					   NULL, NULL);
}

/* isms.assess_steps(method_spec, factors ..., stated_effect[]) */
Datum
isms_assess_steps(PG_FUNCTION_ARGS)
{
	StoringTrace storing = {{store_row}, NULL, 0};
	const IsmsMethod *method;
	IsmsFactors factors;
	IsmsAssessed inherent;
	NamedControl *controls = NULL;
	int			n = 0;

	InitMaterializedSRF(fcinfo, 0);
	storing.rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	method = isms_method_argument(PG_GETARG_DATUM(0));
	isms_read_factors(fcinfo, &factors);
	if (!PG_ARGISNULL(11))
		n = read_controls(PG_GETARG_ARRAYTYPE_P(11), &controls);

	isms_assess(method, &factors, NULL, ISMS_INHERENT, NULL, &inherent, &storing.trace);
	for (int state = ISMS_CURRENT; state < ISMS_STATES; state++)
	{
		IsmsEffect	effect;
		IsmsAssessed assessed;

		trace_controls(method, &factors, &inherent, state, controls, n, &effect, &storing.trace);
		isms_assess(method, &factors, &effect, state, &inherent, &assessed, &storing.trace);
	}
	return (Datum) 0;
}
