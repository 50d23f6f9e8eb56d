/*
 * reference.c
 *		isms.reference: where a requirement stands in its catalogue, such as
 *		A.5.9, 6.1.2 d1, AC-2(3) or GV.OC-01.
 *
 * A reference is made of words (letters) and numbers, joined by nothing, a
 * point, a hyphen or a space; a word or number may also stand in parentheses,
 * and '&' between two letters.  Case and leading zeros are kept, because
 * catalogues differ in them.  Only blanks are normalised: none at the ends or
 * before a parenthesis, otherwise one.  The value is stored as that text, in
 * ASCII, so equality is equality of bytes and needs no code here.
 *
 * Order: numbers compare as numbers and stand before letters and after
 * punctuation, letters compare as in ASCII, and whatever continues a reference
 * follows it.  References that differ in leading zeros only are told apart by
 * their bytes.
 *
 * "Under": x is under y if x continues y and the continuation does not prolong
 * y's last word or number.  Hence A.50 is not under A.5, but 6.1.2 d1 is under
 * 6.1.2 d and under 6.1.2.
 */
#include "postgres.h"

#include "core/compat.h"
#include "fmgr.h"
#include "lib/stringinfo.h"
#include "libpq/pqformat.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"

#define MAX_REFERENCE_LENGTH	64

/* How much of a refused value an error message repeats. */
#define MAX_QUOTED_LENGTH		80

/* Digits of a number in a sort key that needs no mark for being longer. */
#define SORT_KEY_DIGITS			4

PG_FUNCTION_INFO_V1(isms_reference_in);
PG_FUNCTION_INFO_V1(isms_reference_out);
PG_FUNCTION_INFO_V1(isms_reference_recv);
PG_FUNCTION_INFO_V1(isms_reference_send);
PG_FUNCTION_INFO_V1(isms_reference_cmp);
PG_FUNCTION_INFO_V1(isms_reference_lt);
PG_FUNCTION_INFO_V1(isms_reference_le);
PG_FUNCTION_INFO_V1(isms_reference_ge);
PG_FUNCTION_INFO_V1(isms_reference_gt);
PG_FUNCTION_INFO_V1(isms_reference_contains);
PG_FUNCTION_INFO_V1(isms_reference_contained);
PG_FUNCTION_INFO_V1(isms_parent);
PG_FUNCTION_INFO_V1(isms_sort_key);

typedef enum CharacterKind
{
	PUNCTUATION,
	NUMBER,
	WORD
} CharacterKind;

static inline bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline bool
is_letter(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static inline bool
is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static inline CharacterKind
kind_of(char c)
{
	if (is_digit(c))
		return NUMBER;
	if (is_letter(c) || c == '&')
		return WORD;

	return PUNCTUATION;
}

/* ---------- input and output ---------- */

/*
 * Writes the canonical form of a reference to "out", which has room for
 * MAX_REFERENCE_LENGTH bytes.  Returns NULL, or what is wrong with the text.
 * Every way into the type passes through here.
 */
static char *
canonical_reference(const char *str, int length, char *out, int *out_length)
{
	int			n = 0;
	int			opened = -1;

	while (length > 0 && is_blank(str[length - 1]))
		length--;
	while (length > 0 && is_blank(str[0]))
	{
		str++;
		length--;
	}
	if (length == 0)
		return pstrdup("A reference cannot be empty.");
	if (length > MAX_REFERENCE_LENGTH)
		return psprintf("A reference has at most %d bytes, this one has %d.",
						MAX_REFERENCE_LENGTH, length);

	for (int i = 0; i < length; i++)
	{
		char		c = str[i];
		char		before = n > 0 ? out[n - 1] : '\0';
		char		after = i + 1 < length ? str[i + 1] : '\0';

		if (is_letter(c) || is_digit(c))
		{
			if (before == ')')
				return psprintf("After \")\" comes a point, a hyphen, a blank or \"(\", not \"%c\".", c);
		}
		else if (c == '&')
		{
			if (!is_letter(before) || !is_letter(after))
				return pstrdup("\"&\" stands between two letters.");
		}
		else if (c == ')')
		{
			if (opened < 0)
				return pstrdup("A \")\" has no \"(\" before it.");
			if (opened == n - 1)
				return pstrdup("There is nothing between \"(\" and \")\".");
			opened = -1;
		}
		else if (c == '.' || c == '-' || c == '(' || is_blank(c))
		{
			if (opened >= 0)
				return pstrdup("Between \"(\" and \")\" there are letters and digits only.");
			if (is_blank(c))
			{
				if (is_blank(after) || after == '(')
					continue;
				c = ' ';
			}
			if (kind_of(before) == PUNCTUATION && before != ')')
				return psprintf("Before \"%c\" there is no letter, digit or \")\".", c);
			if (c == '(')
				opened = n;
		}
		else
			return psprintf("Character %d is not a letter from A to Z, a digit, a point, a hyphen, a blank, a parenthesis or \"&\".",
							pg_mbstrlen_with_len(str, i) + 1);
		out[n++] = c;
	}
	if (opened >= 0)
		return pstrdup("A \"(\" has no \")\" after it.");
	if (kind_of(out[n - 1]) == PUNCTUATION && out[n - 1] != ')')
		return psprintf("Nothing follows the last \"%c\".", out[n - 1]);
	*out_length = n;
	return NULL;
}

/* The reference a text stands for, or NULL with a soft error noted. */
static text *
parse_reference(const char *str, int length, struct Node *escontext)
{
	char		canonical[MAX_REFERENCE_LENGTH];
	int			canonical_length = 0;
	char	   *complaint;

	complaint = canonical_reference(str, length, canonical, &canonical_length);
	if (complaint != NULL)
	{
		int			quoted = pg_mbcliplen(str, length, MAX_QUOTED_LENGTH);

		ereturn(escontext, NULL,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid input syntax for type %s: \"%.*s%s\"",
						"isms.reference", quoted, str,
						quoted < length ? "..." : ""),
				 errdetail("%s", complaint),
				 errhint("Write it as in \"A.5.9\", \"6.1.2 d1\" or \"AC-2(3)\".")));
	}
	return cstring_to_text_with_len(canonical, canonical_length);
}

Datum
isms_reference_in(PG_FUNCTION_ARGS)
{
	char	   *str = PG_GETARG_CSTRING(0);
	text	   *reference = parse_reference(str, strlen(str), fcinfo->context);

	if (reference == NULL)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(reference);
}

Datum
isms_reference_out(PG_FUNCTION_ARGS)
{
	PG_RETURN_CSTRING(TextDatumGetCString(PG_GETARG_DATUM(0)));
}

/* The binary form is the text, in the client's encoding. */
Datum
isms_reference_recv(PG_FUNCTION_ARGS)
{
	StringInfo	buf = (StringInfo) PG_GETARG_POINTER(0);
	int			length;
	char	   *str = pq_getmsgtext(buf, buf->len - buf->cursor, &length);

	PG_RETURN_TEXT_P(parse_reference(str, length, NULL));
}

Datum
isms_reference_send(PG_FUNCTION_ARGS)
{
	text	   *reference = PG_GETARG_TEXT_PP(0);
	StringInfoData buf;

	pq_begintypsend(&buf);
	pq_sendtext(&buf, VARDATA_ANY(reference), VARSIZE_ANY_EXHDR(reference));
	PG_RETURN_BYTEA_P(pq_endtypsend(&buf));
}

/* ---------- order ---------- */

/* Length of the number at the beginning of a text. */
static int
digits_at(const char *str, int length)
{
	int			n = 0;

	while (n < length && is_digit(str[n]))
		n++;
	return n;
}

/* Number of zeros before the first other digit of a number. */
static int
leading_zeros(const char *number, int length)
{
	int			n = 0;

	while (n < length && number[n] == '0')
		n++;
	return n;
}

static int
compare_bytes(const char *a, int a_length, const char *b, int b_length)
{
	int			result = memcmp(a, b, Min(a_length, b_length));

	if (result == 0)
		result = a_length - b_length;
	return (result > 0) - (result < 0);
}

static int
compare_numbers(const char *a, int a_length, const char *b, int b_length)
{
	int			a_zeros = leading_zeros(a, a_length);
	int			b_zeros = leading_zeros(b, b_length);

	if (a_length - a_zeros != b_length - b_zeros)
		return a_length - a_zeros < b_length - b_zeros ? -1 : 1;
	return compare_bytes(a + a_zeros, a_length - a_zeros,
						 b + b_zeros, b_length - b_zeros);
}

/*
 * Natural order.  Every character allowed that is not a digit stands either
 * before or after all the digits in ASCII; so a number and another character
 * compare by their bytes whatever the number.
 */
static int
compare_references(const text *left, const text *right)
{
	const char *a = VARDATA_ANY(left);
	const char *b = VARDATA_ANY(right);
	int			a_length = VARSIZE_ANY_EXHDR(left);
	int			b_length = VARSIZE_ANY_EXHDR(right);
	int			i = 0;
	int			j = 0;

	while (i < a_length && j < b_length)
	{
		int			a_digits = digits_at(a + i, a_length - i);
		int			b_digits = digits_at(b + j, b_length - j);

		if (a_digits > 0 && b_digits > 0)
		{
			int			result = compare_numbers(a + i, a_digits, b + j, b_digits);

			if (result != 0)
				return result;
			i += a_digits;
			j += b_digits;
		}
		else if (a[i] != b[j])
			return a[i] < b[j] ? -1 : 1;
		else
		{
			i++;
			j++;
		}
	}
	if (i < a_length)
		return 1;
	if (j < b_length)
		return -1;
	return compare_bytes(a, a_length, b, b_length);
}

/* Compares the two arguments of a function, and frees what it detoasted. */
static int
compare_arguments(FunctionCallInfo fcinfo)
{
	text	   *left = PG_GETARG_TEXT_PP(0);
	text	   *right = PG_GETARG_TEXT_PP(1);
	int			result = compare_references(left, right);

	PG_FREE_IF_COPY(left, 0);
	PG_FREE_IF_COPY(right, 1);
	return result;
}

Datum
isms_reference_cmp(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(compare_arguments(fcinfo));
}

Datum
isms_reference_lt(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare_arguments(fcinfo) < 0);
}

Datum
isms_reference_le(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare_arguments(fcinfo) <= 0);
}

Datum
isms_reference_ge(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare_arguments(fcinfo) >= 0);
}

Datum
isms_reference_gt(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare_arguments(fcinfo) > 0);
}

/*
 * isms.sort_key(reference) returns text whose order in collation "C" is the
 * natural order: numbers have four digits, longer ones a colon (which sorts
 * between digits and letters) and their length in front.  References that
 * differ in leading zeros only may share a key.
 */
Datum
isms_sort_key(PG_FUNCTION_ARGS)
{
	text	   *reference = PG_GETARG_TEXT_PP(0);
	const char *str = VARDATA_ANY(reference);
	int			length = VARSIZE_ANY_EXHDR(reference);
	StringInfoData key;

	initStringInfo(&key);
	for (int i = 0; i < length;)
	{
		int			digits = digits_at(str + i, length - i);
		int			significant;

		if (digits == 0)
		{
			appendStringInfoChar(&key, str[i++]);
			continue;
		}
		i += digits;
		significant = digits - leading_zeros(str + i - digits, digits);
		if (significant > SORT_KEY_DIGITS)
			appendStringInfo(&key, ":%02d", significant);
		else
			for (int zeros = SORT_KEY_DIGITS - significant; zeros > 0; zeros--)
				appendStringInfoChar(&key, '0');
		appendBinaryStringInfo(&key, str + i - significant, significant);
	}
	PG_RETURN_TEXT_P(cstring_to_text_with_len(key.data, key.len));
}

/* ---------- containment ---------- */

/*
 * Whether position n of a reference, outside parentheses, lies between two of
 * its words and numbers, any punctuation being part of the latter.
 */
static bool
is_joint(const char *str, int n)
{
	if (str[n - 1] == ')')
		return true;
	return kind_of(str[n - 1]) != PUNCTUATION &&
		kind_of(str[n - 1]) != kind_of(str[n]);
}

static bool
is_under(const text *lower, const text *upper)
{
	int			lower_length = VARSIZE_ANY_EXHDR(lower);
	int			upper_length = VARSIZE_ANY_EXHDR(upper);

	if (lower_length < upper_length ||
		memcmp(VARDATA_ANY(lower), VARDATA_ANY(upper), upper_length) != 0)
		return false;
	return lower_length == upper_length ||
		is_joint(VARDATA_ANY(lower), upper_length);
}

Datum
isms_reference_contains(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(is_under(PG_GETARG_TEXT_PP(1), PG_GETARG_TEXT_PP(0)));
}

Datum
isms_reference_contained(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(is_under(PG_GETARG_TEXT_PP(0), PG_GETARG_TEXT_PP(1)));
}

/* isms.parent(reference): the next one above, NULL at the top. */
Datum
isms_parent(PG_FUNCTION_ARGS)
{
	text	   *reference = PG_GETARG_TEXT_PP(0);
	const char *str = VARDATA_ANY(reference);
	bool		in_parentheses = false;

	for (int n = VARSIZE_ANY_EXHDR(reference) - 1; n > 0; n--)
	{
		if (str[n] == ')')
			in_parentheses = true;
		else if (str[n] == '(')
			in_parentheses = false;
		if (!in_parentheses && is_joint(str, n))
			PG_RETURN_TEXT_P(cstring_to_text_with_len(str, n));
	}
	PG_RETURN_NULL();
}
