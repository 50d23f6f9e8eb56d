/*
 * encode.c
 *		The payload of an entry: one JSON text whose bytes are the same under
 *		any setting of the session.
 *
 * Built-in types are written directly.  Others go through the output function
 * of their type, under fixed settings; which settings a table needs is found
 * out once a table, and nothing is set that already stands as needed.
 *
 * The payload is UTF-8.  In a database of another encoding characters beyond
 * ASCII are written as \u escapes, so that the stored text is valid there and
 * its bytes are nevertheless the bytes hashed.  Bytes that are no characters,
 * as all beyond ASCII in an SQL_ASCII database and some in other encodings,
 * make the value {"bytes":"hex digits"}: a change is never refused, and no
 * entry left unreadable, for what a value holds.
 */
#include "postgres.h"

#include <math.h>

#include "access/detoast.h"
#include "access/htup_details.h"
#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "common/shortest_dec.h"
#include "core/compat.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "pgtime.h"
#include "trail/trail.h"
#include "utils/builtins.h"
#include "utils/bytea.h"
#include "utils/datetime.h"
#include "utils/datum.h"
#include "utils/float.h"
#include "utils/guc.h"
#include "utils/json.h"
#include "utils/jsonb.h"
#include "utils/numeric.h"


/* A buffer larger than this is given back after use. */
#define KEPT_PAYLOAD	65536

/* Room for an integer as text. */
#define MAX_NUMBER		24

static const char hex_digits[] = "0123456789abcdef";

/* Where the next len bytes of the buffer go; the caller then adds what it wrote to buf->len. */
static inline char *
room(StringInfo buf, int len)
{
	if (unlikely(len >= buf->maxlen - buf->len))
		enlargeStringInfo(buf, len);
	return buf->data + buf->len;
}

static inline void
append_bytes(StringInfo buf, const char *p, int len)
{
	memcpy(room(buf, len), p, len);
	buf->len += len;
	buf->data[buf->len] = '\0';
}

static inline void
append_char(StringInfo buf, char c)
{
	append_bytes(buf, &c, 1);
}

static void
set_fixed(const char *name, const char *value)
{
	(void) set_config_option(name, value, PGC_USERSET, PGC_S_SESSION,
							 GUC_ACTION_SAVE, true, 0, false);
}

/*
 * Give the settings their fixed values.  Returns the level to hand to
 * AtEOXact_GUC(true, level), or 0 if nothing had to be set.
 */
int
isms_fix_settings(int settings)
{
	int			level = 0;

#define FIX(bit, differs, name, value) \
	do { \
		if ((settings & (bit)) && (differs)) \
		{ \
			if (level == 0) \
				level = NewGUCNestLevel(); \
			set_fixed(name, value); \
		} \
	} while (0)

	FIX(ISMS_FIX_TIME, DateStyle != USE_ISO_DATES, "DateStyle", "ISO");
	FIX(ISMS_FIX_TIME, IntervalStyle != INTSTYLE_POSTGRES, "IntervalStyle", "postgres");
	FIX(ISMS_FIX_TIME, strcmp(pg_get_timezone_name(session_timezone), "UTC") != 0, "TimeZone", "UTC");
	FIX(ISMS_FIX_FLOAT, extra_float_digits < 1, "extra_float_digits", "1");
	FIX(ISMS_FIX_BYTES, bytea_output != BYTEA_OUTPUT_HEX, "bytea_output", "hex");
	FIX(ISMS_FIX_MONEY, strcmp(GetConfigOption("lc_monetary", false, false), "C") != 0, "lc_monetary", "C");
	FIX(ISMS_FIX_NAMES, strcmp(namespace_search_path, "pg_catalog, pg_temp") != 0, "search_path", "pg_catalog, pg_temp");
	FIX(ISMS_FIX_NAMES, quote_all_identifiers, "quote_all_identifiers", "off");
#undef FIX

	return level;
}

static void
append_hex(StringInfo buf, const unsigned char *p, int len)
{
	enlargeStringInfo(buf, len * 2);
	for (int i = 0; i < len; i++)
	{
		buf->data[buf->len++] = hex_digits[p[i] >> 4];
		buf->data[buf->len++] = hex_digits[p[i] & 0x0f];
	}
	buf->data[buf->len] = '\0';
}

static void
append_unicode_escape(StringInfo buf, pg_wchar c)
{
	if (c > 0xffff)
	{
		c -= 0x10000;
		appendStringInfo(buf, "\\u%04x\\u%04x", 0xd800 + (c >> 10), 0xdc00 + (c & 0x3ff));
	}
	else
		appendStringInfo(buf, "\\u%04x", c);
}

static bool
has_high_bytes(const char *s, int len)
{
	for (int i = 0; i < len; i++)
		if (IS_HIGHBIT_SET(s[i]))
			return true;
	return false;
}

/* A JSON text in UTF-8 with its characters beyond ASCII, all of them inside strings, as escapes. */
static char *
escape_high(const char *json)
{
	StringInfoData buf;

	initStringInfo(&buf);
	while (*json)
	{
		if (IS_HIGHBIT_SET(*json))
		{
			append_unicode_escape(&buf, utf8_to_unicode((const unsigned char *) json));
			json += pg_utf_mblen((const unsigned char *) json);
		}
		else
			appendStringInfoChar(&buf, *json++);
	}
	return buf.data;
}

/* A text of the database in UTF-8, or NULL if it has bytes that are no characters there. */
static char *
to_utf8(const char *s, int len)
{
	int			encoding = GetDatabaseEncoding();
	Oid			conversion;
	Size		room = ((Size) len + 2) * MAX_CONVERSION_GROWTH + 1;
	char	   *result;

	if (encoding == PG_SQL_ASCII)
		return NULL;
	conversion = FindDefaultConversionProc(encoding, PG_UTF8);
	if (!OidIsValid(conversion))
		return NULL;
	result = MemoryContextAllocHuge(CurrentMemoryContext, room);
	if (pg_do_encoding_conversion_buf(conversion, encoding, PG_UTF8, (unsigned char *) unconstify(char *, s), len,
									  (unsigned char *) result, room, true) < len)
		return NULL;
	return result;
}

/* Eight bytes at a time: is any of them below n (at most 128), or equal to c? */
#define EACH(c)			(UINT64CONST(0x0101010101010101) * (c))
#define ANY_BELOW(w, n)	(((w) - EACH(n)) & ~(w) & EACH(0x80))
#define ANY_IS(w, c)	ANY_BELOW((w) ^ EACH((uint64) (c)), 1)

/* How many of the first bytes are known to stand in a JSON string as they are: a multiple of eight. */
static int
plain_prefix(const char *s, int len, bool escape_wide)
{
	int			i;

	for (i = 0; i + 8 <= len; i += 8)
	{
		uint64		w;

		memcpy(&w, s + i, 8);
		if (ANY_BELOW(w, 0x20) || ANY_IS(w, '"') || ANY_IS(w, '\\') ||
			(escape_wide && (w & EACH(0x80))))
			break;
	}
	return i;
}

/*
 * Append a JSON string.  False, with nothing appended, if the text has bytes
 * that are no characters.
 */
bool
isms_encode_string(StringInfo buf, const char *s, int len)
{
	bool		escape_wide = GetDatabaseEncoding() != PG_UTF8;
	int			start = 0;
	int			i;

	if (escape_wide && has_high_bytes(s, len))
	{
		s = to_utf8(s, len);
		if (s == NULL)
			return false;
		len = strlen(s);
	}

	append_char(buf, '"');
	i = plain_prefix(s, len, escape_wide);
	while (i < len)
	{
		unsigned char c = (unsigned char) s[i];

		if (c >= 0x20 && c != '"' && c != '\\' && !(escape_wide && c >= 0x80))
		{
			i++;
			continue;
		}
		if (i > start)
			append_bytes(buf, s + start, i - start);
		if (c >= 0x80)
		{
			append_unicode_escape(buf, utf8_to_unicode((const unsigned char *) s + i));
			i += pg_utf_mblen((const unsigned char *) s + i);
		}
		else
		{
			switch (c)
			{
				case '"':
					append_bytes(buf, "\\\"", 2);
					break;
				case '\\':
					append_bytes(buf, "\\\\", 2);
					break;
				case '\b':
					append_bytes(buf, "\\b", 2);
					break;
				case '\f':
					append_bytes(buf, "\\f", 2);
					break;
				case '\n':
					append_bytes(buf, "\\n", 2);
					break;
				case '\r':
					append_bytes(buf, "\\r", 2);
					break;
				case '\t':
					append_bytes(buf, "\\t", 2);
					break;
				default:
					appendStringInfo(buf, "\\u%04x", c);
			}
			i++;
		}
		start = i;
		i += plain_prefix(s + i, len - i, escape_wide);
	}
	if (i > start)
		append_bytes(buf, s + start, i - start);
	append_char(buf, '"');
	return true;
}

/* Append a JSON string, or its bytes; "checked" says that the server checked the text when it came in. */
static void
append_string(StringInfo buf, const char *s, int len, bool checked)
{
	if ((checked || pg_verify_mbstr(GetDatabaseEncoding(), s, len, true)) &&
		isms_encode_string(buf, s, len))
		return;
	appendStringInfoString(buf, "{\"bytes\":\"");
	append_hex(buf, (const unsigned char *) s, len);
	appendStringInfoString(buf, "\"}");
}

static void
append_quoted(StringInfo buf, const char *plain, int len)
{
	append_char(buf, '"');
	append_bytes(buf, plain, len);
	append_char(buf, '"');
}

/*
 * Objects and arrays stand as they are, characters beyond ASCII escaped where
 * the database is not UTF-8; a scalar becomes a string holding its JSON text,
 * so that SQL null stays apart.
 */
static void
append_jsonb(StringInfo buf, Datum value)
{
	Jsonb	   *jb = DatumGetJsonbP(value);
	char	   *json = JsonbToCString(NULL, &jb->root, VARSIZE(jb));

	if (GetDatabaseEncoding() != PG_UTF8 && has_high_bytes(json, strlen(json)))
	{
		char	   *converted = to_utf8(json, strlen(json));

		if (converted == NULL)
		{
			/* no JSON text begins like this */
			append_bytes(buf, "\"\\\\x", 4);
			append_hex(buf, (unsigned char *) json, strlen(json));
			append_char(buf, '"');
			return;
		}
		json = escape_high(converted);
	}
	if (JB_ROOT_IS_SCALAR(jb))
		append_string(buf, json, strlen(json), true);
	else
		append_bytes(buf, json, strlen(json));
}

static void
append_value(StringInfo buf, IsmsTrailColumn *column, Datum value)
{
	char		out[MAXDATELEN + 64];

	switch (column->kind)
	{
		case ISMS_VALUE_BOOL:
			if (DatumGetBool(value))
				append_bytes(buf, "true", 4);
			else
				append_bytes(buf, "false", 5);
			break;
		case ISMS_VALUE_INT2:
			buf->len += pg_ltoa(DatumGetInt16(value), room(buf, MAX_NUMBER));
			break;
		case ISMS_VALUE_INT4:
			buf->len += pg_ltoa(DatumGetInt32(value), room(buf, MAX_NUMBER));
			break;
		case ISMS_VALUE_INT8:
			buf->len += pg_lltoa(DatumGetInt64(value), room(buf, MAX_NUMBER));
			break;
		case ISMS_VALUE_OID:
			append_bytes(buf, out, pg_ultoa_n(DatumGetObjectId(value), out));
			break;
		case ISMS_VALUE_FLOAT4:
			{
				float4		f = DatumGetFloat4(value);
				int			len = float_to_shortest_decimal_bufn(f, out);

				if (isfinite(f))
					append_bytes(buf, out, len);
				else
					append_quoted(buf, out, len);
				break;
			}
		case ISMS_VALUE_FLOAT8:
			{
				float8		f = DatumGetFloat8(value);
				int			len = double_to_shortest_decimal_bufn(f, out);

				if (isfinite(f))
					append_bytes(buf, out, len);
				else
					append_quoted(buf, out, len);
				break;
			}
		case ISMS_VALUE_NUMERIC:
			{
				Numeric		n = DatumGetNumeric(value);
				char	   *s = DatumGetCString(DirectFunctionCall1(numeric_out, NumericGetDatum(n)));

				if (numeric_is_nan(n) || numeric_is_inf(n))
					append_quoted(buf, s, strlen(s));
				else
					appendStringInfoString(buf, s);
				break;
			}
		case ISMS_VALUE_CHAR:
			{
				char		c = DatumGetChar(value);

				/* as the server writes it from 16 on */
				if (IS_HIGHBIT_SET(c))
					append_string(buf, out, snprintf(out, sizeof(out), "\\%03o", (unsigned char) c), true);
				else
					append_string(buf, &c, c != '\0', true);
				break;
			}
		case ISMS_VALUE_TEXT:
			{
				struct varlena *v = PG_DETOAST_DATUM_PACKED(value);

				append_string(buf, VARDATA_ANY(v), VARSIZE_ANY_EXHDR(v), true);
				break;
			}
		case ISMS_VALUE_NAME:
			append_string(buf, NameStr(*DatumGetName(value)), strlen(NameStr(*DatumGetName(value))), true);
			break;
		case ISMS_VALUE_UUID:
			{
				const pg_uuid_t *u = DatumGetUUIDP(value);

				append_char(buf, '"');
				for (int i = 0; i < UUID_LEN; i++)
				{
					if (i == 4 || i == 6 || i == 8 || i == 10)
						append_char(buf, '-');
					append_hex(buf, &u->data[i], 1);
				}
				append_char(buf, '"');
				break;
			}
		case ISMS_VALUE_TIME:
			{
				int			utc = 0;

				JsonEncodeDateTime(out, value, column->type, &utc);
				append_quoted(buf, out, strlen(out));
				break;
			}
		case ISMS_VALUE_BYTEA:
			{
				struct varlena *v = PG_DETOAST_DATUM_PACKED(value);

				append_bytes(buf, "\"\\\\x", 4);
				append_hex(buf, (unsigned char *) VARDATA_ANY(v), VARSIZE_ANY_EXHDR(v));
				append_char(buf, '"');
				break;
			}
		case ISMS_VALUE_JSONB:
			append_jsonb(buf, value);
			break;
		case ISMS_VALUE_OUTPUT:
			{
				char	   *s = OutputFunctionCall(&column->output, value);

				append_string(buf, s, strlen(s), false);
				break;
			}
	}
}

static void
append_value_or_null(StringInfo buf, IsmsTrailColumn *column, TupleTableSlot *slot)
{
	int			i = column->attnum - 1;

	if (slot->tts_isnull[i])
		append_bytes(buf, "null", 4);
	else
		append_value(buf, column, slot->tts_values[i]);
}

/* Is the stored value another one?  Wide values that were not touched are recognised without reading them. */
static bool
value_changed(IsmsTrailColumn *column, TupleTableSlot *old, TupleTableSlot *new)
{
	int			i = column->attnum - 1;
	Datum		a = old->tts_values[i];
	Datum		b = new->tts_values[i];

	if (old->tts_isnull[i] || new->tts_isnull[i])
		return old->tts_isnull[i] != new->tts_isnull[i];
	if (column->typlen == -1)
	{
		struct varlena *va = (struct varlena *) DatumGetPointer(a);
		struct varlena *vb = (struct varlena *) DatumGetPointer(b);

		if (VARATT_IS_EXTERNAL_ONDISK(va) && VARATT_IS_EXTERNAL_ONDISK(vb))
		{
			struct varatt_external pa;
			struct varatt_external pb;

			VARATT_EXTERNAL_GET_POINTER(pa, va);
			VARATT_EXTERNAL_GET_POINTER(pb, vb);
			if (pa.va_valueid == pb.va_valueid && pa.va_toastrelid == pb.va_toastrelid)
				return false;
		}
	}
	return !datum_image_eq(a, b, column->typbyval, column->typlen);
}

static void
append_object(StringInfo buf, IsmsTrailRelation *info, TupleTableSlot *slot, bool whole)
{
	char		separator = '{';

	for (int i = 0; i < info->ncolumns; i++)
	{
		IsmsTrailColumn *column = &info->columns[i];

		if (column->excluded || !(whole || column->identifies))
			continue;
		append_char(buf, separator);
		separator = ',';
		append_bytes(buf, column->label, column->label_len);
		append_value_or_null(buf, column, slot);
	}
	if (separator == '{')
		append_char(buf, '{');
	append_char(buf, '}');
}

static void
reset_payload(IsmsTrailRelation *info)
{
	if (info->payload.maxlen > KEPT_PAYLOAD)
	{
		MemoryContext caller = MemoryContextSwitchTo(info->context);
		StringInfoData fresh;

		initStringInfo(&fresh);
		pfree(info->payload.data);
		info->payload = fresh;
		MemoryContextSwitchTo(caller);
	}
	resetStringInfo(&info->payload);
}

/* Payload of INSERT, DELETE and baseline: the row. */
void
isms_encode_row(IsmsTrailRelation *info, TupleTableSlot *slot)
{
	int			level = info->settings ? isms_fix_settings(info->settings) : 0;

	reset_payload(info);
	slot_getallattrs(slot);
	append_object(&info->payload, info, slot, true);
	if (level > 0)
		AtEOXact_GUC(true, level);
}

/*
 * Payload of UPDATE: what named the row before, and [old, new] of each column
 * that changed; [] where the column is excluded.
 */
void
isms_encode_change(IsmsTrailRelation *info, TupleTableSlot *old, TupleTableSlot *new)
{
	int			level = info->settings ? isms_fix_settings(info->settings) : 0;
	StringInfo	buf = &info->payload;
	char		separator = '{';

	reset_payload(info);
	slot_getallattrs(old);
	slot_getallattrs(new);
	append_char(buf, '[');
	append_object(buf, info, old, !info->has_key);
	append_char(buf, ',');
	for (int i = 0; i < info->ncolumns; i++)
	{
		IsmsTrailColumn *column = &info->columns[i];

		if (!value_changed(column, old, new))
			continue;
		append_char(buf, separator);
		separator = ',';
		append_bytes(buf, column->label, column->label_len);
		append_char(buf, '[');
		if (!column->excluded)
		{
			append_value_or_null(buf, column, old);
			append_char(buf, ',');
			append_value_or_null(buf, column, new);
		}
		append_char(buf, ']');
	}
	if (separator == '{')
		append_char(buf, '{');
	append_bytes(buf, "}]", 2);
	if (level > 0)
		AtEOXact_GUC(true, level);
}
