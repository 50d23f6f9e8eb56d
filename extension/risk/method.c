/*
 * method.c
 *		isms.method_spec: a risk method compiled once a query.
 *
 * The rows of risk_method, risk_scale_step and risk_level become one flat
 * value that assessing reads in place.  It has no text input and no binary
 * one, so that nothing but compiling makes a value and its positions need no
 * checking where they are used.  Somebody may have stored one in a table and
 * come back with a later library: the format says so.
 *
 * Compiling takes a method as it is: what is missing or makes no sense leaves
 * risks unrated, so that a view over many methods never fails because of one.
 * isms.check_method() says what is wrong with a method.
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "core/compat.h"
#include "executor/executor.h"
#include "fmgr.h"
#include "lib/stringinfo.h"
#include "risk/risk.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/float.h"
#include "utils/lsyscache.h"
#include "utils/numeric.h"

/* The greatest minimum of a level that is told from a greater one. */
#define GREATEST_MINIMUM	INT64CONST(1000000000000000)

/* The tables' constraints; here they keep scores far from overflow. */
#define GREATEST_STEP		99

PG_FUNCTION_INFO_V1(isms_method_spec_in);
PG_FUNCTION_INFO_V1(isms_method_spec_out);
PG_FUNCTION_INFO_V1(isms_compile_method);

const char *const isms_scale_names[ISMS_SCALES] = {
	"likelihood", "consequence", "threat", "vulnerability"
};

static const char *const score_rule_names[] = {
	"matrix", "product", "sum", "impact_threat_vulnerability", NULL
};

static const char *const residual_rule_names[] = {
	"entered", "bands", "steps", "vulnerability_reduction", "percent_max", "percent_product", NULL
};

/* The place of a text in a list of names. */
static int
place_of(Datum value, const char *const *names, const char *what)
{
	char	   *name = TextDatumGetCString(value);

	for (int i = 0; names[i]; i++)
		if (strcmp(names[i], name) == 0)
			return i;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("unknown %s \"%s\"", what, name)));
}

/* A quantity, NaN where there is none. */
static double
quantity_of(Datum value, bool isnull)
{
	if (isnull)
		return get_float8_nan();
	return DatumGetFloat8(DirectFunctionCall1(numeric_float8_no_overflow, value));
}

/* A score in units, rounded up, within what is told apart. */
int64
isms_score_units(Datum value)
{
	double		rough = quantity_of(value, false);
	Datum		units;

	if (isnan(rough) || rough >= (double) GREATEST_MINIMUM / ISMS_SCORE_UNIT)
		return GREATEST_MINIMUM;
	if (rough <= -(double) GREATEST_MINIMUM / ISMS_SCORE_UNIT)
		return -GREATEST_MINIMUM;
	units = DirectFunctionCall2(numeric_mul, value,
								NumericGetDatum(int64_to_numeric(ISMS_SCORE_UNIT)));
	return DatumGetInt64(DirectFunctionCall1(numeric_int8,
											 DirectFunctionCall1(numeric_ceil, units)));
}

/* Appends bytes at the next aligned position and returns that. */
static int32
append_at(StringInfo buf, const void *bytes, int length)
{
	int32		position;

	while (buf->len != (int) MAXALIGN(buf->len))
		appendStringInfoCharMacro(buf, '\0');
	position = buf->len;
	appendBinaryStringInfo(buf, bytes, length);
	return position;
}

static int32
append_text(StringInfo buf, Datum value, bool isnull)
{
	text	   *t;

	if (isnull)
		return 0;
	t = DatumGetTextP(value);
	return append_at(buf, t, VARSIZE(t));
}

/* The rows of an array of a row type; none for a null array. */
static int
rows_of(FunctionCallInfo fcinfo, int argument, Datum **rows)
{
	ArrayType  *array;
	bool	   *nulls;
	int			n;
	int			kept = 0;

	*rows = NULL;
	if (PG_ARGISNULL(argument))
		return 0;
	array = PG_GETARG_ARRAYTYPE_P(argument);
	deconstruct_array(array, ARR_ELEMTYPE(array), -1, false, TYPALIGN_DOUBLE, rows, &nulls, &n);
	for (int i = 0; i < n; i++)
		if (!nulls[i])
			(*rows)[kept++] = (*rows)[i];
	return kept;
}

static int
compare_steps(const void *a, const void *b)
{
	int			left = ((const IsmsStep *) a)->step;
	int			right = ((const IsmsStep *) b)->step;

	return (left > right) - (left < right);
}

static int
compare_levels(const void *a, const void *b)
{
	int			left = ((const IsmsLevel *) a)->rank;
	int			right = ((const IsmsLevel *) b)->rank;

	return (left > right) - (left < right);
}

/* A number that the table's constraints keep small; a row made by hand is held to the same. */
static int
small_int(HeapTupleHeader row, const char *column)
{
	bool		isnull;
	Datum		value = GetAttributeByName(row, column, &isnull);

	if (isnull)
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("%s of a step or level may not be null", column)));
	if (DatumGetInt32(value) < 0 || DatumGetInt32(value) > GREATEST_STEP)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("%s %d is not between 0 and %d", column, DatumGetInt32(value), GREATEST_STEP)));
	return DatumGetInt32(value);
}

static void
compile_scales(StringInfo buf, IsmsMethod *header, Datum *rows, int n)
{
	IsmsStep   *steps = palloc(sizeof(IsmsStep) * Max(n, 1));

	for (int scale = 0; scale < ISMS_SCALES; scale++)
	{
		int			count = 0;

		for (int i = 0; i < n; i++)
		{
			HeapTupleHeader row = DatumGetHeapTupleHeader(rows[i]);
			IsmsStep   *step = &steps[count];
			bool		isnull;
			Datum		value;
			double		high;

			value = GetAttributeByName(row, "scale", &isnull);
			if (isnull || strcmp(TextDatumGetCString(value), isms_scale_names[scale]) != 0)
				continue;
			step->step = small_int(row, "step");
			value = GetAttributeByName(row, "label", &isnull);
			step->label = append_text(buf, value, isnull);
			value = GetAttributeByName(row, "low", &isnull);
			step->low = quantity_of(value, isnull);
			value = GetAttributeByName(row, "high", &isnull);
			high = quantity_of(value, isnull);
			value = GetAttributeByName(row, "value", &isnull);
			step->quantity = quantity_of(value, isnull);
			if (isnull && step->low > 0 && !isinf(high))
				step->quantity = sqrt(step->low * high);
			count++;
		}
		qsort(steps, count, sizeof(IsmsStep), compare_steps);
		header->scales[scale].count = count;
		if (count > 0)
			header->scales[scale].steps = append_at(buf, steps, sizeof(IsmsStep) * count);
	}
}

static void
compile_levels(StringInfo buf, IsmsMethod *header, Datum *rows, int n)
{
	IsmsLevel  *levels = palloc0(sizeof(IsmsLevel) * Max(n, 1));

	for (int i = 0; i < n; i++)
	{
		HeapTupleHeader row = DatumGetHeapTupleHeader(rows[i]);
		bool		isnull;
		Datum		value;

		levels[i].rank = small_int(row, "rank");
		value = GetAttributeByName(row, "minimum", &isnull);
		levels[i].minimum = isnull ? GREATEST_MINIMUM : isms_score_units(value);
		value = GetAttributeByName(row, "label", &isnull);
		levels[i].label = append_text(buf, value, isnull);
		value = GetAttributeByName(row, "disposition", &isnull);
		levels[i].disposition = append_text(buf, value, isnull);
		value = GetAttributeByName(row, "colour", &isnull);
		levels[i].colour = append_text(buf, value, isnull);
	}
	qsort(levels, n, sizeof(IsmsLevel), compare_levels);
	header->level_count = n;
	if (n > 0)
		header->levels = append_at(buf, levels, sizeof(IsmsLevel) * n);
}

static void
compile_matrix(StringInfo buf, IsmsMethod *header, ArrayType *matrix)
{
	Datum	   *cells;
	bool	   *nulls;
	int			n;
	int32	   *plain;

	if (ARR_NDIM(matrix) != 2)
		return;
	deconstruct_array(matrix, INT4OID, sizeof(int32), true, TYPALIGN_INT, &cells, &nulls, &n);
	plain = palloc(sizeof(int32) * n);
	for (int i = 0; i < n; i++)
		plain[i] = nulls[i] ? ISMS_NO_CELL : DatumGetInt32(cells[i]);
	header->rows = ARR_DIMS(matrix)[0];
	header->columns = ARR_DIMS(matrix)[1];
	header->matrix = append_at(buf, plain, sizeof(int32) * n);
}

/* isms.compile_method(risk_method, risk_scale_step[], risk_level[]) */
Datum
isms_compile_method(PG_FUNCTION_ARGS)
{
	HeapTupleHeader row;
	IsmsMethod	header;
	StringInfoData buf;
	Datum	   *rows;
	Datum		value;
	bool		isnull;
	int			n;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	row = PG_GETARG_HEAPTUPLEHEADER(0);
	memset(&header, 0, sizeof(header));
	header.format = ISMS_METHOD_FORMAT;
	initStringInfo(&buf);
	appendBinaryStringInfo(&buf, (char *) &header, sizeof(header));

	value = GetAttributeByName(row, "score_rule", &isnull);
	if (isnull)
		PG_RETURN_NULL();
	header.score_rule = place_of(value, score_rule_names, "score rule");
	value = GetAttributeByName(row, "residual_rule", &isnull);
	if (isnull)
		PG_RETURN_NULL();
	header.residual_rule = place_of(value, residual_rule_names, "residual rule");
	value = GetAttributeByName(row, "dependence", &isnull);
	header.dependence = isnull ? ISMS_INDEPENDENT : isms_dependence_of(DatumGetTextPP(value));
	value = GetAttributeByName(row, "matrix", &isnull);
	if (!isnull)
		compile_matrix(&buf, &header, DatumGetArrayTypeP(value));
	n = rows_of(fcinfo, 1, &rows);
	compile_scales(&buf, &header, rows, n);
	n = rows_of(fcinfo, 2, &rows);
	compile_levels(&buf, &header, rows, n);

	SET_VARSIZE(&header, buf.len);
	memcpy(buf.data, &header, sizeof(header));
	PG_RETURN_POINTER(buf.data);
}

Datum
isms_method_spec_in(PG_FUNCTION_ARGS)
{
	ereport(ERROR,
			(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
			 errmsg("cannot accept a value of type %s", "isms.method_spec"),
			 errhint("See isms.risk_method_spec.")));
	PG_RETURN_NULL();
}

/* These types live in queries; what somebody stored, another version of the library may not read. */
void
isms_refuse_stored(const char *type, const char *view)
{
	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("a stored %s cannot be read", type),
			 errdetail("Another version of isms made it."),
			 errhint("Take it from %s.", view)));
}

/* A value of this library's form. */
const IsmsMethod *
isms_method_argument(Datum value)
{
	const IsmsMethod *method = (const IsmsMethod *) DatumGetPointer(value);

	if (VARSIZE(method) < sizeof(IsmsMethod) || method->format != ISMS_METHOD_FORMAT)
		isms_refuse_stored("isms.method_spec", "isms.risk_method_spec");
	return method;
}

/* What a reader of the view wants to see of it. */
Datum
isms_method_spec_out(PG_FUNCTION_ARGS)
{
	const IsmsMethod *method = isms_method_argument(PG_GETARG_DATUM(0));
	StringInfoData buf;

	initStringInfo(&buf);
	appendStringInfoString(&buf, score_rule_names[method->score_rule]);
	if (method->matrix != 0)
		appendStringInfo(&buf, " %dx%d", method->rows, method->columns);
	appendStringInfo(&buf, ", %s, %d levels", residual_rule_names[method->residual_rule], method->level_count);
	if (method->dependence != ISMS_INDEPENDENT)
		appendStringInfoString(&buf, method->dependence == ISMS_DEPENDENT ? ", dependent controls" : ", dependence of controls unknown");
	PG_RETURN_CSTRING(buf.data);
}

const IsmsStep *
isms_find_step(const IsmsMethod *method, IsmsScale scale, int step)
{
	int			count = method->scales[scale].count;
	const IsmsStep *steps = (const IsmsStep *) IsmsMethodAt(method, method->scales[scale].steps);

	for (int i = 0; i < count; i++)
		if (steps[i].step == step)
			return &steps[i];
	return NULL;
}

/* A step as people read it, NULL where it is not rated. */
char *
isms_step_text(const IsmsMethod *method, IsmsScale scale, int step)
{
	const IsmsStep *found;

	if (step == ISMS_NOT_RATED)
		return NULL;
	found = isms_find_step(method, scale, step);
	if (found == NULL)
		return psprintf("%d (not on the scale)", step);
	if (found->label == 0)
		return psprintf("%d", step);
	return psprintf("%d (%s)", step,
					text_to_cstring((const text *) IsmsMethodAt(method, found->label)));
}
