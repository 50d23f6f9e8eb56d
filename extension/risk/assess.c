/*
 * assess.c
 *		Scores and levels of a risk in one state.
 *
 * Everything that shows a score or a level comes through isms_assess(); with a
 * trace it says at each step what it did, so that an explanation cannot differ
 * from what it explains.
 *
 * Quantities are doubles.  A quantity that differs from the bound of a band by
 * rounding alone is on the bound, and a score half-way between two units but
 * for rounding is half-way; so neither the order in which controls were
 * combined nor the machine changes a result.
 */
#include "postgres.h"

#include <math.h>

#include "core/compat.h"
#include "fmgr.h"
#include "risk/risk.h"
#include "types/types.h"
#include "utils/builtins.h"
#include "utils/numeric.h"

/* How much rounding may have moved a quantity, relatively, and a score, in units. */
#define QUANTITY_TOLERANCE	1e-9
#define SCORE_TOLERANCE		1e-6

/* Do scores come from likelihood and consequence? */
static inline bool
has_two_sides(const IsmsMethod *method)
{
	return method->score_rule != ISMS_IMPACT_THREAT_VULNERABILITY;
}

static inline int
on_scale(const IsmsMethod *method, IsmsScale scale, int step)
{
	return isms_find_step(method, scale, step) ? step : ISMS_NOT_RATED;
}

/* The step a number of steps lower, at the lowest the lowest of the scale. */
static int
lower_by_steps(const IsmsMethod *method, IsmsScale scale, int step, int reduction)
{
	const IsmsStep *steps = (const IsmsStep *) IsmsMethodAt(method, method->scales[scale].steps);
	int			lowered;

	if (step == ISMS_NOT_RATED || reduction == 0)
		return step;
	lowered = steps[0].step;
	for (int i = 0; i < method->scales[scale].count && steps[i].step <= step - reduction; i++)
		lowered = steps[i].step;
	return lowered;
}

/* The step whose band holds what is left of the step's quantity; never a higher one. */
static int
lower_by_band(const IsmsMethod *method, IsmsScale scale, int step, double left)
{
	const IsmsStep *steps = (const IsmsStep *) IsmsMethodAt(method, method->scales[scale].steps);
	const IsmsStep *from;
	double		quantity;
	int			lowered;

	if (step == ISMS_NOT_RATED || left >= 1.0)
		return step;
	from = isms_find_step(method, scale, step);
	if (isnan(from->quantity))
		return ISMS_NOT_RATED;
	quantity = from->quantity * left * (1.0 + QUANTITY_TOLERANCE);
	lowered = steps[0].step;
	for (int i = 0; i < method->scales[scale].count && steps[i].step <= step; i++)
		if (steps[i].low <= quantity)
			lowered = steps[i].step;
	return lowered;
}

/* What is left of a score, rounded half up. */
int64
isms_score_left(int64 score, double left)
{
	return (int64) floor((double) score * left + 0.5 + SCORE_TOLERANCE);
}

/* The score of a pair of steps; false if one is not rated or the matrix has no such cell. */
static bool
score_of_steps(const IsmsMethod *method, int likelihood, int consequence, int64 *score)
{
	if (likelihood == ISMS_NOT_RATED || consequence == ISMS_NOT_RATED)
		return false;
	switch (method->score_rule)
	{
		case ISMS_MATRIX:
			{
				const IsmsStep *rows = (const IsmsStep *) IsmsMethodAt(method, method->scales[ISMS_LIKELIHOOD].steps);
				const IsmsStep *columns = (const IsmsStep *) IsmsMethodAt(method, method->scales[ISMS_CONSEQUENCE].steps);
				const int32 *cells = (const int32 *) IsmsMethodAt(method, method->matrix);
				int			row = isms_find_step(method, ISMS_LIKELIHOOD, likelihood) - rows;
				int			column = isms_find_step(method, ISMS_CONSEQUENCE, consequence) - columns;

				if (row >= method->rows || column >= method->columns ||
					cells[row * method->columns + column] == ISMS_NO_CELL)
					return false;
				*score = cells[row * method->columns + column];
				break;
			}
		case ISMS_PRODUCT:
		case ISMS_IMPACT_THREAT_VULNERABILITY:
			*score = (int64) likelihood * consequence;
			break;
		case ISMS_SUM:
			*score = (int64) likelihood + consequence;
			break;
	}
	*score *= ISMS_SCORE_UNIT;
	return true;
}

/* The highest level whose minimum the score reaches. */
static const IsmsLevel *
level_of_score(const IsmsMethod *method, int64 score)
{
	const IsmsLevel *levels = (const IsmsLevel *) IsmsMethodAt(method, method->levels);

	for (int i = method->level_count - 1; i >= 0; i--)
		if (levels[i].minimum <= score)
			return &levels[i];
	return NULL;
}

/* A score in units as the number it is. */
Datum
isms_score_numeric(int64 score)
{
	if (score % ISMS_SCORE_UNIT == 0)
		return NumericGetDatum(int64_to_numeric(score / ISMS_SCORE_UNIT));
	return DirectFunctionCall1(numeric_trim_scale,
							   NumericGetDatum(int64_div_fast_to_numeric(score, 4)));
}

/* A score as people read it, NULL where there is none. */
char *
isms_score_text(const IsmsAssessed *assessed)
{
	if (!assessed->rated)
		return NULL;
	return DatumGetCString(DirectFunctionCall1(numeric_out, isms_score_numeric(assessed->score)));
}

char *
isms_level_text(const IsmsMethod *method, const IsmsAssessed *assessed)
{
	if (!assessed->rated || assessed->level == NULL)
		return NULL;
	return text_to_cstring((const text *) IsmsMethodAt(method, assessed->level->label));
}

/* What the trace says of one scale: the step before and after, and how. */
static void
trace_step(IsmsTrace *trace, const IsmsMethod *method, IsmsState state, IsmsScale scale,
		   const char *rule, int before, int after)
{
	if (trace)
		trace->row(trace, state, isms_scale_names[scale], rule,
				   isms_step_text(method, scale, before),
				   isms_step_text(method, scale, after));
}

static char *
band_rule(const IsmsMethod *method, IsmsScale scale, int step, double left)
{
	const IsmsStep *from = isms_find_step(method, scale, step);

	if (from == NULL)
		return "not rated";
	if (left >= 1.0)
		return "bands: nothing taken off";
	if (isnan(from->quantity))
		return "bands: the step stands for no quantity";
	return psprintf("bands: %.6g x %.6g = %.6g, read back from the bands",
					from->quantity, left, from->quantity * left);
}

static void
assess_inherent(const IsmsRisk *risk, IsmsAssessed *result, IsmsTrace *trace)
{
	const IsmsMethod *method = risk->method;
	const IsmsFactors *factors = &risk->factors;

	if (has_two_sides(method))
	{
		for (int side = 0; side < ISMS_SIDES; side++)
		{
			result->position[side] = on_scale(method, side, factors->rated[side]);
			trace_step(trace, method, ISMS_INHERENT, side, "as rated", ISMS_NOT_RATED, factors->rated[side]);
		}
	}
	else
	{
		int			threat = on_scale(method, ISMS_THREAT, factors->rated[ISMS_THREAT]);
		int			vulnerability = on_scale(method, ISMS_VULNERABILITY, factors->rated[ISMS_VULNERABILITY]);

		if (trace)
			trace->row(trace, ISMS_INHERENT, "impact", "greatest rating of the dimensions hit", NULL,
					   factors->impact == ISMS_NOT_RATED ? NULL : psprintf("%d", factors->impact));
		trace_step(trace, method, ISMS_INHERENT, ISMS_THREAT, "as rated",
				   ISMS_NOT_RATED, factors->rated[ISMS_THREAT]);
		trace_step(trace, method, ISMS_INHERENT, ISMS_VULNERABILITY, "as rated",
				   ISMS_NOT_RATED, factors->rated[ISMS_VULNERABILITY]);
		result->position[ISMS_CONSEQUENCE] = factors->impact;
		if (threat != ISMS_NOT_RATED && vulnerability != ISMS_NOT_RATED)
			result->position[ISMS_LIKELIHOOD] = threat * vulnerability;
	}
}

static void
assess_residual(const IsmsRisk *risk, IsmsState state, IsmsDependence dependence,
				const IsmsAssessed *inherent, IsmsAssessed *result, IsmsTrace *trace)
{
	const IsmsMethod *method = risk->method;
	const IsmsFactors *factors = &risk->factors;

	switch (method->residual_rule)
	{
		case ISMS_ENTERED:
			for (int side = 0; side < ISMS_SIDES && has_two_sides(method); side++)
			{
				result->position[side] = on_scale(method, side, factors->entered[state][side]);
				trace_step(trace, method, state, side, "as entered",
						   inherent->position[side], factors->entered[state][side]);
			}
			break;

		case ISMS_BANDS:
		case ISMS_STEPS:
			for (int side = 0; side < ISMS_SIDES && has_two_sides(method); side++)
			{
				int			from = inherent->position[side];
				const char *rule = NULL;

				if (method->residual_rule == ISMS_BANDS)
				{
					double		left = isms_left(risk->effect, state, side, dependence);

					result->position[side] = lower_by_band(method, side, from, left);
					if (trace)
						rule = band_rule(method, side, from, left);
				}
				else
				{
					int			reduction = isms_steps_off(risk->effect, state, side, dependence);

					result->position[side] = lower_by_steps(method, side, from, reduction);
					if (trace)
						rule = psprintf("steps: less %d, not below the lowest step", reduction);
				}
				trace_step(trace, method, state, side, rule, from, result->position[side]);
			}
			break;

		case ISMS_VULNERABILITY_REDUCTION:
			if (!has_two_sides(method) && inherent->rated)
			{
				int			from = factors->rated[ISMS_VULNERABILITY];
				int			reduction = isms_steps_off(risk->effect, state, ISMS_LIKELIHOOD, dependence);
				int			lowered = lower_by_steps(method, ISMS_VULNERABILITY, from, reduction);

				result->position[ISMS_LIKELIHOOD] = factors->rated[ISMS_THREAT] * lowered;
				result->position[ISMS_CONSEQUENCE] = inherent->position[ISMS_CONSEQUENCE];
				if (trace)
					trace_step(trace, method, state, ISMS_VULNERABILITY,
							   psprintf("vulnerability_reduction: less %d, not below the lowest step", reduction),
							   from, lowered);
			}
			break;

		case ISMS_PERCENT_MAX:
		case ISMS_PERCENT_PRODUCT:

			/*
			 * These lower the score alone; a place on the map is not theirs
			 * to give.
			 */
			result->rated = inherent->rated;
			result->score = isms_score_left(inherent->score,
											isms_score_factor(method, risk->effect, state, dependence));
			break;
	}
}

/*
 * Puts in what an expert entered, steps or a score, in place of what was
 * computed; from_score says which of them is known.
 */
static void
apply_override(const IsmsRisk *risk, IsmsState state, IsmsAssessed *result, bool *from_score, IsmsTrace *trace)
{
	const IsmsOverride *given = &risk->overrides[state];
	const char *said = risk->override_said ? risk->override_said[state] : NULL;
	IsmsAssessed before = *result;

	*from_score = given->entered == ISMS_SCORE_ENTERED;
	for (int side = 0; side < ISMS_SIDES; side++)
	{
		result->position[side] = ISMS_NOT_RATED;
		if (*from_score)
			continue;
		result->position[side] = on_scale(risk->method, side, given->position[side]);
		if (trace)
			trace->row(trace, state, "override", psprintf("%s: %s", isms_scale_names[side], said),
					   isms_step_text(risk->method, side, before.position[side]),
					   isms_step_text(risk->method, side, given->position[side]));
	}
	if (!*from_score)
		return;
	result->rated = true;
	result->score = given->score;
	if (trace)
		trace->row(trace, state, "override", psprintf("score: %s", said),
				   isms_score_text(&before), isms_score_text(result));
}

/* How the score came about, for the trace. */
static char *
score_rule(const IsmsRisk *risk, IsmsState state, IsmsDependence dependence,
		   bool from_score, const IsmsAssessed *result)
{
	const IsmsMethod *method = risk->method;
	bool		overridden = risk->overrides && risk->overrides[state].entered;

	if (!result->rated)
		return "not rated";
	if (from_score && overridden)
		return "as entered";
	if (from_score)
	{
		double		factor = isms_score_factor(method, risk->effect, state, dependence);

		if (method->residual_rule == ISMS_PERCENT_MAX)
			return psprintf("percent_max: x (100 - %.6g)/100", 100.0 * (1.0 - factor));
		return psprintf("percent_product: x %.6g", factor);
	}
	switch (method->score_rule)
	{
		case ISMS_MATRIX:
			return psprintf("matrix: likelihood %d, consequence %d",
							result->position[ISMS_LIKELIHOOD], result->position[ISMS_CONSEQUENCE]);
		case ISMS_PRODUCT:
			return psprintf("product: %d x %d",
							result->position[ISMS_LIKELIHOOD], result->position[ISMS_CONSEQUENCE]);
		case ISMS_SUM:
			return psprintf("sum: %d + %d",
							result->position[ISMS_LIKELIHOOD], result->position[ISMS_CONSEQUENCE]);
		default:
			return psprintf("impact %d x threat times vulnerability %d",
							result->position[ISMS_CONSEQUENCE], result->position[ISMS_LIKELIHOOD]);
	}
}

/*
 * One state of a risk, into its place in states, where those before it are;
 * a factor that is not rated, or that the method's scales do not know, leaves
 * the state unrated.
 */
void
isms_assess(const IsmsRisk *risk, IsmsState state, IsmsDependence dependence,
			IsmsAssessed *states, IsmsTrace *trace)
{
	const IsmsMethod *method = risk->method;
	const IsmsAssessed *inherent = state == ISMS_INHERENT ? NULL : &states[ISMS_INHERENT];
	IsmsAssessed *result = &states[state];
	char	   *how = NULL;
	bool		from_score;

	memset(result, 0, sizeof(IsmsAssessed));
	result->position[ISMS_LIKELIHOOD] = ISMS_NOT_RATED;
	result->position[ISMS_CONSEQUENCE] = ISMS_NOT_RATED;

	from_score = state != ISMS_INHERENT &&
		(method->residual_rule == ISMS_PERCENT_MAX || method->residual_rule == ISMS_PERCENT_PRODUCT);
	if (state == ISMS_INHERENT)
		assess_inherent(risk, result, trace);
	else
		assess_residual(risk, state, dependence, inherent, result, trace);
	if (risk->overrides && risk->overrides[state].entered)
	{
		if (trace && !from_score)
			result->rated = score_of_steps(method, result->position[ISMS_LIKELIHOOD],
										   result->position[ISMS_CONSEQUENCE], &result->score);
		apply_override(risk, state, result, &from_score, trace);
	}
	if (!from_score)
		result->rated = score_of_steps(method, result->position[ISMS_LIKELIHOOD],
									   result->position[ISMS_CONSEQUENCE], &result->score);

	/*
	 * Fewer controls are never better than more: what an expert found worse
	 * today is not better for being tested.
	 */
	if (state == ISMS_VERIFIED && risk->overrides && risk->overrides[ISMS_CURRENT].entered &&
		states[ISMS_CURRENT].rated && result->rated && result->score < states[ISMS_CURRENT].score)
	{
		char	   *before = trace ? isms_score_text(result) : NULL;

		*result = states[ISMS_CURRENT];
		how = "that of the current state";
		if (trace)
			trace->row(trace, state, "override", "not better than the current state", before, isms_score_text(result));
	}
	if (result->rated)
		result->level = level_of_score(method, result->score);
	if (trace)
	{
		trace->row(trace, state, "score", how ? how : score_rule(risk, state, dependence, from_score, result),
				   inherent ? isms_score_text(inherent) : NULL, isms_score_text(result));
		trace->row(trace, state, "level", "highest level whose minimum the score reaches",
				   inherent ? isms_level_text(method, inherent) : NULL, isms_level_text(method, result));
	}
}

/* The greatest rating of the dimensions hit; not rated unless all of them are. */
static int
impact_of(IsmsRating rating, int dimensions)
{
	int			impact = ISMS_NOT_RATED;

	for (int d = 0; d < ISMS_DIMENSIONS; d++)
	{
		if ((dimensions & IsmsDimensionBit(d)) == 0)
			continue;
		if (isms_rating_get(rating, d) == ISMS_UNRATED)
			return ISMS_NOT_RATED;
		impact = Max(impact, isms_rating_get(rating, d));
	}
	return impact;
}

/*
 * The arguments after the method: likelihood, consequence, threat,
 * vulnerability, the asset's rating, the dimensions hit, then the likelihood
 * and consequence entered for the current and the target state.
 */
void
isms_read_factors(FunctionCallInfo fcinfo, IsmsFactors *factors)
{
	int			argument = 1;

	for (int scale = 0; scale < ISMS_SCALES; scale++, argument++)
		factors->rated[scale] = PG_ARGISNULL(argument) ? ISMS_NOT_RATED : PG_GETARG_INT32(argument);
	factors->impact = ISMS_NOT_RATED;
	if (!PG_ARGISNULL(argument) && !PG_ARGISNULL(argument + 1))
	{
		text	   *hits = PG_GETARG_TEXT_PP(argument + 1);

		factors->impact = impact_of(DatumGetIsmsRating(PG_GETARG_DATUM(argument)),
									isms_parse_hits(VARDATA_ANY(hits), VARSIZE_ANY_EXHDR(hits)));
	}
	argument += 2;
	for (int state = 0; state < ISMS_STATES; state++)
		for (int side = 0; side < ISMS_SIDES; side++)
		{
			factors->entered[state][side] = ISMS_NOT_RATED;
			if (state == ISMS_CURRENT || state == ISMS_TARGET)
			{
				if (!PG_ARGISNULL(argument))
					factors->entered[state][side] = PG_GETARG_INT32(argument);
				argument++;
			}
		}
}
