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

/* A control with its name, why it does not count where it does not, and what else there is to say. */
typedef struct NamedControl
{
	char	   *name;
	char	   *standing;
	char	   *remark;
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
		control->remark = text_column(row, "remark");
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

/* What experts entered, an array of isms.stated_override; which state and in whose words. */
static void
read_overrides(ArrayType *array, IsmsOverride *overrides, const char **said)
{
	Datum	   *rows;
	bool	   *nulls;
	int			n;

	deconstruct_array(array, ARR_ELEMTYPE(array), -1, false, TYPALIGN_DOUBLE, &rows, &nulls, &n);
	for (int i = 0; i < n; i++)
	{
		HeapTupleHeader row;
		char	   *name;
		bool		isnull[ISMS_SIDES + 1];
		Datum		steps[ISMS_SIDES];
		Datum		score;

		if (nulls[i])
			continue;
		row = DatumGetHeapTupleHeader(rows[i]);
		name = text_column(row, "state");
		steps[ISMS_LIKELIHOOD] = GetAttributeByName(row, "likelihood", &isnull[ISMS_LIKELIHOOD]);
		steps[ISMS_CONSEQUENCE] = GetAttributeByName(row, "consequence", &isnull[ISMS_CONSEQUENCE]);
		score = GetAttributeByName(row, "score", &isnull[ISMS_SIDES]);
		for (int state = ISMS_CURRENT; state <= ISMS_TARGET; state++)
		{
			IsmsOverride *given = &overrides[state];

			if (name == NULL || strcmp(name, isms_state_names[state]) != 0)
				continue;
			said[state] = text_column(row, "said");
			if (said[state] == NULL)
				said[state] = "as entered";
			if (!isnull[ISMS_SIDES])
			{
				given->entered = ISMS_SCORE_ENTERED;
				given->score = isms_score_units(score);
			}
			else if (!isnull[ISMS_LIKELIHOOD] && !isnull[ISMS_CONSEQUENCE])
			{
				given->entered = ISMS_STEPS_ENTERED;
				for (int side = 0; side < ISMS_SIDES; side++)
					given->position[side] = DatumGetInt32(steps[side]);
			}
		}
	}
}

/* What the controls so far leave, in the terms of the method's rule. */
static char *
what_is_left(const IsmsMethod *method, const IsmsEffect *effect,
			 IsmsState state, int side, const IsmsAssessed *inherent)
{
	IsmsDependence dependence = method->dependence;
	IsmsAssessed lowered = *inherent;

	switch (method->residual_rule)
	{
		case ISMS_BANDS:
			{
				const IsmsStep *step = isms_find_step(method, side, inherent->position[side]);

				if (step == NULL || isnan(step->quantity))
					return NULL;
				return psprintf("%.6g", step->quantity * isms_left(effect, state, side, dependence));
			}
		case ISMS_STEPS:
			return psprintf("less %d", isms_steps_off(effect, state, side, dependence));
		case ISMS_VULNERABILITY_REDUCTION:
			return psprintf("less %d", isms_steps_off(effect, state, ISMS_LIKELIHOOD, dependence));
		case ISMS_PERCENT_MAX:
		case ISMS_PERCENT_PRODUCT:
			lowered.score = isms_score_left(inherent->score, isms_score_factor(method, effect, state, dependence));
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

/* How far the controls of one side take it together: what counts, and what would if they depended on each other otherwise. */
static char *
together(const char *independent, const char *dependent, IsmsDependence dependence)
{
	switch (dependence)
	{
		case ISMS_INDEPENDENT:
			return psprintf("%s off if independent, as counted; %s if fully dependent", independent, dependent);
		case ISMS_DEPENDENT:
			return psprintf("%s off, the best one, as counted; %s if independent", dependent, independent);
		default:
			return psprintf("%s off at least, as counted; %s if independent: how they depend on each other is not known",
							dependent, independent);
	}
}

/* Adds the controls up for one state, a row each. */
static void
trace_controls(const IsmsMethod *method, const IsmsAssessed *inherent, IsmsState state,
			   const NamedControl *controls, int n, IsmsEffect *effect, IsmsTrace *trace)
{
	int			counted[ISMS_SIDES] = {0, 0};
	bool		by_steps = method->residual_rule == ISMS_STEPS || method->residual_rule == ISMS_VULNERABILITY_REDUCTION;

	isms_effect_init(effect);
	for (int i = 0; i < n; i++)
	{
		const IsmsStated *stated = &controls[i].stated;
		char	   *before = what_is_left(method, effect, state, stated->side, inherent);
		char	   *rule = statement_of(method, &controls[i], state);

		if (controls[i].remark)
			rule = psprintf("%s; but %s", rule, controls[i].remark);
		isms_effect_add(effect, stated);
		trace->row(trace, state, controls[i].name, rule, before,
				   what_is_left(method, effect, state, stated->side, inherent));
		if ((stated->counts_in & IsmsStateBit(state)) &&
			(by_steps ? stated->has_reduction : stated->has_effectiveness))
			counted[stated->side]++;
	}
	if (method->residual_rule == ISMS_ENTERED || method->residual_rule == ISMS_PERCENT_MAX)
		return;
	for (int side = 0; side < ISMS_SIDES; side++)
	{
		char	   *independent;
		char	   *dependent;

		if (counted[side] < 2 || (method->residual_rule == ISMS_VULNERABILITY_REDUCTION && side != ISMS_LIKELIHOOD))
			continue;
		if (by_steps)
		{
			independent = psprintf("%d steps", isms_steps_off(effect, state, side, ISMS_INDEPENDENT));
			dependent = psprintf("%d", isms_steps_off(effect, state, side, ISMS_DEPENDENT));
		}
		else
		{
			independent = psprintf("%.6g", 1.0 - isms_left(effect, state, side, ISMS_INDEPENDENT));
			dependent = psprintf("%.6g", 1.0 - isms_left(effect, state, side, ISMS_DEPENDENT));
		}
		trace->row(trace, state, psprintf("all on %s", isms_scale_names[side]),
				   together(independent, dependent, method->dependence), NULL, NULL);
	}
}

/* The level that independent controls would come to, where nobody knows whether they are. */
static void
trace_best(const IsmsRisk *risk, IsmsState state, const IsmsAssessed *states, IsmsTrace *trace)
{
	IsmsAssessed best[ISMS_STATES];

	if (risk->method->dependence != ISMS_UNKNOWN || state == ISMS_VERIFIED)
		return;
	best[ISMS_INHERENT] = states[ISMS_INHERENT];
	isms_assess(risk, state, ISMS_INDEPENDENT, best, NULL);
	trace->row(trace, state, "level at best", "if the controls were independent",
			   isms_level_text(risk->method, &states[state]), isms_level_text(risk->method, &best[state]));
}

/* isms.assess_steps(method_spec, factors ..., stated_effect[], stated_override[]) */
Datum
isms_assess_steps(PG_FUNCTION_ARGS)
{
	StoringTrace storing = {{store_row}, NULL, 0};
	IsmsRisk	risk;
	IsmsEffect	effect;
	IsmsOverride overrides[ISMS_STATES];
	const char *said[ISMS_STATES] = {NULL};
	IsmsAssessed states[ISMS_STATES];
	NamedControl *controls = NULL;
	int			n = 0;

	InitMaterializedSRF(fcinfo, 0);
	storing.rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	risk.method = isms_method_argument(PG_GETARG_DATUM(0));
	isms_read_factors(fcinfo, &risk.factors);
	if (!PG_ARGISNULL(11))
		n = read_controls(PG_GETARG_ARRAYTYPE_P(11), &controls);
	memset(overrides, 0, sizeof(overrides));
	if (!PG_ARGISNULL(12))
		read_overrides(PG_GETARG_ARRAYTYPE_P(12), overrides, said);
	risk.effect = &effect;
	risk.overrides = overrides;
	risk.override_said = said;

	isms_assess(&risk, ISMS_INHERENT, risk.method->dependence, states, &storing.trace);
	for (int state = ISMS_CURRENT; state < ISMS_STATES; state++)
	{
		trace_controls(risk.method, &states[ISMS_INHERENT], state, controls, n, &effect, &storing.trace);
		isms_assess(&risk, state, risk.method->dependence, states, &storing.trace);
		trace_best(&risk, state, states, &storing.trace);
	}
	return (Datum) 0;
}
