/*
 * aggregate.c
 *		isms.combine_effectiveness(), isms.effectiveness_range() and
 *		isms.worst_level(): what the assessment does with controls and levels,
 *		for any query.
 *
 * What is unknown stays unknown: a null among the values makes the result
 * null, unless it could not change it.  Results do not depend on the order of
 * the values nor on how workers divided them.
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "core/compat.h"
#include "fmgr.h"
#include "libpq/pqformat.h"
#include "risk/risk.h"
#include "utils/builtins.h"
#include "utils/numeric.h"
#include "utils/rangetypes.h"
#include "utils/typcache.h"

/* Combined effectiveness is told to so many decimals, half up but for rounding of doubles. */
#define DECIMALS			12
#define DECIMAL_UNIT		1e12
#define TOLERANCE			1e-2

/* Beside how controls depend on each other, the most they could come to: what one lets pass, no other does (upper Frechet bound). */
#define MOST_FAVOURABLE		(ISMS_UNKNOWN + 1)

typedef struct Combined
{
	double		left;			/* product of (1 - e) */
	double		greatest;
	double		sum;
	int32		dependence;
	int32		unknown;		/* was there a null? */
} Combined;

typedef struct Worst
{
	text	   *label;
	int32		rank;
	int32		unknown;
} Worst;

PG_FUNCTION_INFO_V1(isms_combine_add);
PG_FUNCTION_INFO_V1(isms_combine_merge);
PG_FUNCTION_INFO_V1(isms_combine_serialize);
PG_FUNCTION_INFO_V1(isms_combine_deserialize);
PG_FUNCTION_INFO_V1(isms_combine_result);
PG_FUNCTION_INFO_V1(isms_combine_range);
PG_FUNCTION_INFO_V1(isms_worst_add);
PG_FUNCTION_INFO_V1(isms_worst_merge);
PG_FUNCTION_INFO_V1(isms_worst_serialize);
PG_FUNCTION_INFO_V1(isms_worst_deserialize);
PG_FUNCTION_INFO_V1(isms_worst_result);

static MemoryContext
aggregate_context(FunctionCallInfo fcinfo)
{
	MemoryContext context;

	if (!AggCheckCallContext(fcinfo, &context))
		elog(ERROR, "called outside an aggregate");
	return context;
}

static int
dependence_argument(FunctionCallInfo fcinfo)
{
	text	   *word;

	if (PG_NARGS() < 3)
		return ISMS_INDEPENDENT;
	if (PG_ARGISNULL(2))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("dependence may not be null"),
				 errhint("Where it is not known, it is \"unknown\".")));
	word = PG_GETARG_TEXT_PP(2);
	if (VARSIZE_ANY_EXHDR(word) == strlen("most_favourable") &&
		memcmp(VARDATA_ANY(word), "most_favourable", VARSIZE_ANY_EXHDR(word)) == 0)
		return MOST_FAVOURABLE;
	return isms_dependence_of(word);
}

static void
same_dependence(int one, int other)
{
	if (one != other)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("dependence must be the same for all controls that are combined")));
}

/* Transition of isms.combine_effectiveness(effectiveness numeric [, dependence text]). */
Datum
isms_combine_add(PG_FUNCTION_ARGS)
{
	MemoryContext context = aggregate_context(fcinfo);
	int			dependence = dependence_argument(fcinfo);
	IsmsStated	stated = {0};
	Combined   *state;

	if (PG_ARGISNULL(0))
	{
		state = MemoryContextAllocZero(context, sizeof(Combined));
		state->left = 1.0;
		state->dependence = dependence;
	}
	else
		state = (Combined *) PG_GETARG_POINTER(0);
	same_dependence(state->dependence, dependence);
	if (PG_ARGISNULL(1))
		state->unknown = true;
	else
	{
		stated.has_effectiveness = true;
		stated.effectiveness = DatumGetFloat8(DirectFunctionCall1(numeric_float8_no_overflow, PG_GETARG_DATUM(1)));
		isms_check_stated(&stated);
		state->left *= 1.0 - stated.effectiveness;
		state->greatest = Max(state->greatest, stated.effectiveness);
		state->sum += stated.effectiveness;
	}
	PG_RETURN_POINTER(state);
}

Datum
isms_combine_merge(PG_FUNCTION_ARGS)
{
	MemoryContext context = aggregate_context(fcinfo);
	Combined   *state = PG_ARGISNULL(0) ? NULL : (Combined *) PG_GETARG_POINTER(0);
	const Combined *other = PG_ARGISNULL(1) ? NULL : (const Combined *) PG_GETARG_POINTER(1);

	if (state == NULL && other == NULL)
		PG_RETURN_NULL();
	if (state == NULL)
	{
		state = MemoryContextAlloc(context, sizeof(Combined));
		*state = *other;
	}
	else if (other)
	{
		same_dependence(state->dependence, other->dependence);
		state->left *= other->left;
		state->greatest = Max(state->greatest, other->greatest);
		state->sum += other->sum;
		state->unknown |= other->unknown;
	}
	PG_RETURN_POINTER(state);
}

Datum
isms_combine_serialize(PG_FUNCTION_ARGS)
{
	const Combined *state = (const Combined *) PG_GETARG_POINTER(0);
	StringInfoData buf;

	aggregate_context(fcinfo);
	pq_begintypsend(&buf);
	pq_sendbytes(&buf, (const char *) state, sizeof(Combined));
	PG_RETURN_BYTEA_P(pq_endtypsend(&buf));
}

Datum
isms_combine_deserialize(PG_FUNCTION_ARGS)
{
	bytea	   *bytes = PG_GETARG_BYTEA_PP(0);
	Combined   *state = palloc(sizeof(Combined));

	aggregate_context(fcinfo);
	if (VARSIZE_ANY_EXHDR(bytes) != sizeof(Combined))
		elog(ERROR, "a state of isms.combine_effectiveness has %zu bytes", (size_t) VARSIZE_ANY_EXHDR(bytes));
	memcpy(state, VARDATA_ANY(bytes), sizeof(Combined));
	PG_RETURN_POINTER(state);
}

/* Rounded, so that neither the order of the controls nor binary fractions show. */
static Datum
rounded(double effectiveness)
{
	double		units = floor(effectiveness * DECIMAL_UNIT + 0.5 + TOLERANCE);

	return DirectFunctionCall1(numeric_trim_scale,
							   NumericGetDatum(int64_div_fast_to_numeric((int64) units, DECIMALS)));
}

static double
together(const Combined *state, int dependence)
{
	switch (dependence)
	{
		case ISMS_INDEPENDENT:
			return 1.0 - state->left;
		case MOST_FAVOURABLE:
			return Min(1.0, state->sum);
		default:
			return state->greatest;
	}
}

/* Its end. */
Datum
isms_combine_result(PG_FUNCTION_ARGS)
{
	const Combined *state;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	state = (const Combined *) PG_GETARG_POINTER(0);
	if (state->unknown && together(state, state->dependence) < 1.0)
		PG_RETURN_NULL();
	return rounded(together(state, state->dependence));
}

/* End of isms.effectiveness_range: from what the best control takes off to what independent ones would. */
Datum
isms_combine_range(PG_FUNCTION_ARGS)
{
	TypeCacheEntry *type = lookup_type_cache(NUMRANGEOID, TYPECACHE_RANGE_INFO);
	const Combined *state;
	RangeBound	lower = {.inclusive = true,.lower = true};
	RangeBound	upper = {.inclusive = true};

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	state = (const Combined *) PG_GETARG_POINTER(0);
	if (state->unknown && state->greatest < 1.0)
		PG_RETURN_NULL();
	lower.val = rounded(state->greatest);
	upper.val = rounded(1.0 - state->left);
	PG_RETURN_RANGE_P(IsmsMakeRange(type, &lower, &upper));
}

/* Is this label of this rank worse?  Of two of one rank, the first by bytes. */
static bool
is_worse(int32 rank, const text *label, const Worst *state)
{
	int			length = Min(VARSIZE_ANY_EXHDR(label), VARSIZE_ANY_EXHDR(state->label));
	int			order;

	if (rank != state->rank)
		return rank > state->rank;
	order = memcmp(VARDATA_ANY(label), VARDATA_ANY(state->label), length);
	return order != 0 ? order < 0 : VARSIZE_ANY_EXHDR(label) < VARSIZE_ANY_EXHDR(state->label);
}

static Worst *
keep_worst(Worst *state, MemoryContext context, int32 rank, const text *label)
{
	MemoryContext caller;

	if (state->label && !is_worse(rank, label, state))
		return state;
	caller = MemoryContextSwitchTo(context);
	if (state->label)
		pfree(state->label);
	state->label = cstring_to_text_with_len(VARDATA_ANY(label), VARSIZE_ANY_EXHDR(label));
	state->rank = rank;
	MemoryContextSwitchTo(caller);
	return state;
}

/* Transition of isms.worst_level(level text, rank integer). */
Datum
isms_worst_add(PG_FUNCTION_ARGS)
{
	MemoryContext context = aggregate_context(fcinfo);
	Worst	   *state;

	state = PG_ARGISNULL(0) ? MemoryContextAllocZero(context, sizeof(Worst)) : (Worst *) PG_GETARG_POINTER(0);
	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
		state->unknown = true;
	else
		keep_worst(state, context, PG_GETARG_INT32(2), PG_GETARG_TEXT_PP(1));
	PG_RETURN_POINTER(state);
}

Datum
isms_worst_merge(PG_FUNCTION_ARGS)
{
	MemoryContext context = aggregate_context(fcinfo);
	Worst	   *state = PG_ARGISNULL(0) ? NULL : (Worst *) PG_GETARG_POINTER(0);
	const Worst *other = PG_ARGISNULL(1) ? NULL : (const Worst *) PG_GETARG_POINTER(1);

	if (state == NULL && other == NULL)
		PG_RETURN_NULL();
	if (state == NULL)
		state = MemoryContextAllocZero(context, sizeof(Worst));
	if (other)
	{
		state->unknown |= other->unknown;
		if (other->label)
			keep_worst(state, context, other->rank, other->label);
	}
	PG_RETURN_POINTER(state);
}

Datum
isms_worst_serialize(PG_FUNCTION_ARGS)
{
	const Worst *state = (const Worst *) PG_GETARG_POINTER(0);
	StringInfoData buf;

	aggregate_context(fcinfo);
	pq_begintypsend(&buf);
	pq_sendint32(&buf, state->rank);
	pq_sendint32(&buf, state->unknown);
	pq_sendint32(&buf, state->label != NULL);
	if (state->label)
		pq_sendbytes(&buf, VARDATA_ANY(state->label), VARSIZE_ANY_EXHDR(state->label));
	PG_RETURN_BYTEA_P(pq_endtypsend(&buf));
}

Datum
isms_worst_deserialize(PG_FUNCTION_ARGS)
{
	bytea	   *bytes = PG_GETARG_BYTEA_PP(0);
	Worst	   *state = palloc0(sizeof(Worst));
	StringInfoData buf;

	aggregate_context(fcinfo);
	initStringInfo(&buf);
	appendBinaryStringInfo(&buf, VARDATA_ANY(bytes), VARSIZE_ANY_EXHDR(bytes));
	state->rank = pq_getmsgint(&buf, sizeof(int32));
	state->unknown = pq_getmsgint(&buf, sizeof(int32));
	if (pq_getmsgint(&buf, sizeof(int32)))
	{
		int			length = buf.len - buf.cursor;

		state->label = cstring_to_text_with_len(pq_getmsgbytes(&buf, length), length);
	}
	pq_getmsgend(&buf);
	PG_RETURN_POINTER(state);
}

/* Its end. */
Datum
isms_worst_result(PG_FUNCTION_ARGS)
{
	const Worst *state = PG_ARGISNULL(0) ? NULL : (const Worst *) PG_GETARG_POINTER(0);

	if (state == NULL || state->unknown || state->label == NULL)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text_with_len(VARDATA_ANY(state->label), VARSIZE_ANY_EXHDR(state->label)));
}
