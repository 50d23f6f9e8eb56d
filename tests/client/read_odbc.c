/*
 * read_odbc.c
 *		A client over ODBC: asks what a file of queries asks and writes the
 *		answers as COPY would.
 *
 *		read_odbc CONNECTION FILE
 *
 * A line of the file is a name, a tab and a query.  Before each answer stands
 * "== name".  Values are fetched as characters, as spreadsheets do.
 */
#include <sql.h>
#include <sqlext.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int
failed(SQLSMALLINT kind, SQLHANDLE handle, const char *what)
{
	SQLCHAR		state[6],
				message[1024];
	SQLINTEGER	code;
	SQLSMALLINT length;

	if (SQLGetDiagRec(kind, handle, 1, state, &code, message, sizeof message, &length) == SQL_SUCCESS)
		fprintf(stderr, "%s: %s %s\n", what, state, message);
	else
		fprintf(stderr, "%s failed\n", what);
	return 1;
}

static void
put(const char *s, SQLLEN length)
{
	for (SQLLEN i = 0; i < length; i++)
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

int
main(int argc, char **argv)
{
	SQLHENV		environment;
	SQLHDBC		connection;
	char		line[8192];
	FILE	   *queries;
	static char value[1 << 20];

	if (argc != 3 || (queries = fopen(argv[2], "r")) == NULL)
		return 2;
	SQLAllocHandle(SQL_HANDLE_ENV, SQL_NULL_HANDLE, &environment);
	SQLSetEnvAttr(environment, SQL_ATTR_ODBC_VERSION, (void *) SQL_OV_ODBC3, 0);
	SQLAllocHandle(SQL_HANDLE_DBC, environment, &connection);
	if (!SQL_SUCCEEDED(SQLDriverConnect(connection, NULL, (SQLCHAR *) argv[1], SQL_NTS, NULL, 0, NULL, SQL_DRIVER_NOPROMPT)))
		return failed(SQL_HANDLE_DBC, connection, "connection");
	while (fgets(line, sizeof line, queries))
	{
		char	   *query = strchr(line, '\t');
		SQLHSTMT	statement;
		SQLSMALLINT columns;

		if (query == NULL)
			return 2;
		*query++ = '\0';
		printf("== %s\n", line);
		SQLAllocHandle(SQL_HANDLE_STMT, connection, &statement);
		if (!SQL_SUCCEEDED(SQLExecDirect(statement, (SQLCHAR *) query, SQL_NTS)))
			return failed(SQL_HANDLE_STMT, statement, line);
		SQLNumResultCols(statement, &columns);
		while (SQL_SUCCEEDED(SQLFetch(statement)))
		{
			for (SQLSMALLINT i = 1; i <= columns; i++)
			{
				SQLLEN		length;
				char		type[64] = "";

				if (SQLGetData(statement, i, SQL_C_CHAR, value, sizeof value, &length) != SQL_SUCCESS)
					return failed(SQL_HANDLE_STMT, statement, line);
				SQLColAttribute(statement, i, SQL_DESC_TYPE_NAME, type, sizeof type, NULL, NULL);
				if (i > 1)
					putchar('\t');
				if (length == SQL_NULL_DATA)
					fputs("\\N", stdout);
				else if (strcmp(type, "bool") == 0)
					putchar(*value == '1' ? 't' : *value == '0' ? 'f' : *value);
				else
					put(value, length);
			}
			putchar('\n');
		}
		SQLFreeHandle(SQL_HANDLE_STMT, statement);
	}
	SQLDisconnect(connection);
	return 0;
}
