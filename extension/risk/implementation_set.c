/*
 * implementation_set.c
 *		isms.implementation_set: every implementation the reader may see, with
 *		what it states and where it counts, to look up in.
 *
 * The links between risks and implementations are many, the implementations
 * few.  A query gathers these once, and isms.control_effect() looks each link
 * up while it reads the links in the order of the risks, which a join would
 * lose.
 *
 * A value is flat: a header, then a table twice as large as it has members,
 * open addressing, then the members' names.  It has no input, so its positions
 * need no checking.
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "core/compat.h"
#include "fmgr.h"
#include "lib/stringinfo.h"
#include "port/pg_bitutils.h"
#include "risk/risk.h"
#include "utils/builtins.h"

typedef struct Member
{
	IsmsImplementation stands;
	uint32		hash;
	int32		name;			/* bytes from the start of the names */
	int32		scope_length;
	int32		code_length;	/* the scope, then the code; -1: nobody here */
} Member;

struct IsmsImplementationSet
{
	int32		vl_len_;
	int32		format;			/* SET_FORMAT; another layout gets another
								 * number */
	int32		count;
	int32		places;			/* a power of two */
	Member		member[FLEXIBLE_ARRAY_MEMBER];
};

#define SET_FORMAT			1
#define NOBODY				(-1)
#define GREATEST_COUNT		(1 << 22)

#define SetNames(set) ((const char *) &(set)->member[(set)->places])

/* What gathering holds. */
typedef struct Gathered
{
	int			count;
	StringInfoData members;
	StringInfoData names;
} Gathered;

PG_FUNCTION_INFO_V1(isms_implementation_set_in);
PG_FUNCTION_INFO_V1(isms_implementation_set_out);
PG_FUNCTION_INFO_V1(isms_implementation_set_add);
PG_FUNCTION_INFO_V1(isms_implementation_set_make);

static inline uint32
hash_of(const text *scope, const text *code)
{
	return hash_combine(hash_bytes((const unsigned char *) VARDATA_ANY(scope), VARSIZE_ANY_EXHDR(scope)),
						hash_bytes((const unsigned char *) VARDATA_ANY(code), VARSIZE_ANY_EXHDR(code)));
}

/* An argument; an error if another version's library made it and left it in a table. */
const IsmsImplementationSet *
isms_implementation_set_argument(Datum value)
{
	const IsmsImplementationSet *set = (const IsmsImplementationSet *) DatumGetPointer(value);

	if (VARSIZE(set) < offsetof(IsmsImplementationSet, member) || set->format != SET_FORMAT)
		isms_refuse_stored("isms.implementation_set", "isms.implementation_assurance");
	return set;
}

/* NULL if the set does not have it. */
const IsmsImplementation *
isms_find_implementation(const IsmsImplementationSet *set, const text *scope, const text *code)
{
	uint32		hash = hash_of(scope, code);
	int32		scope_length = VARSIZE_ANY_EXHDR(scope);
	int32		code_length = VARSIZE_ANY_EXHDR(code);

	for (uint32 place = hash;; place++)
	{
		const Member *member = &set->member[place & (set->places - 1)];

		if (member->code_length == NOBODY)
			return NULL;
		if (member->hash == hash &&
			member->scope_length == scope_length &&
			member->code_length == code_length)
		{
			const char *name = SetNames(set) + member->name;

			if (memcmp(name, VARDATA_ANY(scope), scope_length) == 0 &&
				memcmp(name + scope_length, VARDATA_ANY(code), code_length) == 0)
				return &member->stands;
		}
	}
}

/* Transition of isms.implementation_set(scope text, implementation text, effectiveness numeric, counts_in integer). */
Datum
isms_implementation_set_add(PG_FUNCTION_ARGS)
{
	Gathered   *gathered;
	Member		member = {0};
	const text *scope;
	const text *code;
	MemoryContext context;
	MemoryContext caller;

	if (!AggCheckCallContext(fcinfo, &context))
		elog(ERROR, "isms_implementation_set_add called outside an aggregate");
	caller = MemoryContextSwitchTo(context);
	if (PG_ARGISNULL(0))
	{
		gathered = palloc0(sizeof(Gathered));
		initStringInfo(&gathered->members);
		initStringInfo(&gathered->names);
	}
	else
		gathered = (Gathered *) PG_GETARG_POINTER(0);

	if (!PG_ARGISNULL(1) && !PG_ARGISNULL(2) && !PG_ARGISNULL(4))
	{
		if (gathered->count == GREATEST_COUNT)
			ereport(ERROR,
					(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
					 errmsg("more than %d implementations", GREATEST_COUNT)));
		scope = PG_GETARG_TEXT_PP(1);
		code = PG_GETARG_TEXT_PP(2);
		member.stands.has_effectiveness = !PG_ARGISNULL(3);
		if (member.stands.has_effectiveness)
			member.stands.effectiveness = isms_double_of_numeric(fcinfo, PG_GETARG_DATUM(3));
		member.stands.counts_in = PG_GETARG_INT32(4);
		member.hash = hash_of(scope, code);
		member.name = gathered->names.len;
		member.scope_length = VARSIZE_ANY_EXHDR(scope);
		member.code_length = VARSIZE_ANY_EXHDR(code);
		appendBinaryStringInfo(&gathered->members, (const char *) &member, sizeof(Member));
		appendBinaryStringInfo(&gathered->names, VARDATA_ANY(scope), member.scope_length);
		appendBinaryStringInfo(&gathered->names, VARDATA_ANY(code), member.code_length);
		gathered->count++;
	}
	MemoryContextSwitchTo(caller);
	PG_RETURN_POINTER(gathered);
}

/* Its end: a set, the empty one where no implementation is seen. */
Datum
isms_implementation_set_make(PG_FUNCTION_ARGS)
{
	const Gathered *gathered = PG_ARGISNULL(0) ? NULL : (const Gathered *) PG_GETARG_POINTER(0);
	int			count = gathered ? gathered->count : 0;
	uint32		places = pg_nextpower2_32(2 * count + 1);
	Size		size = offsetof(IsmsImplementationSet, member) + places * sizeof(Member);
	Size		names = gathered ? gathered->names.len : 0;
	IsmsImplementationSet *set = palloc0(size + names);

	SET_VARSIZE(set, size + names);
	set->format = SET_FORMAT;
	set->count = count;
	set->places = places;
	for (uint32 place = 0; place < places; place++)
		set->member[place].code_length = NOBODY;
	for (int i = 0; i < count; i++)
	{
		const Member *member = (const Member *) gathered->members.data + i;
		uint32		place = member->hash;

		while (set->member[place & (places - 1)].code_length != NOBODY)
			place++;
		set->member[place & (places - 1)] = *member;
	}
	if (names > 0)
		memcpy((char *) set + size, gathered->names.data, names);
	PG_RETURN_POINTER(set);
}

Datum
isms_implementation_set_in(PG_FUNCTION_ARGS)
{
	ereport(ERROR,
			(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
			 errmsg("cannot accept a value of type %s", "isms.implementation_set"),
			 errhint("See isms.implementation_set().")));
	PG_RETURN_NULL();
}

Datum
isms_implementation_set_out(PG_FUNCTION_ARGS)
{
	PG_RETURN_CSTRING(psprintf("%d implementations", isms_implementation_set_argument(PG_GETARG_DATUM(0))->count));
}
