/*
 * loss_grid.c
 *		Severities on a grid, and the Fourier transform.
 *
 * A severity's mass is put on the points of the grid so that mass and mean are
 * kept in every cell (local moment matching: H. U. Gerber, ASTIN Bulletin 13
 * (1982), 13-18), worked out from the limited mean M(x) = E[min(X, x)]: the mass
 * at point k is the second difference (2 M(k) - M(k - 1) - M(k + 1)) / step.
 * That widens a smooth severity by a variance of step^2/6, which
 * isms_grid_sharpen() takes off again; what is left is of fourth order.
 *
 * M is evaluated only at nodes, dense where the severity changes fast; between
 * two of them it is the quintic that has its value and first two derivatives.
 */
#include "postgres.h"

#include <math.h>

#include "miscadmin.h"
#include "risk/loss.h"

/* A lognormal beyond this many sigmas, both ways, is not there. */
#define LOGNORMAL_REACH		9.0

/* Nodes to the length over which a severity changes. */
#define NODES				32.0

/* A severity below this many steps is seen only in sums; and the room for it. */
#define SMALL				16.0
#define LOCAL				4096

/* How many butterflies or cells between two looks at interrupts. */
#define LOOK_EVERY			(1 << 14)

typedef struct Node
{
	int			k;
	double		limited;		/* M / step */
	double		above;			/* P(X > x): first derivative */
	double		density;		/* times step: minus the second */
} Node;

static void
evaluate(const IsmsDistribution *d, double step, int k, bool with_density, Node *node)
{
	double		x = k * step;
	double		below;

	node->k = k;
	isms_tails(d, x, &below, &node->above);
	node->limited = isms_limited_mean(d, x) / step;
	node->density = with_density ? isms_density(d, x) * step : 0.0;
}

/* How far from k the next node may be. */
static int
stride(const IsmsDistribution *d, double step, int first, int last, int k)
{
	double		length;

	if (d->kind == ISMS_LOGNORMAL)
		length = Min(d->sigma, 1.0) * k;
	else
		length = Min(Min(k - first, last - k), sqrt(d->variance) / step * 4.0);
	length /= NODES;
	return length < 2.0 ? 1 : (int) Min(length, 1e6);
}

static inline void
add_mass(double *masses, int n, int k, double mass)
{
	if (k < n)
		masses[k] += mass;
}

/* The masses that the piece from one node to the next gives to the points in it and to its two ends. */
static void
fill_piece(double *masses, int n, double weight, const Node *from, const Node *to)
{
	int			s = to->k - from->k;
	double		c;
	double		value;
	double		slope;
	double		bend;
	double		a3;
	double		a4;
	double		a5;
	double		third;
	double		fourth;
	double		fifth;

	if (s == 1)
	{
		double		rise = to->limited - from->limited;

		add_mass(masses, n, from->k, weight * (from->above - rise));
		add_mass(masses, n, to->k, weight * (rise - to->above));
		return;
	}
	c = -from->density;
	value = to->limited - from->limited - s * (from->above + 0.5 * c * s);
	slope = (to->above - from->above - c * s) * s;
	bend = 0.5 * (-to->density - c) * s * s;
	a3 = (10.0 * value - 4.0 * slope + bend) / ((double) s * s * s);
	a4 = (-15.0 * value + 7.0 * slope - 2.0 * bend) / ((double) s * s * s * s);
	a5 = (6.0 * value - 3.0 * slope + bend) / ((double) s * s * s * s * s);

	/*
	 * between the ends the second difference is the second derivative and a
	 * twelfth of the fourth
	 */
	for (int t = 1; t < s && from->k + t < n; t++)
	{
		double		second = c + t * (6.0 * a3 + t * (12.0 * a4 + t * 20.0 * a5));

		masses[from->k + t] -= weight * (second + 2.0 * a4 + 10.0 * a5 * t);
	}
	/* derivatives at the ends: Taylor's half differences */
	add_mass(masses, n, from->k, -weight * (0.5 * c + a3 + a4 + a5));
	third = 6.0 * a3 + s * (24.0 * a4 + 60.0 * a5 * s);
	fourth = 24.0 * a4 + 120.0 * a5 * s;
	fifth = 120.0 * a5;
	add_mass(masses, n, to->k, weight * (0.5 * to->density + third / 6.0 - fourth / 24.0 + fifth / 120.0));
}

/* Adds weight times a severity that is not constant to the masses; what lies beyond the grid is left out. */
void
isms_grid_fill(double *masses, int n, double step, double weight, const IsmsDistribution *d)
{
	double		low = d->lowest;
	double		high = d->highest;
	int			first;
	int			last;
	Node		from;
	Node		to;

	if (d->kind == ISMS_LOGNORMAL)
	{
		low = exp(d->mu - LOGNORMAL_REACH * d->sigma);
		high = exp(d->mu + LOGNORMAL_REACH * d->sigma);
	}
	if (low / step >= n)
		return;
	first = (int) (low / step);
	last = high / step < n ? (int) ceil(high / step) : n;
	if (last == first)
		last++;
	evaluate(d, step, first, false, &from);
	for (int k = first, evaluated = 0; k < last; evaluated++)
	{
		int			s = Min(stride(d, step, first, high / step < n ? last : (int) Min(high / step, 1e9), k), last - k);

		/* a kink at the end of the support is met in single steps */
		if (d->kind == ISMS_PERT && k + s >= last - 2 && high / step < n)
			s = 1;
		if ((evaluated & 1023) == 0)
			CHECK_FOR_INTERRUPTS();
		if (s > 1 && from.density == 0.0)
			from.density = isms_density(d, k * step) * step;
		evaluate(d, step, k + s, s > 1, &to);
		fill_piece(masses, n, weight, &from, &to);
		from = to;
		k += s;
	}
}

/*
 * Takes the variance off that local moment matching added: each mass gives a
 * twelfth of its second difference back.  Mass and mean stay as they are; the
 * lowest two points keep theirs, for there is nothing below 0.
 */
void
isms_grid_sharpen(double *masses, int n)
{
	double		previous = 0.0; /* what the point before gave, as it was */

	for (int k = 0; k < n; k++)
	{
		double		own = k >= 1 && k < n - 1 ? masses[k] / 12.0 : 0.0;
		double		next = k + 1 < n - 1 ? masses[k + 1] / 12.0 : 0.0;

		masses[k] += 2.0 * own - previous - next;
		previous = own;
	}
}

/*
 * Is the severity spread over enough points for its density to be seen?  Else it
 * goes by isms_grid_add(), after the sharpening of the others.
 */
bool
isms_grid_is_smooth(double step, const IsmsDistribution *d)
{
	return d->kind != ISMS_CONSTANT && d->mean + 3.0 * sqrt(d->variance) > SMALL * step;
}

/*
 * Adds a constant severity, or one of a few points.  A constant keeps mass and
 * mean on the two points beside it, or lies on one.  What is so small beside
 * the step that only sums of many are seen keeps its variance too, by three
 * points of which one may be negative.
 */
void
isms_grid_add(double *masses, int n, double step, double weight, const IsmsDistribution *d)
{
	double		local[LOCAL];
	double		second = 0.0;
	double		excess;
	int			centre;
	int			length = Min(LOCAL, n);

	if (d->kind == ISMS_CONSTANT && d->mean > SMALL * step)
	{
		double		at = d->mean / step;
		int			k;

		if (at >= n)
			return;
		k = (int) floor(at + 1e-9);
		add_mass(masses, n, k, weight * (1.0 - (at - k)));
		add_mass(masses, n, k + 1, weight * (at - k));
		return;
	}
	memset(local, 0, sizeof(local));
	if (d->kind == ISMS_CONSTANT)
	{
		int			k = (int) floor(d->mean / step);

		local[k] = 1.0 - (d->mean / step - k);
		local[k + 1] = d->mean / step - k;
	}
	else
		isms_grid_fill(local, length, step, 1.0, d);
	for (int k = 0; k < length; k++)
		second += local[k] * k * k;
	/* what reaches beyond is left out of both */
	excess = second - (d->variance + d->mean * d->mean) / (step * step);
	centre = Min(Max((int) (d->mean / step + 0.5), 1), length - 2);
	if (excess > 0.0 && excess < 1.0)
	{
		local[centre - 1] -= 0.5 * excess;
		local[centre] += excess;
		local[centre + 1] -= 0.5 * excess;
	}
	for (int k = 0; k < length; k++)
		masses[k] += weight * local[k];
}

/* Roots of unity for each stage: those of a stage with half blocks of m stand from m on. */
void
isms_fft_prepare(double *cosines, double *sines, int n)
{
	for (int half = 1; half < n; half *= 2)
	{
		for (int k = 0; k < half; k++)
		{
			double		angle = -M_PI * k / half;

			cosines[half + k] = cos(angle);
			sines[half + k] = sin(angle);
		}
		CHECK_FOR_INTERRUPTS();
	}
}

/*
 * Discrete Fourier transform in place, decimation in frequency (W. M. Gentleman
 * and G. Sande, 1966): the result is in bit-reversed order.  n is a power of 2.
 */
void
isms_fft(double *restrict re, double *restrict im, int n,
		 const double *restrict cosines, const double *restrict sines)
{
	int			done = 0;

	for (int half = n / 2; half >= 1; half /= 2)
	{
		const double *restrict wr = cosines + half;
		const double *restrict wi = sines + half;

		for (int block = 0; block < n; block += 2 * half)
		{
			double	   *restrict ar = re + block;
			double	   *restrict ai = im + block;
			double	   *restrict br = re + block + half;
			double	   *restrict bi = im + block + half;

			for (int k = 0; k < half; k++)
			{
				double		dr = ar[k] - br[k];
				double		di = ai[k] - bi[k];

				ar[k] += br[k];
				ai[k] += bi[k];
				br[k] = dr * wr[k] - di * wi[k];
				bi[k] = dr * wi[k] + di * wr[k];
			}
			if ((done += half) >= LOOK_EVERY)
			{
				CHECK_FOR_INTERRUPTS();
				done = 0;
			}
		}
	}
}

/*
 * The inverse, without the division by n, from bit-reversed to natural order:
 * decimation in time (J. W. Cooley and J. W. Tukey, Math. Comput. 19 (1965)).
 */
void
isms_fft_back(double *restrict re, double *restrict im, int n,
			  const double *restrict cosines, const double *restrict sines)
{
	int			done = 0;

	for (int half = 1; half < n; half *= 2)
	{
		const double *restrict wr = cosines + half;
		const double *restrict wi = sines + half;

		for (int block = 0; block < n; block += 2 * half)
		{
			double	   *restrict ar = re + block;
			double	   *restrict ai = im + block;
			double	   *restrict br = re + block + half;
			double	   *restrict bi = im + block + half;

			for (int k = 0; k < half; k++)
			{
				double		tr = br[k] * wr[k] + bi[k] * wi[k];
				double		ti = bi[k] * wr[k] - br[k] * wi[k];

				br[k] = ar[k] - tr;
				bi[k] = ai[k] - ti;
				ar[k] += tr;
				ai[k] += ti;
			}
			if ((done += half) >= LOOK_EVERY)
			{
				CHECK_FOR_INTERRUPTS();
				done = 0;
			}
		}
	}
}
