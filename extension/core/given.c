/*
 * given.c
 *		Does a text say anything?
 *
 * The rules ask it of every text of every row they judge, so the answer is
 * given without a regular expression where it can be: by a graphic character
 * of ASCII, which is white space nowhere and no part of another character in
 * any encoding of a server.
 */
#include "postgres.h"

#include "core/compat.h"
#include "fmgr.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(isms_is_given);

/* isms.is_given(text) returns boolean: as coalesce($1, '') ~ '\S'. */
Datum
isms_is_given(PG_FUNCTION_ARGS)
{
	text	   *t;
	const char *bytes;
	int			length;

	if (PG_ARGISNULL(0))
		PG_RETURN_BOOL(false);
	t = PG_GETARG_TEXT_PP(0);
	bytes = VARDATA_ANY(t);
	length = VARSIZE_ANY_EXHDR(t);
	for (int i = 0; i < length; i++)
	{
		if (bytes[i] > ' ' && bytes[i] < '\x7f')
			PG_RETURN_BOOL(true);
	}
	if (length == 0)
		PG_RETURN_BOOL(false);
	return DirectFunctionCall2Coll(textregexeq, PG_GET_COLLATION(), PointerGetDatum(t), CStringGetTextDatum("\\S"));
}
