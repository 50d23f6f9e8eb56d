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

/* The states, then what is residual. */
#define RESIDUAL			ISMS_STATES
#define SHOWN				(ISMS_STATES + 1)

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
	int32		unused;
	Shown		shown[SHOWN];
} Assessment;

#define ASSESSMENT_FORMAT	1

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
		}
		options->greatest[i] = options->greatest[target];
		options->controls[i] = options->controls[target];
	}
}

/* isms.assess(method_spec, factors ..., controls, options, treated) returns isms.assessment */
Datum
isms_assess_sql(PG_FUNCTION_ARGS)
{
	const IsmsMethod *method;
	IsmsEffect	effect;
	IsmsEffect	options;
	IsmsFactors factors;
	IsmsAssessed assessed[ISMS_STATES];
	Assessment	header;
	StringInfoData buf;
	bool		treated = !PG_ARGISNULL(13) && PG_GETARG_BOOL(13);

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	method = isms_method_argument(PG_GETARG_DATUM(0));
	isms_read_factors(fcinfo, &factors);
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

	memset(&header, 0, sizeof(header));
	header.format = ASSESSMENT_FORMAT;
	buf.data = palloc(sizeof(header) + SHOWN * TEXT_ROOM);
	buf.maxlen = sizeof(header) + SHOWN * TEXT_ROOM;
	buf.len = sizeof(header);
	buf.cursor = 0;
	for (int state = 0; state < ISMS_STATES; state++)
	{
		isms_assess(method, &factors, &effect, state,
					state == ISMS_INHERENT ? NULL : &assessed[ISMS_INHERENT], &assessed[state], NULL);
		show_state(&buf, method, &assessed[state], &header.shown[state]);
	}
	header.shown[RESIDUAL] = header.shown[treated ? ISMS_CURRENT : ISMS_TARGET];
	header.controls = effect.controls[ISMS_TARGET - 1];
	header.controls_current = effect.controls[ISMS_CURRENT - 1];
	header.controls_unrated = unrated_controls(method, &effect);
	SET_VARSIZE(&header, buf.len);
	memcpy(buf.data, &header, sizeof(header));
	PG_RETURN_POINTER(buf.data);
}

/* The first argument; an error if another version's library made it and left it in a table. */
static const Assessment *
assessment_argument(FunctionCallInfo fcinfo)
{
	const Assessment *assessment = (const Assessment *) PG_GETARG_POINTER(0);

	if (VARSIZE(assessment) < sizeof(Assessment) || assessment->format != ASSESSMENT_FORMAT)
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
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("unknown state \"%s\"", text_to_cstring(name)),
			 errhint("States are inherent, current, target, verified and residual.")));
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
