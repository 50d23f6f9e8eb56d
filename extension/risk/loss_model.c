/*
 * loss_model.c
 *		isms.loss_model: what losses of a year are made of; the aggregate that
 *		gathers it, and its moments.
 *
 * The components are sorted, so everything computed from a model is the same
 * to the last digit whatever order its rows came in.
 */
#include "postgres.h"

#include <math.h>

#include "access/htup_details.h"
#include "core/compat.h"
#include "fmgr.h"
#include "funcapi.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "risk/loss.h"
#include "risk/risk.h"
#include "utils/builtins.h"

#define MOST_COMPONENTS		1000000

/* More events a year than this are beyond what a double holds of their sum. */
#define MOST_EVENTS			1e9

/* Nodes of an uncertain rate: how far out they go, and how many there may be. */
#define LEAST_WEIGHT		1e-17
#define REACH				8.5
#define MOST_NODES			10000

PG_FUNCTION_INFO_V1(isms_loss_model_in);
PG_FUNCTION_INFO_V1(isms_loss_model_out);
PG_FUNCTION_INFO_V1(isms_loss_model_add);
PG_FUNCTION_INFO_V1(isms_loss_model_make);
PG_FUNCTION_INFO_V1(isms_loss_model_expected);
PG_FUNCTION_INFO_V1(isms_random_sum);

/* What the aggregate gathers. */
typedef struct Gathered
{
	IsmsLossComponent component;
	char	   *cause;
} Gathered;

typedef struct Gathering
{
	MemoryContext context;
	Gathered   *rows;
	int			count;
	int			room;
} Gathering;

static void
refuse_component(const char *what, double value, const char *range)
{
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("%s out of range: %g", what, value),
			 errdetail("It is to be %s.", range)));
}

static IsmsFrequency
frequency_of(const text *name)
{
	const char *word = VARDATA_ANY(name);
	int			length = VARSIZE_ANY_EXHDR(name);

	if (length == 7 && memcmp(word, "poisson", 7) == 0)
		return ISMS_POISSON;
	if (length == 9 && memcmp(word, "bernoulli", 9) == 0)
		return ISMS_BERNOULLI;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("unknown frequency \"%.*s\"", pg_mbcliplen(word, length, 40), word),
			 errhint("It is poisson (events come at a rate) or bernoulli (one a year at most).")));
}

/*
 * Transition of isms.loss_model(rate, severity [, frequency, secondary_probability,
 * secondary_severity, common_cause, variation]).
 */
Datum
isms_loss_model_add(PG_FUNCTION_ARGS)
{
	Gathering  *g;
	Gathered   *row;
	IsmsLossComponent *c;
	MemoryContext aggregate;
	MemoryContext old;
	bool		whole = PG_NARGS() > 3;
	IsmsDistribution d;

	if (!AggCheckCallContext(fcinfo, &aggregate))
		elog(ERROR, "isms.loss_model_add called outside of an aggregate");
	old = MemoryContextSwitchTo(aggregate);
	if (PG_ARGISNULL(0))
	{
		g = palloc0(sizeof(Gathering));
		g->context = aggregate;
		g->room = 16;
		g->rows = palloc(g->room * sizeof(Gathered));
	}
	else
		g = (Gathering *) PG_GETARG_POINTER(0);
	/* not estimated is no loss of 0: it is not part of the model */
	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
	{
		MemoryContextSwitchTo(old);
		PG_RETURN_POINTER(g);
	}
	if (g->count == g->room)
	{
		if (g->count >= MOST_COMPONENTS)
			ereport(ERROR,
					(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
					 errmsg("a loss model has at most %d components", MOST_COMPONENTS)));
		g->room *= 2;
		g->rows = repalloc_huge(g->rows, g->room * sizeof(Gathered));
	}
	row = &g->rows[g->count++];
	memset(row, 0, sizeof(Gathered));
	c = &row->component;
	c->rate = *DatumGetIsmsEstimate(PG_GETARG_DATUM(1));
	c->severity = *DatumGetIsmsEstimate(PG_GETARG_DATUM(2));
	c->secondary = isms_constant_estimate(0.0);
	if (whole)
	{
		if (!PG_ARGISNULL(3))
			c->frequency = frequency_of(PG_GETARG_TEXT_PP(3));
		if (PG_ARGISNULL(4) != PG_ARGISNULL(5))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("a secondary loss has a probability and a severity, or neither")));
		if (!PG_ARGISNULL(4))
		{
			c->secondary_probability = PG_GETARG_FLOAT8(4);
			if (!(c->secondary_probability >= 0.0 && c->secondary_probability <= 1.0))
				refuse_component("probability of a secondary loss", c->secondary_probability, "from 0 to 1");
			c->secondary = *DatumGetIsmsEstimate(PG_GETARG_DATUM(5));
		}
		if (!PG_ARGISNULL(6))
		{
			row->cause = text_to_cstring(PG_GETARG_TEXT_PP(6));
			c->variation = PG_ARGISNULL(7) ? 1.0 : PG_GETARG_FLOAT8(7);
			if (!(c->variation >= 0.0 && c->variation <= 10.0))
				refuse_component("variation of a common cause", c->variation, "from 0 to 10");
		}
	}
	isms_distribution_of(&c->rate, &d);
	if (c->frequency == ISMS_BERNOULLI && !(d.highest <= 1.0))
		refuse_component("probability of the year's one event", d.highest, "from 0 to 1, and so is the most that an estimate of it allows");
	if (row->cause != NULL && (c->frequency == ISMS_BERNOULLI || d.kind != ISMS_CONSTANT))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("the rate of a risk with a common cause is a constant, of frequency poisson"),
				 errdetail("The common cause's factor is what is uncertain about it.")));
	MemoryContextSwitchTo(old);
	PG_RETURN_POINTER(g);
}

static int
compare_causes(const void *a, const void *b)
{
	const Gathered *x = a;
	const Gathered *y = b;
	int			order;

	if (x->cause == NULL || y->cause == NULL)
		order = (x->cause != NULL) - (y->cause != NULL);
	else
		order = strcmp(x->cause, y->cause);
	return order != 0 ? order : memcmp(&x->component, &y->component, sizeof(IsmsLossComponent));
}

Datum
isms_loss_model_make(PG_FUNCTION_ARGS)
{
	Gathering  *g;
	IsmsLossModel *model;
	Size		size;
	int			cause = 0;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	g = (Gathering *) PG_GETARG_POINTER(0);
	if (g->count == 0)
		PG_RETURN_NULL();
	qsort(g->rows, g->count, sizeof(Gathered), compare_causes);
	size = offsetof(IsmsLossModel, component) + g->count * sizeof(IsmsLossComponent);
	model = palloc(size);
	SET_VARSIZE(model, size);
	model->format = ISMS_LOSS_MODEL_FORMAT;
	model->count = g->count;
	model->unused = 0;
	for (int i = 0; i < g->count; i++)
	{
		const Gathered *row = &g->rows[i];

		if (row->cause != NULL)
		{
			if (i == 0 || row[-1].cause == NULL || strcmp(row[-1].cause, row->cause) != 0)
				cause++;
			else if (row[-1].component.variation != row->component.variation)
				ereport(ERROR,
						(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						 errmsg("common cause \"%.*s\" is given with two variations",
								pg_mbcliplen(row->cause, strlen(row->cause), 40), row->cause),
						 errdetail("They are %g and %g.", row[-1].component.variation, row->component.variation)));
		}
		model->component[i] = row->component;
		model->component[i].cause = row->cause != NULL ? cause : 0;
	}
	PG_RETURN_POINTER(model);
}

const IsmsLossModel *
isms_loss_model_argument(Datum value)
{
	const IsmsLossModel *model = (const IsmsLossModel *) PG_DETOAST_DATUM(value);

	if (VARSIZE(model) < offsetof(IsmsLossModel, component) || model->format != ISMS_LOSS_MODEL_FORMAT)
		isms_refuse_stored("isms.loss_model", "isms.risk_loss");
	return model;
}

Datum
isms_loss_model_in(PG_FUNCTION_ARGS)
{
	ereport(ERROR,
			(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
			 errmsg("cannot accept a value of type %s", "isms.loss_model"),
			 errhint("See the aggregate isms.loss_model().")));
	PG_RETURN_NULL();
}

Datum
isms_loss_model_out(PG_FUNCTION_ARGS)
{
	const IsmsLossModel *model = isms_loss_model_argument(PG_GETARG_DATUM(0));

	PG_RETURN_CSTRING(psprintf("%d component%s", model->count, model->count == 1 ? "" : "s"));
}

static void
set_event_moments(IsmsLossRisk *risk)
{
	const IsmsDistribution *x = &risk->severity;
	const IsmsDistribution *y = &risk->secondary;
	double		q = risk->secondary_probability;
	double		x2 = x->variance + x->mean * x->mean;
	double		x3 = x->third + x->mean * (3.0 * x->variance + x->mean * x->mean);
	double		y1 = q * y->mean;
	double		y2 = q * (y->variance + y->mean * y->mean);
	double		y3 = q * (y->third + y->mean * (3.0 * y->variance + y->mean * y->mean));

	risk->event_mean = x->mean + y1;
	risk->event_second = x2 + 2.0 * x->mean * y1 + y2;
	risk->event_third = x3 + 3.0 * x2 * y1 + 3.0 * x->mean * y2 + y3;
}

IsmsLossRisk *
isms_loss_risks(const IsmsLossModel *model, int *count)
{
	IsmsLossRisk *risks = MemoryContextAllocHuge(CurrentMemoryContext, model->count * sizeof(IsmsLossRisk));
	double		events = 0.0;
	int			n = 0;

	for (int i = 0; i < model->count; i++)
	{
		const IsmsLossComponent *c = &model->component[i];
		IsmsLossRisk *risk = &risks[n];
		IsmsEstimate rate = c->rate;

		CHECK_FOR_INTERRUPTS();
		isms_distribution_of(&c->severity, &risk->severity);
		isms_distribution_of(&c->secondary, &risk->secondary);
		risk->secondary_probability = risk->secondary.mean > 0.0 ? c->secondary_probability : 0.0;
		if (risk->severity.mean == 0.0)
		{
			/*
			 * an event costs nothing but its secondary loss: only events with
			 * one count
			 */
			rate = isms_scaled_estimate(&rate, risk->secondary_probability);
			risk->severity = risk->secondary;
			risk->secondary_probability = 0.0;
		}
		isms_distribution_of(&rate, &risk->rate);
		if (c->frequency == ISMS_BERNOULLI)
		{
			/* whether the one event happens depends on the mean alone */
			rate = isms_constant_estimate(risk->rate.mean);
			isms_distribution_of(&rate, &risk->rate);
		}
		if (risk->rate.mean == 0.0 || risk->severity.mean == 0.0)
			continue;
		risk->frequency = c->frequency;
		risk->cause = c->variation > 0.0 ? c->cause : 0;
		risk->variation = c->variation;
		set_event_moments(risk);
		events += risk->rate.mean;
		n++;
	}
	if (events > MOST_EVENTS)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("%g events a year are too many to compute with", events),
				 errdetail("At most %g are.", MOST_EVENTS)));
	*count = n;
	return risks;
}

/*
 * The place of a rate on the scale on which nodes are equidistant: in the
 * logarithm of a lognormal, or the logit of a PERT, so that the density is met
 * often enough, plus the square root, so that no node is farther from the next
 * than the Poisson distributions around them are wide.  s is the logarithm,
 * standardised, or the logit.
 */
static double
rate_place(const IsmsDistribution *rate, double s, double *value, double *weight)
{
	double		per_s;			/* d rate / d s */
	double		step;
	double		place;

	if (rate->kind == ISMS_LOGNORMAL)
	{
		step = 0.5;
		*value = exp(rate->mu + rate->sigma * s);
		per_s = *value * rate->sigma;
		*weight = exp(-0.5 * s * s);
	}
	else
	{
		double		log_u = s < 0.0 ? s - log1p(exp(s)) : -log1p(exp(-s));
		double		log_v = s < 0.0 ? -log1p(exp(s)) : -s - log1p(exp(-s));

		step = 0.6 * Min(1.0, sqrt(1.0 / rate->a + 1.0 / rate->b));
		*value = s < 0.0 ? rate->lowest + rate->width * exp(log_u) : rate->highest - rate->width * exp(log_v);
		per_s = rate->width * exp(log_u + log_v);
		*weight = exp(rate->a * log_u + rate->b * log_v - rate->log_beta);
	}
	place = s / step + 2.0 * sqrt(*value);

	/*
	 * the density of places turns the weight of a stretch of s into that of a
	 * node
	 */
	*weight /= 1.0 / step + (*value > 0.0 ? per_s / sqrt(*value) : 0.0);
	return place;
}

/*
 * A rate as certain rates with weights, for the mean of exp(rate w) over it, w
 * having a negative real part: trapezoids, whose error falls exponentially for
 * densities as smooth as these (L. N. Trefethen, J. A. C. Weideman, SIAM Review
 * 56 (2014), 385-458).
 */
void
isms_mix_rate(const IsmsDistribution *rate, IsmsMixing *mixing)
{
	double		sum = 0.0;
	double		low;
	double		high;
	double		from;
	double		to;
	double		value;
	double		weight;
	double		s;
	int			count;

	if (rate->kind == ISMS_CONSTANT)
	{
		mixing->count = 1;
		mixing->rate = palloc(sizeof(double));
		mixing->weight = palloc(sizeof(double));
		mixing->rate[0] = rate->mean;
		mixing->weight[0] = 1.0;
		return;
	}
	if (rate->kind == ISMS_LOGNORMAL)
		low = -REACH, high = REACH;
	else
	{
		/* where the density has fallen by as much */
		low = high = log(rate->a / rate->b);
		rate_place(rate, low, &value, &weight);
		for (double w = weight; w > LEAST_WEIGHT * weight; low -= 0.25)
			rate_place(rate, low, &value, &w);
		for (double w = weight; w > LEAST_WEIGHT * weight; high += 0.25)
			rate_place(rate, high, &value, &w);
	}
	from = rate_place(rate, low, &value, &weight);
	to = rate_place(rate, high, &value, &weight);
	count = (int) Min(ceil(to - from), MOST_NODES - 1) + 1;
	mixing->rate = palloc(sizeof(double) * count);
	mixing->weight = palloc(sizeof(double) * count);
	s = low;
	for (int i = 0; i < count; i++)
	{
		double		wanted = from + (to - from) * i / (count - 1);
		double		lower = s;
		double		upper = high;

		CHECK_FOR_INTERRUPTS();
		/* the place grows with s; */
		for (int tries = 0; tries < 60 && upper - lower > 1e-13 * Max(1.0, fabs(lower)); tries++)
		{
			s = 0.5 * (lower + upper);
			if (rate_place(rate, s, &value, &weight) < wanted)
				lower = s;
			else
				upper = s;
		}
		s = lower;
		rate_place(rate, s, &mixing->rate[i], &mixing->weight[i]);
		sum += mixing->weight[i];
	}
	mixing->count = count;
	for (int i = 0; i < count; i++)
		mixing->weight[i] /= sum;
}

/* Logarithm of the probability that a risk with a cause of its own brings no event. */
static double
log_no_event(const IsmsLossRisk *risk)
{
	IsmsMixing	mixing;
	double		none = 0.0;

	if (risk->frequency == ISMS_BERNOULLI)
		return log1p(-risk->rate.mean);
	if (risk->rate.kind == ISMS_CONSTANT)
		return -risk->rate.mean;

	/*
	 * expm1 keeps the digits of small rates; where they are large, there is
	 * nothing to keep
	 */
	isms_mix_rate(&risk->rate, &mixing);
	for (int i = 0; i < mixing.count; i++)
		none += mixing.weight[i] * expm1(-mixing.rate[i]);
	return log1p(Max(none, -1.0));
}

/*
 * Cumulants add over independent parts.  Of a sum of N like events with moments
 * m1, m2, m3, N being Poisson with a random rate of mean l, variance v and third
 * central moment t: l m1, l m2 + v m1^2, l m3 + 3 v m1 m2 + t m1^3 (law of total
 * cumulance).
 */
static void
add_mixed_poisson(IsmsLossMoments *moments, double l, double v, double t, double m1, double m2, double m3)
{
	moments->mean += l * m1;
	moments->variance += l * m2 + v * m1 * m1;
	moments->third += l * m3 + 3.0 * v * m1 * m2 + t * m1 * m1 * m1;
}

void
isms_loss_moments(const IsmsLossRisk *risks, int count, IsmsLossMoments *moments)
{
	memset(moments, 0, sizeof(IsmsLossMoments));
	for (int i = 0; i < count;)
	{
		const IsmsLossRisk *risk = &risks[i];
		double		m1 = risk->event_mean;
		double		m2 = risk->event_second;
		double		m3 = risk->event_third;

		if (risk->cause != 0)
		{
			double		l = 0.0;
			double		s1 = 0.0;
			double		s2 = 0.0;
			double		s3 = 0.0;
			double		v = risk->variation * risk->variation;
			int			cause = risk->cause;

			/*
			 * rate l times a gamma factor of mean 1, variance v and third
			 * central moment 2 v^2
			 */
			for (; i < count && risks[i].cause == cause; i++)
			{
				l += risks[i].rate.mean;
				s1 += risks[i].rate.mean * risks[i].event_mean;
				s2 += risks[i].rate.mean * risks[i].event_second;
				s3 += risks[i].rate.mean * risks[i].event_third;
			}
			add_mixed_poisson(moments, l, v * l * l, 2.0 * v * v * l * l * l, s1 / l, s2 / l, s3 / l);
			moments->log_none -= log1p(v * l) / v;
			continue;
		}
		if (risk->frequency == ISMS_BERNOULLI)
		{
			double		p = risk->rate.mean;

			moments->mean += p * m1;
			moments->variance += p * m2 - p * m1 * p * m1;
			moments->third += p * m3 - 3.0 * p * m2 * p * m1 + 2.0 * p * m1 * p * m1 * p * m1;
		}
		else
			add_mixed_poisson(moments, risk->rate.mean, risk->rate.variance, risk->rate.third, m1, m2, m3);
		moments->log_none += log_no_event(risk);
		i++;
	}
	if (!isfinite(moments->mean) || !isfinite(moments->variance))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("the losses are too large to compute with")));
}

Datum
isms_loss_model_expected(PG_FUNCTION_ARGS)
{
	const IsmsLossModel *model = isms_loss_model_argument(PG_GETARG_DATUM(0));
	int			count;
	IsmsLossRisk *risks = isms_loss_risks(model, &count);
	double		mean = 0.0;

	for (int i = 0; i < count; i++)
		mean += risks[i].rate.mean * risks[i].event_mean;
	PG_RETURN_FLOAT8(mean);
}

/*
 * isms.random_sum(count, severity, out mean, out sd): of as many losses as an
 * estimated number says, E N E X and E N Var X + Var N (E X)^2 (Wald; Blackwell
 * and Girshick).
 */
Datum
isms_random_sum(PG_FUNCTION_ARGS)
{
	IsmsDistribution n;
	IsmsDistribution x;
	TupleDesc	description;
	Datum		values[2];
	bool		nulls[2] = {false, false};

	if (get_call_result_type(fcinfo, NULL, &description) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	isms_distribution_of(DatumGetIsmsEstimate(PG_GETARG_DATUM(0)), &n);
	isms_distribution_of(DatumGetIsmsEstimate(PG_GETARG_DATUM(1)), &x);
	values[0] = Float8GetDatum(n.mean * x.mean);
	values[1] = Float8GetDatum(sqrt(n.mean * x.variance + n.variance * x.mean * x.mean));
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(description), values, nulls)));
}
