/*
 * rating.c
 *		isms.rating: confidentiality, integrity and availability, each 0 to 9 or
 *		unrated, as in 'C3 I2 A-'.
 *
 * The layout is in types.h.  The integers behind the type sort by
 * confidentiality, then integrity, then availability, unrated first; equality,
 * order and hashing are those of integer and need no code here.  That order
 * is for indexes and lists: to ask which of two ratings is the more severe,
 * compare isms.max() or take isms.greatest().
 */
#include "postgres.h"

#include "core/compat.h"
#include "fmgr.h"
#include "libpq/pqformat.h"
#include "mb/pg_wchar.h"
#include "types/types.h"
#include "utils/builtins.h"

/* How much of a refused value an error message repeats. */
#define MAX_QUOTED_LENGTH	80

PG_FUNCTION_INFO_V1(isms_rating_in);
PG_FUNCTION_INFO_V1(isms_rating_out);
PG_FUNCTION_INFO_V1(isms_rating_recv);
PG_FUNCTION_INFO_V1(isms_rating_send);
PG_FUNCTION_INFO_V1(isms_rating_make);
PG_FUNCTION_INFO_V1(isms_rating_confidentiality);
PG_FUNCTION_INFO_V1(isms_rating_integrity);
PG_FUNCTION_INFO_V1(isms_rating_availability);
PG_FUNCTION_INFO_V1(isms_rating_max_sql);
PG_FUNCTION_INFO_V1(isms_rating_greatest);
PG_FUNCTION_INFO_V1(isms_rating_mask_sql);

static const char dimension_letters[] = "CIA";

/* The dimension a letter of either case stands for, or -1. */
static int
dimension_of(char c)
{
	for (int d = 0; d < ISMS_DIMENSIONS; d++)
		if (c == dimension_letters[d] || c == dimension_letters[d] - 'A' + 'a')
			return d;
	return -1;
}

static inline bool
is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static inline bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/*
 * Reads dimensions in any order, each a letter, perhaps '=' or ':', and a digit
 * or '-'; dimensions left out are unrated.  Returns NULL, or what is wrong.
 */
static char *
read_rating(const char *str, IsmsRating *rating)
{
	int			seen = 0;

	*rating = ISMS_NOTHING_RATED;
	for (;;)
	{
		int			dimension;

		while (is_blank(*str))
			str++;
		if (*str == '\0')
			break;
		dimension = dimension_of(*str);
		if (dimension < 0)
			return psprintf("\"%.*s\" stands where one of the letters C, I, A is expected.",
							pg_mblen(str), str);
		if (seen & IsmsDimensionBit(dimension))
			return psprintf("%c is given twice.", dimension_letters[dimension]);
		seen |= IsmsDimensionBit(dimension);
		str++;
		if (*str == '=' || *str == ':')
			str++;
		if (is_digit(*str) && !is_digit(str[1]))
			*rating = isms_rating_with(*rating, dimension, *str - '0');
		else if (*str != '-')
			return psprintf("After %c comes one digit, or \"-\" for unrated.",
							dimension_letters[dimension]);
		str++;
	}
	if (seen == 0)
		return pstrdup("A rating names at least one of C, I, A.");
	return NULL;
}

Datum
isms_rating_in(PG_FUNCTION_ARGS)
{
	char	   *str = PG_GETARG_CSTRING(0);
	IsmsRating	rating;
	char	   *complaint = read_rating(str, &rating);

	if (complaint != NULL)
	{
		int			length = strlen(str);
		int			quoted = pg_mbcliplen(str, length, MAX_QUOTED_LENGTH);

		ereturn(fcinfo->context, (Datum) 0,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid input syntax for type %s: \"%.*s%s\"",
						"isms.rating", quoted, str,
						quoted < length ? "..." : ""),
				 errdetail("%s", complaint),
				 errhint("Write it as in \"C3 I2 A-\", each from 0 to %d, or \"-\" for unrated.",
						 ISMS_HIGHEST_RATING)));
	}
	PG_RETURN_DATUM(IsmsRatingGetDatum(rating));
}

Datum
isms_rating_out(PG_FUNCTION_ARGS)
{
	IsmsRating	rating = DatumGetIsmsRating(PG_GETARG_DATUM(0));
	char	   *result = palloc(3 * ISMS_DIMENSIONS);
	char	   *out = result;

	for (int d = 0; d < ISMS_DIMENSIONS; d++)
	{
		int			value = isms_rating_get(rating, d);

		*out++ = dimension_letters[d];
		*out++ = value == ISMS_UNRATED ? '-' : '0' + value;
		*out++ = ' ';
	}
	out[-1] = '\0';
	PG_RETURN_CSTRING(result);
}

/* The binary form is a byte for each of C, I, A: 0 to 9, or 255 for unrated. */
Datum
isms_rating_recv(PG_FUNCTION_ARGS)
{
	StringInfo	buf = (StringInfo) PG_GETARG_POINTER(0);
	IsmsRating	rating = ISMS_NOTHING_RATED;

	for (int d = 0; d < ISMS_DIMENSIONS; d++)
	{
		int			value = (int8) pq_getmsgbyte(buf);

		if (value < ISMS_UNRATED || value > ISMS_HIGHEST_RATING)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
					 errmsg("invalid external representation of type %s", "isms.rating"),
					 errdetail("Byte %d is %d.", d + 1, (uint8) value),
					 errhint("Each of the three bytes is 0 to %d, or 255 for unrated.",
							 ISMS_HIGHEST_RATING)));
		rating = isms_rating_with(rating, d, value);
	}
	PG_RETURN_DATUM(IsmsRatingGetDatum(rating));
}

Datum
isms_rating_send(PG_FUNCTION_ARGS)
{
	IsmsRating	rating = DatumGetIsmsRating(PG_GETARG_DATUM(0));
	StringInfoData buf;

	pq_begintypsend(&buf);
	for (int d = 0; d < ISMS_DIMENSIONS; d++)
		pq_sendint8(&buf, (uint8) isms_rating_get(rating, d));
	PG_RETURN_BYTEA_P(pq_endtypsend(&buf));
}

/* isms.rating(integer, integer, integer): NULL stands for unrated. */
Datum
isms_rating_make(PG_FUNCTION_ARGS)
{
	IsmsRating	rating = ISMS_NOTHING_RATED;

	for (int d = 0; d < ISMS_DIMENSIONS; d++)
	{
		int32		value;

		if (PG_ARGISNULL(d))
			continue;
		value = PG_GETARG_INT32(d);
		if (value < 0 || value > ISMS_HIGHEST_RATING)
			ereport(ERROR,
					(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					 errmsg("rating out of range: %d", value),
					 errdetail("%c is to be from 0 to %d, or NULL for unrated.",
							   dimension_letters[d], ISMS_HIGHEST_RATING)));
		rating = isms_rating_with(rating, d, value);
	}
	PG_RETURN_DATUM(IsmsRatingGetDatum(rating));
}

static Datum
rated_or_null(FunctionCallInfo fcinfo, int value)
{
	if (value == ISMS_UNRATED)
		PG_RETURN_NULL();
	PG_RETURN_INT32(value);
}

Datum
isms_rating_confidentiality(PG_FUNCTION_ARGS)
{
	return rated_or_null(fcinfo,
						 isms_rating_get(DatumGetIsmsRating(PG_GETARG_DATUM(0)),
										 ISMS_CONFIDENTIALITY));
}

Datum
isms_rating_integrity(PG_FUNCTION_ARGS)
{
	return rated_or_null(fcinfo,
						 isms_rating_get(DatumGetIsmsRating(PG_GETARG_DATUM(0)),
										 ISMS_INTEGRITY));
}

Datum
isms_rating_availability(PG_FUNCTION_ARGS)
{
	return rated_or_null(fcinfo,
						 isms_rating_get(DatumGetIsmsRating(PG_GETARG_DATUM(0)),
										 ISMS_AVAILABILITY));
}

int
isms_rating_max(IsmsRating rating)
{
	int			result = ISMS_UNRATED;

	for (int d = 0; d < ISMS_DIMENSIONS; d++)
		result = Max(result, isms_rating_get(rating, d));
	return result;
}

Datum
isms_rating_max_sql(PG_FUNCTION_ARGS)
{
	return rated_or_null(fcinfo,
						 isms_rating_max(DatumGetIsmsRating(PG_GETARG_DATUM(0))));
}

/*
 * isms.greatest(rating, rating): the high-water mark.  Unrated loses to any
 * rating, and so does NULL; also the transition of isms.high_water().
 */
Datum
isms_rating_greatest(PG_FUNCTION_ARGS)
{
	IsmsRating	result = ISMS_NOTHING_RATED;

	if (PG_ARGISNULL(0) && PG_ARGISNULL(1))
		PG_RETURN_NULL();
	for (int d = 0; d < ISMS_DIMENSIONS; d++)
	{
		int			value = ISMS_UNRATED;

		for (int arg = 0; arg < 2; arg++)
			if (!PG_ARGISNULL(arg))
				value = Max(value,
							isms_rating_get(DatumGetIsmsRating(PG_GETARG_DATUM(arg)), d));
		result = isms_rating_with(result, d, value);
	}
	PG_RETURN_DATUM(IsmsRatingGetDatum(result));
}

int
isms_parse_hits(const char *hits, int length)
{
	int			result = 0;

	for (int i = 0; i < length; i++)
	{
		int			dimension = dimension_of(hits[i]);
		int			bit = dimension < 0 ? 0 : IsmsDimensionBit(dimension);

		if (bit == 0 || (result & bit))
		{
			int			quoted = pg_mbcliplen(hits, length, MAX_QUOTED_LENGTH);

			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("invalid set of dimensions: \"%.*s%s\"",
							quoted, hits, quoted < length ? "..." : ""),
					 bit == 0 ?
					 errdetail("\"%.*s\" is none of the letters C, I, A.",
							   pg_mblen(hits + i), hits + i) :
					 errdetail("%c is given twice.", dimension_letters[dimension]),
					 errhint("Write it as in \"CIA\", \"CI\" or \"A\".")));
		}
		result |= bit;
	}
	return result;
}

IsmsRating
isms_rating_mask(IsmsRating rating, int dimensions)
{
	IsmsRating	result = ISMS_NOTHING_RATED;

	for (int d = 0; d < ISMS_DIMENSIONS; d++)
		if (dimensions & IsmsDimensionBit(d))
			result = isms_rating_with(result, d, isms_rating_get(rating, d));
	return result;
}

Datum
isms_rating_mask_sql(PG_FUNCTION_ARGS)
{
	IsmsRating	rating = DatumGetIsmsRating(PG_GETARG_DATUM(0));
	text	   *hits = PG_GETARG_TEXT_PP(1);
	int			dimensions = isms_parse_hits(VARDATA_ANY(hits),
											 VARSIZE_ANY_EXHDR(hits));

	PG_RETURN_DATUM(IsmsRatingGetDatum(isms_rating_mask(rating, dimensions)));
}
