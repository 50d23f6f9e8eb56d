/*
 * distribution.c
 *		The distributions behind isms.estimate: tails, density, quantile, limited
 *		mean.
 *
 * A PERT estimate is a beta distribution with both parameters at least 1
 * (Vose, Risk Analysis, 3rd edition, 2008), which the inverse relies on.  Both
 * tails are worked out each on its own, so that a small one keeps its digits.
 */
#include "postgres.h"

#include <math.h>

#include "types/types.h"

/* Of a continued fraction; with parameters up to some thousand it takes a few hundred terms. */
#define MOST_TERMS		10000
#define MOST_STEPS		200

/* The 95 % quantile of the standard normal distribution. */
#define Z95				1.6448536269514722

#define SQRT2			1.41421356237309504880
#define SQRT2PI			2.50662827463100050242

/*
 * Quantile of the standard normal distribution, to about 16 digits: M. J.
 * Wichura, Algorithm AS 241 (PPND16), Applied Statistics 37 (1988), 477-484.
 */
double
isms_normal_quantile(double below, double above)
{
	double		q = below < above ? below - 0.5 : 0.5 - above;
	double		r;
	double		z;

	if (fabs(q) <= 0.425)
	{
		r = 0.180625 - q * q;
		return q *
			(((((((2.5090809287301226727e+3 * r + 3.3430575583588128105e+4) * r + 6.7265770927008700853e+4) * r
				 + 4.5921953931549871457e+4) * r + 1.3731693765509461125e+4) * r + 1.9715909503065514427e+3) * r
			  + 1.3314166789178437745e+2) * r + 3.3871328727963666080e+0) /
			(((((((5.2264952788528545610e+3 * r + 2.8729085735721942674e+4) * r + 3.9307895800092710610e+4) * r
				 + 2.1213794301586595867e+4) * r + 5.3941960214247511077e+3) * r + 6.8718700749205790830e+2) * r
			  + 4.2313330701600911252e+1) * r + 1.0);
	}
	r = sqrt(-log(Min(below, above)));
	if (r <= 5.0)
	{
		r -= 1.6;
		z = (((((((7.74545014278341407640e-4 * r + 2.27238449892691845833e-2) * r + 2.41780725177450611770e-1) * r
				 + 1.27045825245236838258e+0) * r + 3.64784832476320460504e+0) * r + 5.76949722146069140550e+0) * r
			  + 4.63033784615654529590e+0) * r + 1.42343711074968357734e+0) /
			(((((((1.05075007164441684324e-9 * r + 5.47593808499534494600e-4) * r + 1.51986665636164571966e-2) * r
				 + 1.48103976427480074590e-1) * r + 6.89767334985100004550e-1) * r + 1.67638483018380384940e+0) * r
			  + 2.05319162663775882187e+0) * r + 1.0);
	}
	else
	{
		r -= 5.0;
		z = (((((((2.01033439929228813265e-7 * r + 2.71155556874348757815e-5) * r + 1.24266094738807843860e-3) * r
				 + 2.65321895265761230930e-2) * r + 2.96560571828504891230e-1) * r + 1.78482653991729133580e+0) * r
			  + 5.46378491116411436990e+0) * r + 6.65790464350110377720e+0) /
			(((((((2.04426310338993978564e-15 * r + 1.42151175831644588870e-7) * r + 1.84631831751005468180e-5) * r
				 + 7.86869131145613259100e-4) * r + 1.48753612908506148525e-2) * r + 1.36929880922735805310e-1) * r
			  + 5.99832206555887937690e-1) * r + 1.0);
	}
	return below < above ? -z : z;
}

/* P(Z <= z) of a standard normal Z. */
static inline double
normal_below(double z)
{
	return 0.5 * erfc(-z / SQRT2);
}

/* u^a (1 - u)^b / B(a, b), v being 1 - u. */
static inline double
beta_front(double a, double b, double log_beta, double u, double v)
{
	if (u <= 0.0 || v <= 0.0)
		return 0.0;
	return exp(a * (u < 0.5 ? log(u) : log1p(-v)) + b * (v < 0.5 ? log(v) : log1p(-u)) - log_beta);
}

/*
 * The continued fraction of the incomplete beta function, DLMF 8.17.22,
 * evaluated after Lentz as modified by Thompson and Barnett (J. Comput. Phys.
 * 64 (1986), 490-509).  Converges fast for u below (a + 1) / (a + b + 2).
 */
static double
beta_fraction(double a, double b, double u)
{
	const double tiny = 1e-300;
	double		c = 1.0;
	double		d = 1.0 - (a + b) * u / (a + 1.0);
	double		result;

	if (fabs(d) < tiny)
		d = tiny;
	d = 1.0 / d;
	result = d;
	for (int m = 1; m < MOST_TERMS; m++)
	{
		double		even = m * (b - m) * u / ((a + 2 * m - 1) * (a + 2 * m));
		double		odd = -(a + m) * (a + b + m) * u / ((a + 2 * m) * (a + 2 * m + 1));
		double		factor;

		d = 1.0 + even * d;
		c = 1.0 + even / c;
		d = 1.0 / (fabs(d) < tiny ? tiny : d);
		c = fabs(c) < tiny ? tiny : c;
		result *= d * c;
		d = 1.0 + odd * d;
		c = 1.0 + odd / c;
		d = 1.0 / (fabs(d) < tiny ? tiny : d);
		c = fabs(c) < tiny ? tiny : c;
		factor = d * c;
		result *= factor;
		if (fabs(factor - 1.0) < 1e-16)
			break;
	}
	return result;
}

/* I_u(a, b) and what is above, v being 1 - u; also the front factor. */
static void
beta_tails(double a, double b, double log_beta, double u, double v,
		   double *below, double *above, double *front)
{
	*front = beta_front(a, b, log_beta, u, v);
	if (u <= 0.0)
		*below = 0.0, *above = 1.0;
	else if (v <= 0.0)
		*below = 1.0, *above = 0.0;
	else if (u < (a + 1.0) / (a + b + 2.0))
	{
		*below = Min(*front * beta_fraction(a, b, u) / a, 1.0);
		*above = 1.0 - *below;
	}
	else
	{
		*above = Min(*front * beta_fraction(b, a, v) / b, 1.0);
		*below = 1.0 - *above;
	}
}

/*
 * The u with I_u(a, b) = p, for a and b of at least 1 and p up to a half.
 *
 * I is at most u^a / (a B), and log I is concave in log u; so Newton's
 * iteration from where that bound is p climbs to the root and never passes it.
 */
static double
beta_quantile(double a, double b, double log_beta, double p)
{
	double		log_p = log(p);
	double		y = Min((log_p + log(a) + log_beta) / a, 0.0);

	for (int i = 0; i < MOST_STEPS; i++)
	{
		double		u = exp(y);
		double		v = -expm1(y);
		double		below;
		double		above;
		double		front;
		double		step;

		if (v <= 0.0)
			v = 1e-17;
		beta_tails(a, b, log_beta, u, v, &below, &above, &front);
		if (below <= 0.0 || front <= 0.0)
			break;
		/* d log I / d log u is the front factor over I and v */
		step = (log_p - log(below)) * below * v / front;
		y = Min(y + step, -1e-17);
		if (fabs(step) < 1e-15 * Max(1.0, fabs(y)))
			break;
	}
	return exp(y);
}

void
isms_distribution_of(const IsmsEstimate *estimate, IsmsDistribution *d)
{
	const double *p = estimate->parameter;

	memset(d, 0, sizeof(IsmsDistribution));
	d->kind = estimate->kind;
	switch (estimate->kind)
	{
		case ISMS_CONSTANT:
			d->mean = d->lowest = d->highest = p[0];
			break;
		case ISMS_LOGNORMAL:
			{
				double		s2;
				double		w;

				d->mu = 0.5 * (log(p[0]) + log(p[1]));
				d->sigma = log(p[1] / p[0]) / (2.0 * Z95);
				s2 = d->sigma * d->sigma;
				w = expm1(s2);
				d->mean = exp(d->mu + 0.5 * s2);
				d->variance = d->mean * d->mean * w;
				d->third = d->mean * d->mean * d->mean * w * w * (w + 3.0);
				d->highest = HUGE_VAL;
				break;
			}
		case ISMS_PERT:
			{
				double		n = p[3] + 2.0;

				d->lowest = p[0];
				d->highest = p[2];
				d->width = p[2] - p[0];
				d->a = 1.0 + p[3] * ((p[1] - p[0]) / d->width);
				d->b = 1.0 + p[3] * ((p[2] - p[1]) / d->width);
				d->log_beta = lgamma(d->a) + lgamma(d->b) - lgamma(n);
				d->mean = (p[0] + p[3] * p[1] + p[2]) / n;
				d->variance = d->width * (d->a / n) * d->width * (d->b / n) / (n + 1.0);

				/*
				 * skewness of the beta distribution times the third power of
				 * sd
				 */
				d->third = 2.0 * (d->b - d->a) / (n * (n + 2.0)) * d->width * d->variance;
				break;
			}
	}
}

void
isms_tails(const IsmsDistribution *d, double x, double *below, double *above)
{
	double		front;

	switch (d->kind)
	{
		case ISMS_CONSTANT:
			*below = x >= d->mean ? 1.0 : 0.0;
			*above = 1.0 - *below;
			return;
		case ISMS_LOGNORMAL:
			{
				double		z = x > 0.0 ? (log(x) - d->mu) / d->sigma : -HUGE_VAL;

				*below = normal_below(z);
				*above = normal_below(-z);
				return;
			}
		default:
			beta_tails(d->a, d->b, d->log_beta, (x - d->lowest) / d->width,
					   (d->highest - x) / d->width, below, above, &front);
	}
}

/* 0 for a constant, which has none. */
double
isms_density(const IsmsDistribution *d, double x)
{
	switch (d->kind)
	{
		case ISMS_CONSTANT:
			return 0.0;
		case ISMS_LOGNORMAL:
			{
				double		z;

				if (x <= 0.0)
					return 0.0;
				z = (log(x) - d->mu) / d->sigma;
				return exp(-0.5 * z * z) / (x * d->sigma * SQRT2PI);
			}
		default:
			{
				double		u = (x - d->lowest) / d->width;
				double		v = (d->highest - x) / d->width;

				if (u < 0.0 || v < 0.0)
					return 0.0;
				/* at an end the density is 0 unless its exponent is */
				if (u == 0.0)
					return d->a > 1.0 ? 0.0 : d->b / d->width;
				if (v == 0.0)
					return d->b > 1.0 ? 0.0 : d->a / d->width;
				return beta_front(d->a - 1.0, d->b - 1.0, d->log_beta, u, v) / d->width;
			}
	}
}

double
isms_limited_mean(const IsmsDistribution *d, double x)
{
	switch (d->kind)
	{
		case ISMS_CONSTANT:
			return Min(d->mean, x);
		case ISMS_LOGNORMAL:
			{
				double		z;

				if (x <= 0.0)
					return 0.0;
				z = (log(x) - d->mu) / d->sigma;
				return d->mean * normal_below(z - d->sigma) + x * normal_below(-z);
			}
		default:
			{
				double		below;
				double		above;
				double		front;

				if (x <= d->lowest)
					return x;
				if (x >= d->highest)
					return d->mean;
				beta_tails(d->a, d->b, d->log_beta, (x - d->lowest) / d->width,
						   (d->highest - x) / d->width, &below, &above, &front);
				/* I(a + 1, b) = I(a, b) - front / a, DLMF 8.17.20 */
				return d->lowest * below +
					d->width * (d->a * below - front) / (d->a + d->b) + x * above;
			}
	}
}

double
isms_quantile_of(const IsmsDistribution *d, double below, double above)
{
	switch (d->kind)
	{
		case ISMS_CONSTANT:
			return d->mean;
		case ISMS_LOGNORMAL:
			if (below <= 0.0)
				return 0.0;
			if (above <= 0.0)
				return HUGE_VAL;
			return exp(d->mu + d->sigma * isms_normal_quantile(below, above));
		default:
			if (below <= 0.0)
				return d->lowest;
			if (above <= 0.0)
				return d->highest;
			if (below <= above)
				return d->lowest + d->width * beta_quantile(d->a, d->b, d->log_beta, below);
			return d->highest - d->width * beta_quantile(d->b, d->a, d->log_beta, above);
	}
}
