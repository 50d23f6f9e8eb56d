/*
 * read_views.c
 *		A client in C: asks what a file of queries asks, in text or in binary, and
 *		writes the answers as COPY would.
 *
 *		read_views text|binary CONNECTION FILE
 *
 * A line of the file is a name, a tab and a query.  Before each answer stands
 * "== name".  Binary values are put into words here, by the formats that the
 * documentation of the server gives for its types: that is what is compared.
 */
#include <libpq-fe.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Types by their oids, which never change. */
enum
{
	BOOL = 16, BYTEA = 17, INT8 = 20, INT2 = 21, INT4 = 23, TEXT = 25, FLOAT8 = 701, DATE = 1082,
	TIMESTAMPTZ = 1184, INTERVAL = 1186, NUMERIC = 1700, JSONB = 3802, TEXT_ARRAY = 1009, XID8 = 5069
};

static uint64_t
number(const unsigned char *p, int bytes)
{
	uint64_t	n = 0;

	while (bytes-- > 0)
		n = n << 8 | *p++;
	return n;
}

static void
put(const char *s, int length)
{
	for (int i = 0; i < length; i++)
		switch (s[i])
		{
			case '\\':
				fputs("\\\\", stdout);
				break;
			case '\n':
				fputs("\\n", stdout);
				break;
			case '\r':
				fputs("\\r", stdout);
				break;
			case '\t':
				fputs("\\t", stdout);
				break;
			default:
				putchar(s[i]);
		}
}

/* Days since 2000-01-01 in the Gregorian calendar. */
static void
put_date(long days)
{
	long		z = days + 730425,
				era = z / 146097,
				doe = z % 146097;
	long		yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	long		doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	long		mp = (5 * doy + 2) / 153;
	long		month = mp < 10 ? mp + 3 : mp - 9;

	printf("%04ld-%02ld-%02ld", yoe + era * 400 + (month <= 2), month, doy - (153 * mp + 2) / 5 + 1);
}

static void
put_timestamptz(int64_t micros)
{
	int64_t		day = 86400000000L;
	int64_t		days = micros / day - (micros % day < 0);
	int64_t		rest = micros - days * day;
	char		fraction[16];
	int			last = 6;

	put_date(days);
	printf(" %02d:%02d:%02d", (int) (rest / 3600000000L), (int) (rest / 60000000 % 60), (int) (rest / 1000000 % 60));
	snprintf(fraction, sizeof fraction, ".%06d", (int) (rest % 1000000));
	while (last > 0 && fraction[last] == '0')
		fraction[last--] = '\0';
	if (last > 0)
		fputs(fraction, stdout);
	fputs("+00", stdout);
}

/* Digits of base 10,000, the weight of the first, a sign, and how many decimals are shown. */
static void
put_numeric(const unsigned char *p)
{
	int			digits = number(p, 2),
				weight = (int16_t) number(p + 2, 2),
				sign = number(p + 4, 2),
				scale = number(p + 6, 2);
	char		decimals[5];

	if (sign == 0x4000)
		putchar('-');
	if (weight < 0)
		putchar('0');
	for (int i = 0; i <= weight; i++)
		printf(i == 0 ? "%d" : "%04d", i < digits ? (int) number(p + 8 + 2 * i, 2) : 0);
	if (scale > 0)
		putchar('.');
	for (int i = 0; i < scale; i++)
	{
		int			d = weight + 1 + i / 4;

		snprintf(decimals, sizeof decimals, "%04d", d >= 0 && d < digits ? (int) number(p + 8 + 2 * d, 2) : 0);
		putchar(decimals[i % 4]);
	}
}

static void
put_float8(const unsigned char *p)
{
	union
	{
		uint64_t	bits;
		double		value;
	}			u = {number(p, 8)};
	char		shortest[32];

	for (int precision = 15; precision <= 17; precision++)
	{
		snprintf(shortest, sizeof shortest, "%.*g", precision, u.value);
		if (strtod(shortest, NULL) == u.value)
			break;
	}
	fputs(shortest, stdout);
}

static void
put_text_array(const unsigned char *p)
{
	int			n = number(p, 4) == 0 ? 0 : (int) number(p + 12, 4);

	p += 20;
	putchar('{');
	for (int i = 0; i < n; i++)
	{
		int			length = (int32_t) number(p, 4);
		const char *s = (const char *) p + 4;
		int			plain = length > 0 && strncasecmp(s, "null", length) != 0;

		for (int j = 0; j < length; j++)
			if (strchr("{},\"\\ \t\n", s[j]))
				plain = 0;
		if (i > 0)
			putchar(',');
		if (!plain)
			putchar('"');
		for (int j = 0; j < length; j++)
		{
			if (s[j] == '"' || s[j] == '\\')
				put("\\", 1);
			put(s + j, 1);
		}
		if (!plain)
			putchar('"');
		p += 4 + length;
	}
	putchar('}');
}

static int
put_binary(Oid type, const unsigned char *p, int length)
{
	switch (type)
	{
		case TEXT:
			put((const char *) p, length);
			break;
		case BOOL:
			putchar(*p ? 't' : 'f');
			break;
		case INT2:
			printf("%d", (int16_t) number(p, 2));
			break;
		case INT4:
			printf("%d", (int32_t) number(p, 4));
			break;
		case INT8:
			printf("%lld", (long long) number(p, 8));
			break;
		case XID8:
			printf("%llu", (unsigned long long) number(p, 8));
			break;
		case DATE:
			put_date((int32_t) number(p, 4));
			break;
		case TIMESTAMPTZ:
			put_timestamptz((int64_t) number(p, 8));
			break;
		case INTERVAL:
			/* microseconds, days and months, of which an age in a view has none */
			if (number(p + 8, 8) != 0)
				return 0;
			printf("%02d:%02d:%02d", (int) (number(p, 8) / 3600000000), (int) (number(p, 8) / 60000000 % 60), (int) (number(p, 8) / 1000000 % 60));
			break;
		case NUMERIC:
			put_numeric(p);
			break;
		case FLOAT8:
			put_float8(p);
			break;
		case TEXT_ARRAY:
			put_text_array(p);
			break;
		case JSONB:
			/* a version, then text */
			put((const char *) p + 1, length - 1);
			break;
		case BYTEA:
			put("\\x", 2);
			for (int i = 0; i < length; i++)
				printf("%02x", p[i]);
			break;
		default:
			return 0;
	}
	return 1;
}

int
main(int argc, char **argv)
{
	int			binary;
	char		line[8192];
	FILE	   *queries;
	PGconn	   *conn;

	if (argc != 4 || (queries = fopen(argv[3], "r")) == NULL)
		return 2;
	binary = strcmp(argv[1], "binary") == 0;
	conn = PQconnectdb(argv[2]);
	if (PQstatus(conn) != CONNECTION_OK)
	{
		fputs(PQerrorMessage(conn), stderr);
		return 1;
	}
	while (fgets(line, sizeof line, queries))
	{
		char	   *query = strchr(line, '\t');
		PGresult   *result;

		if (query == NULL)
			return 2;
		*query++ = '\0';
		printf("== %s\n", line);
		result = PQexecParams(conn, query, 0, NULL, NULL, NULL, NULL, binary);
		if (PQresultStatus(result) != PGRES_TUPLES_OK)
		{
			fprintf(stderr, "%s: %s", line, PQerrorMessage(conn));
			return 1;
		}
		for (int row = 0; row < PQntuples(result); row++)
		{
			for (int i = 0; i < PQnfields(result); i++)
			{
				if (i > 0)
					putchar('\t');
				if (PQgetisnull(result, row, i))
					fputs("\\N", stdout);
				else if (PQfformat(result, i) == 0)
					put(PQgetvalue(result, row, i), PQgetlength(result, row, i));
				else if (!put_binary(PQftype(result, i), (const unsigned char *) PQgetvalue(result, row, i), PQgetlength(result, row, i)))
				{
					fprintf(stderr, "%s: column %s has type %u\n", line, PQfname(result, i), PQftype(result, i));
					return 1;
				}
			}
			putchar('\n');
		}
		PQclear(result);
	}
	PQfinish(conn);
	return 0;
}
