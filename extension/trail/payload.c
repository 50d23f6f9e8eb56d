/*
 * payload.c
 *		Reading the JSON texts of the trail: payloads and table versions.
 *
 * They are read in place, value by value, and compared as bytes.  Everything
 * is checked, since it may have been tampered with.
 */
#include "postgres.h"

#include "mb/pg_wchar.h"
#include "trail/fold.h"

void
isms_malformed(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_DATA_CORRUPTED),
			 errmsg("an entry of the trail is not as it was written"),
			 errhint("Call isms.verify_trail().")));
}

void
isms_expect(PayloadReader *r, char c)
{
	if (r->p >= r->end || *r->p != c)
		isms_malformed();
	r->p++;
}

bool
isms_accept(PayloadReader *r, char c)
{
	if (r->p >= r->end || *r->p != c)
		return false;
	r->p++;
	return true;
}

static void
skip_string(PayloadReader *r)
{
	isms_expect(r, '"');
	while (r->p < r->end && *r->p != '"')
		r->p += *r->p == '\\' ? 2 : 1;
	isms_expect(r, '"');
}

/* The next value, whatever it is. */
FoldValue
isms_read_value(PayloadReader *r)
{
	FoldValue	value;
	int			depth = 0;

	value.p = r->p;
	do
	{
		if (r->p >= r->end)
			isms_malformed();
		switch (*r->p)
		{
			case '"':
				skip_string(r);
				break;
			case '{':
			case '[':
				depth++;
				r->p++;
				break;
			case '}':
			case ']':
				depth--;
				r->p++;
				break;
			default:
				if (depth > 0)
					r->p++;
				else
					while (r->p < r->end && *r->p != ',' && *r->p != '}' && *r->p != ']')
						r->p++;
		}
	} while (depth > 0);
	value.len = r->p - value.p;
	if (value.len == 0)
		isms_malformed();
	return value;
}

/* The next member of an object; false at its end.  Begin with first set. */
bool
isms_read_member(PayloadReader *r, bool *first, FoldValue *label)
{
	if (isms_accept(r, '}'))
		return false;
	if (!*first)
		isms_expect(r, ',');
	*first = false;
	label->p = r->p;
	skip_string(r);
	label->len = r->p - label->p;
	isms_expect(r, ':');
	return true;
}

bool
isms_value_is(FoldValue v, const char *text)
{
	return v.len == (int) strlen(text) && memcmp(v.p, text, v.len) == 0;
}

/* A JSON string's text in the encoding of the database; other values as they stand. */
char *
isms_fold_text(const char *p, int len)
{
	StringInfoData buf;
	const char *end = p + len;

	initStringInfo(&buf);
	if (len < 2 || *p != '"')
	{
		appendBinaryStringInfo(&buf, p, len);
		return buf.data;
	}
	end--;
	for (p++; p < end; p++)
	{
		if (*p != '\\')
		{
			appendStringInfoCharMacro(&buf, *p);
			continue;
		}
		if (++p >= end)
			isms_malformed();
		switch (*p)
		{
			case 'b':
				appendStringInfoChar(&buf, '\b');
				break;
			case 'f':
				appendStringInfoChar(&buf, '\f');
				break;
			case 'n':
				appendStringInfoChar(&buf, '\n');
				break;
			case 'r':
				appendStringInfoChar(&buf, '\r');
				break;
			case 't':
				appendStringInfoChar(&buf, '\t');
				break;
			case 'u':
				{
					pg_wchar	c = 0;
					unsigned char utf8[MAX_UNICODE_EQUIVALENT_STRING + 1];

					for (int half = 0; half < 2; half++)
					{
						unsigned int unit;
						char		digits[5];

						if (end - p < 5)
							isms_malformed();
						memcpy(digits, p + 1, 4);
						digits[4] = '\0';
						if (sscanf(digits, "%4x", &unit) != 1)
							isms_malformed();
						p += 4;
						if (half == 0 && unit >= 0xd800 && unit < 0xdc00)
						{
							c = unit;
							if (end - p < 7 || p[1] != '\\' || p[2] != 'u')
								isms_malformed();
							p += 2;
							continue;
						}
						c = half == 0 ? unit : 0x10000 + ((c - 0xd800) << 10) + (unit - 0xdc00);
						break;
					}
					pg_unicode_to_server(c, utf8);
					appendStringInfoString(&buf, (char *) utf8);
					break;
				}
			default:
				appendStringInfoChar(&buf, *p);
		}
	}
	return buf.data;
}
