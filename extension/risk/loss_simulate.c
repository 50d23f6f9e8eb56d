/*
 * loss_simulate.c
 *		Losses of simulated years, the cross-check of the exact curve.
 *
 * Every random number is a function of the seed, the year, the risk and a
 * counter, so a year's loss is the same whichever process computes it, and in
 * whatever order: each year and risk has a stream of its own, of the generator
 * xoshiro256++ (D. Blackman, S. Vigna, "Scrambled linear pseudorandom number
 * generators", ACM Trans. Math. Softw. 47 (2021)), begun by SplitMix64 (G. L.
 * Steele, D. Lea, C. H. Flood, "Fast splittable pseudorandom number
 * generators", OOPSLA 2014) from seed, year and number of the risk.
 *
 * Events whose rates are certain come from one stream for a block of years,
 * which is as long as the model says: how many there are in the block is drawn
 * once, and of each in which year it is and whose.
 */
#include "postgres.h"

#include <float.h>
#include <math.h>

#include "access/htup_details.h"
#include "core/compat.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "risk/loss.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#define MOST_YEARS			10000000

/* How often a long simulation says how far it is, in milliseconds. */
#define NOTICE_EVERY		5000

/* Up to this rate a Poisson number is drawn by searching from 0 on. */
#define SEARCHED_RATE		12.0

/* Years of a block, a power of two, and how many events it should hold at most. */
#define LONGEST_BLOCK		256
#define EVENTS_A_BLOCK		1024.0

/* Streams of common causes stand beside those of risks. */
#define CAUSE_STREAM		((uint32) 0x80000000U)
#define PLAIN_STREAM		((uint32) 0x40000000U)

PG_FUNCTION_INFO_V1(isms_simulated_loss);
PG_FUNCTION_INFO_V1(isms_simulate_losses);

typedef struct Stream
{
	uint64		state[4];
} Stream;

#define GOLDEN		UINT64CONST(0x9e3779b97f4a7c15)

static inline uint64
mix(uint64 z)
{
	z = (z ^ (z >> 30)) * UINT64CONST(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64CONST(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

static inline void
open_stream(Stream *s, uint64 seed, uint64 year, uint32 number)
{
	uint64		z = mix(mix(seed + GOLDEN) + year * GOLDEN) + number;

	for (int i = 0; i < 4; i++)
		s->state[i] = mix(z += GOLDEN);
}

static inline uint64
rotate(uint64 x, int k)
{
	return (x << k) | (x >> (64 - k));
}

static inline uint64
bits(Stream *s)
{
	uint64		result = rotate(s->state[0] + s->state[3], 23) + s->state[0];
	uint64		t = s->state[1] << 17;

	s->state[2] ^= s->state[0];
	s->state[3] ^= s->state[1];
	s->state[1] ^= s->state[2];
	s->state[0] ^= s->state[3];
	s->state[2] ^= t;
	s->state[3] = rotate(s->state[3], 45);
	return result;
}

/* Above 0 and below 1; DBL_EPSILON is 2 to the power of -52. */
static inline double
uniform_of(uint64 b)
{
	return ((b >> 12) + 0.5) * DBL_EPSILON;
}

static inline double
uniform(Stream *s)
{
	return uniform_of(bits(s));
}

/*
 * Normal, by the ziggurat of G. Marsaglia and W. W. Tsang, J. Stat. Softw. 5(8)
 * (2000), in the form of J. A. Doornik (2005): layer and place come from bits
 * of their own.
 */
#define LAYERS		128
#define TAIL		3.442619855899
#define AREA		9.91256303526217e-3

static double layer_edge[LAYERS + 1];
static double layer_inner[LAYERS];	/* part of a layer that lies in the next */

static void
prepare_layers(void)
{
	double		f = exp(-0.5 * TAIL * TAIL);

	if (layer_edge[0] != 0.0)
		return;
	layer_edge[1] = TAIL;
	layer_edge[LAYERS] = 0.0;
	for (int i = 2; i < LAYERS; i++)
	{
		layer_edge[i] = sqrt(-2.0 * log(AREA / layer_edge[i - 1] + f));
		f = exp(-0.5 * layer_edge[i] * layer_edge[i]);
	}
	layer_edge[0] = AREA / exp(-0.5 * TAIL * TAIL);
	for (int i = 0; i < LAYERS; i++)
		layer_inner[i] = layer_edge[i + 1] / layer_edge[i];
}

static inline double
normal(Stream *s)
{
	for (;;)
	{
		uint64		b = bits(s);
		int			layer = b & (LAYERS - 1);
		double		u = 2.0 * uniform_of(b) - 1.0;
		double		x = u * layer_edge[layer];

		if (fabs(u) < layer_inner[layer])
			return x;
		if (layer == 0)
		{
			double		beyond;

			do
				beyond = log(uniform(s)) / TAIL;
			while (-2.0 * log(uniform(s)) < beyond * beyond);
			return u < 0.0 ? beyond - TAIL : TAIL - beyond;
		}
		{
			double		outer = exp(-0.5 * (layer_edge[layer] * layer_edge[layer] - x * x));
			double		inner = exp(-0.5 * (layer_edge[layer + 1] * layer_edge[layer + 1] - x * x));

			if (inner + uniform(s) * (outer - inner) < 1.0)
				return x;
		}
	}
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

static inline double
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

/* By inversion, for small rates. */
static int64
searched_poisson(Stream *s, double rate)
{
	double		u = uniform(s);
	double		p = exp(-rate);
	int			k = 0;

	/* what rounding leaves of the sum of all is never searched for to no end */
	while (u > p && k < 1000)
	{
		u -= p;
		k++;
		p *= rate / k;
	}
	return k;
}

/*
 * By transformed rejection: algorithm PTRS of W. Hoermann, "The transformed
 * rejection method for generating Poisson random variables", Insurance:
 * Mathematics and Economics 12 (1993), 39-45.
 */
static int64
rejected_poisson(Stream *s, double rate)
{
	double		b = 0.931 + 2.53 * sqrt(rate);
	double		a = -0.059 + 0.02483 * b;
	double		inverse_alpha = 1.1239 + 1.1328 / (b - 3.4);
	double		inside = 0.9277 - 3.6224 / (b - 2.0);

	for (;;)
	{
		double		u = uniform(s) - 0.5;
		double		v = uniform(s);
		double		edge = 0.5 - fabs(u);
		double		k = floor((2.0 * a / edge + b) * u + rate + 0.43);
		int			sign;

		CHECK_FOR_INTERRUPTS();
		if (edge >= 0.07 && v <= inside)
			return (int64) k;
		if (k < 0.0 || (edge < 0.013 && v > edge))
			continue;
		if (log(v * inverse_alpha / (a / (edge * edge) + b)) <= k * log(rate) - rate - lgamma_r(k + 1.0, &sign))
			return (int64) k;
	}
}

static int64
poisson(Stream *s, double rate)
{
	if (!(rate > 0.0))
		return 0;
	return rate <= SEARCHED_RATE ? searched_poisson(s, rate) : rejected_poisson(s, rate);
}

/* Of an alias table: which part of the cell is its own risk's, and whose the rest is; and of that risk, its lognormal severity. */
typedef struct Cell
{
	double		own;
	int			other;
	double		mu;
	double		sigma;
} Cell;

/*
 * A model made ready.  Events that come at rates which are certain, and of no
 * common cause, are one Poisson process: their number is drawn once a block,
 * and of each event which year's and which risk's it is.
 */
typedef struct Simulation
{
	IsmsLossRisk *risks;
	int			count;
	int		   *plain;			/* risks of the one process */
	int			nplain;
	bool		lognormal;		/* is each of them, with one severity? */
	double		rate;			/* of it, a year */
	int			block;			/* years drawn together */
	Cell	   *cells;
} Simulation;

static bool
is_plain(const IsmsLossRisk *risk)
{
	return risk->frequency == ISMS_POISSON && risk->cause == 0 && risk->rate.kind == ISMS_CONSTANT;
}

/* Alias table: A. J. Walker, ACM Trans. Math. Softw. 3 (1977), 253-256, as M. D. Vose fills it, IEEE Trans. Softw. Eng. 17 (1991), 972-975. */
static void
prepare_choice(Simulation *m)
{
	int		   *small = palloc(sizeof(int) * Max(m->nplain, 1));
	int		   *large = palloc(sizeof(int) * Max(m->nplain, 1));
	int			nsmall = 0;
	int			nlarge = 0;

	m->cells = palloc0(sizeof(Cell) * Max(m->nplain, 1));
	m->lognormal = true;
	for (int i = 0; i < m->nplain; i++)
	{
		Cell	   *cell = &m->cells[i];
		const IsmsLossRisk *risk = &m->risks[m->plain[i]];

		cell->own = risk->rate.mean / m->rate * m->nplain;
		cell->other = i;
		cell->mu = risk->severity.mu;
		cell->sigma = risk->severity.sigma;
		if (risk->severity.kind != ISMS_LOGNORMAL || risk->secondary_probability > 0.0)
			m->lognormal = false;
		if (cell->own < 1.0)
			small[nsmall++] = i;
		else
			large[nlarge++] = i;
	}
	while (nsmall > 0 && nlarge > 0)
	{
		int			less = small[--nsmall];
		int			more = large[nlarge - 1];

		m->cells[less].other = more;
		m->cells[more].own -= 1.0 - m->cells[less].own;
		if (m->cells[more].own < 1.0)
			small[nsmall++] = large[--nlarge];
	}
	/* what is left misses 1 by rounding alone */
	while (nsmall > 0)
		m->cells[small[--nsmall]].own = 1.0;
	while (nlarge > 0)
		m->cells[large[--nlarge]].own = 1.0;
	pfree(small);
	pfree(large);
}

static Simulation *
make_simulation(const IsmsLossModel *model)
{
	Simulation *m = palloc0(sizeof(Simulation));

	prepare_layers();
	m->risks = isms_loss_risks(model, &m->count);
	m->plain = palloc(sizeof(int) * Max(m->count, 1));
	for (int i = 0; i < m->count; i++)
		if (is_plain(&m->risks[i]))
		{
			m->plain[m->nplain++] = i;
			m->rate += m->risks[i].rate.mean;
		}
	if (m->rate > 0.0)
		prepare_choice(m);
	m->block = LONGEST_BLOCK;
	while (m->block > 1 && m->block * m->rate > EVENTS_A_BLOCK)
		m->block /= 2;
	return m;
}

static inline double
event_loss(Stream *s, const IsmsLossRisk *risk)
{
	double		loss = draw(s, &risk->severity);

	if (risk->secondary_probability > 0.0 && uniform(s) < risk->secondary_probability)
		loss += draw(s, &risk->secondary);
	return loss;
}

/* Adds the losses of a block of years that come from the one process. */
static void
simulate_plain(const Simulation *m, uint64 seed, uint64 block, double *losses)
{
	Stream		s;
	int64		events;

	open_stream(&s, seed, block, PLAIN_STREAM);
	events = poisson(&s, m->rate * m->block);
	for (int64 n = 0; n < events; n++)
	{
		uint64		b = bits(&s);
		double		place = uniform_of(b) * m->nplain;
		int			number = Min((int) place, m->nplain - 1);
		const Cell *cell = &m->cells[number];
		double		loss;

		if ((n & 1023) == 1023)
			CHECK_FOR_INTERRUPTS();
		/* chosen, not jumped to: which of the two it is cannot be foreseen */
		number = place - number < cell->own ? number : cell->other;
		if (m->lognormal)
			loss = exp(m->cells[number].mu + m->cells[number].sigma * normal(&s));
		else
			loss = event_loss(&s, &m->risks[m->plain[number]]);

		/*
		 * uniform_of() leaves the lowest twelve bits, and a block has no more
		 * years
		 */
		losses[b & (m->block - 1)] += loss;
	}
}

/* The loss of a year that comes from the other risks. */
static double
simulate_others(const Simulation *m, uint64 seed, uint64 year)
{
	double		loss = 0.0;
	double		factor = 1.0;
	int			cause = 0;
	Stream		s;
	int64		events;

	for (int i = 0; i < m->count; i++)
	{
		const IsmsLossRisk *risk = &m->risks[i];

		if (is_plain(risk))
			continue;
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
			loss += event_loss(&s, risk);
		}
	}
	return loss;
}

/* The losses of a block of years: of block 0, years 0, 1, 2, ... */
static void
simulate_block(const Simulation *m, uint64 seed, uint64 block, double *losses)
{
	memset(losses, 0, sizeof(double) * m->block);
	if (m->rate > 0.0)
		simulate_plain(m, seed, block, losses);
	if (m->nplain < m->count)
		for (int i = 0; i < m->block; i++)
		{
			CHECK_FOR_INTERRUPTS();
			losses[i] += simulate_others(m, seed, block * m->block + i);
		}
}

/* What a call keeps for the next. */
typedef struct Ready
{
	MemoryContext context;
	IsmsLossModel *model;
	Simulation *simulation;
	uint64		seed;			/* of the one process's losses kept, if any */
	uint64		block;
	bool		kept;
	double		losses[LONGEST_BLOCK];
} Ready;

static Ready *
make_ready(FunctionCallInfo fcinfo, const IsmsLossModel *model)
{
	Ready	   *ready = fcinfo->flinfo->fn_extra;
	MemoryContext old;

	if (ready != NULL && VARSIZE(ready->model) == VARSIZE(model) && memcmp(ready->model, model, VARSIZE(model)) == 0)
		return ready;
	if (ready == NULL)
	{
		MemoryContext context = AllocSetContextCreate(fcinfo->flinfo->fn_mcxt, "isms simulation", ALLOCSET_SMALL_SIZES);

		ready = MemoryContextAlloc(fcinfo->flinfo->fn_mcxt, sizeof(Ready));
		ready->context = context;
	}
	/* not there until it is whole */
	fcinfo->flinfo->fn_extra = NULL;
	MemoryContextReset(ready->context);
	old = MemoryContextSwitchTo(ready->context);
	ready->model = memcpy(palloc(VARSIZE(model)), model, VARSIZE(model));
	ready->simulation = make_simulation(model);
	ready->kept = false;
	fcinfo->flinfo->fn_extra = ready;
	MemoryContextSwitchTo(old);
	return ready;
}

/* isms.simulated_loss(model, year, seed): what the one process gave for the year's block is kept for the years beside it */
Datum
isms_simulated_loss(PG_FUNCTION_ARGS)
{
	Ready	   *ready = make_ready(fcinfo, isms_loss_model_argument(PG_GETARG_DATUM(0)));
	const Simulation *m = ready->simulation;
	uint64		year = (uint64) PG_GETARG_INT64(1);
	uint64		seed = (uint64) PG_GETARG_INT64(2);
	uint64		block = year / m->block;

	if (!ready->kept || ready->seed != seed || ready->block != block)
	{
		ready->kept = false;
		memset(ready->losses, 0, sizeof(ready->losses));
		if (m->rate > 0.0)
			simulate_plain(m, seed, block, ready->losses);
		ready->seed = seed;
		ready->block = block;
		ready->kept = true;
	}
	PG_RETURN_FLOAT8(ready->losses[year % m->block] + simulate_others(m, seed, year));
}

/* So many losses tell where a fraction of all lies. */
#define SAMPLE		1024

/* Puts at place k what stands there in order, nothing greater before it and nothing smaller after (C. A. R. Hoare, FIND, Comm. ACM 4 (1961)). */
static void
find_place(double *losses, int64 n, int64 k)
{
	int64		low = 0;
	int64		high = n - 1;

	while (low < high)
	{
		double		a = losses[low];
		double		b = losses[low + (high - low) / 2];
		double		c = losses[high];
		double		pivot = Max(Min(a, b), Min(Max(a, b), c));
		int64		i = low;
		int64		j = high;

		CHECK_FOR_INTERRUPTS();
		while (i <= j)
		{
			while (losses[i] < pivot)
				i++;
			while (losses[j] > pivot)
				j--;
			if (i <= j)
			{
				double		t = losses[i];

				losses[i++] = losses[j];
				losses[j--] = t;
			}
		}
		if (k <= j)
			high = j;
		else if (k >= i)
			low = i;
		else
			break;
	}
}

/*
 * Leaves, of n losses, those that are at least as great as the one at place k
 * of their order, and few others: how many there are.  A sample says below
 * which loss nothing is looked for.
 */
static int64
drop_small(double *losses, int64 n, int64 k)
{
	double		sample[SAMPLE];
	double		bound;
	double		part;
	int			place;
	int64		great = 0;
	int64		left = 0;

	if (n < 16 * SAMPLE)
		return n;
	for (int i = 0; i < SAMPLE; i++)
		sample[i] = losses[n / SAMPLE * i];
	/* three standard deviations of its place in the sample below */
	part = (double) k / n;
	place = Max((int) (SAMPLE * part - 3.0 * sqrt(SAMPLE * part * (1.0 - part))) - 1, 0);
	find_place(sample, SAMPLE, place);
	bound = sample[place];
	for (int64 i = 0; i < n; i++)
		great += losses[i] >= bound;
	if (great < n - k)
		return n;
	for (int64 i = 0; i < n; i++)
	{
		double		loss = losses[i];

		losses[left] = loss;
		left += loss >= bound;
	}
	return left;
}

/* Place of the smallest simulated loss that a fraction p of the years does not exceed. */
static int64
place_of(int64 years, double p)
{
	int64		k = (int64) ceil(p * years - 1e-9);

	return Min(Max(k, 1), years) - 1;
}

/* Of losses of which the smallest may be gone, as find_place() left them: first is the place in the order of all that the first has. */
typedef struct Order
{
	const double *losses;
	int64		first;
	int64		years;
} Order;

static double
quantile_of_years(const Order *o, double p)
{
	return o->losses[place_of(o->years, p) - o->first];
}

static double
tail_of_years(const Order *o, double p)
{
	double		at = quantile_of_years(o, p);
	double		sum = 0.0;

	for (int64 i = o->years - 1; i > place_of(o->years, p); i--)
		sum += o->losses[i - o->first] - at;
	return at + sum / o->years / (1.0 - p);
}

/*
 * Mean of the losses less center, or of its square.  Sums of runs are added so
 * that nothing small is lost (W. Kahan, Comm. ACM 8 (1965)); four sums at a
 * time do not wait for each other.
 */
#define RUN			256

static double
mean_of(const double *losses, int64 n, double center, bool square)
{
	double		scale = 1.0 / n;
	double		sum = 0.0;
	double		lost = 0.0;

	for (int64 from = 0; from < n; from += RUN)
	{
		int64		to = Min(from + RUN, n);
		double		part[4] = {0.0, 0.0, 0.0, 0.0};
		double		y;
		double		t;

		for (int64 i = from; i < to; i++)
		{
			double		d = losses[i] - center;

			part[i & 3] += square ? d * scale * d : d * scale;
		}
		y = (part[0] + part[1]) + (part[2] + part[3]) - lost;
		t = sum + y;
		lost = (t - sum) - y;
		sum = t;
	}
	return sum;
}

/* isms.simulate_losses(model, years, seed): one row */
Datum
isms_simulate_losses(PG_FUNCTION_ARGS)
{
	static const double further[] = {0.99, 0.999};
	const IsmsLossModel *model = isms_loss_model_argument(PG_GETARG_DATUM(0));
	int64		years = PG_GETARG_INT64(1);
	uint64		seed = (uint64) PG_GETARG_INT64(2);
	Simulation *simulation;
	double	   *losses;
	double		block[LONGEST_BLOCK];
	double		mean;
	double		variance;
	int64		none = 0;
	int64		left;
	int64		place;
	Order		order;
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
	simulation = make_simulation(model);
	losses = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(double) * years);

	/* years 1 to the last; the first block has year 0 too */
	for (int64 y = 1, done = 0; done < years;)
	{
		int64		from = y % simulation->block;
		int64		some = Min(simulation->block - from, years - done);

		CHECK_FOR_INTERRUPTS();
		simulate_block(simulation, seed, y / simulation->block, block);
		memcpy(losses + done, block + from, sizeof(double) * some);
		y += some;
		done += some;
		if (TimestampDifferenceExceeds(said, GetCurrentTimestamp(), NOTICE_EVERY))
		{
			said = GetCurrentTimestamp();
			ereport(NOTICE,
					(errmsg(INT64_FORMAT " of " INT64_FORMAT " years simulated", done, years)));
		}
	}
	for (int64 y = 0; y < years; y++)
		none += losses[y] == 0.0;
	mean = mean_of(losses, years, 0.0, false);
	variance = mean_of(losses, years, mean, true);
	place = place_of(years, 0.95);
	left = drop_small(losses, years, place);
	order.losses = losses;
	order.first = years - left;
	order.years = years;
	place -= order.first;
	find_place(losses, left, place);
	for (int i = 0; i < (int) lengthof(further); i++)
	{
		int64		next = place_of(years, further[i]) - order.first;

		find_place(losses + place, left - place, next - place);
		place = next;
	}
	memset(nulls, 0, sizeof(nulls));
	values[n++] = Int64GetDatum(years);
	values[n++] = Float8GetDatum(mean);
	values[n++] = Float8GetDatum(sqrt(variance / years));
	values[n++] = Float8GetDatum(sqrt(variance));
	values[n++] = Float8GetDatum((double) none / years);
	values[n++] = Float8GetDatum(quantile_of_years(&order, 0.95));
	values[n++] = Float8GetDatum(quantile_of_years(&order, 0.99));
	values[n++] = Float8GetDatum(quantile_of_years(&order, 0.999));
	values[n++] = Float8GetDatum(tail_of_years(&order, 0.95));
	values[n++] = Float8GetDatum(tail_of_years(&order, 0.99));
	pfree(losses);
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(description), values, nulls)));
}
