/*
 * estimate.c
 *		isms.estimate: a quantity somebody estimated: '10k..1.5M' (a lognormal
 *		distribution by its 5 % and 95 % quantiles), 'pert(1,4,12)', or a
 *		constant.
 *
 * The layout is in types.h, what can be asked of a distribution in
 * distribution.c.  Every way in goes through check_estimate(), so that mean,
 * variance and third moment of a stored estimate are finite.
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "common/shortest_dec.h"
#include "core/compat.h"
#include "fmgr.h"
#include "lib/stringinfo.h"
#include "libpq/pqformat.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "types/types.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/float.h"

/* How much of a refused value an error message repeats. */
#define MAX_QUOTED_LENGTH	80

/* Longest number read; what is longer says nothing more. */
#define MAX_NUMBER_LENGTH	64

/* Quantities other than 0 lie between these, so that third powers are finite. */
#define SMALLEST			1e-100
#define GREATEST			1e100
#define GREATEST_LOG_THIRD	690.0

#define DEFAULT_LAMBDA		4.0
#define GREATEST_LAMBDA		1000.0

/* The 95 % quantile of the standard normal distribution. */
#define Z95					1.6448536269514722

/* State of isms.sum_estimate: sums of means and variances, each with what rounding lost. */
#define SUM_MEAN			0
#define SUM_VARIANCE		2
#define SUM_LENGTH			4

PG_FUNCTION_INFO_V1(isms_estimate_in);
PG_FUNCTION_INFO_V1(isms_estimate_out);
PG_FUNCTION_INFO_V1(isms_estimate_recv);
PG_FUNCTION_INFO_V1(isms_estimate_send);
PG_FUNCTION_INFO_V1(isms_estimate_constant);
PG_FUNCTION_INFO_V1(isms_estimate_lognormal);
PG_FUNCTION_INFO_V1(isms_estimate_pert);
PG_FUNCTION_INFO_V1(isms_estimate_eq);
PG_FUNCTION_INFO_V1(isms_estimate_ne);
PG_FUNCTION_INFO_V1(isms_estimate_lt);
PG_FUNCTION_INFO_V1(isms_estimate_le);
PG_FUNCTION_INFO_V1(isms_estimate_ge);
PG_FUNCTION_INFO_V1(isms_estimate_gt);
PG_FUNCTION_INFO_V1(isms_estimate_cmp);
PG_FUNCTION_INFO_V1(isms_estimate_hash);
PG_FUNCTION_INFO_V1(isms_estimate_hash_extended);
PG_FUNCTION_INFO_V1(isms_estimate_mean);
PG_FUNCTION_INFO_V1(isms_estimate_variance);
PG_FUNCTION_INFO_V1(isms_estimate_quantile);
PG_FUNCTION_INFO_V1(isms_estimate_cumulative);
PG_FUNCTION_INFO_V1(isms_estimate_scale);
PG_FUNCTION_INFO_V1(isms_estimate_probability_greater);
PG_FUNCTION_INFO_V1(isms_estimate_sum_add);
PG_FUNCTION_INFO_V1(isms_estimate_sum_combine);
PG_FUNCTION_INFO_V1(isms_estimate_sum_end);

static const int parameters_of[] = {1, 2, 4};

static const char *const parameter_names[][ISMS_ESTIMATE_PARAMETERS] = {
	{"The value"},
	{"The lower end", "The upper end"},
	{"The minimum", "The mode", "The maximum", "Lambda"}
};

/* Is this a quantity an estimate may hold?  If not, says so. */
static bool
check_quantity(double value, const char *name, fmNodePtr context)
{
	if (isnan(value) || isinf(value) || value < 0.0 ||
		(value != 0.0 && (value < SMALLEST || value > GREATEST)))
		ereturn(context, false,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("estimate out of range"),
				 errdetail("%s is %g; a quantity is 0, or from %g to %g.", name, value, SMALLEST, GREATEST)));
	return true;
}

/*
 * Refuses what is no estimate, and brings the others into the one form in
 * which they are stored: an interval or a PERT without width is a constant.
 */
static bool
check_estimate(IsmsEstimate *e, fmNodePtr context)
{
	double	   *p = e->parameter;

	e->unused = 0;
	for (int i = 0; i < parameters_of[e->kind]; i++)
	{
		if (e->kind == ISMS_PERT && i == 3)
		{
			if (!(p[3] >= 0.0 && p[3] <= GREATEST_LAMBDA))
				ereturn(context, false,
						(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
						 errmsg("estimate out of range"),
						 errdetail("Lambda is %g; it says how much the mode counts and is from 0 to %g.",
								   p[3], GREATEST_LAMBDA)));
		}
		else if (!check_quantity(p[i], parameter_names[e->kind][i], context))
			return false;
		p[i] += 0.0;			/* no negative zero */
	}
	if (e->kind == ISMS_LOGNORMAL)
	{
		double		sigma;

		if (p[0] > p[1])
			ereturn(context, false,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("the ends of an estimate's interval are reversed"),
					 errdetail("The lower end is %g, the upper end %g.", p[0], p[1])));
		if (p[0] == p[1])
		{
			*e = isms_constant_estimate(p[0]);
			return true;
		}
		if (p[0] == 0.0)
			ereturn(context, false,
					(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					 errmsg("estimate out of range"),
					 errdetail("The lower end of a lognormal's interval is above 0."),
					 errhint("Where 0 is possible, write pert(0, mode, maximum).")));
		sigma = log(p[1] / p[0]) / (2.0 * Z95);
		if (1.5 * (log(p[0]) + log(p[1])) + 4.5 * sigma * sigma > GREATEST_LOG_THIRD)
			ereturn(context, false,
					(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					 errmsg("estimate out of range"),
					 errdetail("The interval from %g to %g is too wide for its moments to be computed.", p[0], p[1])));
	}
	if (e->kind == ISMS_PERT)
	{
		if (!(p[0] <= p[1] && p[1] <= p[2]))
			ereturn(context, false,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("minimum, mode and maximum of an estimate are out of order"),
					 errdetail("They are %g, %g and %g.", p[0], p[1], p[2])));
		if (p[0] == p[2])
			*e = isms_constant_estimate(p[0]);
	}
	return true;
}

static IsmsEstimate *
make_estimate(IsmsEstimateKind kind, double p0, double p1, double p2, double p3)
{
	IsmsEstimate *e = palloc0(sizeof(IsmsEstimate));

	e->kind = kind;
	e->parameter[0] = p0;
	e->parameter[1] = p1;
	e->parameter[2] = p2;
	e->parameter[3] = p3;
	check_estimate(e, NULL);
	return e;
}

IsmsEstimate
isms_constant_estimate(double value)
{
	IsmsEstimate e;

	memset(&e, 0, sizeof(e));
	e.kind = ISMS_CONSTANT;
	e.parameter[0] = value + 0.0;
	return e;
}

/* The estimate of factor times the quantity; what falls below the smallest quantity is 0. */
IsmsEstimate
isms_scaled_estimate(const IsmsEstimate *estimate, double factor)
{
	IsmsEstimate e = *estimate;
	int			quantities = Min(parameters_of[e.kind], 3);

	for (int i = 0; i < quantities; i++)
	{
		e.parameter[i] *= factor;
		if (e.parameter[i] < SMALLEST)
		{
			if (e.kind != ISMS_PERT || i == 2)
				return isms_constant_estimate(0.0);
			e.parameter[i] = 0.0;
		}
	}
	check_estimate(&e, NULL);
	return e;
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

static const char *
skip_blanks(const char *s)
{
	while (is_blank(*s))
		s++;
	return s;
}

/*
 * Reads a number, perhaps with one of the suffixes k, M and G, which count as
 * part of its exponent: so '1.5M' is the double nearest to 1500000.  Returns
 * where it ends, or NULL if there is none.  A point belongs to the number only
 * before a digit, the two of an interval never do.
 */
static const char *
read_number(const char *s, double *value)
{
	char		digits[MAX_NUMBER_LENGTH + 16];
	const char *start = s;
	int			exponent = 0;
	int			length;

	if (*s == '-' || *s == '+')
		s++;
	if (!is_digit(*s))
		return NULL;
	while (is_digit(*s))
		s++;
	if (*s == '.' && is_digit(s[1]))
		for (s++; is_digit(*s); s++)
			;
	length = s - start;
	if (length > MAX_NUMBER_LENGTH)
		return NULL;
	memcpy(digits, start, length);
	if ((*s == 'e' || *s == 'E') &&
		(is_digit(s[1]) || ((s[1] == '-' || s[1] == '+') && is_digit(s[2]))))
	{
		bool		negative = s[1] == '-';

		for (s += is_digit(s[1]) ? 1 : 2; is_digit(*s); s++)
			exponent = Min(exponent * 10 + (*s - '0'), 99999);
		if (negative)
			exponent = -exponent;
	}
	switch (*s)
	{
		case 'k':
		case 'K':
			exponent += 3, s++;
			break;
		case 'M':
			exponent += 6, s++;
			break;
		case 'G':
			exponent += 9, s++;
			break;
	}
	snprintf(digits + length, sizeof(digits) - length, "e%d", exponent);
	*value = strtod(digits, NULL);
	return s;
}

/* Reads an estimate; returns false if it is not written as one. */
static bool
read_estimate(const char *s, IsmsEstimate *e)
{
	memset(e, 0, sizeof(IsmsEstimate));
	s = skip_blanks(s);
	if (pg_strncasecmp(s, "pert", 4) == 0)
	{
		int			n = 0;

		s = skip_blanks(s + 4);
		if (*s != '(')
			return false;
		do
		{
			if (n == 4 || (s = read_number(skip_blanks(s + 1), &e->parameter[n])) == NULL)
				return false;
			n++;
			s = skip_blanks(s);
		} while (*s == ',');
		if (n < 3 || *s++ != ')')
			return false;
		e->kind = ISMS_PERT;
		if (n == 3)
			e->parameter[3] = DEFAULT_LAMBDA;
	}
	else
	{
		if ((s = read_number(s, &e->parameter[0])) == NULL)
			return false;
		s = skip_blanks(s);
		if (s[0] == '.' && s[1] == '.')
		{
			e->kind = ISMS_LOGNORMAL;
			if ((s = read_number(skip_blanks(s + 2), &e->parameter[1])) == NULL)
				return false;
		}
	}
	return *skip_blanks(s) == '\0';
}

Datum
isms_estimate_in(PG_FUNCTION_ARGS)
{
	char	   *str = PG_GETARG_CSTRING(0);
	IsmsEstimate *e = palloc(sizeof(IsmsEstimate));

	if (!read_estimate(str, e))
	{
		int			length = strlen(str);
		int			quoted = pg_mbcliplen(str, length, MAX_QUOTED_LENGTH);

		ereturn(fcinfo->context, (Datum) 0,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid input syntax for type %s: \"%.*s%s\"", "isms.estimate",
						quoted, str, quoted < length ? "..." : ""),
				 errhint("Write an interval that holds it in 9 of 10 cases as in \"10k..1.5M\", or minimum, mode and maximum as in \"pert(1,4,12)\", or a number. Suffixes are k, M and G.")));
	}
	if (!check_estimate(e, fcinfo->context))
		PG_RETURN_NULL();
	PG_RETURN_DATUM(IsmsEstimateGetDatum(e));
}

/*
 * The shortest digits that are read back as the same double, with the greatest
 * suffix that leaves at most two decimals, if any does.
 */
static void
append_number(StringInfo buf, double value)
{
	char		shortest[DOUBLE_SHORTEST_DECIMAL_LEN];
	char		digits[DOUBLE_SHORTEST_DECIMAL_LEN];
	char	   *exponent_at;
	int			n = 0;
	int			exponent = 0;	/* value is digits times ten to this */
	static const struct
	{
		int			power;
		const char *suffix;
	}			suffixes[] = {{9, "G"}, {6, "M"}, {3, "k"}};

	double_to_shortest_decimal_buf(value, shortest);
	exponent_at = strchr(shortest, 'e');
	if (exponent_at != NULL)
		exponent = atoi(exponent_at + 1);
	for (char *s = shortest; s != exponent_at && *s != '\0'; s++)
	{
		if (*s == '.')
			for (char *f = s + 1; f != exponent_at && *f != '\0'; f++)
				exponent--;
		else if (n > 0 || *s != '0')
			digits[n++] = *s;
	}
	while (n > 1 && digits[n - 1] == '0')
	{
		n--;
		exponent++;
	}
	for (int i = 0; i < (int) lengthof(suffixes); i++)
	{
		int			shifted = exponent - suffixes[i].power;
		int			whole = n + shifted;

		/* whole is how many digits stand before the point */
		if (value == 0.0 || whole < 1 || shifted < -2 || whole > 6)
			continue;
		for (int d = 0; d < Max(whole, n); d++)
		{
			if (d == whole)
				appendStringInfoChar(buf, '.');
			appendStringInfoChar(buf, d < n ? digits[d] : '0');
		}
		appendStringInfoString(buf, suffixes[i].suffix);
		return;
	}
	appendStringInfoString(buf, shortest);
}

Datum
isms_estimate_out(PG_FUNCTION_ARGS)
{
	const IsmsEstimate *e = DatumGetIsmsEstimate(PG_GETARG_DATUM(0));
	StringInfoData buf;

	initStringInfo(&buf);
	if (e->kind == ISMS_PERT)
	{
		appendStringInfoString(&buf, "pert(");
		for (int i = 0; i < 3 || (i == 3 && e->parameter[3] != DEFAULT_LAMBDA); i++)
		{
			if (i > 0)
				appendStringInfoChar(&buf, ',');
			append_number(&buf, e->parameter[i]);
		}
		appendStringInfoChar(&buf, ')');
	}
	else
	{
		append_number(&buf, e->parameter[0]);
		if (e->kind == ISMS_LOGNORMAL)
		{
			appendStringInfoString(&buf, "..");
			append_number(&buf, e->parameter[1]);
		}
	}
	PG_RETURN_CSTRING(buf.data);
}

/* The binary form is a byte for the kind (0 constant, 1 lognormal, 2 PERT) and its one, two or four float8. */
Datum
isms_estimate_recv(PG_FUNCTION_ARGS)
{
	StringInfo	buf = (StringInfo) PG_GETARG_POINTER(0);
	int			kind = pq_getmsgbyte(buf);
	IsmsEstimate *e = palloc0(sizeof(IsmsEstimate));

	if (kind > ISMS_PERT)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid external representation of type %s", "isms.estimate"),
				 errdetail("There is no kind %d.", kind)));
	e->kind = kind;
	for (int i = 0; i < parameters_of[kind]; i++)
		e->parameter[i] = pq_getmsgfloat8(buf);
	check_estimate(e, NULL);
	PG_RETURN_DATUM(IsmsEstimateGetDatum(e));
}

Datum
isms_estimate_send(PG_FUNCTION_ARGS)
{
	const IsmsEstimate *e = DatumGetIsmsEstimate(PG_GETARG_DATUM(0));
	StringInfoData buf;

	pq_begintypsend(&buf);
	pq_sendint8(&buf, e->kind);
	for (int i = 0; i < parameters_of[e->kind]; i++)
		pq_sendfloat8(&buf, e->parameter[i]);
	PG_RETURN_BYTEA_P(pq_endtypsend(&buf));
}

Datum
isms_estimate_constant(PG_FUNCTION_ARGS)
{
	PG_RETURN_DATUM(IsmsEstimateGetDatum(make_estimate(ISMS_CONSTANT, PG_GETARG_FLOAT8(0), 0.0, 0.0, 0.0)));
}

Datum
isms_estimate_lognormal(PG_FUNCTION_ARGS)
{
	PG_RETURN_DATUM(IsmsEstimateGetDatum(make_estimate(ISMS_LOGNORMAL, PG_GETARG_FLOAT8(0), PG_GETARG_FLOAT8(1),
													   0.0, 0.0)));
}

Datum
isms_estimate_pert(PG_FUNCTION_ARGS)
{
	PG_RETURN_DATUM(IsmsEstimateGetDatum(make_estimate(ISMS_PERT, PG_GETARG_FLOAT8(0), PG_GETARG_FLOAT8(1),
													   PG_GETARG_FLOAT8(2), PG_GETARG_FLOAT8(3))));
}

/* By mean; estimates of the same mean by kind and parameters. */
int
isms_compare_estimates(const IsmsEstimate *x, const IsmsEstimate *y)
{
	IsmsDistribution dx;
	IsmsDistribution dy;

	if (memcmp(x, y, sizeof(IsmsEstimate)) == 0)
		return 0;
	isms_distribution_of(x, &dx);
	isms_distribution_of(y, &dy);
	if (dx.mean != dy.mean)
		return dx.mean < dy.mean ? -1 : 1;
	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	for (int i = 0; i < ISMS_ESTIMATE_PARAMETERS; i++)
		if (x->parameter[i] != y->parameter[i])
			return x->parameter[i] < y->parameter[i] ? -1 : 1;
	return 0;
}

static inline int
compare_arguments(FunctionCallInfo fcinfo)
{
	return isms_compare_estimates(DatumGetIsmsEstimate(PG_GETARG_DATUM(0)), DatumGetIsmsEstimate(PG_GETARG_DATUM(1)));
}

Datum
isms_estimate_eq(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare_arguments(fcinfo) == 0);
}

Datum
isms_estimate_ne(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare_arguments(fcinfo) != 0);
}

Datum
isms_estimate_lt(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare_arguments(fcinfo) < 0);
}

Datum
isms_estimate_le(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare_arguments(fcinfo) <= 0);
}

Datum
isms_estimate_ge(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare_arguments(fcinfo) >= 0);
}

Datum
isms_estimate_gt(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare_arguments(fcinfo) > 0);
}

Datum
isms_estimate_cmp(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(compare_arguments(fcinfo));
}

Datum
isms_estimate_hash(PG_FUNCTION_ARGS)
{
	return hash_any((const unsigned char *) PG_GETARG_POINTER(0), sizeof(IsmsEstimate));
}

Datum
isms_estimate_hash_extended(PG_FUNCTION_ARGS)
{
	return hash_any_extended((const unsigned char *) PG_GETARG_POINTER(0), sizeof(IsmsEstimate), PG_GETARG_INT64(1));
}

static void
distribution_argument(FunctionCallInfo fcinfo, int argument, IsmsDistribution *d)
{
	isms_distribution_of(DatumGetIsmsEstimate(PG_GETARG_DATUM(argument)), d);
}

Datum
isms_estimate_mean(PG_FUNCTION_ARGS)
{
	IsmsDistribution d;

	distribution_argument(fcinfo, 0, &d);
	PG_RETURN_FLOAT8(d.mean);
}

Datum
isms_estimate_variance(PG_FUNCTION_ARGS)
{
	IsmsDistribution d;

	distribution_argument(fcinfo, 0, &d);
	PG_RETURN_FLOAT8(d.variance);
}

Datum
isms_estimate_quantile(PG_FUNCTION_ARGS)
{
	IsmsDistribution d;
	double		p = PG_GETARG_FLOAT8(1);

	if (!(p >= 0.0 && p <= 1.0))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("probability %g is not between 0 and 1", p)));
	distribution_argument(fcinfo, 0, &d);
	PG_RETURN_FLOAT8(isms_quantile_of(&d, p, 1.0 - p));
}

Datum
isms_estimate_cumulative(PG_FUNCTION_ARGS)
{
	IsmsDistribution d;
	double		x = PG_GETARG_FLOAT8(1);
	double		below;
	double		above;

	if (isnan(x))
		PG_RETURN_FLOAT8(x);
	distribution_argument(fcinfo, 0, &d);
	isms_tails(&d, x, &below, &above);
	PG_RETURN_FLOAT8(below);
}

Datum
isms_estimate_scale(PG_FUNCTION_ARGS)
{
	IsmsEstimate *e = palloc(sizeof(IsmsEstimate));
	double		factor = PG_GETARG_FLOAT8(1);

	if (!(factor >= 0.0) || isinf(factor))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("an estimate cannot be scaled by %g", factor)));
	*e = isms_scaled_estimate(DatumGetIsmsEstimate(PG_GETARG_DATUM(0)), factor);
	PG_RETURN_DATUM(IsmsEstimateGetDatum(e));
}

/* What P(X > Y) integrates: the density of one times a tail of the other. */
typedef struct Integrand
{
	const IsmsDistribution *over;	/* bounded */
	const IsmsDistribution *other;
	bool		other_below;	/* the tail of the other */
} Integrand;

static double
integrand(const Integrand *f, double x)
{
	double		below;
	double		above;

	isms_tails(f->other, x, &below, &above);
	return isms_density(f->over, x) * (f->other_below ? below : above);
}

/*
 * Integral over an interval with perhaps a singularity at its ends: double
 * exponential transformation, H. Takahasi and M. Mori, Publ. RIMS Kyoto Univ.
 * 9 (1974), 721-741.  The step is halved until two results agree.
 */
static double
integrate(const Integrand *f, double low, double high)
{
	const double reach = 3.2;	/* there the weight has fallen to 1e-16 */
	double		middle = 0.5 * (low + high);
	double		half = 0.5 * (high - low);
	double		sum = M_PI_2 * integrand(f, middle);
	double		step = 1.0;
	double		previous = 0.0;
	double		result = 0.0;

	if (!(half > 0.0))
		return 0.0;
	for (int level = 0; level < 12; level++)
	{
		CHECK_FOR_INTERRUPTS();
		for (double t = level == 0 ? step : 0.5 * step; t < reach; t += step)
		{
			double		s = M_PI_2 * sinh(t);
			double		c = cosh(s);
			double		weight = M_PI_2 * cosh(t) / (c * c);
			double		from_end = half * exp(-s) / c;

			if (low + from_end > low)
				sum += weight * integrand(f, low + from_end);
			if (high - from_end < high)
				sum += weight * integrand(f, high - from_end);
		}
		if (level > 0)
			step *= 0.5;
		result = sum * half * step;
		if (level > 3 && fabs(result - previous) < 1e-13)
			break;
		previous = result;
	}
	return result;
}

/* P(X > Y) where X is bounded and not constant, or P(X < Y) if below is false. */
static double
probability_over(const IsmsDistribution *over, const IsmsDistribution *other, bool below)
{
	static const double parts[] = {1e-4, 0.01, 0.1, 0.5, 0.9, 0.99, 1.0 - 1e-4};
	Integrand	f = {over, other, below};
	double		low = Max(over->lowest, other->lowest);
	double		high = Min(over->highest, other->highest);
	double		from;
	double		result;
	double		outside_below;
	double		outside_above;

	/* where X is beyond all that Y can be, one of the tails is 1 */
	isms_tails(over, below ? high : low, &outside_below, &outside_above);
	result = below ? outside_above : outside_below;
	if (low >= high)
		return result;

	/*
	 * pieces at the quantiles of both, so that each piece is smooth on its
	 * own scale
	 */
	for (from = low; from < high;)
	{
		double		to = high;

		for (int i = 0; i < (int) lengthof(parts); i++)
		{
			double		at = isms_quantile_of(other, parts[i], 1.0 - parts[i]);

			if (at > from && at < to)
				to = at;
			at = isms_quantile_of(over, parts[i], 1.0 - parts[i]);
			if (at > from && at < to)
				to = at;
		}
		result += integrate(&f, from, to);
		from = to;
	}
	return Min(result, 1.0);
}

/* P(X > Y) of independent X and Y */
Datum
isms_estimate_probability_greater(PG_FUNCTION_ARGS)
{
	IsmsDistribution x;
	IsmsDistribution y;
	double		below;
	double		above;

	distribution_argument(fcinfo, 0, &x);
	distribution_argument(fcinfo, 1, &y);
	if (y.kind == ISMS_CONSTANT)
	{
		isms_tails(&x, y.mean, &below, &above);
		PG_RETURN_FLOAT8(above);
	}
	if (x.kind == ISMS_CONSTANT)
	{
		isms_tails(&y, x.mean, &below, &above);
		PG_RETURN_FLOAT8(below);
	}
	if (x.kind == ISMS_LOGNORMAL && y.kind == ISMS_LOGNORMAL)
		PG_RETURN_FLOAT8(0.5 * erfc((y.mu - x.mu) / sqrt(2.0 * (x.sigma * x.sigma + y.sigma * y.sigma))));
	if (x.kind == ISMS_PERT)
		PG_RETURN_FLOAT8(probability_over(&x, &y, true));
	PG_RETURN_FLOAT8(probability_over(&y, &x, false));
}

/* Adds to a sum kept with what rounding lost (Knuth's two-sum), so that the order of rows hardly shows. */
static void
add_to_sum(double *sum, double value, double lost)
{
	double		total = sum[0] + value;
	double		part = total - sum[0];

	sum[1] += (sum[0] - (total - part)) + (value - part) + lost;
	sum[0] = total;
}

/* The four numbers in a state; a copy of it where it is not the aggregate's own. */
static ArrayType *
sum_state(FunctionCallInfo fcinfo, int argument, double **sums)
{
	ArrayType  *array = AggCheckCallContext(fcinfo, NULL) ?
		PG_GETARG_ARRAYTYPE_P(argument) : PG_GETARG_ARRAYTYPE_P_COPY(argument);

	if (ARR_NDIM(array) != 1 || ARR_DIMS(array)[0] != SUM_LENGTH || ARR_HASNULL(array) ||
		ARR_ELEMTYPE(array) != FLOAT8OID)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the state of isms.sum_estimate is an array of %d numbers", SUM_LENGTH)));
	*sums = (double *) ((char *) array + ARR_OVERHEAD_NONULLS(1));
	return array;
}

Datum
isms_estimate_sum_add(PG_FUNCTION_ARGS)
{
	ArrayType  *state;
	double	   *sums;
	IsmsDistribution d;

	if (PG_ARGISNULL(1))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	if (PG_ARGISNULL(0))
	{
		Datum		zeros[SUM_LENGTH];
		MemoryContext aggregate;
		MemoryContext old;

		if (!AggCheckCallContext(fcinfo, &aggregate))
			aggregate = CurrentMemoryContext;
		old = MemoryContextSwitchTo(aggregate);
		for (int i = 0; i < SUM_LENGTH; i++)
			zeros[i] = Float8GetDatum(0.0);
		state = construct_array(zeros, SUM_LENGTH, FLOAT8OID, sizeof(float8), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE);
		sums = (double *) ((char *) state + ARR_OVERHEAD_NONULLS(1));
		MemoryContextSwitchTo(old);
	}
	else
		state = sum_state(fcinfo, 0, &sums);
	distribution_argument(fcinfo, 1, &d);
	add_to_sum(sums + SUM_MEAN, d.mean, 0.0);
	add_to_sum(sums + SUM_VARIANCE, d.variance, 0.0);
	PG_RETURN_ARRAYTYPE_P(state);
}

Datum
isms_estimate_sum_combine(PG_FUNCTION_ARGS)
{
	double	   *sums;
	double	   *more;
	ArrayType  *state = sum_state(fcinfo, 0, &sums);

	sum_state(fcinfo, 1, &more);
	add_to_sum(sums + SUM_MEAN, more[SUM_MEAN], more[SUM_MEAN + 1]);
	add_to_sum(sums + SUM_VARIANCE, more[SUM_VARIANCE], more[SUM_VARIANCE + 1]);
	PG_RETURN_ARRAYTYPE_P(state);
}

/*
 * The lognormal with the mean and the variance of the sum of independent
 * quantities: L. F. Fenton, IRE Trans. Commun. Syst. 8 (1960), 57-67.
 */
Datum
isms_estimate_sum_end(PG_FUNCTION_ARGS)
{
	double	   *sums;
	double		mean;
	double		variance;
	double		mu;
	double		s2;

	sum_state(fcinfo, 0, &sums);
	mean = sums[SUM_MEAN] + sums[SUM_MEAN + 1];
	variance = sums[SUM_VARIANCE] + sums[SUM_VARIANCE + 1];
	if (!(variance > 0.0))
		PG_RETURN_DATUM(IsmsEstimateGetDatum(make_estimate(ISMS_CONSTANT, mean, 0.0, 0.0, 0.0)));
	s2 = log1p(variance / mean / mean);
	mu = log(mean) - 0.5 * s2;
	PG_RETURN_DATUM(IsmsEstimateGetDatum(make_estimate(ISMS_LOGNORMAL, exp(mu - Z95 * sqrt(s2)),
													   exp(mu + Z95 * sqrt(s2)), 0.0, 0.0)));
}
