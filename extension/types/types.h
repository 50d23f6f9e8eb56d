/*
 * types.h
 *		What the other rooms may use of the types.
 */
#ifndef ISMS_TYPES_H
#define ISMS_TYPES_H

#include "fmgr.h"

/*
 * isms.rating: how much confidentiality, integrity and availability matter,
 * each 0 to 9 or unrated.  Passed by value.  A dimension takes four bits,
 * confidentiality the highest ones, and holds its rating plus one, 0 standing
 * for unrated: so the integers sort as the type does.
 */
typedef int32 IsmsRating;

typedef enum IsmsDimension
{
	ISMS_CONFIDENTIALITY,
	ISMS_INTEGRITY,
	ISMS_AVAILABILITY
} IsmsDimension;

#define ISMS_DIMENSIONS		3
#define ISMS_HIGHEST_RATING	9
#define ISMS_UNRATED		(-1)
#define ISMS_NOTHING_RATED	((IsmsRating) 0)

#define DatumGetIsmsRating(datum)	((IsmsRating) DatumGetInt32(datum))
#define IsmsRatingGetDatum(rating)	Int32GetDatum(rating)

/* The bit of a dimension in a set of dimensions. */
#define IsmsDimensionBit(dimension)	(1 << (dimension))

/* One dimension's rating, 0 to 9 or ISMS_UNRATED. */
static inline int
isms_rating_get(IsmsRating rating, IsmsDimension dimension)
{
	return ((rating >> (4 * (ISMS_AVAILABILITY - dimension))) & 15) - 1;
}

/* The rating with one dimension, unrated so far, set. */
static inline IsmsRating
isms_rating_with(IsmsRating rating, IsmsDimension dimension, int value)
{
	return rating | ((value + 1) << (4 * (ISMS_AVAILABILITY - dimension)));
}

/* The highest rating of any dimension, or ISMS_UNRATED. */
extern int	isms_rating_max(IsmsRating rating);

/* The rating without the dimensions whose bits are not in the set. */
extern IsmsRating isms_rating_mask(IsmsRating rating, int dimensions);

/*
 * The set of dimensions that a text such as 'CI' names; an error if it names
 * anything else or one of them twice.  The empty text names none.
 */
extern int	isms_parse_hits(const char *hits, int length);

/*
 * isms.estimate: a quantity somebody estimated, never negative.  Passed by
 * reference; parameters that a kind does not use are 0, so that equal
 * estimates are equal bytes.
 */
typedef enum IsmsEstimateKind
{
	ISMS_CONSTANT,				/* value */
	ISMS_LOGNORMAL,				/* 5 % and 95 % quantile */
	ISMS_PERT					/* minimum, mode, maximum, lambda */
} IsmsEstimateKind;

#define ISMS_ESTIMATE_PARAMETERS	4

typedef struct IsmsEstimate
{
	int32		kind;
	int32		unused;			/* fills up to the alignment, 0 */
	double		parameter[ISMS_ESTIMATE_PARAMETERS];
} IsmsEstimate;

#define DatumGetIsmsEstimate(datum)	((const IsmsEstimate *) DatumGetPointer(datum))
#define IsmsEstimateGetDatum(estimate)	PointerGetDatum(estimate)

/* An estimate made ready for evaluating: what is worked out once. */
typedef struct IsmsDistribution
{
	int32		kind;
	double		mean;
	double		variance;
	double		third;			/* central moment */
	double		lowest;			/* support; highest is infinite for a
								 * lognormal */
	double		highest;
	double		mu;				/* lognormal */
	double		sigma;
	double		width;			/* PERT: a beta distribution on lowest to
								 * lowest + width */
	double		a;
	double		b;
	double		log_beta;
} IsmsDistribution;

extern IsmsEstimate isms_constant_estimate(double value);
extern IsmsEstimate isms_scaled_estimate(const IsmsEstimate *estimate, double factor);
extern int	isms_compare_estimates(const IsmsEstimate *x, const IsmsEstimate *y);

extern void isms_distribution_of(const IsmsEstimate *estimate, IsmsDistribution *distribution);

/* P(X <= x) and P(X > x), each to its own last digits. */
extern void isms_tails(const IsmsDistribution *d, double x, double *below, double *above);
extern double isms_density(const IsmsDistribution *d, double x);

/* E[min(X, x)] */
extern double isms_limited_mean(const IsmsDistribution *d, double x);

/* The x with P(X <= x) = below, where above = 1 - below; the smaller of the two decides. */
extern double isms_quantile_of(const IsmsDistribution *d, double below, double above);

extern double isms_normal_quantile(double below, double above);

#endif							/* ISMS_TYPES_H */
