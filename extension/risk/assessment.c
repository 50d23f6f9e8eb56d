/*
 * assessment.c
 *		isms.assess() and isms.assessment: a risk in all its states at once.
 *
 * Views read some thirty columns of an assessment.  Reading them from a row
 * type would cost more than assessing, so the value is flat, and a column is
 * a function of it and of the name of a state.
 */
#include "postgres.h"

#include "core/compat.h"
#include "fmgr.h"
#include "lib/stringinfo.h"
#include "risk/risk.h"
#include "utils/builtins.h"

/*
 * The states, then what is residual.  Where a method says that the dependence
 * of controls is unknown, also the same at best: with independent ones.
 */
#define RESIDUAL			ISMS_STATES
#define SHOWN				(ISMS_STATES + 1)
#define CURRENT_BEST		SHOWN
#define TARGET_BEST			(SHOWN + 1)
#define RESIDUAL_BEST		(SHOWN + 2)
#define SHOWN_WITH_BEST		(SHOWN + 3)

/* One state; positions are bytes from the start of the assessment, 0 for null. */
typedef struct Shown
{
	int64		score;
	int32		position[ISMS_SIDES];
	int32		rated;
	int32		rank;			/* 0 where no level */
	int32		label;
	int32		disposition;
	int32		colour;
	int32		unused;
} Shown;

typedef struct Assessment
{
	int32		vl_len_;
	int32		format;			/* ASSESSMENT_FORMAT; another layout gets
								 * another number */
	int32		controls;
	int32		controls_current;
	int32		controls_unrated;
	int16		overridden;		/* bits of states */
	int16		shows_best;
	Shown		shown[SHOWN_WITH_BEST]; /* fewer where it does not show best */
} Assessment;

#define AssessmentSize(shows_best) \
	(offsetof(Assessment, shown) + sizeof(Shown) * ((shows_best) ? SHOWN_WITH_BEST : SHOWN))

#define ASSESSMENT_FORMAT	2

/* Room for the three texts of one state. */
#define TEXT_ROOM			256

PG_FUNCTION_INFO_V1(isms_assess_sql);
PG_FUNCTION_INFO_V1(isms_assessment_in);
PG_FUNCTION_INFO_V1(isms_assessment_out);
PG_FUNCTION_INFO_V1(isms_assessed_likelihood);
PG_FUNCTION_INFO_V1(isms_assessed_consequence);
PG_FUNCTION_INFO_V1(isms_assessed_score);
PG_FUNCTION_INFO_V1(isms_assessed_rank);
PG_FUNCTION_INFO_V1(isms_assessed_level);
PG_FUNCTION_INFO_V1(isms_assessed_disposition);
PG_FUNCTION_INFO_V1(isms_assessed_colour);
PG_FUNCTION_INFO_V1(isms_assessed_controls);
PG_FUNCTION_INFO_V1(isms_assessed_override);

/* How many of the controls lack what the method's rule reads. */
static int
unrated_controls(const IsmsMethod *method, const IsmsEffect *effect)
{
	switch (method->residual_rule)
	{
		case ISMS_ENTERED:
			return 0;
		case ISMS_STEPS:
		case ISMS_VULNERABILITY_REDUCTION:
			return effect->no_reduction;
		default:
			return effect->no_effectiveness;
	}
}

static int32
append_text(StringInfo buf, const IsmsMethod *method, int32 position)
{
	const char *value = IsmsMethodAt(method, position);
	int32		at;

	if (value == NULL)
		return 0;
	while (buf->len != (int) INTALIGN(buf->len))
		appendStringInfoCharMacro(buf, '\0');
	at = buf->len;
	appendBinaryStringInfo(buf, value, VARSIZE(value));
	return at;
}

static void
show_state(StringInfo buf, const IsmsMethod *method, const IsmsAssessed *assessed, Shown *shown)
{
	for (int side = 0; side < ISMS_SIDES; side++)
		shown->position[side] = assessed->position[side];
	shown->rated = assessed->rated;
	shown->score = assessed->score;
	if (!assessed->rated || assessed->level == NULL)
		return;
	shown->rank = assessed->level->rank;
	shown->label = append_text(buf, method, assessed->level->label);
	shown->disposition = append_text(buf, method, assessed->level->disposition);
	shown->colour = append_text(buf, method, assessed->level->colour);
}

/* What sharing and avoidance do is planned until the risk is treated. */
static void
take_effect(IsmsEffect *options)
{
	int			target = ISMS_TARGET - 1;

	for (int i = 0; i < ISMS_STATES - 1; i++)
	{
		for (int side = 0; side < ISMS_SIDES; side++)
		{
			options->left[i][side] = options->left[target][side];
			options->reduction[i][side] = options->reduction[target][side];
			options->greatest[i][side] = options->greatest[target][side];
			options->most_steps[i][side] = options->most_steps[target][side];
		}
		options->controls[i] = options->controls[target];
	}
}

/* The states at best. */
static void
show_best(StringInfo buf, const IsmsRisk *risk, const IsmsAssessed *assessed, bool treated, Assessment *header)
{
	IsmsAssessed best[ISMS_STATES];

	best[ISMS_INHERENT] = assessed[ISMS_INHERENT];
	isms_assess(risk, ISMS_CURRENT, ISMS_INDEPENDENT, best, NULL);
	show_state(buf, risk->method, &best[ISMS_CURRENT], &header->shown[CURRENT_BEST]);
	isms_assess(risk, ISMS_TARGET, ISMS_INDEPENDENT, best, NULL);
	show_state(buf, risk->method, &best[ISMS_TARGET], &header->shown[TARGET_BEST]);
	header->shown[RESIDUAL_BEST] = header->shown[treated ? CURRENT_BEST : TARGET_BEST];
}

/*
 * isms.assess(method_spec, factors ..., controls, options, treated, overrides,
 * scope, risk) returns isms.assessment
 */
Datum
isms_assess_sql(PG_FUNCTION_ARGS)
{
	IsmsRisk	risk;
	IsmsEffect	effect;
	IsmsEffect	options;
	IsmsAssessed assessed[ISMS_STATES];
	Assessment	header;
	Size		size;
	StringInfoData buf;
	bool		treated = !PG_ARGISNULL(13) && PG_GETARG_BOOL(13);

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	risk.method = isms_method_argument(PG_GETARG_DATUM(0));
	isms_read_factors(fcinfo, &risk.factors);
	if (PG_ARGISNULL(11))
		isms_effect_init(&effect);
	else
		memcpy(&effect, PG_GETARG_POINTER(11), sizeof(IsmsEffect));
	if (!PG_ARGISNULL(12))
	{
		memcpy(&options, PG_GETARG_POINTER(12), sizeof(IsmsEffect));
		if (treated)
			take_effect(&options);
		isms_effect_merge(&effect, &options);
	}
	risk.effect = &effect;
	risk.override_said = NULL;
	risk.overrides = NULL;
	if (!PG_ARGISNULL(14) && !PG_ARGISNULL(15) && !PG_ARGISNULL(16))
		risk.overrides = isms_find_overrides(PG_GETARG_DATUM(14), PG_GETARG_TEXT_PP(15), PG_GETARG_TEXT_PP(16));

	size = AssessmentSize(risk.method->dependence == ISMS_UNKNOWN);
	memset(&header, 0, size);
	header.format = ASSESSMENT_FORMAT;
	buf.data = palloc(size + SHOWN * TEXT_ROOM);
	buf.maxlen = size + SHOWN * TEXT_ROOM;
	buf.len = size;
	buf.cursor = 0;
	for (int state = 0; state < ISMS_STATES; state++)
	{
		isms_assess(&risk, state, risk.method->dependence, assessed, NULL);
		show_state(&buf, risk.method, &assessed[state], &header.shown[state]);
		if (risk.overrides && risk.overrides[state].entered)
			header.overridden |= IsmsStateBit(state);
	}
	header.shown[RESIDUAL] = header.shown[treated ? ISMS_CURRENT : ISMS_TARGET];
	header.shows_best = risk.method->dependence == ISMS_UNKNOWN;
	if (header.shows_best)
		show_best(&buf, &risk, assessed, treated, &header);
	header.controls = effect.controls[ISMS_TARGET - 1];
	header.controls_current = effect.controls[ISMS_CURRENT - 1];
	header.controls_unrated = unrated_controls(risk.method, &effect);
	SET_VARSIZE(&header, buf.len);
	memcpy(buf.data, &header, size);
	PG_RETURN_POINTER(buf.data);
}

/* The first argument; an error if another version's library made it and left it in a table. */
static const Assessment *
assessment_argument(FunctionCallInfo fcinfo)
{
	const Assessment *assessment = (const Assessment *) PG_GETARG_POINTER(0);

	if (VARSIZE(assessment) < AssessmentSize(false) || assessment->format != ASSESSMENT_FORMAT)
		isms_refuse_stored("isms.assessment", "isms.risk_assessment");
	return assessment;
}

/* Is the text this word? */
static inline bool
text_is(const text *value, const char *word, size_t length)
{
	return VARSIZE_ANY_EXHDR(value) == length && memcmp(VARDATA_ANY(value), word, length) == 0;
}

#define TEXT_IS(value, word) text_is(value, word, sizeof(word) - 1)

/* The state that the second argument names. */
static const Shown *
shown_of(FunctionCallInfo fcinfo)
{
	const Assessment *assessment = assessment_argument(fcinfo);
	const text *name = PG_GETARG_TEXT_PP(1);

	if (TEXT_IS(name, "inherent"))
		return &assessment->shown[ISMS_INHERENT];
	if (TEXT_IS(name, "current"))
		return &assessment->shown[ISMS_CURRENT];
	if (TEXT_IS(name, "target"))
		return &assessment->shown[ISMS_TARGET];
	if (TEXT_IS(name, "verified"))
		return &assessment->shown[ISMS_VERIFIED];
	if (TEXT_IS(name, "residual"))
		return &assessment->shown[RESIDUAL];
	if (TEXT_IS(name, "current_best"))
		return &assessment->shown[assessment->shows_best ? CURRENT_BEST : ISMS_CURRENT];
	if (TEXT_IS(name, "target_best"))
		return &assessment->shown[assessment->shows_best ? TARGET_BEST : ISMS_TARGET];
	if (TEXT_IS(name, "residual_best"))
		return &assessment->shown[assessment->shows_best ? RESIDUAL_BEST : RESIDUAL];
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("unknown state \"%s\"", text_to_cstring(name)),
			 errhint("States are inherent, current, target, verified and residual; current_best, target_best and residual_best.")));
}

static Datum
step_shown(FunctionCallInfo fcinfo, int side)
{
	const Shown *shown = shown_of(fcinfo);

	if (shown->position[side] == ISMS_NOT_RATED)
		PG_RETURN_NULL();
	PG_RETURN_INT32(shown->position[side]);
}

static Datum
text_shown(FunctionCallInfo fcinfo, int32 position)
{
	if (position == 0)
		PG_RETURN_NULL();
	PG_RETURN_POINTER(PG_GETARG_POINTER(0) + position);
}

Datum
isms_assessed_likelihood(PG_FUNCTION_ARGS)
{
	return step_shown(fcinfo, ISMS_LIKELIHOOD);
}

Datum
isms_assessed_consequence(PG_FUNCTION_ARGS)
{
	return step_shown(fcinfo, ISMS_CONSEQUENCE);
}

Datum
isms_assessed_score(PG_FUNCTION_ARGS)
{
	const Shown *shown = shown_of(fcinfo);

	if (!shown->rated)
		PG_RETURN_NULL();
	PG_RETURN_DATUM(isms_score_numeric(shown->score));
}

Datum
isms_assessed_rank(PG_FUNCTION_ARGS)
{
	const Shown *shown = shown_of(fcinfo);

	if (shown->rank == 0)
		PG_RETURN_NULL();
	PG_RETURN_INT32(shown->rank);
}

Datum
isms_assessed_level(PG_FUNCTION_ARGS)
{
	return text_shown(fcinfo, shown_of(fcinfo)->label);
}

Datum
isms_assessed_disposition(PG_FUNCTION_ARGS)
{
	return text_shown(fcinfo, shown_of(fcinfo)->disposition);
}

Datum
isms_assessed_colour(PG_FUNCTION_ARGS)
{
	return text_shown(fcinfo, shown_of(fcinfo)->colour);
}

/* isms.assessed_controls(assessment, which): all, current or unrated */
Datum
isms_assessed_controls(PG_FUNCTION_ARGS)
{
	const Assessment *assessment = assessment_argument(fcinfo);
	const text *which = PG_GETARG_TEXT_PP(1);

	if (TEXT_IS(which, "all"))
		PG_RETURN_INT32(assessment->controls);
	if (TEXT_IS(which, "current"))
		PG_RETURN_INT32(assessment->controls_current);
	if (TEXT_IS(which, "unrated"))
		PG_RETURN_INT32(assessment->controls_unrated);
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("controls are counted as all, current or unrated, not as \"%s\"", text_to_cstring(which))));
}

/* isms.assessed_override(assessment): the states that an expert's value stands in; null if none */
Datum
isms_assessed_override(PG_FUNCTION_ARGS)
{
	switch (assessment_argument(fcinfo)->overridden)
	{
		case 0:
			PG_RETURN_NULL();
		case IsmsStateBit(ISMS_CURRENT):
			PG_RETURN_TEXT_P(cstring_to_text("current"));
		case IsmsStateBit(ISMS_TARGET):
			PG_RETURN_TEXT_P(cstring_to_text("target"));
		default:
			PG_RETURN_TEXT_P(cstring_to_text("current, target"));
	}
}

Datum
isms_assessment_in(PG_FUNCTION_ARGS)
{
	ereport(ERROR,
			(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
			 errmsg("cannot accept a value of type %s", "isms.assessment"),
			 errhint("See isms.risk_assessment.")));
	PG_RETURN_NULL();
}

/* Each state with its level. */
Datum
isms_assessment_out(PG_FUNCTION_ARGS)
{
	const Assessment *assessment = assessment_argument(fcinfo);
	StringInfoData buf;

	initStringInfo(&buf);
	for (int state = 0; state < ISMS_STATES; state++)
	{
		const Shown *shown = &assessment->shown[state];
		const char *label = "-";

		if (shown->label != 0)
			label = text_to_cstring((const text *) ((const char *) assessment + shown->label));
		appendStringInfo(&buf, "%s%s %s", state == 0 ? "" : ", ", isms_state_names[state], label);
	}
	PG_RETURN_CSTRING(buf.data);
}
