/*
 * loss_curve.c
 *		isms.loss_curve: the distribution of a year's loss, computed exactly but
 *		for a stated error, and what is read from it.
 *
 * The characteristic function of the year's loss is the product of those of
 * its independent parts; each part's follows from its severity's (compound
 * Poisson, mixed or not; Bernoulli).  So severities are put on a grid,
 * transformed, combined and transformed back.  What the cyclic transform folds
 * back from beyond the grid is suppressed by exponential tilting (R. Gruebel,
 * R. Hermesmeier, ASTIN Bulletin 29 (1999), 197-214; P. Embrechts, M. Frei,
 * Math. Methods Oper. Res. 69 (2009), 497-508).
 *
 * The probability of a loss up to x depends on severities up to x alone, so
 * a grid that ends above x loses nothing by ending there.  Hence no single grid
 * has to reach from the smallest loss to the greatest: several are computed,
 * each four times as coarse as the one before, and of each only the part from
 * an eighth to a half of its reach is kept.  Where two of them meet, their
 * difference measures the coarser one's error.
 *
 * Mean, variance and third moment, and the probability of no loss, are closed
 * forms, independent of any grid.
 */
#include "postgres.h"

#include <math.h>

#include "core/compat.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "port/pg_bitutils.h"
#include "risk/loss.h"
#include "utils/memutils.h"

/* Points of a grid.  work_mem bounds it from above, but never below the first. */
#define LEAST_POINTS		(1 << 12)
#define FIRST_POINTS		(1 << 14)
#define MOST_POINTS			(1 << 20)

/* Doubles that computing takes a point. */
#define ARRAYS				9

/* Exponent of the tilt over the whole grid. */
#define TILT				20.0

#define GRIDS				64

/* Of the number of a risk's events in a year: how many are told one by one, and the probability left to the others. */
#define MOST_NUMBERS		4000
#define GREATEST_RATE		600.0
#define LEFT_OUT			1e-14

/* The curve goes on until losses above it have this probability, given that there is a loss. */
#define NEGLIGIBLE			1e-7
#define NEGLIGIBLE_SMALL	1e-6

/* Below this probability of no loss it is not worth keeping apart. */
#define LEAST_NONE			0.01

/* What rounding and linear interpolation leave, whatever the grids agree on. */
#define LEAST_ERROR			1e-6

/* A constant loss beside others, at the lower end of a part, is spread over this over the number of points. */
#define SPREAD				12.0

/* Steps to a standard deviation that it takes for a distribution's shape to be seen. */
#define NARROWEST			6.0

/* One grid's work space. */
typedef struct Grid
{
	int			n;
	double	   *re;				/* severity, then its transform */
	double	   *im;
	double	   *sum_re;			/* severities of the present cause, times
								 * rates */
	double	   *sum_im;
	double	   *all_re;			/* the year's loss */
	double	   *all_im;
	double	   *cosines;
	double	   *sines;
	double	   *spare;
} Grid;

typedef struct Computed
{
	double		step;
	int			first;
	int			count;
	double		limited;
	double	   *exceedance;
} Computed;

PG_FUNCTION_INFO_V1(isms_loss_curve_make);

static Grid *
make_grid(int n)
{
	Grid	   *g = palloc(sizeof(Grid));
	double	   *memory = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(double) * n * ARRAYS);
	double	  **arrays[ARRAYS] = {&g->re, &g->im, &g->sum_re, &g->sum_im, &g->all_re, &g->all_im,
	&g->cosines, &g->sines, &g->spare};

	g->n = n;
	for (int i = 0; i < ARRAYS; i++)
		*arrays[i] = memory + (Size) i * n;
	isms_fft_prepare(g->cosines, g->sines, n);
	return g;
}

/* Multiplies by exp(-exponent k / n). */
static void
tilt(double *values, int n, double exponent)
{
	double		ratio = exp(-exponent / n);
	double		factor = 1.0;

	for (int k = 0; k < n; k++)
	{
		if ((k & 255) == 0)
			factor = exp(-exponent * k / n);
		values[k] *= factor;
		factor *= ratio;
	}
}

/* A severity alone, ready to be transformed. */
static void
severity_alone(double *masses, int n, double step, const IsmsDistribution *d)
{
	memset(masses, 0, sizeof(double) * n);
	if (isms_grid_is_smooth(step, d))
	{
		isms_grid_fill(masses, n, step, 1.0, d);
		isms_grid_sharpen(masses, n);
	}
	else
		isms_grid_add(masses, n, step, 1.0, d);
	tilt(masses, n, TILT);
}

/* Where the conjugate of position j stands in bit-reversed order. */
static inline int
partner_of(int j)
{
	int			highest;

	if (j < 2)
		return j;
	highest = 1 << pg_leftmost_one_pos32((uint32) j);
	return j ^ (highest - 1);
}

/*
 * The transform of what an event of the risk costs, into re and im: that of its
 * severity, times 1 - q + q times that of its secondary loss.  The two real
 * sequences are transformed as one complex one.
 */
static void
transform_event(Grid *g, double step, const IsmsLossRisk *risk)
{
	int			n = g->n;
	double		q = risk->secondary_probability;

	severity_alone(g->re, n, step, &risk->severity);
	if (q == 0.0)
	{
		memset(g->im, 0, sizeof(double) * n);
		isms_fft(g->re, g->im, n, g->cosines, g->sines);
		return;
	}
	severity_alone(g->im, n, step, &risk->secondary);
	isms_fft(g->re, g->im, n, g->cosines, g->sines);
	for (int j = 0; j < n; j++)
	{
		int			k = partner_of(j);
		double		xr;
		double		xi;
		double		yr;
		double		yi;

		if (k < j)
			continue;
		xr = 0.5 * (g->re[j] + g->re[k]);
		xi = 0.5 * (g->im[j] - g->im[k]);
		yr = 1.0 - q + q * 0.5 * (g->im[j] + g->im[k]);
		yi = q * 0.5 * (g->re[k] - g->re[j]);
		g->re[j] = g->re[k] = xr * yr - xi * yi;
		g->im[j] = xr * yi + xi * yr;
		g->im[k] = -g->im[j];
	}
}

/* exp(z) - 1 and log(1 + z), accurate near 0 */
static inline void
complex_expm1(double x, double y, double *re, double *im)
{
	double		s = sin(0.5 * y);

	*re = expm1(x) * cos(y) - 2.0 * s * s;
	*im = exp(x) * sin(y);
}

static inline void
complex_log1p(double x, double y, double *re, double *im)
{
	*re = 0.5 * log1p(x * (2.0 + x) + y * y);
	*im = atan2(y, 1.0 + x);
}

/* What one part of the year's loss is, for combine(). */
typedef struct Factor
{
	enum
	{
		CERTAIN_RATE,
		COMMON_CAUSE,
		MIXED_RATE,
		ONE_EVENT
	}			kind;
	double		rate;			/* or probability */
	double		variance;		/* of the common cause's factor */
	double		none;			/* probability of no event; 0 where it is not
								 * kept apart */
	const IsmsMixing *mixing;
	const double *numbers;		/* probabilities of 0, 1, 2 ... events, if
								 * they are few enough */
	int			most;			/* events */
} Factor;

/*
 * The part's transform at one frequency, from re + i im: the severity's
 * transform, times the rates where several are pooled.  With no event kept
 * apart it is that over its probability, less 1.
 */
static inline void
factor_at(const Factor *f, bool apart, double re, double im, double *fr, double *fi)
{
	double		a = 0.0;
	double		b = 0.0;

	switch (f->kind)
	{
		case CERTAIN_RATE:
			if (apart)
				complex_expm1(re, im, fr, fi);
			else
			{
				a = exp(re - f->rate);
				*fr = a * cos(im);
				*fi = a * sin(im);
			}
			return;
		case COMMON_CAUSE:
			{
				/* (1 + v (l - w))^(-1/v), after CreditRisk+ (1997) */
				double		c = f->variance / (1.0 + f->variance * f->rate);

				complex_log1p(-c * re, -c * im, &a, &b);
				a /= -f->variance;
				b /= -f->variance;
				if (apart)
					complex_expm1(a, b, fr, fi);
				else
				{
					a = exp(a - log1p(f->variance * f->rate) / f->variance);
					*fr = a * cos(b);
					*fi = a * sin(b);
				}
				return;
			}
		case MIXED_RATE:
			*fr = *fi = 0.0;
			if (f->numbers != NULL)
			{
				/* the generating function, after Horner, without its constant */
				for (int i = f->most; i > 0; i--)
				{
					a = (*fr + f->numbers[i]) * re - *fi * im;
					*fi = (*fr + f->numbers[i]) * im + *fi * re;
					*fr = a;
				}
				if (apart)
				{
					*fr /= f->none;
					*fi /= f->none;
				}
				else
					*fr += f->numbers[0];
				return;
			}
			for (int i = 0; i < f->mixing->count; i++)
			{
				double		rate = f->mixing->rate[i];
				double		weight = f->mixing->weight[i];

				if (apart && rate < 1.0)
				{
					complex_expm1(rate * re, rate * im, &a, &b);
					weight *= exp(-rate);
					*fr += weight * a;
					*fi += weight * b;
				}
				else
				{
					if (weight > 1e-20 && rate * (re - 1.0) > -45.0)
					{
						a = weight * exp(rate * (re - 1.0));
						*fr += a * cos(rate * im);
						*fi += a * sin(rate * im);
					}
					if (apart)
						*fr -= weight * exp(-rate);
				}
			}
			if (apart)
			{
				*fr /= f->none;
				*fi /= f->none;
			}
			return;
		case ONE_EVENT:
			if (apart)
			{
				*fr = f->rate / (1.0 - f->rate) * re;
				*fi = f->rate / (1.0 - f->rate) * im;
			}
			else
			{
				*fr = 1.0 - f->rate + f->rate * re;
				*fi = f->rate * im;
			}
			return;
	}
}

/* Multiplies the year's transform by the part's, at the two conjugate places at once. */
static void
combine(Grid *g, const Factor *f, bool apart, const double *re, const double *im)
{
	for (int j = 0; j < g->n; j++)
	{
		int			k = partner_of(j);
		double		fr = 0.0;
		double		fi = 0.0;
		double		r;
		double		i;

		if (k < j)
			continue;
		if ((j & 1023) == 0)
			CHECK_FOR_INTERRUPTS();
		factor_at(f, apart, re[j], im[j], &fr, &fi);
		r = g->all_re[j];
		i = g->all_im[j];
		if (apart)
		{
			/* (1 + a) (1 + b) - 1 */
			g->all_re[j] = r + fr + (r * fr - i * fi);
			g->all_im[j] = i + fi + (r * fi + i * fr);
		}
		else
		{
			g->all_re[j] = r * fr - i * fi;
			g->all_im[j] = r * fi + i * fr;
		}
		if (k != j)
		{
			g->all_re[k] = g->all_re[j];
			g->all_im[k] = -g->all_im[j];
		}
	}
}

/* With few events in a year, how many there are is quicker to go by than at which rates they come. */
static void
count_events(Factor *f)
{
	const IsmsMixing *mixing = f->mixing;
	double	   *numbers;
	double	   *terms;
	double		left = 1.0;
	int			limit = Min(20 * mixing->count, MOST_NUMBERS);

	for (int i = 0; i < mixing->count; i++)
		if (mixing->rate[i] > GREATEST_RATE && mixing->weight[i] > LEFT_OUT)
			return;
	numbers = palloc(sizeof(double) * limit);
	terms = palloc(sizeof(double) * mixing->count);
	for (int i = 0; i < mixing->count; i++)
		terms[i] = mixing->weight[i] * exp(-mixing->rate[i]);
	for (int k = 0; k < limit; k++)
	{
		numbers[k] = 0.0;
		for (int i = 0; i < mixing->count; i++)
		{
			if (k > 0)
				terms[i] *= mixing->rate[i] / k;
			numbers[k] += terms[i];
		}
		left -= numbers[k];
		if (left < LEFT_OUT && k > 0)
		{
			f->numbers = numbers;
			f->most = k;
			break;
		}
		CHECK_FOR_INTERRUPTS();
	}
	pfree(terms);
	if (f->numbers == NULL)
		pfree(numbers);
}

/* A risk whose severity can be added to others' before anything is transformed. */
static inline bool
is_plain(const IsmsLossRisk *risk)
{
	return risk->frequency == ISMS_POISSON && risk->rate.kind == ISMS_CONSTANT && risk->secondary_probability == 0.0;
}

/*
 * All risks with certain rates of one cause (or with none) are one compound
 * Poisson with a mixed severity.
 */
static void
combine_pool(Grid *g, double step, const IsmsLossRisk *risks, int count, bool apart)
{
	Factor		f;
	int			n = g->n;
	double		v = risks[0].cause != 0 ? risks[0].variation * risks[0].variation : 0.0;

	memset(&f, 0, sizeof(f));
	memset(g->sum_re, 0, sizeof(double) * n);
	memset(g->sum_im, 0, sizeof(double) * n);
	for (int i = 0; i < count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (risks[i].frequency != ISMS_POISSON || risks[i].rate.kind != ISMS_CONSTANT)
			continue;
		f.rate += risks[i].rate.mean;
		if (is_plain(&risks[i]) && isms_grid_is_smooth(step, &risks[i].severity))
			isms_grid_fill(g->sum_re, n, step, risks[i].rate.mean, &risks[i].severity);
	}
	if (f.rate == 0.0)
		return;
	isms_grid_sharpen(g->sum_re, n);
	for (int i = 0; i < count; i++)
		if (is_plain(&risks[i]) && !isms_grid_is_smooth(step, &risks[i].severity))
			isms_grid_add(g->sum_re, n, step, risks[i].rate.mean, &risks[i].severity);
	tilt(g->sum_re, n, TILT);
	isms_fft(g->sum_re, g->sum_im, n, g->cosines, g->sines);
	for (int i = 0; i < count; i++)
	{
		if (risks[i].frequency != ISMS_POISSON || risks[i].rate.kind != ISMS_CONSTANT || is_plain(&risks[i]))
			continue;
		transform_event(g, step, &risks[i]);
		for (int j = 0; j < n; j++)
		{
			g->sum_re[j] += risks[i].rate.mean * g->re[j];
			g->sum_im[j] += risks[i].rate.mean * g->im[j];
		}
	}
	f.kind = v > 0.0 ? COMMON_CAUSE : CERTAIN_RATE;
	f.variance = v;
	combine(g, &f, apart, g->sum_re, g->sum_im);
}

/* The masses of the year's loss on the grid, in all_re, without the probability of none. */
static void
compute_masses(Grid *g, double step, const IsmsLossRisk *risks, int count, const IsmsLossMoments *moments)
{
	int			n = g->n;
	double		none = exp(moments->log_none);
	bool		apart = none >= LEAST_NONE;

	for (int j = 0; j < n; j++)
	{
		g->all_re[j] = apart ? 0.0 : 1.0;
		g->all_im[j] = 0.0;
	}
	for (int i = 0; i < count;)
	{
		int			same = i;

		while (same < count && risks[same].cause == risks[i].cause)
			same++;
		combine_pool(g, step, risks + i, same - i, apart);
		for (; i < same; i++)
		{
			Factor		f;
			IsmsMixing	mixing;

			if (risks[i].frequency == ISMS_POISSON && risks[i].rate.kind == ISMS_CONSTANT)
				continue;
			memset(&f, 0, sizeof(f));
			f.rate = risks[i].rate.mean;
			f.kind = ONE_EVENT;
			if (risks[i].frequency == ISMS_POISSON)
			{
				isms_mix_rate(&risks[i].rate, &mixing);
				f.kind = MIXED_RATE;
				f.mixing = &mixing;
				for (int m = 0; m < mixing.count; m++)
					f.none += mixing.weight[m] * exp(-mixing.rate[m]);
				count_events(&f);
			}
			transform_event(g, step, &risks[i]);
			combine(g, &f, apart, g->re, g->im);
			if (f.kind == MIXED_RATE)
			{
				if (f.numbers != NULL)
					pfree((double *) f.numbers);
				pfree(mixing.rate);
				pfree(mixing.weight);
			}
		}
	}
	isms_fft_back(g->all_re, g->all_im, n, g->cosines, g->sines);
	for (int k = 0; k < n; k++)
		g->all_re[k] *= (apart ? none : 1.0) / n;
	tilt(g->all_re, n, -TILT);
	if (!apart)
		g->all_re[0] -= none;
}

/*
 * Computes the grid of this step, and keeps its part from point first on, as
 * probabilities of exceeding.  Also tells the probability at the half point
 * before the first, and the density there.
 */
static void
compute_part(Grid *g, double step, const IsmsLossRisk *risks, int count, const IsmsLossMoments *moments,
			 bool smooth, Computed *part, double *before)
{
	int			n = g->n;
	double		above = -expm1(moments->log_none);
	double		sum = 0.0;		/* of loss times mass */
	double		lowest = 1.0;

	compute_masses(g, step, risks, count, moments);
	part->step = step;
	part->first = n / 8;
	part->count = n / 2 - part->first;
	part->exceedance = palloc(sizeof(double) * part->count);
	for (int k = 0; k < n / 2; k++)
	{
		double		next = g->all_re[k + 1];
		double		exceedance;

		above -= g->all_re[k];
		sum += k * step * g->all_re[k];

		/*
		 * a smooth density's mass around a point is not quite step times its
		 * value there
		 */
		exceedance = above - (smooth ? (next - g->all_re[k]) / 24.0 : 0.0);
		exceedance = Max(exceedance, 0.0);
		lowest = Min(lowest, exceedance);
		if (k == part->first - 1)
			*before = lowest;
		if (k == part->first)
			part->limited = sum + (k + 0.5) * step * above;
		if (k >= part->first)
			part->exceedance[k - part->first] = lowest;
	}
}

/* A loss above which nothing is likely to happen: where to begin to look. */
static double
great_loss(const IsmsLossRisk *risks, int count, const IsmsLossMoments *moments)
{
	double		x = moments->mean + 10.0 * sqrt(moments->variance);

	for (int tries = 0; tries < 400 && x > 8.0 * moments->mean; tries++)
	{
		double		sum = 0.0;
		double		below;
		double		above;

		for (int i = 0; i < count; i++)
		{
			isms_tails(&risks[i].severity, x / 8.0, &below, &above);
			sum += risks[i].rate.mean * above;
			isms_tails(&risks[i].secondary, x / 8.0, &below, &above);
			sum += risks[i].rate.mean * risks[i].secondary_probability * above;
			CHECK_FOR_INTERRUPTS();
		}
		if (sum > NEGLIGIBLE * -expm1(moments->log_none))
			break;
		x /= 4.0;
	}
	return x;
}

/* What a difference in probability is in terms of the loss, as a fraction of it. */
static inline double
relative_difference(double difference, double x, double slope, double probability)
{
	return fabs(difference) / (x * slope + 0.1 * probability);
}

/* What the coarser of two neighbours is off by. */
static double
difference(const Computed *fine, double coarse_before)
{
	/* the half point of the coarse grid lies in the middle between these two */
	double		p = fine->exceedance[fine->count - 3];
	double		q = fine->exceedance[fine->count - 2];
	double		x = (fine->first + fine->count - 2) * fine->step;
	double		both = 0.5 * (p + q);

	if (both <= 0.0)
		return 0.0;
	return relative_difference(coarse_before - both, x, (p - q) / fine->step, both);
}

/* What a part is off by that has no neighbour: beside the same with half the points. */
static double
difference_to_half(int n, const IsmsLossRisk *risks, int count, const IsmsLossMoments *moments, bool smooth,
				   const Computed *part)
{
	Grid	   *g = make_grid(n / 2);
	Computed	half;
	double		before;
	double		result = 0.0;
	double		next = 0.95;

	compute_part(g, 2.0 * part->step, risks, count, moments, smooth, &half, &before);
	for (int i = 1; i < half.count - 1; i++)
	{
		/* its half points are points of the finer grid */
		int			k = 2 * (half.first + i) + 1 - part->first;
		double		p = part->exceedance[k - 1];
		double		q = part->exceedance[k];

		if (q > next || q < 1e-5)
			continue;
		next = q * 0.9;
		result = Max(result, relative_difference(half.exceedance[i] - 0.5 * (p + q), (k + part->first) * part->step,
												 (p - q) / part->step, q));
	}
	pfree(g->re);
	pfree(g);
	return result;
}

/*
 * All parts with grids of n points; returns how many, in order, their error,
 * and whether the grids see a loss's shape at all.  Where every loss is a multiple of a unit, it is one of the finer
 * grids' steps too.
 */
static int
compute_parts(int n, const IsmsLossRisk *risks, int count, const IsmsLossMoments *moments, bool smooth, double unit,
			  Computed *parts, double *error, bool *seen)
{
	Grid	   *g = make_grid(n);
	double		some = -expm1(moments->log_none);
	double		centre = 2.0 * great_loss(risks, count, moments) / n;
	Computed	up[GRIDS];
	Computed	down[GRIDS];
	double		up_before[GRIDS];
	double		down_before[GRIDS];
	int			ups = 0;
	int			downs = 0;
	int			total = 0;

	*error = LEAST_ERROR;
	*seen = true;
	if (unit > 0.0)
		centre = unit * exp2(ceil(log2(centre / unit)));
	for (; ups < GRIDS / 2; ups++)
	{
		compute_part(g, ldexp(centre, 2 * ups), risks, count, moments, smooth, &up[ups], &up_before[ups]);
		if (up[ups].exceedance[up[ups].count - 1] <= Max(NEGLIGIBLE * some, 1e-14))
		{
			ups++;
			break;
		}
	}
	for (; downs < GRIDS / 2; downs++)
	{
		const Computed *last = downs == 0 ? &up[0] : &down[downs - 1];

		if (some - last->exceedance[0] <= NEGLIGIBLE_SMALL * some)
			break;
		compute_part(g, ldexp(centre, -2 * (downs + 1)), risks, count, moments, smooth, &down[downs], &down_before[downs]);
	}
	pfree(g->re);
	pfree(g);
	/* a loss that hardly varies is less than a few steps wide */
	if (downs == 0 && sqrt(moments->variance) < NARROWEST * centre)
		*seen = unit > 0.0;
	for (int i = downs - 1; i >= 0; i--)
		parts[total++] = down[i];
	for (int i = 0; i < ups; i++)
		parts[total++] = up[i];
	if (!smooth)
	{
		/*
		 * a constant loss is spread over the points beside it, if it is not
		 * on one
		 */
		if (unit == 0.0 || parts[total - 1].step > 0.25 * unit)
			*error = SPREAD / n;
		return total;
	}
	for (int i = 1; i < total; i++)
	{
		double		before = i - downs >= 0 ? up_before[i - downs] : down_before[downs - 1 - i];

		/* in the far tail rounding is all there is to see */
		if (parts[i - 1].exceedance[parts[i - 1].count - 1] > 10.0 * NEGLIGIBLE * some)
			*error = Max(*error, difference(&parts[i - 1], before));
	}
	if (total == 1 || parts[total - 2].exceedance[parts[total - 2].count - 1] < 0.1 * some)
		*error = Max(*error, difference_to_half(n, risks, count, moments, smooth, &parts[total - 1]));
	return total;
}

/* The greatest number of which all are multiples, if they are multiples of one that is not tiny beside them. */
static double
common_unit(const IsmsLossRisk *risks, int count)
{
	double		unit = 0.0;
	double		greatest = 0.0;

	for (int i = 0; i < 2 * count; i++)
	{
		const IsmsLossRisk *risk = &risks[i / 2];
		const IsmsDistribution *d = i % 2 == 0 ? &risk->severity : &risk->secondary;
		double		rest = d->mean;

		if (i % 2 == 1 && risk->secondary_probability == 0.0)
			continue;
		if (d->kind != ISMS_CONSTANT)
			return 0.0;
		greatest = Max(greatest, rest);
		/* Euclid, until what is left is rounding */
		while (rest > 1e-9 * greatest)
		{
			double		other = unit > 0.0 ? fmod(rest, unit) : 0.0;

			if (unit == 0.0)
			{
				unit = rest;
				break;
			}
			if (unit - other <= 1e-9 * greatest)
				other = 0.0;
			rest = other;
			if (other > 1e-9 * greatest)
			{
				rest = unit;
				unit = other;
			}
		}
	}
	return unit >= 1e-5 * greatest ? unit : 0.0;
}

/* isms.loss_curve(model, relative_error) */
Datum
isms_loss_curve_make(PG_FUNCTION_ARGS)
{
	const IsmsLossModel *model = isms_loss_model_argument(PG_GETARG_DATUM(0));
	double		wanted = PG_GETARG_FLOAT8(1);
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "isms loss curve", ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(context);
	int			count;
	IsmsLossRisk *risks = isms_loss_risks(model, &count);
	IsmsLossMoments moments;
	IsmsLossCurve header;
	IsmsLossCurve *curve;
	Computed	parts[GRIDS];
	Size		size;
	int			points = 0;
	bool		smooth = true;

	if (!(wanted > 0.0 && wanted <= 0.1))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("relative error %g is not between 0 and 0.1", wanted)));
	memset(&header, 0, sizeof(header));
	header.format = ISMS_LOSS_CURVE_FORMAT;
	header.components = model->count;
	isms_loss_moments(risks, count, &moments);
	header.mean = moments.mean;
	header.variance = moments.variance;
	header.third = moments.third;
	header.some = -expm1(moments.log_none);
	header.unit = common_unit(risks, count);
	for (int i = 0; i < count; i++)
		if (risks[i].severity.kind == ISMS_CONSTANT &&
			(risks[i].secondary_probability == 0.0 || risks[i].secondary.kind == ISMS_CONSTANT))
			smooth = false;
	if (count == 1 && risks[0].frequency == ISMS_BERNOULLI && risks[0].secondary_probability == 0.0)
	{
		header.is_single = true;
		header.single = risks[0].severity;
	}
	else if (count > 0)
	{
		Size		room = Max((Size) work_mem * 1024, (Size) 1) / (sizeof(double) * ARRAYS);
		int			most = LEAST_POINTS;
		int			n;

		while (most < MOST_POINTS && (Size) most * 2 <= room)
			most *= 2;
		n = Min(FIRST_POINTS, most);
		/* how much a constant loss is spread is known beforehand */
		if (!smooth && header.unit == 0.0)
			while (n < most && SPREAD / n > wanted)
				n *= 2;
		for (;; n = Min(n * 4, most))
		{
			bool		seen;

			header.parts = compute_parts(n, risks, count, &moments, smooth, header.unit, parts, &header.error, &seen);
			if (!seen && n == most)
				ereport(ERROR,
						(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
						 errmsg("the year's loss varies too little to be computed with %d points", n),
						 errdetail("It is %g, give or take %g.", moments.mean, sqrt(moments.variance)),
						 errhint("Raise work_mem, or take mean and standard deviation: so many events are normally distributed.")));
			if ((seen && header.error <= wanted) || n == most)
				break;
			for (int i = 0; i < header.parts; i++)
				pfree(parts[i].exceedance);
		}
	}
	for (int i = 0; i < header.parts; i++)
		points += parts[i].count;
	size = offsetof(IsmsLossCurve, part) + header.parts * sizeof(IsmsLossPart) + points * sizeof(double);
	MemoryContextSwitchTo(old);
	curve = palloc0(size);
	memcpy(curve, &header, offsetof(IsmsLossCurve, part));
	SET_VARSIZE(curve, size);
	points = 0;
	for (int i = 0; i < header.parts; i++)
	{
		IsmsLossPart *part = &curve->part[i];

		part->step = parts[i].step;
		part->limited = parts[i].limited;
		part->first = parts[i].first;
		part->count = parts[i].count;
		part->at = points;
		memcpy(IsmsLossExceedances(curve) + points, parts[i].exceedance, sizeof(double) * parts[i].count);
		points += parts[i].count;
	}
	/* no grid contradicts a finer one */
	for (int i = 1; i < points; i++)
		IsmsLossExceedances(curve)[i] = Min(IsmsLossExceedances(curve)[i], IsmsLossExceedances(curve)[i - 1]);
	MemoryContextDelete(context);
	PG_RETURN_POINTER(curve);
}
