/*
 * loss_simulate.c
 *		Losses of simulated years, the cross-check of the exact curve.
 *
 * Every random number is a function of the seed, the year, the risk and a
 * counter: Philox 4x32-10, J. K. Salmon, M. A. Moraes, R. O. Dror, D. E. Shaw,
 * "Parallel random numbers: as easy as 1, 2, 3" (SC'11).  So a year's loss is
 * the same whichever process computes it, and in whatever order.
 */
#include "postgres.h"

#include <math.h>

#include "access/htup_details.h"
#include "core/compat.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "risk/loss.h"
#include "utils/timestamp.h"

#define MOST_YEARS			10000000

/* How often a long simulation says how far it is, in milliseconds. */
#define NOTICE_EVERY		5000

/* A Poisson number is drawn by searching from 0 on; of greater rates, in pieces of this. */
#define PIECE				30.0

/* Streams of common causes stand beside those of risks. */
#define CAUSE_STREAM		((uint32) 0x80000000U)

PG_FUNCTION_INFO_V1(isms_simulated_loss);
PG_FUNCTION_INFO_V1(isms_simulate_losses);

typedef struct Stream
{
	uint32		key[2];
	uint32		counter[4];
	double		ready[2];
	int			left;
} Stream;

static void
open_stream(Stream *s, uint64 seed, uint64 year, uint32 number)
{
	s->key[0] = (uint32) seed;
	s->key[1] = (uint32) (seed >> 32);
	s->counter[0] = 0;
	s->counter[1] = number;
	s->counter[2] = (uint32) year;
	s->counter[3] = (uint32) (year >> 32);
	s->left = 0;
}

static void
philox(Stream *s)
{
	uint32		k0 = s->key[0];
	uint32		k1 = s->key[1];
	uint32		c0 = s->counter[0];
	uint32		c1 = s->counter[1];
	uint32		c2 = s->counter[2];
	uint32		c3 = s->counter[3];

	for (int round = 0; round < 10; round++)
	{
		uint64		p0 = (uint64) ((uint32) 0xD2511F53U) * c0;
		uint64		p1 = (uint64) ((uint32) 0xCD9E8D57U) * c2;

		c0 = (uint32) (p1 >> 32) ^ c1 ^ k0;
		c1 = (uint32) p1;
		c2 = (uint32) (p0 >> 32) ^ c3 ^ k1;
		c3 = (uint32) p0;
		k0 += ((uint32) 0x9E3779B9U);
		k1 += ((uint32) 0xBB67AE85U);
	}
	s->counter[0]++;
	s->ready[1] = ((((uint64) c0 << 32 | c1) >> 12) + 0.5) * 0x1p-52;
	s->ready[0] = ((((uint64) c2 << 32 | c3) >> 12) + 0.5) * 0x1p-52;
	s->left = 2;
}

/* Above 0 and below 1. */
static inline double
uniform(Stream *s)
{
	if (s->left == 0)
		philox(s);
	return s->ready[--s->left];
}

static inline double
normal(Stream *s)
{
	double		u = uniform(s);

	return isms_normal_quantile(u, 1.0 - u);
}

/* Beta: R. C. H. Cheng, algorithm BB, Comm. ACM 21 (1978), 317-322; by inversion where a parameter is 1. */
static double
beta(Stream *s, double first, double second)
{
	double		a = Min(first, second);
	double		b = Max(first, second);
	double		alpha = a + b;
	double		w;

	if (first == 1.0)
		return -expm1(log(uniform(s)) / second);
	if (second == 1.0)
		return exp(log(uniform(s)) / first);
	{
		double		lambda = sqrt((alpha - 2.0) / (2.0 * a * b - alpha));
		double		gamma = a + 1.0 / lambda;

		for (;;)
		{
			double		u1 = uniform(s);
			double		u2 = uniform(s);
			double		v = lambda * log(u1 / (1.0 - u1));
			double		z = u1 * u1 * u2;
			double		r = gamma * v - 1.3862943611198906188;	/* log 4 */
			double		t;
			double		sum;

			w = a * exp(v);
			sum = a + r - w;
			if (sum + 2.6094379124341003746 >= 5.0 * z) /* 1 + log 5 */
				break;
			t = log(z);
			if (sum >= t || r + alpha * log(alpha / (b + w)) >= t)
				break;
		}
	}
	return first == a ? w / (b + w) : b / (b + w);
}

/* Gamma of mean 1: G. Marsaglia, W. W. Tsang, ACM Trans. Math. Softw. 26 (2000), 363-372. */
static double
gamma_factor(Stream *s, double variance)
{
	double		shape = 1.0 / variance;
	double		boost = shape < 1.0 ? exp(log(uniform(s)) / shape) : 1.0;
	double		d = (shape < 1.0 ? shape + 1.0 : shape) - 1.0 / 3.0;
	double		c = 1.0 / sqrt(9.0 * d);

	for (;;)
	{
		double		x = normal(s);
		double		v = 1.0 + c * x;

		if (v <= 0.0)
			continue;
		v = v * v * v;
		if (log(uniform(s)) < 0.5 * x * x + d - d * v + d * log(v))
			return d * v * boost * variance;
	}
}

static double
draw(Stream *s, const IsmsDistribution *d)
{
	switch (d->kind)
	{
		case ISMS_CONSTANT:
			return d->mean;
		case ISMS_LOGNORMAL:
			return exp(d->mu + d->sigma * normal(s));
		default:
			return d->lowest + d->width * beta(s, d->a, d->b);
	}
}

static int64
poisson(Stream *s, double rate)
{
	int64		result = 0;

	while (rate > 0.0)
	{
		double		piece = Min(rate, PIECE);
		double		u = uniform(s);
		double		p = exp(-piece);
		int			k = 0;

		/* what rounding leaves of the sum of all is never searched for to no end */
		while (u > p && k < 1000)
		{
			u -= p;
			k++;
			p *= piece / k;
		}
		result += k;
		rate -= piece;
		CHECK_FOR_INTERRUPTS();
	}
	return result;
}

/* The loss of a year. */
static double
simulate_year(const IsmsLossRisk *risks, int count, uint64 seed, uint64 year)
{
	double		loss = 0.0;
	double		factor = 1.0;
	int			cause = 0;

	for (int i = 0; i < count; i++)
	{
		const IsmsLossRisk *risk = &risks[i];
		Stream		s;
		int64		events;

		if (risk->cause != cause)
		{
			cause = risk->cause;
			open_stream(&s, seed, year, CAUSE_STREAM | (uint32) cause);
			factor = gamma_factor(&s, risk->variation * risk->variation);
		}
		open_stream(&s, seed, year, i);
		if (risk->frequency == ISMS_BERNOULLI)
			events = uniform(&s) < risk->rate.mean;
		else
			events = poisson(&s, draw(&s, &risk->rate) * (cause != 0 ? factor : 1.0));
		for (int64 n = 0; n < events; n++)
		{
			if ((n & 1023) == 1023)
				CHECK_FOR_INTERRUPTS();
			loss += draw(&s, &risk->severity);
			if (risk->secondary_probability > 0.0 && uniform(&s) < risk->secondary_probability)
				loss += draw(&s, &risk->secondary);
		}
	}
	return loss;
}

/* What a call keeps for the next: the model made ready. */
typedef struct Ready
{
	IsmsLossModel *model;
	IsmsLossRisk *risks;
	int			count;
} Ready;

static const Ready *
make_ready(FunctionCallInfo fcinfo, const IsmsLossModel *model)
{
	Ready	   *ready = fcinfo->flinfo->fn_extra;
	MemoryContext old;

	if (ready != NULL && VARSIZE(ready->model) == VARSIZE(model) && memcmp(ready->model, model, VARSIZE(model)) == 0)
		return ready;
	old = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);
	if (ready != NULL)
	{
		pfree(ready->risks);
		pfree(ready->model);
		pfree(ready);
		fcinfo->flinfo->fn_extra = NULL;
	}
	ready = palloc(sizeof(Ready));
	ready->model = memcpy(palloc(VARSIZE(model)), model, VARSIZE(model));
	ready->risks = isms_loss_risks(model, &ready->count);
	fcinfo->flinfo->fn_extra = ready;
	MemoryContextSwitchTo(old);
	return ready;
}

/* isms.simulated_loss(model, year, seed) */
Datum
isms_simulated_loss(PG_FUNCTION_ARGS)
{
	const Ready *ready = make_ready(fcinfo, isms_loss_model_argument(PG_GETARG_DATUM(0)));

	PG_RETURN_FLOAT8(simulate_year(ready->risks, ready->count, (uint64) PG_GETARG_INT64(2), (uint64) PG_GETARG_INT64(1)));
}

static int
compare_losses(const void *a, const void *b)
{
	static uint32 compared = 0;
	double		x = *(const double *) a;
	double		y = *(const double *) b;

	if ((++compared & 0xffff) == 0)
		CHECK_FOR_INTERRUPTS();
	return x < y ? -1 : x > y;
}

/* The smallest simulated loss that a fraction p of the years does not exceed. */
static double
quantile_of_years(const double *losses, int64 years, double p)
{
	int64		k = (int64) ceil(p * years - 1e-9);

	return losses[Min(Max(k, 1), years) - 1];
}

static double
tail_of_years(const double *losses, int64 years, double p)
{
	double		x = quantile_of_years(losses, years, p);
	double		sum = 0.0;

	for (int64 i = years - 1; i >= 0 && losses[i] > x; i--)
		sum += losses[i] - x;
	return x + sum / years / (1.0 - p);
}

/* isms.simulate_losses(model, years, seed): one row */
Datum
isms_simulate_losses(PG_FUNCTION_ARGS)
{
	const IsmsLossModel *model = isms_loss_model_argument(PG_GETARG_DATUM(0));
	int64		years = PG_GETARG_INT64(1);
	uint64		seed = (uint64) PG_GETARG_INT64(2);
	int			count;
	IsmsLossRisk *risks;
	double	   *losses;
	double		mean = 0.0;
	double		squares = 0.0;
	int64		none = 0;
	TimestampTz said = GetCurrentTimestamp();
	TupleDesc	description;
	Datum		values[10];
	bool		nulls[10];
	int			n = 0;

	if (get_call_result_type(fcinfo, NULL, &description) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	if (years < 1 || years > MOST_YEARS)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("cannot simulate " INT64_FORMAT " years", years),
				 errdetail("It is from 1 to %d; each takes 8 bytes of memory.", MOST_YEARS)));
	risks = isms_loss_risks(model, &count);
	losses = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(double) * years);
	for (int64 y = 0; y < years; y++)
	{
		CHECK_FOR_INTERRUPTS();
		losses[y] = simulate_year(risks, count, seed, (uint64) y + 1);
		none += losses[y] == 0.0;
		if ((y & 1023) == 1023 && TimestampDifferenceExceeds(said, GetCurrentTimestamp(), NOTICE_EVERY))
		{
			said = GetCurrentTimestamp();
			ereport(NOTICE,
					(errmsg(INT64_FORMAT " of " INT64_FORMAT " years simulated", y + 1, years)));
		}
	}
	qsort(losses, years, sizeof(double), compare_losses);
	/* smallest first, so that nothing small is lost */
	for (int64 y = 0; y < years; y++)
		mean += losses[y] / years;
	for (int64 y = 0; y < years; y++)
		squares += (losses[y] - mean) / years * (losses[y] - mean);
	memset(nulls, 0, sizeof(nulls));
	values[n++] = Int64GetDatum(years);
	values[n++] = Float8GetDatum(mean);
	values[n++] = Float8GetDatum(sqrt(squares / years));
	values[n++] = Float8GetDatum(sqrt(squares));
	values[n++] = Float8GetDatum((double) none / years);
	values[n++] = Float8GetDatum(quantile_of_years(losses, years, 0.95));
	values[n++] = Float8GetDatum(quantile_of_years(losses, years, 0.99));
	values[n++] = Float8GetDatum(quantile_of_years(losses, years, 0.999));
	values[n++] = Float8GetDatum(tail_of_years(losses, years, 0.95));
	values[n++] = Float8GetDatum(tail_of_years(losses, years, 0.99));
	pfree(losses);
	pfree(risks);
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(description), values, nulls)));
}
