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

#endif							/* ISMS_TYPES_H */
