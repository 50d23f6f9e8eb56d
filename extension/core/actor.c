/*
 * actor.c
 *		What a backend keeps of who acts: the person of the session user, and
 *		each person's roles, read from the tables once.
 *
 * A trigger on those tables tells every session of a change, through the
 * server's own invalidation of its knowledge of table isms.role: locally with
 * the next command, elsewhere when the change commits, and again when it is
 * rolled back.  What is kept is the newest committed state and one's own
 * changes, also in isolation levels that freeze the snapshot.  Where the
 * trigger is off, as before isms.activate(), nothing outlives a command.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_trigger.h"
#include "commands/trigger.h"
#include "core/compat.h"
#include "core/core.h"
#include "miscadmin.h"
#include "parser/parse_func.h"
#include "storage/proc.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/hsearch.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"
#include "utils/timestamp.h"

/* Longer codes are no person's and no scope's. */
#define CODE_SIZE	256

typedef struct Holding
{
	char	   *scope;
	char	   *role;
	DateADT		from;
	DateADT		until;
} Holding;

typedef struct Person
{
	char		code[CODE_SIZE];	/* hash key */
	bool		known;
	DateADT		from;
	DateADT		until;
	int			nholdings;
	Holding    *holdings;
} Person;

typedef struct Scope
{
	char		code[CODE_SIZE];	/* hash key */
	bool		known;
	char	   *time_zone;
	DateADT		day;
	TimestampTz begins;			/* the day there, and where it ends */
	TimestampTz ends;
} Scope;

/* Tables the facts come from, and the one whose invalidation tells of changes. */
static const char *const sources[] = {"person", "login", "role_assignment", "scope", "actor_source", "application_user"};

#define SIGNAL "role"

static Oid	source_ids[lengthof(sources) + 1];

static bool valid = false;
static IsmsLasting lasting;
static MemoryContext context;
static HTAB *persons;
static HTAB *scopes;
static char *login_name;		/* session user the person below is of */
static char *login_person;		/* NULL: nobody */
static char *claiming_login;	/* login and claim the person below is of */
static char *claim;
static char *claimed_person;	/* NULL: nobody */

PG_FUNCTION_INFO_V1(isms_forget);
PG_FUNCTION_INFO_V1(isms_actor_sql);
PG_FUNCTION_INFO_V1(isms_today_sql);
PG_FUNCTION_INFO_V1(isms_has_database_role_sql);

/*
 * isms.forget() returns trigger: sessions forget what they keep of the table
 * of schema isms named by the argument.
 */
Datum
isms_forget(PG_FUNCTION_ARGS)
{
	TriggerData *call = (TriggerData *) fcinfo->context;
	Oid			relid;

	if (!CALLED_AS_TRIGGER(fcinfo) || !TRIGGER_FIRED_AFTER(call->tg_event) ||
		!TRIGGER_FIRED_FOR_ROW(call->tg_event) || call->tg_trigger->tgnargs != 1)
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("isms.forget() is an AFTER ROW trigger function with one argument")));
	relid = isms_own_relation(call->tg_trigger->tgargs[0]);
	CacheInvalidateRelcacheByRelid(relid);
	return PointerGetDatum(NULL);
}

/* A table or index of schema isms by name; an error where there is none. */
Oid
isms_own_relation(const char *name)
{
	Oid			relid = get_relname_relid(name, get_namespace_oid("isms", false));

	if (!OidIsValid(relid))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("relation isms.%s does not exist", name)));
	return relid;
}

/* Is every change of the table told?  Sets its trigger has to have. */
static bool
changes_are_told(const char *name)
{
	Oid			function = LookupFuncName(list_make2(makeString("isms"), makeString("forget")), 0, NULL, true);
	Relation	rel = table_open(isms_own_relation(name), AccessShareLock);
	bool		told = false;

	for (int i = 0; rel->trigdesc != NULL && i < rel->trigdesc->numtriggers; i++)
	{
		Trigger    *trigger = &rel->trigdesc->triggers[i];

		if (trigger->tgfoid == function && trigger->tgenabled == TRIGGER_FIRES_ALWAYS &&
			TRIGGER_FOR_ROW(trigger->tgtype) && TRIGGER_FOR_INSERT(trigger->tgtype) &&
			TRIGGER_FOR_UPDATE(trigger->tgtype) && TRIGGER_FOR_DELETE(trigger->tgtype))
			told = true;
	}
	table_close(rel, AccessShareLock);
	return told;
}

/*
 * How long what is read now of those tables holds: until told otherwise, or
 * for the present command of the present statement where not all of their
 * changes are told.
 */
void
isms_set_lasting(IsmsLasting *l, const char *const *tables, int n)
{
	l->for_good = true;
	for (int i = 0; i < n && l->for_good; i++)
		l->for_good = changes_are_told(tables[i]);
	l->transaction = IsmsLocalXid();
	l->command = GetCurrentCommandId(false);
	l->statement = GetCurrentStatementStartTimestamp();
}

/*
 * A snapshot that shows what is committed, registered.  A parallel query may
 * take none of its own; what it reads holds for its statement alone.
 */
Snapshot
isms_newest_snapshot(IsmsLasting *l)
{
	if (!IsInParallelMode())
		return RegisterSnapshot(GetLatestSnapshot());
	l->for_good = false;
	l->transaction = IsmsLocalXid();
	l->command = GetCurrentCommandId(false);
	l->statement = GetCurrentStatementStartTimestamp();
	return RegisterSnapshot(GetActiveSnapshot());
}

bool
isms_lasts(const IsmsLasting *l)
{
	return l->for_good ||
		(l->transaction == IsmsLocalXid() && l->command == GetCurrentCommandId(false) &&
		 l->statement == GetCurrentStatementStartTimestamp());
}

/*
 * Begins to read the rows of a table of ours whose columns have these texts;
 * index, by name, serves where it is there.
 */
SysScanDesc
isms_scan(Relation rel, const char *index, Snapshot snapshot, int n, const char *const *columns, const char *const *values)
{
	Oid			index_id = index ? get_relname_relid(index, RelationGetNamespace(rel)) : InvalidOid;
	ScanKeyData keys[4];

	Assert(n <= lengthof(keys));
	for (int i = 0; i < n; i++)
	{
		AttrNumber	number = get_attnum(RelationGetRelid(rel), columns[i]);

		if (number == InvalidAttrNumber)
			elog(ERROR, "table isms.%s has no column \"%s\"", RelationGetRelationName(rel), columns[i]);
		ScanKeyEntryInitialize(&keys[i], 0, number, BTEqualStrategyNumber, InvalidOid,
							   TupleDescAttr(RelationGetDescr(rel), number - 1)->attcollation,
							   F_TEXTEQ, CStringGetTextDatum(values[i]));
	}
	return systable_beginscan(rel, index_id, OidIsValid(index_id), snapshot, n, keys);
}

/* The value of a row's column, by name. */
Datum
isms_field(Relation rel, HeapTuple tuple, const char *column, bool *isnull)
{
	AttrNumber	number = get_attnum(RelationGetRelid(rel), column);

	if (number == InvalidAttrNumber)
		elog(ERROR, "table isms.%s has no column \"%s\"", RelationGetRelationName(rel), column);
	return heap_getattr(tuple, number, RelationGetDescr(rel), isnull);
}

/* The same of a text column, copied; NULL for null. */
char *
isms_text_field(Relation rel, HeapTuple tuple, const char *column)
{
	bool		isnull;
	Datum		value = isms_field(rel, tuple, column, &isnull);

	return isnull ? NULL : TextDatumGetCString(value);
}

/* A date that bounds a time; absent means no bound. */
static DateADT
bound_field(Relation rel, HeapTuple tuple, const char *column, DateADT absent)
{
	bool		isnull;
	Datum		value = isms_field(rel, tuple, column, &isnull);

	return isnull ? absent : DatumGetDateADT(value);
}

static void
table_changed(Datum arg, Oid relid)
{
	if (relid == InvalidOid)
		valid = false;
	for (int i = 0; i < (int) lengthof(source_ids) && valid; i++)
		if (source_ids[i] == relid)
			valid = false;
}

static void
role_changed(Datum arg, int cacheid, uint32 hashvalue)
{
	valid = false;
}

/* Forget what is no longer sure. */
static void
refresh(void)
{
	static bool registered = false;
	HASHCTL		ctl = {0};

	if (valid && isms_lasts(&lasting))
		return;
	if (!registered)
	{
		CacheRegisterRelcacheCallback(table_changed, (Datum) 0);
		CacheRegisterSyscacheCallback(AUTHOID, role_changed, (Datum) 0);
		registered = true;
	}
	valid = false;
	if (context == NULL)
		context = AllocSetContextCreate(TopMemoryContext, "isms actors", ALLOCSET_SMALL_SIZES);
	MemoryContextReset(context);
	login_name = NULL;
	claiming_login = NULL;
	ctl.keysize = CODE_SIZE;
	ctl.hcxt = context;
	ctl.entrysize = sizeof(Person);
	persons = hash_create("isms persons", 16, &ctl, HASH_ELEM | HASH_STRINGS | HASH_CONTEXT);
	ctl.entrysize = sizeof(Scope);
	scopes = hash_create("isms scopes", 16, &ctl, HASH_ELEM | HASH_STRINGS | HASH_CONTEXT);
	for (int i = 0; i < (int) lengthof(sources); i++)
		source_ids[i] = isms_own_relation(sources[i]);
	source_ids[lengthof(sources)] = isms_own_relation(SIGNAL);

	/* before reading: a change that arrives meanwhile must not be lost */
	valid = true;
	isms_set_lasting(&lasting, sources, lengthof(sources));
}

static void
read_holdings(Person *person, Snapshot snapshot)
{
	Relation	rel = table_open(isms_own_relation("role_assignment"), AccessShareLock);
	const char *column = "person";
	const char *code = person->code;
	SysScanDesc scan = isms_scan(rel, "role_assignment_person_idx", snapshot, 1, &column, &code);
	int			room = 0;
	HeapTuple	tuple;

	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Holding    *h;
		MemoryContext caller;

		if (strcmp(isms_text_field(rel, tuple, "status"), "active") != 0)
			continue;
		caller = MemoryContextSwitchTo(context);
		if (person->nholdings == room)
		{
			room = room ? 2 * room : 8;
			person->holdings = person->holdings
				? repalloc(person->holdings, room * sizeof(Holding))
				: palloc(room * sizeof(Holding));
		}
		h = &person->holdings[person->nholdings];
		h->scope = isms_text_field(rel, tuple, "scope");
		h->role = isms_text_field(rel, tuple, "role");
		h->from = bound_field(rel, tuple, "valid_from", DATEVAL_NOBEGIN);
		h->until = bound_field(rel, tuple, "valid_until", DATEVAL_NOEND);
		person->nholdings++;
		MemoryContextSwitchTo(caller);
	}
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
}

/* A person by code; NULL where there is none. */
static Person *
find_person(const char *code)
{
	Person		read = {0};
	Person	   *person;
	Relation	rel;
	SysScanDesc scan;
	HeapTuple	tuple;
	Snapshot	snapshot;
	const char *column = "code";

	if (strlen(code) >= CODE_SIZE)
		return NULL;
	refresh();
	person = hash_search(persons, code, HASH_FIND, NULL);
	if (person != NULL)
		return person->known ? person : NULL;

	strcpy(read.code, code);
	snapshot = isms_newest_snapshot(&lasting);
	rel = table_open(isms_own_relation("person"), AccessShareLock);
	scan = isms_scan(rel, "person_pkey", snapshot, 1, &column, &code);
	tuple = systable_getnext(scan);
	if (HeapTupleIsValid(tuple))
	{
		read.known = true;
		read.from = bound_field(rel, tuple, "active_from", DATEVAL_NOBEGIN);
		read.until = bound_field(rel, tuple, "active_until", DATEVAL_NOEND);
	}
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	if (read.known)
		read_holdings(&read, snapshot);
	UnregisterSnapshot(snapshot);

	person = hash_search(persons, code, HASH_ENTER, NULL);
	*person = read;
	return person->known ? person : NULL;
}

/* The person whose login that is, copied; NULL where it is nobody's. */
static char *
person_of_login(const char *name)
{
	refresh();
	if (login_name == NULL || strcmp(login_name, name) != 0)
	{
		Relation	rel = table_open(isms_own_relation("login"), AccessShareLock);
		Snapshot	snapshot = isms_newest_snapshot(&lasting);
		const char *column = "role_name";
		SysScanDesc scan = isms_scan(rel, "login_pkey", snapshot, 1, &column, &name);
		HeapTuple	tuple = systable_getnext(scan);
		char	   *code = HeapTupleIsValid(tuple) ? isms_text_field(rel, tuple, "person") : NULL;

		systable_endscan(scan);
		UnregisterSnapshot(snapshot);
		table_close(rel, AccessShareLock);
		login_person = code ? MemoryContextStrdup(context, code) : NULL;
		login_name = MemoryContextStrdup(context, name);
	}
	return login_person ? pstrdup(login_person) : NULL;
}

/* Is the session user a member?  A superuser is. */
bool
isms_has_database_role(const char *name)
{
	Oid			role = get_role_oid(name, true);

	return OidIsValid(role) && is_member_of_role(GetSessionUserId(), role);
}

/* The row with these texts in the first columns of the table's key: is it there, and what is its person, copied? */
static bool
find_claim(const char *table, const char *key, int n, const char *const *columns, const char *const *values, char **person)
{
	Relation	rel = table_open(isms_own_relation(table), AccessShareLock);
	Snapshot	snapshot = isms_newest_snapshot(&lasting);
	SysScanDesc scan = isms_scan(rel, key, snapshot, n, columns, values);
	HeapTuple	tuple = systable_getnext(scan);
	bool		found = HeapTupleIsValid(tuple);

	if (found && person != NULL)
		*person = isms_text_field(rel, tuple, "person");
	systable_endscan(scan);
	UnregisterSnapshot(snapshot);
	table_close(rel, AccessShareLock);
	return found;
}

/*
 * Code of the person that a member of isms_application claims to act for, or
 * NULL.  Where the application has users of its own, only those are anybody:
 * a user who happens to be called as some person's code is not that person.
 */
const char *
isms_claimed_person(void)
{
	static const char *const columns[] = {"application", "user_name"};
	const char *claimed = isms_claimed_actor();
	const char *values[2];

	if (claimed == NULL || !isms_has_database_role("isms_application"))
		return NULL;
	values[0] = GetUserNameFromId(GetSessionUserId(), false);
	values[1] = claimed;
	refresh();
	if (claiming_login == NULL || strcmp(claiming_login, values[0]) != 0 || strcmp(claim, claimed) != 0)
	{
		char	   *person = NULL;

		claiming_login = NULL;
		if (!find_claim("actor_source", "actor_source_pkey", 1, columns, values, NULL))
			person = pstrdup(claimed);
		else
			(void) find_claim("application_user", "application_user_pkey", 2, columns, values, &person);
		claimed_person = person ? MemoryContextStrdup(context, person) : NULL;
		claim = MemoryContextStrdup(context, claimed);
		claiming_login = MemoryContextStrdup(context, values[0]);
	}
	return claimed_person;
}

/*
 * Code of the person acting, or NULL: the session user's, or, for members of
 * isms_application, the one claimed.
 */
char *
isms_actor(void)
{
	const char *login;

	if (isms_claimed_actor() != NULL && isms_has_database_role("isms_application"))
	{
		const char *person = isms_claimed_person();
		char	   *code = person ? pstrdup(person) : NULL;

		return code && find_person(code) ? code : NULL;
	}
	login = GetUserNameFromId(GetSessionUserId(), true);
	return login ? person_of_login(login) : NULL;
}

static DateADT
date_at(Datum zone, TimestampTz t)
{
	Datum		there = DirectFunctionCall2(timestamptz_zone, zone, TimestampTzGetDatum(t));

	return DatumGetDateADT(DirectFunctionCall1(timestamp_date, there));
}

static TimestampTz
midnight(Datum zone, DateADT day)
{
	Datum		there = DirectFunctionCall1(date_timestamp, DateADTGetDatum(day));

	return DatumGetTimestampTz(DirectFunctionCall2(timestamp_zone, zone, there));
}

/* When a day begins in a time zone. */
TimestampTz
isms_midnight(const char *zone, DateADT day)
{
	return midnight(CStringGetTextDatum(zone), day);
}

/* A scope by code; NULL where there is none. */
static Scope *
find_scope(const char *code)
{
	Scope	   *scope;

	if (strlen(code) >= CODE_SIZE)
		return NULL;
	refresh();
	scope = hash_search(scopes, code, HASH_FIND, NULL);
	if (scope == NULL)
	{
		Relation	rel = table_open(isms_own_relation("scope"), AccessShareLock);
		Snapshot	snapshot = isms_newest_snapshot(&lasting);
		const char *column = "code";
		SysScanDesc scan = isms_scan(rel, "scope_pkey", snapshot, 1, &column, &code);
		HeapTuple	tuple = systable_getnext(scan);
		char	   *time_zone = HeapTupleIsValid(tuple) ? isms_text_field(rel, tuple, "time_zone") : NULL;

		systable_endscan(scan);
		UnregisterSnapshot(snapshot);
		table_close(rel, AccessShareLock);
		time_zone = time_zone ? MemoryContextStrdup(context, time_zone) : NULL;
		scope = hash_search(scopes, code, HASH_ENTER, NULL);
		scope->known = time_zone != NULL;
		scope->time_zone = time_zone;
		scope->begins = scope->ends = DT_NOBEGIN;
	}
	return scope->known ? scope : NULL;
}

/* The time zone of a scope, or NULL; to be used at once. */
const char *
isms_scope_time_zone(const char *code)
{
	Scope	   *scope = find_scope(code);

	return scope ? scope->time_zone : NULL;
}

/* The date in a scope at an instant; false where there is no such scope. */
static bool
date_in_scope(const char *code, TimestampTz now, DateADT *day)
{
	Scope	   *scope = find_scope(code);

	if (scope == NULL)
		return false;
	if (now < scope->begins || now >= scope->ends)
	{
		Datum		zone = CStringGetTextDatum(scope->time_zone);

		scope->day = date_at(zone, now);
		scope->begins = midnight(zone, scope->day);
		scope->ends = midnight(zone, scope->day + 1);
		/* midnight may come twice where clocks are put back */
		if (date_at(zone, scope->begins) != scope->day || date_at(zone, scope->ends - 1) != scope->day)
			scope->begins = scope->ends = DT_NOBEGIN;
	}
	*day = scope->day;
	return true;
}

/* The date in a scope; false where there is no such scope. */
bool
isms_today(const char *code, DateADT *day)
{
	return date_in_scope(code, GetCurrentTransactionStartTimestamp(), day);
}

/* The date in a scope that the setting isms.as_of means. */
static bool
date_then(const char *code, DateADT *day)
{
	const IsmsAsOf *a = isms_as_of_setting();
	TimestampTz then = isms_then(a);

	if (a->kind != ISMS_AS_OF_DAY)
		return date_in_scope(code, then, day);
	*day = (DateADT) a->value;
	return find_scope(code) != NULL;
}

/* Is there such a person, active that day? */
bool
isms_person_active(const char *code, DateADT day)
{
	Person	   *person = find_person(code);

	return person != NULL && day >= person->from && day <= person->until;
}

/* Does the person, active that day, hold the role in the scope?  NULL: any role but external_auditor. */
bool
isms_person_holds(const char *code, const char *role, const char *scope, DateADT day)
{
	Person	   *person = find_person(code);

	if (person == NULL || day < person->from || day > person->until)
		return false;
	for (int i = 0; i < person->nholdings; i++)
	{
		Holding    *h = &person->holdings[i];

		if (day >= h->from && day <= h->until &&
			(role ? strcmp(h->role, role) == 0 : strcmp(h->role, "external_auditor") != 0) &&
			strcmp(h->scope, scope) == 0)
			return true;
	}
	return false;
}

/* isms.has_database_role(role_name text) returns boolean */
Datum
isms_has_database_role_sql(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(isms_has_database_role(text_to_cstring(PG_GETARG_TEXT_PP(0))));
}

/* isms.actor() returns text */
Datum
isms_actor_sql(PG_FUNCTION_ARGS)
{
	char	   *person;

	AcceptInvalidationMessages();
	person = isms_actor();
	if (person == NULL)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(person));
}

/* isms.today(scope text) returns date */
Datum
isms_today_sql(PG_FUNCTION_ARGS)
{
	char	   *scope = text_to_cstring(PG_GETARG_TEXT_PP(0));
	DateADT		day;

	AcceptInvalidationMessages();
	if (!(isms_looking_back() ? date_then(scope, &day) : isms_today(scope, &day)))
		PG_RETURN_NULL();
	PG_RETURN_DATEADT(day);
}
