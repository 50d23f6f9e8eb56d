/*
 * loss_read.c
 *		What is read from an isms.loss_curve: losses, probabilities, tails.
 *
 * Between two points of the curve the probability is linear.  Where every loss
 * is a multiple of a unit, what is read is one too.
 */
#include "postgres.h"

#include <math.h>

#include "access/htup_details.h"
#include "core/compat.h"
#include "fmgr.h"
#include "funcapi.h"
#include "risk/loss.h"
#include "risk/risk.h"
#include "utils/builtins.h"
#include "utils/tuplestore.h"

PG_FUNCTION_INFO_V1(isms_loss_curve_in);
PG_FUNCTION_INFO_V1(isms_loss_curve_out);
PG_FUNCTION_INFO_V1(isms_loss_curve_expected);
PG_FUNCTION_INFO_V1(isms_loss_curve_value_at_risk);
PG_FUNCTION_INFO_V1(isms_loss_curve_tail_value_at_risk);
PG_FUNCTION_INFO_V1(isms_loss_curve_probability);
PG_FUNCTION_INFO_V1(isms_loss_curve_statistics);
PG_FUNCTION_INFO_V1(isms_loss_curve_exceedance);

static IsmsLossCurve *
curve_argument(FunctionCallInfo fcinfo)
{
	IsmsLossCurve *curve = (IsmsLossCurve *) PG_DETOAST_DATUM(PG_GETARG_DATUM(0));

	if (VARSIZE(curve) < offsetof(IsmsLossCurve, part) || curve->format != ISMS_LOSS_CURVE_FORMAT)
		isms_refuse_stored("isms.loss_curve", "isms.risk_loss");
	return curve;
}

static inline double
loss_at(const IsmsLossPart *part, int i)
{
	return (part->first + i + 0.5) * part->step;
}

/* The smallest loss that is exceeded with at most this probability, as the points have it; infinite beyond the curve. */
static double
loss_between_points(const IsmsLossCurve *curve, double probability)
{
	const double *exceedances = IsmsLossExceedances(curve);
	double		x0 = 0.0;
	double		p0 = curve->some;

	if (curve->some <= probability)
		return 0.0;
	if (curve->is_single)
		return isms_quantile_of(&curve->single, 1.0 - probability / curve->some, probability / curve->some);
	for (int i = 0; i < curve->parts; i++)
	{
		const IsmsLossPart *part = &curve->part[i];
		const double *p = exceedances + part->at;
		int			low = 0;
		int			high = part->count;

		/* the first point that is exceeded with no more */
		while (low < high)
		{
			int			middle = (low + high) / 2;

			if (p[middle] <= probability)
				high = middle;
			else
				low = middle + 1;
		}
		if (low < part->count)
		{
			if (low > 0)
			{
				x0 = loss_at(part, low - 1);
				p0 = p[low - 1];
			}
			return x0 + (loss_at(part, low) - x0) * (p0 - probability) / (p0 - p[low]);
		}
		x0 = loss_at(part, part->count - 1);
		p0 = p[part->count - 1];
	}
	return curve->parts == 0 ? 0.0 : HUGE_VAL;
}

/* The same; a multiple of the unit where every loss is. */
static double
loss_exceeded(const IsmsLossCurve *curve, double probability)
{
	double		x = loss_between_points(curve, probability);

	return curve->unit > 0.0 && isfinite(x) ? floor(x / curve->unit + 0.5) * curve->unit : x;
}

/* The probability of losing more than x. */
static double
probability_of_exceeding(const IsmsLossCurve *curve, double x)
{
	double		x0 = 0.0;
	double		p0 = curve->some;

	if (x < 0.0)
		return 1.0;
	if (isinf(x))
		return 0.0;
	/* nothing is between two multiples */
	if (curve->unit > 0.0)
		x = (floor(x / curve->unit + 1e-9) + 0.5) * curve->unit;
	if (curve->is_single)
	{
		double		below;
		double		above;

		isms_tails(&curve->single, x, &below, &above);
		return curve->some * above;
	}
	for (int i = 0; i < curve->parts; i++)
	{
		const IsmsLossPart *part = &curve->part[i];
		const double *p = IsmsLossExceedances(curve) + part->at;
		int			k;

		if (x >= loss_at(part, part->count - 1))
		{
			x0 = loss_at(part, part->count - 1);
			p0 = p[part->count - 1];
			continue;
		}
		k = (int) floor(x / part->step - part->first - 0.5);
		if (k >= 0)
		{
			x0 = loss_at(part, k);
			p0 = p[k];
		}
		else
			k = -1;
		return p0 + (p[k + 1] - p0) * (x - x0) / (loss_at(part, k + 1) - x0);
	}
	return 0.0;
}

/* E[max(S - x, 0)] for an x on the curve: the mean less what lies below ("mean minus body"). */
static double
loss_beyond(const IsmsLossCurve *curve, double x)
{
	double		body = 0.0;
	double		x0 = 0.0;
	double		p0 = curve->some;

	if (curve->is_single)
		return curve->some * (curve->single.mean - isms_limited_mean(&curve->single, x));
	for (int i = 0; i < curve->parts; i++)
	{
		const IsmsLossPart *part = &curve->part[i];
		const double *p = IsmsLossExceedances(curve) + part->at;

		/*
		 * each grid knows the body below its first point; from there on it is
		 * summed up
		 */
		if (loss_at(part, 0) <= x)
		{
			body = part->limited;
			x0 = loss_at(part, 0);
			p0 = p[0];
		}
		for (int k = 0; k < part->count && x0 < x; k++)
		{
			double		x1 = loss_at(part, k);
			double		p1 = p[k];

			if (x1 <= x0)
				continue;
			if (x1 > x)
			{
				p1 = p0 + (p1 - p0) * (x - x0) / (x1 - x0);
				x1 = x;
			}
			body += 0.5 * (p0 + p1) * (x1 - x0);
			x0 = x1;
			p0 = p1;
		}
	}
	return Max(curve->mean - body, 0.0);
}

/* The tail's mean: C. Acerbi, D. Tasche, J. Banking Finance 26 (2002), 1487-1503. */
static double
tail_mean(const IsmsLossCurve *curve, double probability)
{
	double		x = loss_exceeded(curve, probability);
	double		gap = 0.5 * curve->unit;

	/*
	 * up to half way to the next multiple of the unit nothing is lost but
	 * what all of those above lose
	 */
	if (gap > 0.0)
		return x + (loss_beyond(curve, x + gap) + gap * probability_of_exceeding(curve, x)) / probability;
	return x + loss_beyond(curve, x) / probability;
}

/* 1 - p, where the curve reaches that far. */
static double
tail_argument(FunctionCallInfo fcinfo, const IsmsLossCurve *curve)
{
	double		p = PG_GETARG_FLOAT8(1);

	if (!(p >= 0.0 && p < 1.0))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("probability %g is not from 0 to less than 1", p)));
	if (isinf(loss_exceeded(curve, 1.0 - p)))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("probability %.17g is beyond the loss curve", p),
				 errdetail("It ends where a loss is exceeded with a probability of %.1e.",
						   IsmsLossExceedances(curve)[curve->part[curve->parts - 1].at + curve->part[curve->parts - 1].count - 1])));
	return 1.0 - p;
}

Datum
isms_loss_curve_in(PG_FUNCTION_ARGS)
{
	ereport(ERROR,
			(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
			 errmsg("cannot accept a value of type %s", "isms.loss_curve"),
			 errhint("See isms.loss_curve(isms.loss_model).")));
	PG_RETURN_NULL();
}

Datum
isms_loss_curve_out(PG_FUNCTION_ARGS)
{
	const IsmsLossCurve *curve = curve_argument(fcinfo);

	PG_RETURN_CSTRING(psprintf("mean %.6g, probability of a loss %.6g", curve->mean, curve->some));
}

Datum
isms_loss_curve_expected(PG_FUNCTION_ARGS)
{
	PG_RETURN_FLOAT8(curve_argument(fcinfo)->mean);
}

Datum
isms_loss_curve_value_at_risk(PG_FUNCTION_ARGS)
{
	const IsmsLossCurve *curve = curve_argument(fcinfo);

	PG_RETURN_FLOAT8(loss_exceeded(curve, tail_argument(fcinfo, curve)));
}

Datum
isms_loss_curve_tail_value_at_risk(PG_FUNCTION_ARGS)
{
	const IsmsLossCurve *curve = curve_argument(fcinfo);

	PG_RETURN_FLOAT8(tail_mean(curve, tail_argument(fcinfo, curve)));
}

Datum
isms_loss_curve_probability(PG_FUNCTION_ARGS)
{
	const IsmsLossCurve *curve = curve_argument(fcinfo);
	double		x = PG_GETARG_FLOAT8(1);

	if (isnan(x))
		PG_RETURN_FLOAT8(x);
	PG_RETURN_FLOAT8(probability_of_exceeding(curve, x));
}

/* isms.loss_statistics(curve): one row */
Datum
isms_loss_curve_statistics(PG_FUNCTION_ARGS)
{
	const IsmsLossCurve *curve = curve_argument(fcinfo);
	TupleDesc	description;
	Datum		values[11];
	bool		nulls[11];
	double		sd = sqrt(Max(curve->variance, 0.0));
	double		skewness = curve->third / (sd * sd * sd);
	int			n = 0;

	if (get_call_result_type(fcinfo, NULL, &description) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	memset(nulls, 0, sizeof(nulls));
	values[n++] = Int32GetDatum(curve->components);
	values[n++] = Float8GetDatum(curve->mean);
	values[n++] = Float8GetDatum(sd);
	nulls[n] = !isfinite(skewness);
	values[n++] = Float8GetDatum(skewness);
	values[n++] = Float8GetDatum(1.0 - curve->some);
	values[n++] = Float8GetDatum(loss_exceeded(curve, 0.05));
	values[n++] = Float8GetDatum(loss_exceeded(curve, 0.01));
	values[n++] = Float8GetDatum(loss_exceeded(curve, 0.001));
	values[n++] = Float8GetDatum(tail_mean(curve, 0.05));
	values[n++] = Float8GetDatum(tail_mean(curve, 0.01));
	values[n++] = Float8GetDatum(curve->error);
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(description), values, nulls)));
}

/* isms.loss_exceedance(curve): rows (loss, probability), from no loss at all to one in ten thousand years */
Datum
isms_loss_curve_exceedance(PG_FUNCTION_ARGS)
{
	static const double steps[] = {
		0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001, 0.0005, 0.0002, 0.0001
	};
	const IsmsLossCurve *curve = curve_argument(fcinfo);
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	bool		nulls[2] = {false, false};

	InitMaterializedSRF(fcinfo, 0);
	for (int i = -1; i < (int) lengthof(steps); i++)
	{
		Datum		values[2];
		double		probability = i < 0 ? curve->some : steps[i];
		double		loss;

		if (i >= 0 && probability >= curve->some)
			continue;
		loss = i < 0 ? 0.0 : loss_exceeded(curve, probability);
		values[0] = Float8GetDatum(loss);
		values[1] = Float8GetDatum(probability);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	PG_RETURN_NULL();
}
