/*
 * refused.c
 *		An application in C that reacts to refusals by their SQLSTATE alone.
 *
 * Usage: refused CONNECTION < statements.  Each line of the input is one statement,
 * in a transaction of its own.  For each it writes what the application makes
 * of the answer, and the fields of the error that a program reads.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libpq-fe.h>

static const struct
{
	const char *sqlstate;
	const char *reaction;
}			reactions[] = {
	{"IS001", "show the steps there are"},
	{"IS002", "name who may"},
	{"IS003", "ask for approval"},
	{"IS004", "let somebody else"},
	{"IS005", "mend the row"},
	{"IS006", "make the fields read-only"},
	{"IS007", "offer to close instead"},
	{"IS022", "log in"},
};

static const char *
reaction_to(const char *sqlstate)
{
	for (size_t i = 0; i < sizeof(reactions) / sizeof(reactions[0]); i++)
		if (sqlstate != NULL && strcmp(reactions[i].sqlstate, sqlstate) == 0)
			return reactions[i].reaction;
	return "give up";
}

static const char *
field(const PGresult *result, int code)
{
	const char *value = PQresultErrorField(result, code);

	return value ? value : "";
}

int
main(int argc, char **argv)
{
	PGconn	   *conn = PQconnectdb(argc > 1 ? argv[1] : "");
	char		line[4096];

	if (PQstatus(conn) != CONNECTION_OK)
	{
		fprintf(stderr, "%s", PQerrorMessage(conn));
		return 1;
	}
	while (fgets(line, sizeof(line), stdin) != NULL)
	{
		PGresult   *result = PQexec(conn, line);

		if (PQresultStatus(result) == PGRES_FATAL_ERROR)
			printf("%s|%s|%s|%s|%s\n", field(result, PG_DIAG_SQLSTATE), reaction_to(PQresultErrorField(result, PG_DIAG_SQLSTATE)),
				   field(result, PG_DIAG_TABLE_NAME), field(result, PG_DIAG_COLUMN_NAME), field(result, PG_DIAG_CONSTRAINT_NAME));
		else
			printf("done|%s\n", PQntuples(result) > 0 ? PQgetvalue(result, 0, 0) : "");
		PQclear(result);
	}
	PQfinish(conn);
	return 0;
}
