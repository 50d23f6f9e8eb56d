/*
 * readiness.c
 *		Counting what a rule of readiness judges.
 *
 * A rule's query gives a row for everything it judges, fifty thousand of them
 * where the registers are big, and a verdict has four figures and ten rows.  So
 * rows are counted as the executor gives them: nothing of them is kept but the
 * ten that come first, and nothing is sorted but those.
 *
 * The first ten are those that offend, then those that cannot be told, each by
 * table and key; they are shown by table and key.
 */
#include "postgres.h"

#include "catalog/pg_collation.h"
#include "catalog/pg_type.h"
#include "control/control.h"
#include "core/compat.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "nodes/params.h"
#include "tcop/dest.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/varlena.h"

PG_FUNCTION_INFO_V1(isms_judge_readiness);

#define EXAMPLES 10

/* The columns of a rule's query. */
enum
{
	SCOPE,
	RELATION,
	KEY,
	OK,
	COLUMNS
};

typedef struct Example
{
	bool		unknown;
	text	   *relation;		/* NULL: null */
	text	   *key;
} Example;

typedef struct Verdict
{
	text	   *scope;
	int64		judged;
	int64		offending;
	int64		unknown;
	int			n;
	Example		examples[EXAMPLES]; /* the first of them, in order */
} Verdict;

typedef struct Judge
{
	DestReceiver pub;
	char	   *query;
	ParamListInfo params;
	Verdict    *verdicts;		/* by scope */
	int			n;
	Verdict    *latest;			/* rows of a scope tend to come together */
	Oid			collation;		/* by which tables are ordered */
	Oid			output[OK];		/* how what is no text is written; else
								 * invalid */
	MemoryContext keep;
	MemoryContext scratch;		/* for one row */
} Judge;

static int
compare_bytes(const text *a, const text *b)
{
	int			la = VARSIZE_ANY_EXHDR(a);
	int			lb = VARSIZE_ANY_EXHDR(b);
	int			c = memcmp(VARDATA_ANY(a), VARDATA_ANY(b), Min(la, lb));

	return c != 0 ? c : (la > lb) - (la < lb);
}

static int
compare_verdicts(const void *a, const void *b)
{
	return compare_bytes(((const Verdict *) a)->scope, ((const Verdict *) b)->scope);
}

/* By table and key, what is null last. */
static int
compare_rows(const Judge *judge, const Example *a, const Example *b)
{
	if (a->relation == NULL || b->relation == NULL)
	{
		if (a->relation != b->relation)
			return a->relation == NULL ? 1 : -1;
	}
	else if (compare_bytes(a->relation, b->relation) != 0)
		return varstr_cmp(VARDATA_ANY(a->relation), VARSIZE_ANY_EXHDR(a->relation),
						  VARDATA_ANY(b->relation), VARSIZE_ANY_EXHDR(b->relation), judge->collation);
	if (a->key == NULL || b->key == NULL)
		return (a->key == NULL) - (b->key == NULL);
	return compare_bytes(a->key, b->key);
}

static int
compare_examples(const Judge *judge, const Example *a, const Example *b)
{
	return a->unknown != b->unknown ? (int) a->unknown - (int) b->unknown : compare_rows(judge, a, b);
}

/* The text of a column; NULL where it is null. */
static text *
column_text(Judge *judge, TupleTableSlot *slot, int column)
{
	bool		isnull;
	Datum		value = slot_getattr(slot, column + 1, &isnull);

	if (isnull)
		return NULL;
	if (OidIsValid(judge->output[column]))
		return cstring_to_text(OidOutputFunctionCall(judge->output[column], value));
	return DatumGetTextPP(value);
}

static text *
keep_text(Judge *judge, const text *t)
{
	return t == NULL ? NULL : memcpy(MemoryContextAlloc(judge->keep, VARSIZE_ANY(t)), t, VARSIZE_ANY(t));
}

static void
free_example(Example *e)
{
	if (e->relation != NULL)
		pfree(e->relation);
	if (e->key != NULL)
		pfree(e->key);
}

static void
keep_example(Judge *judge, Verdict *v, Example *e)
{
	int			place = v->n;

	while (place > 0 && compare_examples(judge, e, &v->examples[place - 1]) < 0)
		place--;
	if (place == EXAMPLES)
		return;
	if (v->n == EXAMPLES)
		free_example(&v->examples[--v->n]);
	memmove(&v->examples[place + 1], &v->examples[place], sizeof(Example) * (v->n - place));
	v->examples[place].unknown = e->unknown;
	v->examples[place].relation = keep_text(judge, e->relation);
	v->examples[place].key = keep_text(judge, e->key);
	v->n++;
}

static Verdict *
verdict_of(Judge *judge, text *scope)
{
	Verdict		wanted = {scope};

	if (scope == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("a rule judges rows of no scope")));
	if (judge->latest == NULL || compare_bytes(judge->latest->scope, scope) != 0)
		judge->latest = bsearch(&wanted, judge->verdicts, judge->n, sizeof(Verdict), compare_verdicts);
	return judge->latest;
}

/* DestReceiver: a row.  Rows of scopes that were not asked for are passed over. */
static bool
count_row(TupleTableSlot *slot, DestReceiver *self)
{
	Judge	   *judge = (Judge *) self;
	MemoryContext caller = MemoryContextSwitchTo(judge->scratch);
	Verdict    *v = verdict_of(judge, column_text(judge, slot, SCOPE));
	bool		isnull;
	bool		ok = DatumGetBool(slot_getattr(slot, OK + 1, &isnull));

	if (v != NULL)
	{
		v->judged++;
		if (isnull)
			v->unknown++;
		else if (!ok)
			v->offending++;
		if (isnull || !ok)
		{
			Example		e = {isnull, column_text(judge, slot, RELATION), column_text(judge, slot, KEY)};

			keep_example(judge, v, &e);
		}
	}
	MemoryContextSwitchTo(caller);
	MemoryContextReset(judge->scratch);
	return true;
}

/* DestReceiver: what the columns are. */
static void
start_counting(DestReceiver *self, int operation, TupleDesc desc)
{
	Judge	   *judge = (Judge *) self;

	if (desc->natts != COLUMNS || TupleDescAttr(desc, OK)->atttypid != BOOLOID)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("a rule's query gives scope, relation, key and, as boolean, ok")));
	for (int i = 0; i < OK; i++)
	{
		Oid			type = getBaseType(TupleDescAttr(desc, i)->atttypid);
		bool		varlena;

		judge->output[i] = InvalidOid;
		if (type != TEXTOID && type != VARCHAROID)
			getTypeOutputInfo(type, &judge->output[i], &varlena);
	}
	judge->collation = TupleDescAttr(desc, RELATION)->attcollation;
	if (!OidIsValid(judge->collation))
		judge->collation = DEFAULT_COLLATION_OID;
}

static void
nothing_to_do(DestReceiver *self)
{
}

static void
run_rule(void *arg)
{
	Judge	   *judge = (Judge *) arg;
	SPIExecuteOptions options = {0};

	judge->pub.receiveSlot = count_row;
	judge->pub.rStartup = start_counting;
	judge->pub.rShutdown = nothing_to_do;
	judge->pub.rDestroy = nothing_to_do;
	judge->pub.mydest = DestTuplestore; /* DestNone is of commands that give
										 * no rows */
	options.params = judge->params;
	options.read_only = true;
	options.must_return_tuples = true;
	options.dest = &judge->pub;
	SPI_connect();
	if (SPI_execute_extended(judge->query, &options) != SPI_OK_SELECT)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("a rule is a query")));
	SPI_finish();
}

/* A verdict for each scope, in the order of their codes. */
static void
open_verdicts(Judge *judge, ArrayType *scopes)
{
	Datum	   *values;
	bool	   *nulls;
	int			count;

	deconstruct_array(scopes, TEXTOID, -1, false, TYPALIGN_INT, &values, &nulls, &count);
	judge->verdicts = palloc0(sizeof(Verdict) * Max(count, 1));
	for (int i = 0; i < count; i++)
	{
		if (!nulls[i])
			judge->verdicts[judge->n++].scope = DatumGetTextPP(values[i]);
	}
	qsort(judge->verdicts, judge->n, sizeof(Verdict), compare_verdicts);
}

static void
push_string(JsonbParseState **state, JsonbIteratorToken token, const char *string, int length)
{
	JsonbValue	value;

	value.type = string == NULL ? jbvNull : jbvString;
	if (string != NULL)
	{
		value.val.string.val = unconstify(char *, string);
		value.val.string.len = length;
	}
	pushJsonbValue(state, token, &value);
}

static void
push_member(JsonbParseState **state, const char *name, const text *value)
{
	push_string(state, WJB_KEY, name, strlen(name));
	push_string(state, WJB_VALUE, value == NULL ? NULL : VARDATA_ANY(value), value == NULL ? 0 : VARSIZE_ANY_EXHDR(value));
}

static void
push_count(JsonbParseState **state, const char *name, int64 count)
{
	JsonbValue	value;

	push_string(state, WJB_KEY, name, strlen(name));
	value.type = jbvNumeric;
	value.val.numeric = int64_to_numeric(count);
	pushJsonbValue(state, WJB_VALUE, &value);
}

static void
push_examples(Judge *judge, JsonbParseState **state, Verdict *v)
{
	push_string(state, WJB_KEY, "examples", strlen("examples"));
	pushJsonbValue(state, WJB_BEGIN_ARRAY, NULL);
	for (int i = 1; i < v->n; i++)
	{
		Example		e = v->examples[i];
		int			place = i;

		for (; place > 0 && compare_rows(judge, &e, &v->examples[place - 1]) < 0; place--)
			v->examples[place] = v->examples[place - 1];
		v->examples[place] = e;
	}
	for (int i = 0; i < v->n; i++)
	{
		pushJsonbValue(state, WJB_BEGIN_OBJECT, NULL);
		push_member(state, "table", v->examples[i].relation);
		push_member(state, "key", v->examples[i].key);
		pushJsonbValue(state, WJB_END_OBJECT, NULL);
	}
	pushJsonbValue(state, WJB_END_ARRAY, NULL);
}

static Datum
verdicts_as_jsonb(Judge *judge)
{
	JsonbParseState *state = NULL;

	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	for (int i = 0; i < judge->n; i++)
	{
		Verdict    *v = &judge->verdicts[i];

		push_string(&state, WJB_KEY, VARDATA_ANY(v->scope), VARSIZE_ANY_EXHDR(v->scope));
		pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
		push_count(&state, "judged", v->judged);
		push_count(&state, "offending", v->offending);
		push_count(&state, "unknown", v->unknown);
		push_examples(judge, &state, v);
		pushJsonbValue(&state, WJB_END_OBJECT, NULL);
	}
	return JsonbPGetDatum(JsonbValueToJsonb(pushJsonbValue(&state, WJB_END_OBJECT, NULL)));
}

/*
 * isms.judge_readiness(query text, parameters jsonb, scopes text[], milliseconds
 * integer) returns jsonb: {scope: {judged, offending, unknown, examples}}.
 * The query finds parameters as $1 and scopes as $2.
 */
Datum
isms_judge_readiness(PG_FUNCTION_ARGS)
{
	Judge		judge = {{0}};

	/* As a subquery: one query and no more, of four columns. */
	judge.query = psprintf("select q.scope, q.relation, q.key, q.ok from (%s) q(scope, relation, key, ok)",
						   text_to_cstring(PG_GETARG_TEXT_PP(0)));
	judge.params = makeParamList(2);
	for (int i = 0; i < 2; i++)
	{
		judge.params->params[i].value = PG_GETARG_DATUM(i + 1);
		judge.params->params[i].isnull = false;
		judge.params->params[i].pflags = PARAM_FLAG_CONST;
		judge.params->params[i].ptype = i == 0 ? JSONBOID : TEXTARRAYOID;
	}
	judge.keep = CurrentMemoryContext;
	judge.scratch = AllocSetContextCreate(CurrentMemoryContext, "isms row judged", ALLOCSET_SMALL_SIZES);
	open_verdicts(&judge, PG_GETARG_ARRAYTYPE_P(2));
	isms_run_read_only(PG_GETARG_INT32(3), run_rule, &judge);
	return verdicts_as_jsonb(&judge);
}
