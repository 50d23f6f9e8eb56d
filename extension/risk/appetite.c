/*
 * appetite.c
 *		Which risk appetite counts for a risk, and is the risk within it.
 *
 * Every appetite that holds is in one jsonb value, isms.appetite_map(), made
 * once a query: its keys are scope, method and target, its values arrays of
 * the appetite's code, its level and the rank of that level in the method.
 * Looking up is asked for once a risk, so it is done here.
 */
#include "postgres.h"

#include "fmgr.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/numeric.h"

PG_FUNCTION_INFO_V1(isms_appetite_for);
PG_FUNCTION_INFO_V1(isms_is_within_appetite);

/* Between the parts of a key; the map's makers use the same. */
#define SEPARATOR	'\x1f'

/* Place in an appetite's array. */
#define RANK		2

static void
append_text(StringInfo buf, Datum value)
{
	text	   *t = DatumGetTextPP(value);

	appendBinaryStringInfo(buf, VARDATA_ANY(t), VARSIZE_ANY_EXHDR(t));
}

/*
 * The appetite for a risk, NULL if none: of its asset, else of its category,
 * else of the scope.  Arguments from the second on: scope, method, asset,
 * category.
 */
static JsonbValue *
find_appetite(FunctionCallInfo fcinfo)
{
	static const char kinds[] = {'a', 'c', 's'};
	Jsonb	   *map;
	StringInfoData key;
	int			length;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(2))
		return NULL;
	map = PG_GETARG_JSONB_P(0);
	if (!JB_ROOT_IS_OBJECT(map))
		return NULL;
	initStringInfo(&key);
	append_text(&key, PG_GETARG_DATUM(1));
	appendStringInfoChar(&key, SEPARATOR);
	append_text(&key, PG_GETARG_DATUM(2));
	appendStringInfoChar(&key, SEPARATOR);
	length = key.len;
	for (int i = 0; i < (int) lengthof(kinds); i++)
	{
		JsonbValue *found;

		if (kinds[i] != 's' && PG_ARGISNULL(3 + i))
			continue;
		key.len = length;
		appendStringInfoChar(&key, kinds[i]);
		if (kinds[i] != 's')
			append_text(&key, PG_GETARG_DATUM(3 + i));
		found = getKeyJsonValueFromContainer(&map->root, key.data, key.len, NULL);
		if (found != NULL)
			return found;
	}
	return NULL;
}

/* isms.appetite_for(appetites jsonb, scope text, method text, asset text, category text) */
Datum
isms_appetite_for(PG_FUNCTION_ARGS)
{
	JsonbValue *found = find_appetite(fcinfo);

	if (found == NULL)
		PG_RETURN_NULL();
	PG_RETURN_JSONB_P(JsonbValueToJsonb(found));
}

/* isms.is_within_appetite(appetites jsonb, scope text, method text, asset text, category text, rank integer) */
Datum
isms_is_within_appetite(PG_FUNCTION_ARGS)
{
	JsonbValue *found;
	JsonbValue *rank = NULL;

	if (PG_ARGISNULL(5))
		PG_RETURN_NULL();
	found = find_appetite(fcinfo);
	if (found == NULL)
		PG_RETURN_NULL();
	if (found->type == jbvBinary && JsonContainerIsArray(found->val.binary.data))
		rank = getIthJsonbValueFromContainer(found->val.binary.data, RANK);
	/* a method without such a level has no risk within the appetite */
	if (rank == NULL || rank->type != jbvNumeric)
		PG_RETURN_BOOL(false);
	PG_RETURN_BOOL(PG_GETARG_INT32(5) <= DatumGetInt32(DirectFunctionCall1(numeric_int4, NumericGetDatum(rank->val.numeric))));
}
